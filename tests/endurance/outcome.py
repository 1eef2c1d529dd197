"""What one « Enregistrer » leaves behind: everything, or nothing."""

from sporades.registrations.models import Draft
from tests.endurance.arena import rows

LEFT = """
    SELECT
        (SELECT count(*) FROM registrations_registration WHERE candidate_id = c.id),
        (SELECT count(DISTINCT number) FROM registrations_registration WHERE candidate_id = c.id),
        (SELECT count(*) FROM registrations_version v
           JOIN registrations_registration r ON r.id = v.registration_id WHERE r.candidate_id = c.id),
        (SELECT count(*) FROM registrations_registrationpaper p
           JOIN registrations_registration r ON r.id = p.registration_id WHERE r.candidate_id = c.id),
        (SELECT count(*) FROM registrations_registrationanswer a
           JOIN registrations_registration r ON r.id = a.registration_id WHERE r.candidate_id = c.id),
        (SELECT count(*) FROM documents_folder WHERE holder_id = c.user_id),
        (SELECT count(*) FROM documents_documentversion v
           JOIN documents_document d ON d.id = v.document_id
           JOIN documents_folder f ON f.id = d.folder_id WHERE f.holder_id = c.user_id),
        (SELECT count(*) FROM evidence_evidence e
           JOIN registrations_registration r ON r.id = e.registration_id WHERE r.candidate_id = c.id),
        (SELECT count(*) FROM mail_message WHERE recipient = u.email),
        (SELECT count(*) FROM journal_entry
           WHERE verb = 'registration filed' AND actor_id = 'user:' || u.id),
        (SELECT count(*) FROM procrastinate_jobs WHERE (args->>'message_id')::bigint IN
           (SELECT id FROM mail_message WHERE recipient = u.email)),
        (SELECT count(*) FROM registrations_draft
           WHERE candidate_id = c.id AND filed_as_id IS NOT NULL),
        (c.number IS NOT NULL)::int,
        (c.frozen_at IS NOT NULL)::int
    FROM candidates_candidate c JOIN accounts_user u ON u.id = c.user_id
    WHERE c.id = %s
"""
NOTHING = (0,) * 14
# One registration, number, version, eight épreuves and two answers, one folder, its summary and
# request for pieces, one piece, receipt, entry, delivery and filed draft; the candidate numbered
# and frozen.
WHOLE = (1, 1, 1, 8, 2, 1, 2, 1, 1, 1, 1, 1, 1, 1)


def left_by(draft: Draft) -> tuple[int, ...]:
    """Return what the database holds of a candidate's one registration."""
    return rows(LEFT, draft.candidate_id)[0]
