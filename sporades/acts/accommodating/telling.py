"""What every act on a request leaves: a line of the journal, a mail, who reads the papers of health."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from sporades import journal
from sporades.accommodations.contesting import papers_needed_until
from sporades.accommodations.models import Case
from sporades.accommodations.queries import lock_case, requests_of
from sporades.accommodations.states import State
from sporades.accounts.models import User
from sporades.core.actors import Actor
from sporades.core.french import instant_in_words
from sporades.core.links import link_to
from sporades.documents.models import DocumentVersion
from sporades.journal.models import Entry
from sporades.journal.queries import NOTED_ONCE_IN, is_noted
from sporades.letters.operations import tell
from sporades.mail.models import Message
from sporades.mail.queries import first_of
from sporades.medical import operations as medical
from sporades.medical.models import Compartment
from sporades.medical.queries import compartment, was_given_since
from sporades.registrations.models import Registration
from sporades.registrations.queries import check_not_handed_over, registration_of
from sporades.registrations.receipt import silence_on
from sporades.registrations.snapshot import contact_of

_OF_HEALTH = ("accommodation", "accommodation unsent", "accommodation left", "file refused")
"""How the keys begin of what is told of a request, of one that was not sent, of a paper of health."""


def is_on_health(told: Message) -> bool:
    """Return whether a message, or what it repeats, is told of a request or of a paper of health.

    Its kind does not always say it: silence and viruses are told of other requests and files too.
    """
    return first_of(told).key.partition(":")[0] in _OF_HEALTH


def note(verb: str, case: Case, *, by: Actor, at: datetime, **after: object) -> Entry:
    """Keep an act on a request in the journal of its registration: which one, and no word of health."""
    registration = case.registration
    return journal.record(
        verb,
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        after={"case": case.pk, **after},
    )


def note_press(
    verb: str,
    which: Callable[[Registration], Case | None],
    *,
    user: User,
    number: str,
    by: Actor,
    at: datetime,
    sent: str,
) -> None:
    """Keep a button of a request that came as the session of its candidate had just ended, once an hour.

    Args:
        verb: which.
        which: gives the request of a registration that it is about; nothing where there is none.
        user: whose session it was.
        number: of the registration.
        by: who pressed.
        at: when it arrived.
        sent: the fingerprint of what was sent.
    """
    for found in registration_of(user=user.pk, number=number):
        case = which(found)
        if case is None:
            continue
        case.registration = found
        said, since = {"case": case.pk, "sent": sent}, at - NOTED_ONCE_IN
        if not is_noted(verb, on=found, by=by, since=since, after=said):
            note(verb, case, by=by, at=at, sent=sent)


def tell_candidate(
    case: Case,
    kind: str,
    *,
    at: datetime,
    enclosed: DocumentVersion | None = None,
    lacks: bool = False,
    may_run: bool = False,
    silence: Sequence[str] = (),
    key: str = "",
    **said: Any,
) -> None:
    """Tell a candidate something of a request, by the mail or the letter of a kind.

    Args:
        case: the request, in the state that the act has given it.
        kind: the template.
        at: the instant of the act.
        enclosed: a document that goes with a letter.
        lacks: whether something mandatory is still to be given.
        may_run: whether a delay may run from what it says, of which no document is told.
        silence: what silence means; of a request that has just been received, it is known.
        key: names the event, where it is not this act of this instant.
        said: what else the template says.
    """
    registration = case.registration
    tell(
        registration.candidate,
        kind,
        service=registration.service,
        at=at,
        key=key or f"accommodation:{case.pk}:{case.state}:{kind}:{at.isoformat()}",
        about=registration,
        urgent=True,
        enclosed=enclosed,
        registration=registration,
        when=instant_in_words(at, registration.service.zone),
        is_waited_for=case.state == State.INCOMPLETE,
        may_run=may_run or enclosed is not None,
        is_enclosed=enclosed is not None,
        lacks=lacks,
        silence=silence_on(
            registration,
            at,
            is_complete=not lacks,
            accepted_on=case.accepted_on,
            under=case.regulation_id,
            at=at,
        )
        if kind == "request_received"
        else silence,
        is_unnamed=True,
        contact=contact_of(registration.service),
        link=link_to("candidate:registration", registration.number),
        **said,
    )


def open_papers_to(doctor: User | None, case: Case) -> None:
    """Put a doctor in charge of the papers of health of a request, or nobody."""
    medical.entrust(medical.compartment_of(case.registration), doctor=doctor)


def is_for_another(found: Compartment, case: Case) -> bool:
    """Return whether something was given since an opinion that its doctor is not meant to read.

    What was given for another request is for whoever has that one: for nobody where it was never
    sent, or where no doctor had it in the end, whatever has become of it.

    Args:
        found: the compartment.
        case: the request on which the opinion was given.
    """
    others = Case.objects.filter(
        registration=case.registration_id, begun_at__gte=case.opined_at or case.begun_at
    ).exclude(pk=case.pk)
    begun = others.exclude(doctor=case.doctor_id).values_list("begun_at", flat=True)
    return any(was_given_since(found, instant) for instant in begun)


def leave_papers(case: Case, *, at: datetime) -> None:
    """Take from its doctor the papers of health of a request that nobody looks at any more.

    What they had typed of an opinion is no other doctor's, of another request.
    """
    found = compartment(case.registration)
    if found is not None:
        medical.drop_draft(found)
        medical.drop_taken_back(found, at=at)
        medical.entrust(found, doctor=None)
        date_erasure(case.registration, at=at)


def date_erasure(registration: Registration, *, at: datetime | None = None) -> None:
    """Say when papers of health are erased: once nothing of a registration needs them (P-14).

    Args:
        registration: locked, its requests as they stand now.
        at: the instant, where it is known; what a letter that waits puts off is seen again then.
    """
    found = compartment(registration)
    if found is not None and found.erased_at is None:
        cases = requests_of(registration.pk)
        medical.erase_after(found, papers_needed_until(registration, cases, at=at))


def lock_open(registration: Registration) -> Case | None:
    """Return the request of a registration of which something is awaited, locked, if there is one."""
    found = Case.objects.open().filter(registration=registration.pk).first()
    return None if found is None else lock_case(found)


def lock_as_read(case: Case, *, by: Actor) -> Case:
    """Return a request, locked after its registration, for whoever deals with it.

    A candidate acts on their own wherever it is, and what time alone does is done wherever it is.

    Args:
        case: which, with its registration as it was read.
        by: who acts.

    Raises:
        HandedOver: its registration is another academy's since it was read.
    """
    read = case.registration
    locked = lock_case(case)
    if by.reads_before_acting:
        check_not_handed_over(held=locked.registration, read=read)
    return locked
