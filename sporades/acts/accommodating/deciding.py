"""The authority decides, in the words of its author, takes a decision again, or leaves it after all."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from sporades.accommodations import operations as accommodations
from sporades.accommodations.models import Case
from sporades.accommodations.operations import Author, AuthorMissing, DecisionOn
from sporades.accommodations.queries import lock_case
from sporades.accommodations.states import State
from sporades.acts.accommodating.entrusting import is_to_be_given_more
from sporades.acts.accommodating.silent import check_silence
from sporades.acts.accommodating.telling import (
    date_erasure,
    is_for_another,
    lock_as_read,
    lock_open,
    note,
    tell_candidate,
)
from sporades.acts.people.guardians import tell_guardian, tell_of_withdrawal
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.medical import operations as medical
from sporades.medical.queries import compartment
from sporades.registrations.models import Registration
from sporades.registrations.queries import check_not_handed_over
from sporades.registrations.receipt import named


class NoOpinion(Refused):
    """No opinion waits for a decision."""

    message = "Aucun avis n'attend de décision pour cette inscription."


class AuthorUnknown(AuthorMissing):
    """Nobody knows yet in what quality somebody decides: they never wrote it (L-03)."""

    message = (
        "Vous n'avez encore signé aucune décision dans votre rôle actuel : votre qualité n'est pas "
        "connue. Décidez d'une première demande dans son dossier, où vous l'écrivez : elle sera reprise "
        "ensuite."
    )


class TakenAgain(Refused):
    """A decision is taken again on the opinion that it was taken from: that alone says nothing."""

    message = (
        "Cette décision est reprise sur le même avis : elle se décide une à une, depuis la demande."
    )


@transaction.atomic
def decide(
    *,
    case: Case,
    decisions: Mapping[str, DecisionOn],
    author: Author,
    seen: int,
    by: Actor,
    at: datetime,
    opinion_seen: datetime | None = None,
) -> None:
    """Decide of each measure for the authority, with the opinion or against it.

    Args:
        case: which.
        decisions: by the code of the measure.
        author: who decides, as the notification says.
        seen: the revision that was read.
        by: whose account it is done with.
        at: the instant.
        opinion_seen: when the opinion that was read was signed, where somebody has read one.

    Raises:
        HandedOver: its registration is another academy's since it was read.
        AuthorMissing, DecisionMissing, ReasonMissing, ReasonOfAnother, UnknownMeasure, Rewritten,
            Refused: see `accommodations.operations.decide`.
    """
    locked = lock_as_read(case, by=by)
    if opinion_seen is not None and locked.opined_at != opinion_seen:
        raise accommodations.Rewritten
    accommodations.decide(locked, decisions, author=author, seen=seen, at=at)
    _note("accommodation decided", locked, by=by, at=at)


@transaction.atomic
def correct(
    *,
    case: Case,
    decisions: Mapping[str, DecisionOn],
    author: Author,
    seen: datetime | None,
    by: Actor,
    at: datetime,
) -> None:
    """Decide of each measure anew, before it is notified.

    Args:
        case: which.
        decisions: by the code of the measure.
        author: who decides, as the notification says.
        seen: when the decision that was read was taken.
        by: whose account it is done with.
        at: the instant.

    Raises:
        HandedOver: its registration is another academy's since it was read.
        AuthorMissing, DecisionMissing, ReasonMissing, ReasonOfAnother, UnknownMeasure, Rewritten,
            Refused: see `accommodations.operations.correct`.
    """
    locked = lock_as_read(case, by=by)
    accommodations.correct(locked, decisions, author=author, seen=seen, at=at)
    _note("accommodation corrected", locked, by=by, at=at)


def _note(verb: str, case: Case, *, by: Actor, at: datetime) -> None:
    decided = dict(case.measures.values_list("code", "decision"))
    note(verb, case, by=by, at=at, measures=decided)


@transaction.atomic
def follow_opinion(*, registration: Registration, by: Actor, at: datetime) -> None:
    """Decide of each measure as the doctor advises, named as its author last did.

    Raises:
        HandedOver: its registration is another academy's since it was read.
        NoOpinion: no opinion waits for a decision.
        TakenAgain: it would undo what was decided otherwise.
        ReasonToWrite, Excluding: see `accommodations.operations.check_advised`.
        AcceptedBySilence: silence has accepted what the opinion does not favour.
        AuthorUnknown: this author has not decided yet in their role, and wrote their quality nowhere.
    """
    locked = lock_open(registration)
    if locked is None or locked.state != State.OPINION_GIVEN:
        raise NoOpinion
    check_not_handed_over(held=locked.registration, read=registration)
    if locked.is_opinion_kept:
        raise TakenAgain
    accommodations.check_advised(locked)
    check_silence(locked, at=at)
    author = author_of(registration, by)
    if not author.quality:
        raise AuthorUnknown
    decide(
        case=locked,
        decisions=accommodations.as_advised(locked),
        author=author,
        seen=locked.revision,
        by=by,
        at=at,
    )


def author_of(registration: Registration, by: Actor) -> Author:
    """Return how somebody named themselves the last time that they decided, for this service.

    Who never did in the role that they have is named by their account, and writes their quality: a role says nothing of a
    delegation, and a decision by one that nobody gave is void (L-03).
    """
    known = accommodations.author_known(by.identifier, academy=registration.academy_id)
    service = named(registration.service)
    if known is not None:
        return replace(known, service=service)
    first, _, last = by.name.partition(" ")
    return Author(first, last, "", service, by.identifier)


@transaction.atomic
def take_again(*, case: Case, why: str, has_opinion: bool, by: Actor, at: datetime) -> Case:
    """Open a notified decision again, after an appeal or for an error; it stays in force meanwhile.

    Its candidate, and the guardian of a minor, are told that something waits: their page says what.

    Args:
        case: which.
        why: one of `Again`.
        has_opinion: whether the doctor's opinion stands: they read nothing that was given since for
            another.
        by: who opens it.
        at: the instant.

    Returns:
        The new request.

    Raises:
        HandedOver: its registration is another academy's since it was read.
        NotNotified, UnderWay, NotStanding, ReplacedSince, NoAppeal, AppealWaits,
            FormerAppealed: see `accommodations.operations.take_again`.
    """
    locked = lock_as_read(case, by=by)
    _leave_what_was_never_sent(locked, by=by, at=at)
    made = accommodations.take_again(locked, why=why, has_opinion=has_opinion, at=at)
    found = compartment(locked.registration)
    if found is not None:
        medical.take_again(found)
        medical.entrust(found, doctor=None if is_for_another(found, locked) else made.doctor)
    note("accommodation taken again", made, by=by, at=at, why=why)
    tell_candidate(made, "something_awaits", at=at, lacks=is_to_be_given_more(made))
    tell_guardian(made.registration, at=at, key=f"accommodation:{made.pk}:taken again")
    return made


def _leave_what_was_never_sent(case: Case, *, by: Actor, at: datetime) -> None:
    """Leave a request that its candidate began and never sent: nobody has read it, and it would block."""
    begun = Case.objects.open().filter(registration=case.registration_id, asked_at=None)
    for other in begun:
        locked = lock_case(other)
        accommodations.withdraw(locked, at=at)
        note("accommodation withdrawn", locked, by=by, at=at)
        tell_of_withdrawal(locked, at=at)


@transaction.atomic
def cancel_taking_again(*, case: Case, reason: str, by: Actor, at: datetime) -> None:
    """Cancel the taking again of a decision, which simply stands; its candidate and a guardian are told.

    Its papers of health are again those of a decided request: its doctor's, until they are erased.
    They are nobody's where something was given since, that doctor not being the one in charge: what
    is meant for another doctor is not read by the one who may be contested.

    Args:
        case: the request that takes the decision again.
        reason: why, as its candidate reads it.
        by: who cancels it.
        at: the instant.

    Raises:
        HandedOver: its registration is another academy's since it was read.
        NotTakenAgain, ReasonMissing, DecidedMeanwhile, Refused: see
            `accommodations.operations.cancel_taking_again`.
    """
    locked = lock_as_read(case, by=by)
    accommodations.cancel_taking_again(locked, reason=reason, at=at)
    former, found = locked.instead_of, compartment(locked.registration)
    if found is not None and former is not None:
        medical.drop_draft(found)
        medical.entrust(found, doctor=None if is_for_another(found, former) else former.doctor)
        date_erasure(locked.registration, at=at)
    note("accommodation taking again cancelled", locked, by=by, at=at)
    tell_candidate(locked, "something_awaits", at=at, may_run=True)
    tell_guardian(locked.registration, at=at, key=f"accommodation:{locked.pk}:cancelled")
