"""What silence says of a request, and what the law adds where it is read (CRPA L. 114-5, L. 231-1)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sporades.acts.requests import CHANGE_REFUSED, CORRECTION_REFUSED
from sporades.core.french import day_in_words, local_day
from sporades.core.refusals import ReasonMissing, Refused
from sporades.exams.rules.silence import Silence
from sporades.exams.schema.legal import Meaning
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about
from sporades.registrations.models import ChangeRequest, CorrectionRequest, Registration
from sporades.registrations.models.request import Request
from sporades.registrations.queries import last_standing_of, persons_of
from sporades.registrations.receipt import against_of, silence_about, silence_on, taken_by

SHORTEST_SILENCE = timedelta(days=28)
"""Before which no réglementation lets silence decide: it counts in months."""
type Standings = Mapping[int, Sequence[Entry]]
"""When each registration, by its key, was set aside and restored."""
SET_ASIDE, RESTORED = "registration set aside", "registration restored"
"""The verbs between which nothing that is asked of a registration can be accepted."""
SET_ASIDE_MEANWHILE = (
    "L'inscription ne compte plus : cette demande ne peut être acceptée que si elle est rétablie."
)


class AnswerMissing(ReasonMissing):
    """A request is not refused without a word."""

    message = "Dites le motif du refus : le candidat le lira."


class AcceptedBySilence(Refused):
    """To refuse a request takes back what its candidate has had since."""

    message = (
        "Faute de réponse, cette demande est réputée acceptée : la refuser retire cette acceptation. "
        "Lisez ce que la page en dit, et cochez la case si vous la refusez."
    )


def formally(request: Request | None, *, at: datetime) -> list[str]:
    """Return what the law adds on the page of a request: what silence means, or who refused it.

    Of a modification of what stands no more silence means nothing: it cannot be accepted.

    Args:
        request: of a candidate; nothing where there is none.
        at: now.
    """
    if request is None or not (request.is_waiting or request.is_refused):
        return []
    registration = Registration.objects.whole().get(pk=request.registration.pk)
    if request.is_waiting:
        return while_it_waits(request, at=at)
    about, verb = (
        ([registration], CHANGE_REFUSED)
        if isinstance(request, ChangeRequest)
        else (persons_of(registration), CORRECTION_REFUSED)
    )
    done = entries_about(*about).filter(verb=verb, payload__after__request=request.pk)
    last = done.first()
    if last is None:
        return against_of(registration)
    refused_in = _refused_in(request, last) or registration
    against = taken_by(refused_in, name=last.actor_name, role=last.actor_kind, at=last.at)
    return [*taken_back_in_words(request, at=last.at), *against]


def while_it_waits(request: Request, *, at: datetime) -> list[str]:
    """Return what silence on a request means, or why nothing comes of it: nobody can accept it."""
    return _silence_on(request, at=at) if may_be_accepted(request) else [SET_ASIDE_MEANWHILE]


def _refused_in(request: Request, act: Entry) -> Registration | None:
    """Return the registration in whose file a correction was refused: any that stands of its candidate's.

    What was refused before the act named it was so in the last one filed in its academy.
    """
    if not isinstance(request, CorrectionRequest):
        return None
    theirs = Registration.objects.whole().filter(candidate=request.candidate_id)
    if key := act.payload["after"].get("registration"):
        found: Registration | None = theirs.filter(pk=key).first()
        return found
    there = theirs.filter(academy=act.academy, filed_at__lte=act.at)
    last: Registration | None = there.order_by("filed_at", "pk").last()
    return last


def answered_in(request: Request) -> Registration:
    """Return the registration whose service answers a request: of a correction, one that stands.

    A correction is of a person: once that by which it was sent is left or set aside, whoever has
    another one of theirs decides it; where none stands, the service of that one still.
    """
    registration = request.registration
    if isinstance(request, CorrectionRequest) and not registration.is_active:
        return last_standing_of(request.candidate) or registration
    return registration


def may_be_accepted(request: Request) -> bool:
    """Return whether a request that waits can be accepted: a modification, only while it stands."""
    return isinstance(request, CorrectionRequest) or request.registration.is_active


def standings_of(registrations: Iterable[int]) -> Standings:
    """Return when each of some registrations was set aside and restored, the first act first.

    Args:
        registrations: their keys; none asks nothing.
    """
    found = defaultdict[int, list[Entry]](list)
    keys = {str(one) for one in registrations}
    if keys:
        acts = Entry.objects.filter(object_kind="registration", object_id__in=keys)
        for one in acts.filter(verb__in=(SET_ASIDE, RESTORED)).order_by("at", "pk"):
            found[int(one.object_id)].append(one)
    return found


def standings_for(requests: Iterable[Request]) -> Standings:
    """Return what silence on some requests counts anew from, in one question.

    Args:
        requests: of which silence is asked; those for a correction, which counts on, ask nothing.
    """
    return standings_of({one.registration_id for one in requests if isinstance(one, ChangeRequest)})


def _never(since: datetime) -> int:  # noqa: ARG001 - called as the others
    return 0


def counted_from(
    registration: Registration,
    received_at: datetime,
    standings: Sequence[Entry],
    *,
    paused: Callable[[datetime], int] = _never,
    under: int | None = None,
) -> datetime:
    """Return from when silence counts on what is asked of a registration: anew once it is restored.

    While it was set aside nobody could accept anything, as its candidate read. What silence had
    decided before stays decided.

    Args:
        registration: with its service.
        received_at: when the request arrived, whole.
        standings: when it was set aside and restored, as `standings_of` says it.
        paused: returns for how many days, since an instant, something was awaited from who asks.
        under: the key of the version under which it was asked, where it follows its own.
    """
    if registration.decided_at is None or registration.decided_at <= received_at:
        return received_at
    since = received_at
    for one in standings:
        if one.at <= since:
            continue
        if one.verb == RESTORED:
            since = one.at
            continue
        silence = silence_about(registration, since, paused=paused(since), under=under)
        if silence is None or silence.has_decided(local_day(one.at, registration.service.zone)):
            break
    return since


@dataclass(frozen=True)
class _Counted:
    """How silence on a request is counted.

    Attributes:
        since: from when.
        paused: for how many days since then it waited for its candidate.
        runs: whether it does, now or once its candidate has had time to answer.
        has_deadline: whether it does again at the end of that time, whatever comes.
    """

    since: datetime
    paused: int
    runs: bool
    has_deadline: bool


def _counted(
    request: Request, standings: Standings | None = None, *, at: datetime | None = None
) -> _Counted | None:
    """Return how silence on a request counts, or nothing where no text says what it means.

    What is missing of it stops the delay whose silence rejects, as long as its candidate has to
    send it, and begins anew, from when it has come, the one whose silence accepts (CRPA L. 114-5).
    Nothing is asked for once silence has decided.

    Args:
        request: of a candidate, with its registration.
        standings: see `silence_of`.
        at: the instant for which it is told; else the candidate is taken to use all their time.
    """
    meant = silence_about(request.received_as, request.sent_at)
    if meant is None:
        return None
    is_accepted = meant.meaning is Meaning.ACCEPTED
    is_awaited = request.asked_at is not None and request.completed_at is None
    is_stopped = is_awaited and at is not None and request.is_with_candidate(at)
    until = request.complete_before if is_awaited and not is_stopped else None

    def paused(since: datetime) -> int:
        return 0 if is_accepted else request.paused_since(since, until=until)

    received_at = request.received_at if is_accepted else request.sent_at
    since = _stood_from(request, received_at, paused, standings)
    return _Counted(
        since,
        paused(since),
        runs=not (is_stopped or (is_awaited and is_accepted)),
        has_deadline=is_stopped and not is_accepted,
    )


def _stood_from(
    request: Request,
    received_at: datetime,
    paused: Callable[[datetime], int],
    standings: Standings | None,
) -> datetime:
    """Return from when a request could be accepted; a correction could all the time."""
    if isinstance(request, CorrectionRequest):
        return received_at
    registration = request.received_as
    if standings is None:
        standings = standings_of([] if registration.decided_at is None else [registration.pk])
    return counted_from(
        registration, received_at, standings.get(registration.pk, ()), paused=paused
    )


def _silence_on(request: Request, *, at: datetime) -> list[str]:
    """Return what its receipt says of silence, by the registration through which it was sent."""
    received_as = Registration.objects.whole().get(pk=request.received_as.pk)
    counted = _counted(request, at=at)
    if counted is None:
        return []
    return silence_on(
        received_as,
        counted.since,
        is_complete=counted.runs,
        has_deadline=counted.has_deadline,
        paused=counted.paused,
        at=at,
    )


def _silence(request: Request, standings: Standings | None = None) -> Silence | None:
    counted = _counted(request, standings)
    if counted is None or not counted.runs:
        return None
    return silence_about(request.received_as, counted.since, paused=counted.paused)


def silence_of(request: Request, standings: Standings | None = None) -> Silence | None:
    """Return what silence on a request means; nothing of one that waits no more, or cannot be accepted.

    Args:
        request: of a candidate, with its registration.
        standings: what `standings_for` says of it and of others, where several are read.
    """
    if not request.is_waiting or not may_be_accepted(request):
        return None
    return _silence(request, standings)


def is_decided_by_silence(
    request: Request | None, standings: Standings | None = None, *, at: datetime
) -> bool:
    """Return whether nobody has answered a request in time, so that silence has.

    Args:
        request: of a candidate, with its registration; nothing where there is none.
        standings: see `silence_of`.
        at: now.
    """
    silence = None if request is None else silence_of(request, standings)
    if request is None or silence is None:
        return False
    return silence.has_decided(_today(request, at))


def is_accepted_by_silence(request: Request, *, at: datetime) -> bool:
    """Return whether silence has accepted a request: who refuses it takes that back."""
    silence = silence_of(request)
    return silence is not None and silence.has_accepted(_today(request, at))


def silence_in_words(request: Request, standings: Standings | None = None, *, at: datetime) -> str:
    """Say to the office what silence on a request means, and since when or from when; else nothing.

    Args:
        request, standings: see `silence_of`.
        at: now.
    """
    if request.is_with_candidate(at) and may_be_accepted(request):
        return _stopped_in_words(request)
    silence = silence_of(request, standings)
    return silence.in_words(_today(request, at)) if silence else ""


def _stopped_in_words(request: Request) -> str:
    """Say to the office what becomes of the delay while a candidate has to send what is missing."""
    meant = silence_about(request.received_as, request.sent_at)
    if meant is None:
        return ""
    if meant.meaning is Meaning.ACCEPTED:
        return "Le silence ne court que du jour où le candidat envoie ce qui manque"
    return (
        "Le délai du silence s'arrête jusqu'à la réponse du candidat, au plus tard le "
        f"{request.complete_until}"
    )


def to_refuse_in_words(request: Request, *, at: datetime) -> str:
    """Say to who may refuse a request that silence has accepted what the law makes of it; else nothing."""
    silence = silence_of(request)
    return silence.to_refuse_in_words(_today(request, at)) if silence else ""


def check_refusal(request: Request, *, answer: str, takes_back: bool, at: datetime) -> None:
    """Refuse to refuse without a reason, or unknowingly what silence has accepted.

    Args:
        request: one that waits.
        answer: why it is refused.
        takes_back: whether who refuses it has read that this takes an acceptance back.
        at: the instant.

    Raises:
        AnswerMissing: nothing is said.
        AcceptedBySilence: it is accepted, and they have not.
    """
    if not answer:
        raise AnswerMissing
    if not takes_back and is_accepted_by_silence(request, at=at):
        raise AcceptedBySilence


def taken_back_in_words(request: Request, *, at: datetime) -> list[str]:
    """Say to its candidate that a request was refused once silence had accepted it; else nothing."""
    silence = _silence(request)
    if silence is None or not silence.has_accepted(_today(request, at)):
        return []
    day = day_in_words(silence.on)
    said = f"Faute de réponse, elle était réputée acceptée depuis le {day}"
    return [f"{said} : ce refus retire cette acceptation."]


def _today(request: Request, at: datetime) -> date:
    return local_day(at, request.received_as.service.zone)
