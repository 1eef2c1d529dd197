"""What a candidate confides to a doctor (H3): nothing of it is said elsewhere.

The journal keeps that something was confided, opened or erased: neither its kind, its name nor
its fingerprint. A mail says that something waits, never what.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from sporades import journal
from sporades.accommodations.as_sent import was_sent_with
from sporades.accommodations.contesting import contestable_among
from sporades.accommodations.models import Case
from sporades.accommodations.queries import (
    decision_among,
    is_asked_here,
    open_among,
    requests_of,
    taken_back_among,
)
from sporades.accommodations.states import State
from sporades.accounts import limits
from sporades.acts import accommodating
from sporades.acts.people import changing
from sporades.acts.sent_files import Sent, name_of, named
from sporades.core import files
from sporades.core.actors import CANDIDATE, Actor
from sporades.core.presses import named_text
from sporades.core.queue import defer_once
from sporades.core.refusals import Refused
from sporades.intake import cleaning
from sporades.medical import operations as medical
from sporades.medical.models import LONGEST_NAME, Compartment, Paper, Remark
from sporades.medical.queries import compartment
from sporades.registrations.models import Registration
from sporades.registrations.queries import lock_registration

SCAN = "medical.scan"
"""The job that has a paper looked at: see `scanning`."""


class NothingToConfide(Refused):
    """The registration stands no more."""

    message = "Cette inscription ne tient plus : rien n'est plus à déposer."


class OpinionGiven(Refused):
    """The doctor has given the opinion, and nothing is notified yet: nobody would read it."""

    message = (
        "L'avis du médecin est rendu, et la décision s'en prépare : ce que vous déposeriez maintenant "
        "ne serait pas lu. Si quelque chose a changé, écrivez-le à votre service gestionnaire, sans "
        "parler de votre santé : il peut demander un nouvel avis."
    )


class DecisionTaken(OpinionGiven):
    """The decision is taken, and not notified yet: nobody would read it."""

    message = (
        "La décision est prise et va vous être notifiée : ce que vous déposeriez maintenant ne serait "
        "pas lu. Si quelque chose a changé, écrivez-le à votre service gestionnaire, sans parler de "
        "votre santé : il peut corriger la décision, ou la reprendre."
    )


class TakenBack(medical.TakesNothing):
    """The last request was taken back."""

    message = (
        "Votre demande d'aménagement est retirée : plus rien n'est à déposer. Si vous faites une autre "
        "demande, vous pourrez de nouveau déposer des papiers et des commentaires."
    )


class Notified(medical.TakesNothing):
    """The decision is notified, and nothing is asked since."""

    message = (
        "La décision vous est notifiée : plus rien n'est à déposer. Si vous faites une autre demande, "
        "vous pourrez de nouveau déposer des papiers et des commentaires."
    )


class AskedElsewhere(Refused):
    """The réglementation says nothing of accommodations."""

    message = (
        "Pour cette inscription, un aménagement se demande à votre service gestionnaire : "
        "n'envoyez rien de médical par ce site."
    )


class TooOften(Refused):
    """As much was confided in a day as may be."""

    message = (
        "Vous avez déjà envoyé trente fichiers ou commentaires en vingt-quatre heures pour cette "
        "inscription : recommencez demain."
    )


class Held(Refused):
    """A decision that was taken on it may still be contested."""

    message = (
        "Ce papier a servi à une décision qui peut encore être contestée : il ne se retire pas "
        "d'ici là."
    )


class FoundInfected(Refused):
    """The same press has confided it before, and a virus was found in it since: it would serve nobody."""

    message = (
        "Ce fichier avait déjà été envoyé depuis cette page, et l'antivirus y a trouvé un virus : "
        "choisissez-en un autre. S'il faut renvoyer le même, rouvrez cette page depuis "
        "« Papiers de santé »."
    )


@dataclass(frozen=True)
class Safe:
    """A file of health that may be kept: what came from outside was looked at, and made safe.

    Attributes:
        kind: what the réglementation calls it, by its code.
        name: as its candidate named it, clean.
        content: its bytes.
        pages: how many it has.
    """

    kind: str
    name: str
    content: bytes
    pages: int


def deposit(
    *,
    registration: Registration,
    kind: str,
    sent: Sequence[Sent],
    press: str,
    by: Actor,
    at: datetime,
) -> Paper:
    """Confide a file of health, or several photographs that become one.

    Args:
        registration: the giver's own.
        kind: what the réglementation calls it, by its code.
        sent: one file, or several photographs, in the order of their pages.
        press: names the press of the button: pressed twice, it gives one file.
        by: its candidate.
        at: the instant at which the request arrived.

    Raises:
        NothingToConfide, AskedElsewhere, OpinionGiven, TooOften, FoundInfected: see each.
        medical.TakesNothing, medical.TooMuch: see each.
        Unfit: it is not taken; each of its classes says why (`intake.cleaning`).
        files.OutOfReach: the store does not answer.
    """
    sending = named(press, sent)
    if (already := _already(registration, sending, by=by, at=at)) is not None:
        return already
    check_awaited(registration)
    spend(registration, at=at)
    made = cleaning.join([one.content for one in sent])
    name = name_of(sent, longest=LONGEST_NAME)
    safe = Safe(kind=kind, name=name, content=made.content, pages=made.pages)
    given = keep(registration=registration, safe=safe, sending=sending, by=by, at=at)
    given.doubts = made.doubts
    return given


@transaction.atomic
def _already(registration: Registration, sending: UUID, *, by: Actor, at: datetime) -> Paper | None:
    """Return the paper that a press has given already; put aside since, it is confided again.

    Whoever goes back to the page that had given it sends the same once more.
    """
    already = given_as(registration, sending)
    if already is None or already.taken_back_at is None:
        return already
    locked = lock_registration(registration.pk)
    check_awaited(locked)
    if not medical.give_one_again(already):
        return None  # erased meanwhile
    record("paper confided", locked, by=by, at=at)
    return already


def keep(
    *,
    registration: Registration,
    safe: Safe,
    sending: UUID,
    first: Callable[[], None] = lambda: None,
    by: Actor,
    at: datetime,
) -> Paper:
    """Keep a file of health, sealed for its registration; the antivirus will look at it.

    Args:
        registration: the giver's own.
        safe: the file.
        sending: names the press of the button: pressed twice, it gives one file.
        first: what is locked and checked before the registration is, in the same transaction.
        by: its candidate.
        at: the instant at which the request arrived.

    Raises:
        NothingToConfide, AskedElsewhere, OpinionGiven: see each.
        medical.TakesNothing, medical.TooMuch: see each.
        files.OutOfReach: the store does not answer.
    """
    sealed = medical.SealedFile(registration, content=safe.content, name=safe.name)
    own = files.own_suffix(medical.SUFFIX)
    key = medical.announce(sealed, own=own, at=at)
    with files.kept_apart(sealed.content, suffix=medical.SUFFIX, own=own, store=medical.STORE):
        first()
        locked = lock_registration(registration.pk)
        if (already := given_as(locked, sending)) is not None:
            transaction.on_commit(lambda: files.forget_or_say([key], store=medical.STORE))
            return already
        check_awaited(locked)
        given = medical.take(
            taking(locked),
            sealed,
            kind=safe.kind,
            key=key,
            size=len(safe.content),
            pages=safe.pages,
            sending=sending,
            at=at,
        )
        record("paper confided", locked, by=by, at=at)
        defer_once(SCAN, queue="evidence", paper=str(given.pk))
    return given


@transaction.atomic
def take_back(*, paper: Paper, by: Actor, at: datetime) -> bool:
    """Erase a paper that its candidate does not wish to confide any more.

    Returns:
        Whether it may return: it was sent with the request that is being changed.

    Raises:
        medical.Closed: it is with the doctor.
        Held: see there.
        accounts.Held: the account has just been given back to an old address.
        Paper.DoesNotExist: it is erased already.
    """
    locked = lock_registration(paper.compartment.registration_id)
    held: Paper = Paper.objects.select_related("compartment").get(pk=paper.pk)
    may_return = may_take_back(held, locked, at=at)
    if held.taken_back_at is None:
        accommodating.keep_acceptance_of(locked, at=at)
        medical.take_back(held, may_return=may_return, at=at)
        record("confided paper taken back", locked, by=by, at=at)
        if not held.is_infected:
            changing.tell_where_left(locked, changing.PAPER, since=held.given_at, at=at)
    return may_return


def may_take_back(paper: Paper, registration: Registration, *, at: datetime) -> bool:
    """Check that a paper may be taken back; return whether it may then return.

    Args:
        paper: with its compartment.
        registration: whose it is.
        at: the instant.

    Raises:
        medical.Closed: it is with the doctor.
        Held: see there.
        accounts.Held: the account has just been given back to an old address.
    """
    if paper.is_infected:
        return False
    changing.check_may_withdraw(registration, at=at)
    if paper.compartment.is_closed:
        raise medical.Closed
    cases = list(requests_of(registration.pk))
    decided = contestable_among(cases, at=at)
    if decided is not None and served(decided, paper):
        raise Held
    return was_sent_with(open_among(cases), paper.given_at)


def served(decided: Case, paper: Paper) -> bool:
    """Return whether a paper was there when a request was decided of."""
    return decided.decided_at is not None and paper.given_at <= decided.decided_at


@transaction.atomic
def remark(
    *,
    registration: Registration,
    text: str,
    press: str,
    is_between_doctors: bool = False,
    by: Actor,
    at: datetime,
) -> Remark:
    """Write a comment of health: the candidate to the doctor, or the doctor in charge.

    Args:
        registration: what it is about.
        text: what is said, clean.
        press: names the press of the button: pressed twice, it sends one comment.
        is_between_doctors: whether the candidate does not read it.
        by: who writes.
        at: the instant at which the request arrived.

    Raises:
        NothingToConfide, AskedElsewhere, OpinionGiven, TooOften, medical.TakesNothing: see each.
    """
    locked = lock_registration(registration.pk)
    already = said_already(locked, text=text, press=press)
    if already is not None:
        return already
    if by.kind == CANDIDATE:
        check_awaited(locked)
    its = taking(locked)
    if by.kind == CANDIDATE:
        # What its candidate sends stops no doctor, who answers for what they write.
        spend(locked, at=at)
    written = medical.remark(
        its,
        text=text,
        sending=_sending(text, press),
        is_between_doctors=is_between_doctors,
        by=by,
        at=at,
    )
    record("remark confided", locked, by=by, at=at)
    return written


def said_already(registration: Registration, *, text: str, press: str) -> Remark | None:
    """Return the comment that a press has written already, if it has.

    Args:
        registration: locked.
        text, press: see `remark`.
    """
    found = compartment(registration)
    if found is None:
        return None
    already: Remark | None = found.remarks.filter(sending=_sending(text, press)).first()
    return already


def _sending(text: str, press: str) -> UUID:
    return named_text(f"{press}\0{text}")


def check(registration: Registration) -> None:
    """Check that something may be confided for a registration.

    Raises:
        NothingToConfide, AskedElsewhere, TakenBack, Notified, medical.TakesNothing: see each.
    """
    if not registration.is_active:
        raise NothingToConfide
    if not is_asked_here(registration):
        raise AskedElsewhere
    found = compartment(registration)
    if found is not None and not found.is_taking:
        raise why_closed(requests_of(registration.pk))


def check_awaited(registration: Registration) -> None:
    """Check that its candidate may confide something: a doctor reads it, or will.

    Raises:
        NothingToConfide, AskedElsewhere, OpinionGiven, DecisionTaken: see each.
        TakenBack, Notified, medical.TakesNothing: see each.
    """
    check(registration)
    if (unread := why_unread(open_among(requests_of(registration.pk)))) is not None:
        raise unread


def why_unread(case: Case | None) -> OpinionGiven | None:
    """Return why what is confided for an open request is read by nobody: it has its opinion."""
    if case is None:
        return None
    if case.state == State.DECIDED:
        return DecisionTaken()
    return OpinionGiven() if case.state == State.OPINION_GIVEN else None


def why_closed(cases: Iterable[Case]) -> medical.TakesNothing:
    """Return why nothing is taken of a registration whose papers are erased, or soon will be.

    Args:
        cases: all of its requests, the last one first.
    """
    known = list(cases)
    if taken_back_among(known) is not None:
        return TakenBack()
    return medical.TakesNothing() if decision_among(known) is None else Notified()


def taking(registration: Registration) -> Compartment:
    """Return the compartment of a locked registration, to which something may be given."""
    check(registration)
    return medical.compartment_of(registration)


def spend(registration: Registration, *, at: datetime) -> None:
    """Count one more thing that is confided for a registration. Raises TooOften."""
    if not limits.spend(limits.CONFIDED_OF_A_REGISTRATION, str(registration.pk), at=at):
        raise TooOften


def given_as(registration: Registration, sending: UUID) -> Paper | None:
    """Return the paper that a press has given already, if it has. Raises FoundInfected."""
    found: Paper | None = Paper.objects.filter(
        compartment__registration=registration, sending=sending
    ).first()
    if found is not None and found.is_infected:
        raise FoundInfected
    return found


def record(verb: str, registration: Registration, *, by: Actor, at: datetime) -> None:
    """Keep in the journal that something was done with what was confided, and nothing of it (P-12)."""
    journal.record(verb, by=by, on=registration, at=at, academy=registration.academy_id)
