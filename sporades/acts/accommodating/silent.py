"""Nobody has decided of a request in time: what silence means then, who is told, who reads it.

Silence counts from the day on which a request is whole (CRPA L. 114-5): that of its sending, or of
the last of the papers without which it is incomplete, or of the last opinion that was given without
one: asked again or corrected before the delay is over, the delay begins again with the new one.
What silence has accepted is kept with the request (`keep_acceptance`): no act of a day makes that count
anew.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.notification import Notified
from sporades.accommodations.queries import lock_case, papers_called_for_by
from sporades.accommodations.states import UNDECIDED, Opinion, State
from sporades.acts.accommodating.telling import lock_open, tell_candidate
from sporades.acts.people.guardians import tell_guardian
from sporades.acts.requests.silence import SHORTEST_SILENCE, counted_from, standings_of
from sporades.acts.requests.telling import SILENT
from sporades.core import apart
from sporades.core.french import instant_in_words, local_day
from sporades.core.refusals import Refused
from sporades.exams.rules.silence import Silence
from sporades.exams.schema.legal import Meaning
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.medical.queries import first_given
from sporades.registrations.models import Registration
from sporades.registrations.receipt import silence_about, silence_on

COUNTING = (State.ASKED, State.WITH_DOCTOR, State.OPINION_GIVEN)
"""The states of a request on which nobody has decided, and that lacks nothing that was asked for."""
_UNTOLD = (*COUNTING, State.DECIDED)
"""Those in which it has no answer yet: a decision is one once it is notified."""
_ADVISED = (State.OPINION_GIVEN, State.DECIDED)

type Given = Mapping[str, datetime]


class AcceptedBySilence(Refused):
    """Silence has granted what would be refused with many others."""

    message = (
        "Faute de réponse, cette demande est réputée acceptée, et l'avis n'est pas favorable à tout : "
        "elle se décide une à une, depuis la demande."
    )


@dataclass(frozen=True)
class Counted:
    """From what silence counts, for each registration by its key.

    Attributes:
        papers: when each paper of health was first confided, by its code.
        standings: when it was set aside and restored.
    """

    papers: Mapping[int, Given]
    standings: Mapping[int, Sequence[Entry]]


def given_for(cases: Iterable[Case]) -> Counted:
    """Return from what silence counts on some requests, in two questions.

    Args:
        cases: the requests of which silence is asked.
    """
    keys = {one.registration_id for one in cases if one.state in _UNTOLD}
    return Counted(first_given(keys), standings_of(keys))


def _given_for(case: Case) -> Counted:
    """Return the same of one, with its registration: what was never decided was never set aside."""
    keys = {case.registration_id} if case.state in _UNTOLD else set[int]()
    decided = keys if case.registration.decided_at is not None else set[int]()
    return Counted(first_given(keys), standings_of(decided))


def silence_of(case: Case, given: Counted | None = None) -> Silence | None:
    """Return what silence on a request means; nothing while it does not count, or decides nothing.

    What it has accepted is so whatever the request lacks since.

    Args:
        case: with its registration.
        given: what `given_for` says of it and of others, where several are read.
    """
    is_counted = case.state in (COUNTING if case.accepted_on is None else UNDECIDED)
    return _silence_of(case, given) if is_counted else None


def _silence_of(case: Case, given: Counted | None = None) -> Silence | None:
    if case.instead_of_id is not None or not case.registration.is_active:
        return None
    if case.accepted_on is not None:
        return Silence(
            case.accepted_on, Meaning.ACCEPTED, is_sent_since=_is_sent_since(case, case.accepted_on)
        )
    received_at = _counted_from(case, _given_for(case) if given is None else given)
    if received_at is None:
        return None
    return silence_about(case.registration, received_at, under=case.regulation_id)


def _counted_from(case: Case, given: Counted) -> datetime | None:
    """Return from when silence on a request counts; nothing while it lacks something."""
    whole_at, registration = _whole_at(case, given.papers), case.registration
    if whole_at is None:
        return None
    standings = given.standings.get(registration.pk, ())
    return counted_from(registration, whole_at, standings, under=case.regulation_id)


def silence_in_words(case: Case, given: Counted | None = None, *, at: datetime) -> str:
    """Say to the office what silence on a request means, and from when or since when; else nothing.

    Args:
        case, given: see `silence_of`.
        at: now.
    """
    silence = silence_of(case, given)
    return silence.in_words(_today(case, at)) if silence else ""


def to_refuse_in_words(case: Case, *, at: datetime) -> str:
    """Say to who decides what the law makes of a refusal once silence has accepted; else nothing.

    Also to who corrects a decision that its candidate has not read.
    """
    silence = _silence_of(case)
    return silence.to_refuse_in_words(_today(case, at)) if silence else ""


def notified(case: Case, *, at: datetime, measures: Sequence[AskedMeasure] = ()) -> Notified:
    """Return what a notification is made from, what it takes back of silence said.

    Args:
        case: decided, with its registration.
        at: the instant at which it is notified, or would be.
        measures: see `Notified`.
    """
    decided = measures or case.measures.all()
    silence = None if all(one.is_as_asked for one in decided) else _silence_of(case)
    takes_back = (
        silence.taken_back_in_words()
        if silence is not None and silence.has_accepted(_today(case, at))
        else ""
    )
    return Notified(case, at, tuple(measures), takes_back)


def silence_told(case: Case, *, at: datetime) -> list[str]:
    """Return what its candidate reads of silence on a request that waits for its first decision.

    Args:
        case: with its registration.
        at: now.
    """
    registration, under = case.registration, case.regulation_id
    is_kept = case.accepted_on is not None
    states = UNDECIDED if is_kept else (*COUNTING, State.INCOMPLETE)
    is_counted = case.state in states and case.instead_of_id is None
    if case.asked_at is None or not is_counted or not registration.is_active:
        return []
    if is_kept:
        return silence_on(
            registration, case.asked_at, accepted_on=case.accepted_on, under=under, at=at
        )
    counted = _counted_from(case, _given_for(case))
    received_at = counted or case.asked_at
    is_complete = counted is not None
    return silence_on(registration, received_at, is_complete=is_complete, under=under, at=at)


def keep_acceptance(case: Case, *, at: datetime) -> None:
    """Keep that silence has accepted a request, before what makes it lack something, or changes it.

    Args:
        case: locked, with its registration.
        at: the instant.
    """
    silence = silence_of(case) if case.accepted_on is None else None
    if silence is not None and silence.has_accepted(_today(case, at)):
        case.accepted_on = silence.on
        case.save(update_fields=["accepted_on"])


def keep_acceptance_of(registration: Registration, *, at: datetime) -> None:
    """Keep the same of the request of a registration of which something is awaited, if there is one.

    Args:
        registration: locked.
        at: the instant.
    """
    case = lock_open(registration)
    if case is not None:
        keep_acceptance(case, at=at)


def check_silence(case: Case, given: Counted | None = None, *, at: datetime) -> None:
    """Refuse to follow with many others an opinion against what silence has granted.

    Args:
        case: with its registration, its opinion and its measures.
        given: see `silence_of`.
        at: the instant.

    Raises:
        AcceptedBySilence: see it.
    """
    measures = case.measures.all()
    if all(one.opinion == Opinion.FAVOURABLE and not one.opinion_papers for one in measures):
        return
    silence = silence_of(case, given)
    if silence is not None and silence.has_accepted(_today(case, at)):
        raise AcceptedBySilence


def tell_of_unanswered(*, at: datetime) -> int:
    """Tell those of whose request nobody has decided in time what silence has decided, once.

    Returns:
        How many were told.
    """
    waiting = Case.objects.filter(
        state__in=COUNTING, stands=True, instead_of=None, asked_at__lt=at - SHORTEST_SILENCE
    )
    keys = {_key(pk, asked_at): pk for pk, asked_at in waiting.values_list("pk", "asked_at")}
    told = Message.objects.filter(kind=SILENT, key__in=keys).values_list("key", flat=True)
    for key in told:
        keys.pop(key, None)
    return apart.each(_tell_of_unanswered, sorted(keys.values()), at=at)


@transaction.atomic
def _tell_of_unanswered(pk: int, *, at: datetime) -> bool:
    case = lock_case(Case.objects.get(pk=pk))
    silence = silence_of(case)
    if case.asked_at is None or silence is None or not silence.has_decided(_today(case, at)):
        return False
    if case.accepted_on is not None and _is_sent_since(case, case.accepted_on):
        return False  # sent again since: its receipt has said it
    keep_acceptance(case, at=at)
    key = _key(pk, case.asked_at)
    received = instant_in_words(case.asked_at, case.registration.service.zone)
    silence_said = silence_told(case, at=at)
    tell_candidate(case, SILENT, at=at, key=key, received=received, silence=silence_said)
    tell_guardian(case.registration, at=at, key=f"{key}:guardian")
    return True


def _key(pk: int, asked_at: datetime | None) -> str:
    return f"accommodation:{pk}:silence:{asked_at}"


def _whole_at(case: Case, given: Mapping[int, Given]) -> datetime | None:
    """Return when a request was whole; nothing while it lacks something."""
    if case.asked_at is None or case.state not in _UNTOLD:
        return None
    if case.has_envelope:  # its papers came with it
        return case.asked_at
    known = given.get(case.registration_id, {})
    called = papers_called_for_by(case, case.registration)
    due = {one.code for one in called if one.is_mandatory}
    came = [case.asked_at, *(known[code] for code in due & known.keys())]
    if due - known.keys():
        if case.state not in _ADVISED or case.opined_at is None:
            return None
        came.append(case.opined_at)  # a doctor did without, from then on
    return max(came)


def _is_sent_since(case: Case, accepted_on: date) -> bool:
    """Return whether a request was sent again after silence accepted it: nothing accepts what is added."""
    return case.asked_at is not None and _today(case, case.asked_at) > accepted_on


def _today(case: Case, at: datetime) -> date:
    return local_day(at, case.registration.service.zone)
