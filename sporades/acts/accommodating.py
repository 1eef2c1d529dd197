"""A request for accommodations, from the first choice to the notification (H1, H2).

The journal keeps the codes of measures and who acted; nothing that is said of health, no reason and
no opinion. Mails say that something awaits, never what.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from sporades import journal, mail
from sporades.accommodations import operations as accommodations
from sporades.accommodations.models import Case
from sporades.accommodations.notification import NOTIFICATION, Notified
from sporades.accommodations.operations import Asked, Author, DecisionOn, OpinionOn
from sporades.accommodations.queries import decision_of, left_by_their_doctor, papers_asked_of
from sporades.accommodations.queries import lock_case as _lock
from sporades.accommodations.rules import final_at, presumed_at, received_at
from sporades.accommodations.states import State
from sporades.accounts.models import Membership, User
from sporades.acts.guardians import tell_guardian
from sporades.core.actors import Actor
from sporades.core.french import instant_in_words
from sporades.core.links import absolute
from sporades.core.refusals import Refused
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.letters.operations import tell
from sporades.medical import operations as medical
from sporades.medical.queries import compartment, kinds_given
from sporades.registrations.models import Registration
from sporades.registrations.queries import lock_registration
from sporades.registrations.receipt import named
from sporades.registrations.snapshot import contact_of

VERBS = {
    State.ASKED: "accommodation sent",
    State.INCOMPLETE: "accommodation found incomplete",
    State.WITHDRAWN: "accommodation withdrawn",
}


class NoOpinion(Refused):
    """No opinion waits for a decision."""

    message = "Aucun avis n'attend de décision pour cette inscription."


class NotDecided(Refused):
    """No decision waits to be notified."""

    message = "Aucune décision n'attend d'être notifiée pour cette inscription."


class NotInCharge(Refused):
    """Another doctor, or nobody, has the request."""

    message = "Cette demande ne vous est pas confiée, ou ne l'est plus."


# --- The candidate ----------------------------------------------------------------------------


@transaction.atomic
def prepare(*, registration: Registration, by: Actor, at: datetime) -> Case:
    """Begin a request, or return the one that is open.

    Raises:
        NotOffered, NotStanding, TooLate: see `accommodations.operations`.
    """
    locked = lock_registration(registration.pk)
    case = accommodations.begin(locked, at=at)
    if case.begun_at == at:
        found = compartment(locked)
        if found is not None:
            medical.take_again(found)
        _record("accommodation begun", case, by=by, at=at)
    return case


@transaction.atomic
def write(*, registration: Registration, asked: Asked, by: Actor, at: datetime) -> Case:
    """Keep what is asked, beginning the request if there is none; a signature of before falls.

    Raises:
        Sent, UnknownMeasure, NotOffered, NotStanding, TooLate: see `accommodations.operations`.
    """
    case = _lock(prepare(registration=registration, by=by, at=at))
    if accommodations.write(case, asked):
        codes = [wish.code for wish in asked.wishes]
        _record("accommodation written", case, by=by, at=at, measures=codes)
    return case


@transaction.atomic
def sign(
    *, case: Case, name: str, quality: str, statement: str, seen: int, by: Actor, at: datetime
) -> None:
    """Keep the signature of a minor's guardian on what is asked now; their own mail says so.

    Args:
        case: which.
        name: of the guardian.
        quality: mother, father, guardian.
        statement: what was ticked.
        seen: the revision that was read.
        by: whose account it is done with.
        at: the instant.

    Raises:
        Rewritten, Sent, NothingAsked: see `accommodations.operations`.
    """
    locked = _lock(case)
    if locked.revision != seen:
        raise accommodations.Rewritten
    is_new = accommodations.sign(locked, name=name, quality=quality, statement=statement, at=at)
    if not is_new:
        return
    _record("accommodation signed", locked, by=by, at=at, revision=locked.revision)
    registration = locked.registration
    if registration.guardian_email:
        mail.write(
            "signed_as_guardian",
            to=registration.guardian_email,
            at=at,
            key=f"accommodation:{locked.pk}:signed:{locked.revision}",
            about=registration,
            registration=registration,
            signature=locked.signature,
            when=instant_in_words(at, registration.service.zone),
            contact=contact_of(registration.service),
        )


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
        NothingAsked, NotSigned, LateReasonMissing, TooLate, UnknownMeasure, NotStanding, Refused:
            see `accommodations.operations.send`.
    """
    locked = _lock(case)
    if locked.state == State.ASKED:
        return
    if locked.revision != seen:
        raise accommodations.Rewritten
    accommodations.send(locked, at=at)
    codes = list(locked.measures.values_list("code", flat=True))
    _record("accommodation sent", locked, by=by, at=at, measures=codes)
    _tell(locked, "request_received", at=at)


@transaction.atomic
def take_up(*, case: Case, by: Actor, at: datetime) -> None:
    """« Modifier ma demande », while nobody has looked at it. Raises Refused."""
    locked = _lock(case)
    if locked.state == State.PREPARING:
        return
    accommodations.take_up(locked)
    _record("accommodation taken up", locked, by=by, at=at)


@transaction.atomic
def withdraw(*, case: Case, by: Actor, at: datetime) -> None:
    """« Retirer ma demande », before it is decided of; pressed twice, once. Raises Refused."""
    locked = _lock(case)
    if locked.state == State.WITHDRAWN:
        return
    accommodations.withdraw(locked, at=at)
    _forget_papers(locked, at=at)
    _record("accommodation withdrawn", locked, by=by, at=at)


# --- The office, the doctor -------------------------------------------------------------------


@transaction.atomic
def declare_incomplete(*, case: Case, missing: str, by: Actor, at: datetime) -> None:
    """Say what is missing; the candidate reads it in their space, a mail says that it awaits.

    Raises:
        ReasonMissing: nothing is said.
        Refused: it stands no more as it was read.
    """
    locked = _lock(case)
    accommodations.declare_incomplete(locked, missing=missing, at=at)
    _open_papers_to(None, locked)
    _record("accommodation found incomplete", locked, by=by, at=at)
    _tell(locked, "something_awaits", at=at)


@transaction.atomic
def entrust(
    *,
    case: Case,
    doctor: User,
    name: str,
    by: Actor,
    at: datetime,
    seen: int | None = None,
) -> None:
    """Find a request complete and give it to a doctor, who alone reads its papers of health.

    Args:
        case: which.
        doctor: the account of the doctor.
        name: how the doctor is called.
        by: who entrusts it.
        at: the instant.
        seen: the revision that was read, where somebody has read one.

    Raises:
        Rewritten: its candidate has changed it meanwhile.
        Refused: it stands no more as it was read.
    """
    locked = _lock(case)
    if seen is not None and locked.revision != seen:
        raise accommodations.Rewritten
    accommodations.entrust(locked, doctor=doctor, name=name, at=at)
    _open_papers_to(doctor, locked)
    _record("accommodation entrusted", locked, by=by, at=at, doctor=name)


@transaction.atomic
def take_from_doctor(*, case: Case, by: Actor, at: datetime) -> None:
    """Take a request from its doctor, who reads its papers no more. Raises Refused."""
    locked = _lock(case)
    accommodations.take_from_doctor(locked)
    _open_papers_to(None, locked)
    _record("accommodation taken from its doctor", locked, by=by, at=at)


@transaction.atomic
def leave_doctor(*, case: Case, day: date, by: Actor, at: datetime) -> bool:
    """Give a request back to the list of its academy once its doctor is one there no more.

    Args:
        case: which.
        day: today.
        by: who ends the role of the doctor, or the service.
        at: the instant.

    Returns:
        Whether it was with such a doctor.
    """
    locked = _lock(case)
    if not left_by_their_doctor(day=day).filter(pk=locked.pk).exists():
        return False
    name = locked.doctor_name
    accommodations.take_from_doctor(locked, left_at=at)
    _open_papers_to(None, locked)
    _record("accommodation left by its doctor", locked, by=by, at=at, doctor=name)
    return True


@transaction.atomic
def opine(
    *,
    case: Case,
    opinions: Mapping[str, OpinionOn],
    text: str,
    seen: int,
    by: Actor,
    at: datetime,
) -> None:
    """Give the opinion of the doctor in charge on each measure.

    Args:
        case: which.
        opinions: by the code of the measure.
        text: for the authority; it holds no diagnosis.
        seen: the revision that was read.
        by: the doctor.
        at: the instant.

    Raises:
        NotInCharge: it is entrusted to another, or to nobody.
        Rewritten, OpinionMissing, UnknownMeasure, Refused: see `accommodations.operations.opine`.
    """
    locked = _lock(case)
    if by.identifier != f"user:{locked.doctor_id}":
        raise NotInCharge
    accommodations.opine(locked, opinions, text=text, seen=seen, at=at)
    _record("accommodation opinion given", locked, by=by, at=at)


@transaction.atomic
def decide(
    *,
    case: Case,
    decisions: Mapping[str, DecisionOn],
    author: Author,
    seen: int,
    by: Actor,
    at: datetime,
) -> None:
    """Decide of each measure for the authority, with the opinion or against it.

    Args:
        case: which.
        decisions: by the code of the measure.
        author: who decides, as the notification says.
        seen: the revision that was read.
        by: whose account it is done with.
        at: the instant.

    Raises:
        AuthorMissing, DecisionMissing, ReasonMissing, UnknownMeasure, Rewritten, Refused: see
            `accommodations.operations.decide`.
    """
    locked = _lock(case)
    accommodations.decide(locked, decisions, author=author, seen=seen, at=at)
    decided = dict(locked.measures.values_list("code", "decision"))
    _record("accommodation decided", locked, by=by, at=at, measures=decided)


@transaction.atomic
def notify(*, case: Case, by: Actor, at: datetime) -> None:
    """Notify a decision by a document in the candidate's space; a mail says that something awaits.

    Raises:
        MentionsMissing, AuthorMissing: the notification would not say what the law asks for.
        NotDecided: nothing is decided, or it was notified meanwhile.
    """
    locked = _lock(case)
    if locked.state != State.DECIDED:
        raise NotDecided
    registration = locked.registration
    version = documents.issue(registration.folder, NOTIFICATION, Notified(locked, at), at=at)
    accommodations.notify(locked, version, at=at)
    found = compartment(registration)
    if found is not None:
        medical.erase_after(found, final_at(presumed_at(at), registration.service.zone))
    _record("accommodation notified", locked, by=by, at=at)
    _tell(locked, "something_awaits", enclosed=version, at=at)
    tell_guardian(registration, at=at, key=f"accommodation:{locked.pk}:notified")


@transaction.atomic
def follow_reading(*, notification: DocumentVersion, at: datetime) -> None:
    """Let the erasure of papers of health follow the first reading of a notification (P-14).

    Only of the last decision, while nothing else is asked and nothing was erased.
    """
    case = Case.objects.filter(notification=notification).first()
    if case is None:
        return
    locked = _lock(case)
    found = compartment(locked.registration)
    last = decision_of(locked.registration)
    if found is None or found.erase_after is None or found.erased_at or last != locked:
        return
    if locked.notified_at is not None:
        zone = locked.registration.service.zone
        medical.erase_after(found, final_at(received_at(locked.notified_at, at, zone), zone))


@transaction.atomic
def follow_opinion(*, registration: Registration, by: Actor, at: datetime) -> None:
    """Decide of each measure as the doctor advises, named as its author last did.

    Raises:
        NoOpinion: no opinion waits for a decision.
        AuthorMissing: nobody knows yet in what words this author decides.
    """
    locked = _lock_open(registration)
    if locked is None or locked.state != State.OPINION_GIVEN:
        raise NoOpinion
    decide(
        case=locked,
        decisions=accommodations.as_advised(locked),
        author=author_of(registration, by),
        seen=locked.revision,
        by=by,
        at=at,
    )


@transaction.atomic
def notify_decision(*, registration: Registration, by: Actor, at: datetime) -> None:
    """Notify the decision of a registration that waits for it.

    Raises:
        NotDecided: there is none.
        MentionsMissing, AuthorMissing: see `notify`.
    """
    locked = _lock_open(registration)
    if locked is None:
        raise NotDecided
    notify(case=locked, by=by, at=at)


def author_of(registration: Registration, by: Actor) -> Author:
    """Return how somebody named themselves the last time that they decided, for this service.

    Who never did is named by their account, in the quality of their role.
    """
    known, service = accommodations.author_known(by.identifier), named(registration.service)
    if known is not None:
        return replace(known, service=service)
    first, _, last = by.name.partition(" ")
    quality = dict(Membership.Role.choices).get(by.kind, "").lower()
    return Author(first, last, quality, service, by.identifier)


@dataclass(frozen=True)
class PaperGiven:
    """A paper of health that a request calls for.

    Attributes:
        label: how the réglementation names it.
        is_mandatory: whether the request is not complete without it.
        is_given: whether a clean file was confided.
    """

    label: str
    is_mandatory: bool
    is_given: bool


def papers_given(case: Case) -> list[PaperGiven]:
    """Return the papers that a request calls for, and whether each was confided: nothing of what they say.

    Args:
        case: with its registration.
    """
    given = kinds_given(case.registration)
    return [
        PaperGiven(one.label, one.is_mandatory, one.code in given)
        for one in papers_asked_of(case.registration)
    ]


@transaction.atomic
def note_call(*, case: Case, is_reached: bool, by: Actor, at: datetime) -> None:
    """Note a telephone call about a notification that nobody had opened.

    Raises:
        NotNotified: see `accommodations.operations.note_call`.
    """
    locked = _lock(case)
    accommodations.note_call(locked, name=by.name, is_reached=is_reached, at=at)
    _record("accommodation call noted", locked, by=by, at=at, is_reached=is_reached)


@transaction.atomic
def take_again(*, case: Case, why: str, has_opinion: bool, by: Actor, at: datetime) -> Case:
    """Open a notified decision again, after an appeal or for an error; it stays in force meanwhile.

    Args:
        case: which.
        why: one of `Again`.
        has_opinion: whether the doctor's opinion stands.
        by: who opens it.
        at: the instant.

    Returns:
        The new request.

    Raises:
        NotNotified, UnderWay, NotStanding: see `accommodations.operations.take_again`.
    """
    locked = _lock(case)
    made = accommodations.take_again(locked, why=why, has_opinion=has_opinion, at=at)
    found = compartment(locked.registration)
    if found is not None:
        medical.take_again(found)
        medical.entrust(found, doctor=made.doctor)
    _record("accommodation taken again", made, by=by, at=at, why=why)
    return made


# --- The registration -------------------------------------------------------------------------


def follow(
    registration: Registration, *, is_declared_no_more: bool = False, by: Actor, at: datetime
) -> None:
    """Make the open request of a registration follow it, in the transaction of another act.

    Args:
        registration: locked, as it stands now.
        is_declared_no_more: whether its candidate has just answered that there is no handicap.
        by: who acts.
        at: the instant.
    """
    moved = accommodations.follow(registration, is_declared_no_more=is_declared_no_more, at=at)
    if moved is None:
        return
    if moved.state == State.WITHDRAWN:
        _forget_papers(moved, at=at)
    else:
        _open_papers_to(None, moved)
    _record(VERBS[State(moved.state)], moved, by=by, at=at)
    if moved.state == State.INCOMPLETE:
        _tell(moved, "something_awaits", at=at)


def leave_academy(registration: Registration, *, by: Actor, at: datetime) -> None:
    """Take a request from the doctor of the academy that a registration leaves."""
    moved = accommodations.leave_academy(registration)
    if moved is not None:
        _open_papers_to(None, moved)
        _record("accommodation taken from its doctor", moved, by=by, at=at)


def _lock_open(registration: Registration) -> Case | None:
    """Return the request of a registration of which something is awaited, locked, if there is one."""
    found = Case.objects.open().filter(registration=registration.pk).first()
    return None if found is None else _lock(found)


def _open_papers_to(doctor: User | None, case: Case) -> None:
    """Put a doctor in charge of the papers of health of a request, or nobody."""
    medical.entrust(medical.compartment_of(case.registration), doctor=doctor)


def _forget_papers(case: Case, *, at: datetime) -> None:
    """Have the papers of health erased of a request that nobody looks at any more."""
    found = compartment(case.registration)
    if found is not None:
        medical.entrust(found, doctor=None)
        medical.erase_after(found, at)


def _record(verb: str, case: Case, *, by: Actor, at: datetime, **after: object) -> None:
    registration = case.registration
    journal.record(
        verb,
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        after={"case": case.pk, **after},
    )


def _tell(case: Case, kind: str, *, at: datetime, enclosed: DocumentVersion | None = None) -> None:
    registration = case.registration
    tell(
        registration.candidate,
        kind,
        service=registration.service,
        at=at,
        key=f"accommodation:{case.pk}:{case.state}:{at.isoformat()}",
        about=registration,
        urgent=True,
        enclosed=enclosed,
        registration=registration,
        when=instant_in_words(at, registration.service.zone),
        contact=contact_of(registration.service),
        link=absolute(f"/mes-inscriptions/{registration.number}"),
    )
