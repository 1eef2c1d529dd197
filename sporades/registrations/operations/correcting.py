"""A registration under other civil data, or in another academy: another version says it."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from sporades.candidates.models import Identity
from sporades.candidates.words import identity_in_words
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.french import instant_in_words
from sporades.core.refusals import Refused
from sporades.documents import operations as documents
from sporades.exams.models import RegistrationService
from sporades.exams.queries import rules
from sporades.registrations.came import CameBy
from sporades.registrations.changes import changes_between
from sporades.registrations.choices import CHOSEN_ANEW
from sporades.registrations.dossier import civil_facts
from sporades.registrations.evidence import evidence_anew
from sporades.registrations.models import (
    ChangeRequest,
    CorrectionRequest,
    Draft,
    Registration,
    Version,
)
from sporades.registrations.models.version import ADDRESS
from sporades.registrations.operations.keeping import returned_again
from sporades.registrations.queries import check_not_handed_over, lock_registration, with_owed
from sporades.registrations.receipt import return_of
from sporades.registrations.reviewing import of_identity, of_service, to_review
from sporades.registrations.snapshot import contact_of
from sporades.registrations.trying import waivers_of
from sporades.registrations.waivers import lines_of, with_lines

ASKED_AGAIN = "Récapitulatif : publié de nouveau, avec ce qui est attendu"
SIGNED_AGAIN = "Récapitulatif signé : à renvoyer de nouveau, signé aussi par le représentant légal"


def take_identity(
    *,
    registration: Registration,
    identity: Identity,
    signed_by: str,
    by: Actor,
    at: datetime,
) -> Version:
    """Put a registration under other civil data, in a new version that its service signs.

    Or under the same, for its documents to ask for what they did not.

    Its answers stay as they were filed, the signed summary that came back too: it is the
    service that corrects, on proof. Of who is a minor by these civil data alone, it is to be signed
    again, by their guardian too. Awaited still, it has the usual days once its day has passed: another
    is issued. Pieces are those that they call for, and what they ask that it does not say is kept in
    the version; once the exam is over they ask for nothing more. Its deadlines are those in force. A
    modification that is open goes on from the new version, unless it had to catch up with another
    already.

    Args:
        registration: one that stands; its row is locked.
        identity: the civil data.
        signed_by: the name of the service that corrects, which may be that of another registration.
        by: who corrects.
        at: the instant.
    """
    locked = Registration.objects.select_for_update(of=("self",)).get(pk=registration.pk)
    before = locked.versions.get(number=locked.version)
    was, was_by_two = of_identity(locked, locked.identity), before.is_of_a_minor
    now, told = of_identity(locked, identity), _told(locked, before)
    told = _resting_on(now, told)
    locked.version += 1
    locked.identity = identity
    locked.name_key = identity.name_key
    locked.birth_date = identity.birth_date
    kept = _reached_now(locked, told)
    changes = changes_between(before.snapshot, _under(identity, kept, number=locked.version, at=at))
    if identity_in_words(identity) == identity_in_words(was.identity):
        changes.append(ASKED_AGAIN)
    is_minor_now = locked.is_minor(at) and not was_by_two
    if locked.summary_posted_on and is_minor_now and not locked.is_exam_over(at):
        locked.summary_posted_on, locked.summary_came_by = None, CameBy.POST
        if not locked.is_validated:  # it is asked for once the validation is undone
            changes.append(SIGNED_AGAIN)
    kept["to_return"] = returned_again(locked, kept["to_return"], at=at)
    returned = ["summary_posted_on", "summary_came_by"]
    locked.save(update_fields=["version", "identity", "name_key", "birth_date", *returned])
    former = civil_facts(was.identity)
    snapshot = {
        **_under(identity, kept, number=locked.version, at=at),
        "evidence": evidence_anew(now, before, kept["evidence"], before=former, at=at),
        "signed_by": signed_by,
    }
    _up_to_date(locked, before).update(amends_version=locked.version)
    review = to_review(now, was, before, at=at)
    return _frozen(locked, before, snapshot, changes, by, review=review, at=at)


def take_service(
    *, registration: Registration, service: RegistrationService, by: Actor, at: datetime
) -> Version:
    """Put a registration in the hands of another academy, for good, in a new version.

    Its numbers and answers stay, its documents follow, it owes the pieces that are asked for there; a modification that is open goes on there.
    From then on no address sends it back. The version is signed by the service that gives it away.

    Args:
        registration: one that stands, as whoever moves it has read it.
        service: that of the other academy, for the same domain, session and audience.
        by: who moves it.
        at: the instant.

    Raises:
        HandedOver: it has just been given to another academy.
        Refused: it does not stand any more, or is there already.
    """
    locked = lock_registration(registration.pk)
    left = locked.service
    if not locked.is_active:
        raise Refused("Cette inscription n'est plus en cours : elle ne change pas d'académie.")
    if service.pk == left.pk:
        raise Refused("Cette inscription est déjà dans cette académie.")
    check_not_handed_over(held=locked, read=registration)
    locked.ages_on = locked.registered_on  # by the clock of the service that leaves it
    before, was = locked.versions.get(number=locked.version), of_service(locked, left)
    told = _told(locked, before)
    locked.version += 1
    locked.service, locked.academy, locked.is_placed = service, service.academy, True
    locked.save(update_fields=["version", "service", "academy", "is_placed", "ages_on"])
    documents.move_folder(locked.folder_id, academy=service.academy_id)
    documents.hold_back(locked.folder_id, at=at)
    kept = _reached_now(locked, _resting_on(locked, locked.owed_now(told)))
    snapshot = {
        **kept,
        "version": locked.version,
        "filed_at": at.isoformat(),
        "filed_in_words": instant_in_words(at, service.zone),
        "zone": service.zone,
        "academy": service.academy.full_name,
        "academy_name": service.academy.name,
        "signed_by": left.managing_service.name,
        "to_return": _returned_to(locked, kept["to_return"], at=at),
        "evidence": evidence_anew(
            locked, before, kept["evidence"], before={"academy": left.academy_id}, at=at
        ),
    }
    _up_to_date(locked, before).update(amends_version=locked.version)
    # What the office that gives it away was typing stays where its author may read it.
    own = Draft.objects.unfiled().of_candidates().filter(amends=locked)
    own.update(service=service, is_placed=True, moved_at=at)
    # Whoever dealt with what it asks has it no more: it is for anybody there.
    asked = ChangeRequest.objects.waiting().filter(registration=locked)
    asked.update(assigned_to=None, assigned_name="")
    corrections = CorrectionRequest.objects.waiting().filter(candidate=registration.candidate_id)
    corrections.update(assigned_to=None, assigned_name="")
    changes = [
        f"Académie : {left.academy.name} → {service.academy.name}",
        f"Service gestionnaire : {left.managing_service.name} → {service.managing_service.name}",
        *changes_between(before.snapshot, kept),
    ]
    review = to_review(locked, was, before, at=at)
    return _frozen(locked, before, snapshot, changes, by, review=review, at=at)


def _told(registration: Registration, before: Version) -> dict[str, Any]:
    """Return its last version with the days that its service has told since, extended then put back or not.

    Args:
        registration: as it was before this act: another service has told it nothing.
        before: its last version.
    """
    found: Registration = with_owed.get(pk=registration.pk)
    return found.owed_now(before.snapshot)


def _up_to_date(registration: Registration, before: Version) -> QuerySet[Draft]:
    """Return the modifications that started from the version before, or caught up with it."""
    started = Draft.objects.unfiled().filter(amends=registration, amends_version=before.number)
    found: QuerySet[Draft] = started
    return found


def _returned_to(
    moved: Registration, asked: dict[str, Any] | None, *, at: datetime
) -> dict[str, Any] | None:
    """Return where the signed summary goes, and until when, if the service that has it now asks for it."""
    exam, service = rules(moved.regulation_id).exam(moved.exam.code), moved.service
    wanted = exam.summary_return_in(service.academy_id)
    if wanted is None:
        return None
    if asked is None:  # where it was before asked for none
        if not wanted.academies or moved.is_exam_over(at):
            return None
        return return_of(exam, service, reader=moved.reader_zone, at=at)
    return returned_again(moved, asked, at=at)


def _frozen(
    registration: Registration,
    before: Version,
    snapshot: dict[str, Any],
    changes: list[str],
    by: Actor,
    *,
    review: list[str],
    at: datetime,
) -> Version:
    registration.keep_summary_day(snapshot["to_return"])
    registration.judge_postmark(snapshot["to_return"])
    # What a validation took as it was is kept: it is to be reviewed again where that is undone.
    settled = () if registration.to_review_since else before.snapshot.get("to_review") or ()
    is_to_review = any(said not in settled for said in review)
    registration.to_review_since = (registration.to_review_since or at) if is_to_review else None
    registration.waivers = lines_of(snapshot["sections"])
    kept = ["summary_until", "is_summary_posted_late", "to_review_since", "waivers"]
    registration.save(update_fields=kept)
    snapshot = {
        **{key: said for key, said in snapshot.items() if key not in ("to_review", CHOSEN_ANEW)},
        # Its candidate may have another number since, by a merge.
        "candidate_number": registration.candidate.number,
        **({"to_review": review} if review else {}),
    }
    return Version.objects.create(
        registration=registration,
        number=registration.version,
        regulation=before.regulation,
        snapshot=snapshot,
        digest=digest(snapshot),
        author_kind=by.kind,
        author_name=by.name,
        filed_at=at,
        changes=changes,
    )


def _under(
    identity: Identity, snapshot: dict[str, Any], *, number: int, at: datetime
) -> dict[str, Any]:
    address = [line for line in snapshot["identity"] if line[0] == ADDRESS]
    lines = [[label, said] for label, said in identity_in_words(identity) if said]
    return {
        **snapshot,
        "version": number,
        "filed_at": at.isoformat(),
        "filed_in_words": instant_in_words(at, snapshot["zone"]),
        "name": identity.full_name,
        "identity": [*lines, *address],
    }


def _resting_on(registration: Registration, snapshot: dict[str, Any]) -> dict[str, Any]:
    """Return what a version says, with the derogations that count by now: others are met, or again needed."""
    if not registration.waived:
        return snapshot
    lines = waivers_of(registration, answers=snapshot["answers"])
    return {**snapshot, "sections": with_lines(snapshot["sections"], lines)}


def _reached_now(registration: Registration, snapshot: dict[str, Any]) -> dict[str, Any]:
    """Return what a version says, with how its candidate, and its service, are reached by now (B7, I1)."""
    lines = [line for line in snapshot["identity"] if line[0] != ADDRESS]
    address = registration.candidate.email
    return {
        **snapshot,
        "service": contact_of(registration.service),
        "identity": [*lines, *([[ADDRESS, address]] if address else [])],
    }
