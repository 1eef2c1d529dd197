"""A piece is of the academy where its registration is, by the database itself.

Whoever writes a piece or moves its registration need not say it.
"""

from django.db import migrations, models

FOLLOW = """
-- All that was written until now, then all that is written from here on.
LOCK TABLE evidence_evidence IN SHARE ROW EXCLUSIVE MODE;
UPDATE evidence_evidence SET academy = registrations_registration.academy_id
FROM registrations_registration WHERE registration_id = registrations_registration.id;

CREATE FUNCTION evidence_evidence_academy() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Shared: nobody gives the registration to another academy until this is written.
    SELECT academy_id INTO NEW.academy
    FROM registrations_registration WHERE id = NEW.registration_id FOR SHARE;
    NEW.academy := COALESCE(NEW.academy, '');
    RETURN NEW;
END
$$;
CREATE TRIGGER a_piece_is_of_the_academy_of_its_registration
BEFORE INSERT OR UPDATE OF registration_id, academy ON evidence_evidence
FOR EACH ROW EXECUTE FUNCTION evidence_evidence_academy();

CREATE FUNCTION registration_pieces_follow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE evidence_evidence SET academy = NEW.academy_id WHERE registration_id = NEW.id;
    RETURN NULL;
END
$$;
CREATE TRIGGER the_pieces_of_a_registration_follow_it
AFTER UPDATE OF academy_id ON registrations_registration
FOR EACH ROW WHEN (OLD.academy_id IS DISTINCT FROM NEW.academy_id)
EXECUTE FUNCTION registration_pieces_follow();
"""
FORGET = """
DROP TRIGGER the_pieces_of_a_registration_follow_it ON registrations_registration;
DROP FUNCTION registration_pieces_follow();
DROP TRIGGER a_piece_is_of_the_academy_of_its_registration ON evidence_evidence;
DROP FUNCTION evidence_evidence_academy();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0006_lifted_by_hand"),
        ("registrations", "0024_proofs_are_scanned"),
    ]

    operations = [
        migrations.AddField(
            model_name="evidence",
            name="academy",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=3,
                verbose_name="académie de l'inscription",
            ),
        ),
        migrations.RunSQL(FOLLOW, FORGET),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(
                condition=models.Q(("state__in", ("deposited", "posted"))),
                fields=["academy", "arrived_at", "id"],
                name="evidence_waits_there",
            ),
        ),
    ]
