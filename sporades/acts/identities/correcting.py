"""The managing service corrects civil data that are frozen (I6)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Model, Q, QuerySet

from sporades import journal
from sporades.acts import accommodating, issuing
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate, Identity
from sporades.core.actors import Actor
from sporades.core.links import link_to
from sporades.core.queue import app
from sporades.core.refusals import Refused
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about
from sporades.letters.operations import tell
from sporades.letters.queries import summary_for
from sporades.registrations.models import CorrectionRequest, Draft, Registration, Version
from sporades.registrations.models.registration import RegistrationQuerySet
from sporades.registrations.operations import correcting
from sporades.registrations.queries import persons_of
from sporades.registrations.refusals import NothingChanged
from sporades.registrations.reviewing import Anew
from sporades.registrations.snapshot import contact_of
from sporades.registrations.states import State
from sporades.registrations.summary import is_former_good

CORRECTED = "identity corrected"
LOOK_AGAIN = "acts.look_again_at_incomplete"
"""The job that looks whether a registration still lacks the pieces for which it is incomplete."""


class Overtaken(Refused):
    """Somebody else has corrected them since the page was opened."""

    message = (
        "Un collègue vient de corriger cet état civil : relisez le dossier, puis recommencez si "
        "une correction reste à faire."
    )


class CorrectedAlready(Overtaken):
    """Whoever corrects has corrected them since the page was opened, otherwise."""

    message = (
        "Une correction est déjà enregistrée à votre nom pour cet état civil : relisez le dossier, "
        "puis recommencez si une autre reste à faire."
    )


class NotAsShown(Overtaken):
    """Nobody has corrected them: the page does not say what it showed."""

    message = (
        "Cette page ne disait pas quel état civil elle montrait : relisez le dossier, puis "
        "recommencez."
    )


@transaction.atomic
def correct_identity(
    *,
    registration: Registration,
    identity: dict[str, Any],
    seen: int,
    proof: str,
    by: Actor,
    at: datetime,
    request: CorrectionRequest | None = None,
) -> int:
    """Correct the civil data of a candidate, on proof; return how many registrations stand.

    They are the person's, not an exam's: each of their registrations that stands has a new
    version and its summary is issued again. What was withdrawn or set aside stays as it was, where
    nothing stands too: they are those of the next one.
    Pressed twice, they are corrected once.

    Args:
        registration: the one in whose file they are corrected, which need not stand.
        identity: civil data, as `IdentityForm.identity()` gives them.
        seen: the key of the civil data that were read before they were corrected.
        proof: what the service was shown.
        by: who corrects.
        at: the instant.
        request: what its candidate asked, where it is accepted: the message answers it.

    Raises:
        Overtaken, CorrectedAlready, NotAsShown: they are not those that were read.
        NothingChanged: they are those that are kept.
        Merged: see `lock_person`.
    """
    candidate = lock_person(registration.candidate_id)
    before = candidates.civil_data(candidate.identity)
    kept = {name: before[name] for name in before if before[name] != identity[name]}
    last = entries_about(candidate).filter(verb=CORRECTED).first()
    own = last if last is not None and last.actor_id == by.identifier else None
    if own is not None and not kept and own.payload["after"]["proof"] == proof:
        return _standing(candidate).count()
    if candidate.identity_id != seen:
        raise NotAsShown if last is None else CorrectedAlready if own else Overtaken
    if not kept:
        raise NothingChanged
    new = candidates.correct_identity(candidate, identity=identity, at=at)
    journal.record(
        CORRECTED,
        by=by,
        on=candidate,
        at=at,
        academy=registration.academy_id,
        before=kept,
        after={
            **{name: identity[name] for name in kept},
            "proof": proof,
            "registration": registration.pk,
        },
    )
    app.configure_task("doubles.look", queue="batches").defer(candidate=candidate.pk)
    standing = list(_standing(candidate).order_by("pk"))
    corrected_by = registration.service.managing_service.name
    anew = {
        one.pk: issue_again(registration=one, identity=new, signed_by=corrected_by, by=by, at=at)
        for one in standing
    }
    standing = list(_standing(candidate).whole().with_owed().order_by("pk"))
    for service, named in _told_apart(candidate, standing, beside=registration):
        tell(
            candidate,
            "identity_corrected",
            service=service,
            at=at,
            key=f"candidate:{candidate.pk}:identity:{new.pk}:{service.pk}",
            about=candidate,
            urgent=True,
            enclosed=summary_for(named[0]) if named else None,
            name=new.full_name,
            request=request,
            registrations=[(one, anew[one.pk]) for one in named],
            contact=contact_of(service),
            link=link_to("candidate:registrations"),
        )
    return len(standing)


def _standing(candidate: Candidate) -> RegistrationQuerySet:
    found: RegistrationQuerySet = Registration.objects.active().filter(candidate=candidate)
    return found


def _told_apart(
    candidate: Candidate, standing: list[Registration], *, beside: Registration
) -> list[tuple[RegistrationService, list[Registration]]]:
    """Return which registrations each message names: one mail names all.

    A letter is printed and read by one service, and encloses the summary of the first that it
    names. The service that has corrected writes one, even where none of its own stands.
    """
    if not candidate.by_letter:
        return [(beside.service, standing)]
    named: dict[RegistrationService, list[Registration]] = {beside.service: []}
    for one in sorted(standing, key=lambda one: one != beside):
        named.setdefault(one.service, []).append(one)
    return list(named.items())


def corrections_on(registration: Registration) -> QuerySet[Entry]:
    """Return the corrections of its candidate's civil data since it was filed, the last first.

    They are acts on the person; one that was set aside meanwhile is restored under them. What was
    withdrawn is no more concerned, but by those that were made in its file.
    """
    done = entries_about(*persons_of(registration)).filter(verb=CORRECTED)
    return while_it_counts(done, "at", registration, here=done_in(registration))


def done_in(registration: Registration) -> Q:
    """Return what an act on a person satisfies that was done in the file of this registration."""
    return Q(payload__after__registration=registration.pk)


def while_it_counts[Row: Model](
    rows: QuerySet[Row], instant: str, registration: Registration, *, here: Q
) -> QuerySet[Row]:
    """Keep what happened to a person between the filing of a registration and its withdrawal.

    What comes after is for the services of the registrations that stand then, unless it was done here.

    Args:
        rows: acts on the person, or requests of theirs.
        instant: the field that says when.
        registration: in whose file they are read.
        here: what one satisfies that was done in that file.
    """
    since = rows.filter(**{f"{instant}__gte": registration.filed_at})
    left = registration.withdrawn_at
    return since.filter(Q(**{f"{instant}__lte": left}) | here) if left else since


def issue_again(
    *, registration: Registration, identity: Identity, signed_by: str, by: Actor, at: datetime
) -> Anew:
    """Put a registration under its candidate's civil data, in the transaction of an act.

    See `correcting.take_identity` for the arguments.

    Returns:
        What is asked of it now that was not before.
    """
    version = correcting.take_identity(
        registration=registration, identity=identity, signed_by=signed_by, by=by, at=at
    )
    reissue(version, by=by, at=at)
    if version.registration.state == State.ANOMALY:
        # These civil data may call for none of the pieces for which it is incomplete.
        later = app.configure_task(LOOK_AGAIN, queue="evidence")
        later.defer(registration=version.registration_id)
    accommodating.follow_birth_date(version.registration, by=by, at=at)
    return Anew.of(version, is_former_good=is_former_good(version.registration), at=at)


def reissue(version: Version, *, by: Actor, at: datetime) -> None:
    """Issue the documents of a version that the service has made, and record it."""
    again = version.registration
    issuing.issue(version, by=by, at=at)
    journal.record(
        "registration amended",
        by=by,
        on=again,
        at=at,
        academy=again.academy_id,
        after={"version": version.number, "digest": version.digest, "number": again.number},
    )


def lock_person(candidate: int, *, may_go: bool = False) -> Candidate:
    """Return a candidate once all that a correction touches is locked.

    In the order of every act: registrations, drafts, person.

    Args:
        candidate: the key.
        may_go: whether they may be erased: what is being begun for them is waited for, and seen.

    Raises:
        Merged: what they had has just become another candidate's.
    """
    mine = Registration.objects.filter(candidate=candidate).order_by("pk")
    list(mine.select_for_update(of=("self",)).values_list("pk", flat=True))
    drafts = Draft.objects.unfiled().filter(amends__candidate=candidate).order_by("pk")
    list(drafts.select_for_update(of=("self",)).values_list("pk", flat=True))
    held = Candidate.objects.select_for_update(of=("self",), no_key=not may_go)
    found: Candidate = held.get(pk=candidate)
    if found.is_merged:
        raise candidates.Merged
    return found
