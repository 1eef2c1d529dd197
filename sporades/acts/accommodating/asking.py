"""What a candidate and a guardian do of a request, from the first choice to its sending."""

from datetime import datetime

from django.db import transaction

from sporades.accommodations import operations as accommodations
from sporades.accommodations.models import Case
from sporades.accommodations.operations import Asked
from sporades.accommodations.queries import lock_case, open_case_of
from sporades.accommodations.states import State
from sporades.accounts import limits
from sporades.accounts.models import User
from sporades.acts.accommodating.entrusting import lacks_a_paper
from sporades.acts.accommodating.following import ask_for_signature
from sporades.acts.accommodating.silent import keep_acceptance
from sporades.acts.accommodating.telling import leave_papers, note, note_press, tell_candidate
from sporades.acts.people import changing
from sporades.acts.people.guardians import tell_of_signature, tell_of_withdrawal
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.medical import operations as medical
from sporades.medical.queries import compartment
from sporades.registrations.models import Registration
from sporades.registrations.queries import lock_registration

UNSENT = "accommodation not sent, session ended"


class SignedTooOften(Refused):
    """As many signatures as may be told of in a day were given, to however many addresses."""

    message = (
        "Rien n'est signé : vingt signatures ont déjà été données en vingt-quatre heures. Recommencez "
        "demain, ou demandez à votre service gestionnaire."
    )


@transaction.atomic
def prepare(*, registration: Registration, by: Actor, at: datetime) -> Case:
    """Begin a request, or return the one that is open.

    Raises:
        NotOffered, NotStanding, TooLate: see `accommodations.operations`.
    """
    locked = lock_registration(registration.pk)
    case = accommodations.begin(locked, at=at)
    if case.begun_at == at:
        receive_papers(locked)
        note("accommodation begun", case, by=by, at=at)
    return case


def receive_papers(registration: Registration) -> None:
    """Give a request that has just begun what was confided for a former one.

    Args:
        registration: locked.
    """
    found = compartment(registration)
    if found is not None:
        # Who was in charge before is not of this one until it is entrusted.
        medical.entrust(found, doctor=None)
        medical.drop_draft(found)
        medical.take_again(found)


@transaction.atomic
def write(
    *, registration: Registration, asked: Asked, seen: int | None = None, by: Actor, at: datetime
) -> Case:
    """Keep what is asked, beginning the request if there is none; a signature of before falls.

    Args:
        registration: whose request it is.
        asked: what is asked.
        seen: the revision that the page was made from; whichever it is where none is said.
        by: whose account it is done with.
        at: the instant.

    Raises:
        Rewritten: something else was kept from another window meanwhile.
        Sent, NotTheirs, UnknownMeasure, NotOffered, LateReasonMissing, AddedTooLate, NotStanding,
            TooLate: see `accommodations.operations`.
    """
    case = lock_case(prepare(registration=registration, by=by, at=at))
    before = case.revision
    if accommodations.write(case, asked, at=at):
        if seen is not None and seen != before:
            raise accommodations.Rewritten  # what has just been written goes with the transaction
        codes = [wish.code for wish in asked.wishes]
        note("accommodation written", case, by=by, at=at, measures=codes)
    return case


@transaction.atomic
def sign(
    *,
    case: Case,
    name: str,
    quality: str,
    statement: str,
    seen: int,
    by: Actor,
    at: datetime,
    email: str = "",
    is_namesake: bool = False,
    is_another: bool = False,
) -> None:
    """Keep the signature of a minor's guardian on what is asked now; a mail or a letter says so.

    Args:
        case: which.
        name: of the guardian.
        quality: mother, father, guardian.
        statement: what was ticked.
        seen: the revision that was read.
        by: whose account it is done with.
        at: the instant.
        email: where the guardian is written to, if the registration does not say it.
        is_namesake: whether the guardian has said that they bear the candidate's very names.
        is_another: whether it was said that they are a guardian beside the one of the registration.

    Raises:
        Rewritten, Sent, NothingAsked, OwnSignature, AnotherGuardian, OwnAddress: see
            `accommodations.operations`.
        SignedTooOften: as many were signed in a day as may be.
    """
    locked = lock_case(case)
    if locked.revision != seen:
        raise accommodations.Rewritten
    signature, is_new = accommodations.sign(
        locked,
        name=name,
        quality=quality,
        statement=statement,
        email=email,
        is_namesake=is_namesake,
        is_another=is_another,
        at=at,
    )
    if not is_new:
        return
    whose = str(locked.registration.candidate_id)
    if not limits.spend(limits.SIGNATURES_OF_A_CANDIDATE, whose, at=at):
        raise SignedTooOften
    note("accommodation signed", locked, by=by, at=at, revision=locked.revision)
    tell_of_signature(locked, signature, at=at)


@transaction.atomic
def send(*, case: Case, seen: int, by: Actor, at: datetime) -> None:
    """« Envoyer la demande »; pressed twice, it is sent once.

    Args:
        case: which.
        seen: the revision that was read over.
        by: who sends it.
        at: the instant at which the request arrived.

    Raises:
        Rewritten: it was changed in another window.
        NothingAsked, NotSigned, LateReasonMissing, AddedTooLate, TooLate, UnknownMeasure,
            NotStanding, Refused: see `accommodations.operations.send`.
    """
    locked = lock_case(case)
    if locked.revision != seen:
        raise accommodations.Rewritten
    if locked.state == State.ASKED:
        return
    accommodations.send(locked, at=at)
    if (found := compartment(locked.registration)) is not None:
        medical.drop_taken_back(found, at=at)
    codes = list(locked.measures.values_list("code", flat=True))
    note("accommodation sent", locked, by=by, at=at, measures=codes)
    tell_candidate(locked, "request_received", at=at, lacks=lacks_a_paper(locked))


@transaction.atomic
def note_unsent(*, user: User, number: str, by: Actor, at: datetime, sent: str) -> None:
    """Keep that « Envoyer ma demande » came as the session of its candidate had just ended.

    Args:
        user: whose session it was.
        number: of the registration.
        by: who pressed.
        at: when it arrived.
        sent: the fingerprint of what was sent.
    """
    note_press(UNSENT, _writable_of, user=user, number=number, by=by, at=at, sent=sent)


def _writable_of(registration: Registration) -> Case | None:
    case: Case | None = open_case_of(registration)
    return case if case is not None and case.is_writable else None


@transaction.atomic
def take_up(*, case: Case, by: Actor, at: datetime) -> None:
    """« Modifier ma demande », while nobody has looked at it.

    Raises:
        accommodations.NotTheirs: the service has taken a decision again.
        Refused: it stands no more as it was read.
    """
    locked = lock_case(case)
    if locked.state == State.PREPARING:
        return
    if locked.instead_of_id is not None:
        raise accommodations.NotTheirs
    keep_acceptance(locked, at=at)
    accommodations.take_up(locked, at=at)
    note("accommodation taken up", locked, by=by, at=at)


@transaction.atomic
def keep_as_sent(*, case: Case, seen: int, by: Actor, at: datetime) -> None:
    """« Garder ma demande telle qu'elle était envoyée », while one changes it; pressed twice, once.

    Args:
        case: which.
        seen: the revision that is left for what was sent, as the page showed it.
        by: who keeps it.
        at: the instant.

    Raises:
        Rewritten: it was changed, or sent as it is changed, in another window.
        NotTakenUp, NotStanding, NotOffered, UnknownMeasure, Refused: see
            `accommodations.operations.keep_as_sent`.
    """
    locked = lock_case(case)
    if locked.state == State.ASKED and locked.revision == seen + 1:
        return  # kept already, which is another revision: a sending is none
    if locked.state == State.ASKED or locked.revision != seen:
        raise accommodations.Rewritten
    accommodations.keep_as_sent(locked)
    if (found := compartment(locked.registration)) is not None:
        medical.give_again(found)
    note("accommodation kept as sent", locked, by=by, at=at)
    # Its candidate may have been found to be a minor meanwhile, of which nothing was said then.
    ask_for_signature(locked, by=by, at=at)


@transaction.atomic
def withdraw(
    *, case: Case, by: Actor, at: datetime, seen: int | None = None, was_sent: bool | None = None
) -> None:
    """« Retirer ma demande », before it is decided of; pressed twice, once.

    Its candidate is told of one that was sent, and the guardian who signed it; neither of what it is.

    Args:
        case: which.
        by: who takes it back.
        at: the instant.
        seen: the revision that was read, where somebody has read one.
        was_sent: whether it was said to be sent, where somebody has read that.

    Raises:
        Rewritten: it was changed, sent, or begun in place of the one that was read.
        accommodations.NotTheirs: the service has taken a decision again.
        Held: the account has just been given back to an old address.
        Refused: it stands no more as it was read.
    """
    locked = lock_case(case)
    if locked.state == State.WITHDRAWN:
        return
    changing.check_may_withdraw(locked.registration, at=at)
    is_sent = locked.asked_at is not None
    if seen not in (None, locked.revision) or was_sent not in (None, is_sent):
        raise accommodations.Rewritten
    if locked.instead_of_id is not None:
        raise accommodations.NotTheirs
    accommodations.withdraw(locked, at=at)
    leave_papers(locked, at=at)
    note("accommodation withdrawn", locked, by=by, at=at)
    if (sent_at := locked.first_asked_at) is not None:
        tell_candidate(locked, "request_withdrawn", at=at)
        changing.tell_where_left(locked.registration, changing.REQUEST, since=sent_at, at=at)
    tell_of_withdrawal(locked, at=at)
