"""What is done to a request of a candidate, whichever of the two kinds it is (E7, I6, I7)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    Subquery,
    When,
)
from django.db.models.functions import Cast, Coalesce

from sporades import journal
from sporades.accounts.models import User
from sporades.accounts.permissions import Permission, allowing
from sporades.core import apart, files
from sporades.core.actors import SYSTEM, Actor
from sporades.core.days import midnight
from sporades.core.french import day_in_words, local_day, time_left_in_words
from sporades.core.links import link_to
from sporades.core.queue import defer_once
from sporades.core.refusals import ReasonMissing, Refused
from sporades.evidence import operations as evidence
from sporades.exams.rules.silence import Silence
from sporades.exams.schema.legal import Meaning
from sporades.intake import antivirus, cleaning
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about
from sporades.letters import operations as letters
from sporades.letters.models import Letter
from sporades.letters.queries import summary_for
from sporades.mail.models import Message
from sporades.notices.queries import stops_writing
from sporades.registrations.came import CameBy
from sporades.registrations.evidence import due_as_told, first_due
from sporades.registrations.models import ChangeRequest, CorrectionRequest, Registration, Version
from sporades.registrations.models.request import Request
from sporades.registrations.operations import requesting
from sporades.registrations.queries import last_standing_of, persons_of
from sporades.registrations.receipt import against_of, silence_about, silence_on, taken_by
from sporades.registrations.snapshot import contact_of

SCAN_PROOF = "acts.scan_proof"
SCANNED_AT_ONCE = 500
WITH_PROOF: dict[str, Any] = {
    "changerequest": ChangeRequest,
    "correctionrequest": CorrectionRequest,
}
"""The requests that may have a proof, by what their jobs call them."""
SILENT = "request_silent"
"""The mail that says what silence has decided of a request."""
INCOMPLETE, COMPLETED = "request_incomplete", "request_completed"
"""The mails that say what a request lacks, and that it has come."""
REMINDED_AFTER = timedelta(days=7)
"""How long after they were asked for more who has not answered is reminded, once."""
REMINDED_AT_ONCE = 500
SHORTEST_SILENCE = timedelta(days=28)
"""Before which no réglementation lets silence decide: it counts in months."""
CHANGE_REFUSED, CORRECTION_REFUSED = "change request refused", "correction refused"
"""The verbs of a refusal."""
CHANGE_ASSIGNED, CORRECTION_ASSIGNED = "change request assigned", "correction assigned"
"""The verbs by which somebody deals with a request."""
HELD_FOR = timedelta(days=7)
"""For how long a request is theirs alone: then it is offered to whoever is there."""
type Standings = Mapping[int, Sequence[Entry]]
"""When each registration, by its key, was set aside and restored."""
SET_ASIDE, RESTORED = "registration set aside", "registration restored"
"""The verbs between which nothing that is asked of a registration can be accepted."""
CORRECTED_AT = "account_edit"
"""The page where a correction of civil data is asked for, and followed."""

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


class MissingUnsaid(ReasonMissing):
    """A candidate is not asked for more without a word."""

    message = "Dites ce qui manque : le candidat le lira."


class SilenceHasDecided(Refused):
    """Nothing that is sent now would change it."""

    message = (
        "Faute de réponse, le silence a déjà décidé de cette demande : un complément n'y changerait "
        "rien. Acceptez-la, ou refusez-la."
    )


class SetAsideMeanwhile(Refused):
    """What it asks cannot be done, with or without what is missing."""

    message = SET_ASIDE_MEANWHILE


class NothingAdded(Refused):
    """A request is not completed by nothing."""

    message = "Joignez un fichier, ou écrivez votre réponse."


class CameToCome(Refused):
    """Nothing has come tomorrow."""

    message = "Cette date n'est pas encore passée."


class CameBeforeAsked(Refused):
    """What came before it was asked for is not what was asked for."""


CAME_BEFORE_ASKED = "Indiquez un jour à partir du {day}, où le complément a été demandé."


class CompletedAlready(Refused):
    """Another window has sent something else, or somebody has decided it."""

    message = (
        "Rien ne manque plus : cette demande est déjà complétée, décidée ou retirée. Ce que "
        "vous venez d'envoyer n'est pas pris en compte."
    )


class DecidedAlready(Refused):
    """A colleague, or its candidate, was quicker."""

    message = "Cette demande vient d'être décidée, ou retirée par le candidat."


def with_proof[R: Request](
    proof: Sequence[bytes],
    send: Callable[[str], R],
    *,
    after: Sequence[bytes] = (),
    at: datetime,
) -> R:
    """Send a request with its proof; one that is not sent, or was sent already, leaves no file.

    A proof is made anew as a piece is, and nobody of the office opens it before the antivirus. It is
    announced as a piece is too: of a process that is killed before the request stands, nothing stays.

    Args:
        proof: PDFs or photos, gathered in their order into one document; none for no proof.
        send: sends the request, given where its proof is kept.
        after: the proof that it has already, whose pages come first.
        at: the instant.

    Raises:
        reading.Unfit: one of them is not taken, or all of them together; `place` says which.
        reading.Unready: nothing is known of it: its reader does not start.
        files.OutOfReach: the store does not answer.
    """
    if not proof:
        return send("")
    made = cleaning.join(proof, own=after)
    own = files.own_suffix(".pdf")
    key = evidence.announce(made.content, own=own, at=at)
    with files.kept_apart(made.content, suffix=".pdf", own=own):
        sent = send(key)
        if sent.proof_key == key:
            evidence.arrived(key)
            _defer_scan(sent)
        else:
            transaction.on_commit(lambda: files.forget_or_say([key]))
    return sent


def scan_proof(kind: str, key: int, *, at: datetime) -> None:
    """Have the proof of a request looked at by the antivirus; keep what it says, and tell of a virus.

    Args:
        kind: of the request, one of `WITH_PROOF`.
        key: of the request; one that is gone, or whose proof was looked at, is left.
        at: the instant.

    Raises:
        antivirus.Unreachable: nothing is known of it: nobody looks, or nobody answers.
        files.OutOfReach: the store does not answer.
    """
    requests = WITH_PROOF[kind].objects
    waiting = requests.unscanned().filter(pk=key).select_related("registration").first()
    if waiting is None:
        return
    verdict = antivirus.scan(files.get(waiting.proof_key))
    same = requests.unscanned().filter(pk=key, proof_key=waiting.proof_key)
    with transaction.atomic():
        is_noted = same.update(proof_scanned_at=at, proof_is_clean=verdict.is_clean)
        if is_noted and not verdict.is_clean:
            journal.record(
                "proof found infected",
                by=SYSTEM,
                on=waiting.registration,
                at=at,
                academy=waiting.registration.academy_id,
                after={"request": key, "signature": verdict.signature},
            )
            waiting.refresh_from_db(fields=["state"])  # as it is under its lock
            if waiting.is_waiting:
                _tell_of_virus(waiting, at=at)


def _tell_of_virus(request: Request, *, at: datetime) -> None:
    """Tell who waits for an answer to send the request again: nobody can open what it is proved by."""
    key = f"{request._meta.model_name}:{request.pk}:proof refused"
    page = CORRECTED_AT if isinstance(request, CorrectionRequest) else ""
    tell("file_refused", request, key=key, about=_answered_in(request), page=page, at=at)


def scan_proofs_again(*, older_than: datetime) -> None:
    """Queue the proofs that a killed worker left, and those for which no antivirus answered."""
    for model in WITH_PROOF.values():
        waiting = model.objects.unscanned().filter(sent_at__lt=older_than)
        for one in waiting.order_by("sent_at")[:SCANNED_AT_ONCE]:
            _defer_scan(one)


def why_not_more(request: Request, *, at: datetime) -> Refused | None:
    """Return why the candidate of a request that waits for its office is not asked for more; or nothing.

    Args:
        request: of a candidate, with its registration.
        at: now.
    """
    if not _may_be_accepted(request):
        return SetAsideMeanwhile()
    return SilenceHasDecided() if is_decided_by_silence(request, at=at) else None


def ask_more(request: Request, *, missing: str, by: Actor, at: datetime) -> None:
    """Ask the candidate of a locked request for what it lacks.

    Args:
        request: one that waits for its office.
        missing: what it lacks, as its candidate will read it.
        by: who asks.
        at: the instant.

    Raises:
        MissingUnsaid: nothing is said.
        SetAsideMeanwhile, SilenceHasDecided: see each.
        MovedMeanwhile: it does not wait for its office any more.
    """
    if not missing:
        raise MissingUnsaid
    if request.is_waiting and (refusal := why_not_more(request, at=at)) is not None:
        raise refusal
    requesting.ask_more(request, missing=missing, name=by.name, at=at)


@dataclass(frozen=True)
class Came:
    """How what a request lacked reached its service, of what its candidate has not sent on line.

    Attributes:
        on: the day on which the service had it, from which delays run again (CRPA L. 114-5).
        by: by which way.
    """

    on: date
    by: CameBy

    def refused(self, request: Request, *, at: datetime) -> Refused | None:
        """Return why what a request lacks cannot have come on that day; or nothing.

        Args:
            request: one of which something is missing.
            at: now.
        """
        zone = request.registration.service.zone
        if self.on > local_day(at, zone):
            return CameToCome()
        asked_on = local_day(request.asked_at or at, zone)
        if self.on < asked_on:
            return CameBeforeAsked(CAME_BEFORE_ASKED.format(day=day_in_words(asked_on)))
        return None

    def instant(self, request: Request, *, at: datetime) -> datetime:
        """Return an instant of that day, as near to eleven o'clock as what is known allows.

        That is the same day by every clock of the country: whoever reads it there reads the day.

        Args:
            request: one of which something is missing.
            at: the instant at which it is noted.
        """
        there = midnight(self.on, request.registration.service.zone) + _ELEVEN_HOURS
        return min(max(there, request.asked_at or there), at)

    @property
    def noted(self) -> dict[str, str]:
        """What the journal keeps of it."""
        return {"received_on": self.on.isoformat(), "came_by": str(self.by)}


_ELEVEN_HOURS = timedelta(hours=11)


def complete[R: Request](
    request: R,
    *,
    words: str,
    proof: Sequence[bytes],
    locked: Callable[[], R],
    done: Callable[[R], None],
    at: datetime,
    came: Came | None = None,
) -> R:
    """« Compléter »: what its candidate adds goes after what they had sent, and the office has it again.

    A proof in which a virus was found is left out: what comes takes its place.

    Args:
        request: one of which something is missing.
        words: what its candidate answers, if anything.
        proof: PDFs or photos, in their order, if any.
        locked: locks the request, and what is locked before it.
        done: keeps and tells that it is done, in the transaction.
        at: the instant.
        came: how it reached its service, where somebody there notes it.

    Raises:
        NothingAdded: neither a word nor a file.
        CameToCome, CameBeforeAsked: it cannot have come on that day.
        CompletedAlready: it does not wait for its candidate any more, and not because of this press.
        reading.Unfit, reading.Unready, files.OutOfReach: see `with_proof`.
    """
    if not (words or proof):
        raise NothingAdded

    @transaction.atomic
    def kept(key: str) -> R:
        found = locked()
        if not found.is_incomplete:
            if found.is_waiting and _is_the_same(found, words, key, came):
                return found  # the button was pressed twice
            raise CompletedAlready
        if found.proof_key != request.proof_key:
            raise CompletedAlready
        if came is None:
            requesting.complete(found, words=words, proof_key=key, at=at)
        else:
            if (refusal := came.refused(found, at=at)) is not None:
                raise refusal
            had_at = came.instant(found, at=at)
            requesting.complete(found, words=words, proof_key=key, at=had_at, came_by=came.by)
        done(found)
        return found

    has_proof = proof and request.proof_key and not request.is_proof_infected
    own = [files.get(request.proof_key)] if has_proof else []
    return with_proof(proof, kept, after=own, at=at)


def _is_the_same(sent: Request, words: str, key: str, came: Came | None) -> bool:
    """Return whether a request was completed in the same words, with the same files, by the same way."""
    said = (sent.complement, sent.complement_came_by)
    if sent.completed_at is None or said != (words, came.by if came else ""):
        return False
    return not key or files.digest_of(sent.proof_key) == files.digest_of(key)


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
        return _while_it_waits(request, at=at)
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
    return [*_taken_back(request, at=last.at), *against]


def _while_it_waits(request: Request, *, at: datetime) -> list[str]:
    """Return what silence on a request means, or why nothing comes of it: nobody can accept it."""
    return _silence_on(request, at=at) if _may_be_accepted(request) else [SET_ASIDE_MEANWHILE]


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


def _answered_in(request: Request) -> Registration:
    """Return the registration whose service answers a request: of a correction, one that stands.

    A correction is of a person: once that by which it was sent is left or set aside, whoever has
    another one of theirs decides it; where none stands, the service of that one still.
    """
    registration = request.registration
    if isinstance(request, CorrectionRequest) and not registration.is_active:
        return last_standing_of(request.candidate) or registration
    return registration


def _may_be_accepted(request: Request) -> bool:
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


def counted_from(
    registration: Registration,
    received_at: datetime,
    standings: Sequence[Entry] | None = None,
    *,
    paused: int = 0,
    under: int | None = None,
) -> datetime:
    """Return from when silence counts on what is asked of a registration: anew once it is restored.

    While it was set aside nobody could accept anything, as its candidate read. What silence had
    decided before stays decided.

    Args:
        registration: with its service.
        received_at: when the request arrived, whole.
        standings: what `standings_of` says of it, where several are read.
        paused: for how many days something was awaited from who asks.
        under: the key of the version under which it was asked, where it follows its own.
    """
    if registration.decided_at is None or registration.decided_at <= received_at:
        return received_at
    if standings is None:
        standings = standings_of([registration.pk])[registration.pk]
    since = received_at
    for one in standings:
        if one.at <= since:
            continue
        if one.verb == RESTORED:
            since = one.at
            continue
        silence = silence_about(registration, since, paused=paused, under=under)
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
    since = _stood_from(request, received_at, paused(received_at), standings)
    return _Counted(
        since,
        paused(since),
        runs=not (is_stopped or (is_awaited and is_accepted)),
        has_deadline=is_stopped and not is_accepted,
    )


def _stood_from(
    request: Request, received_at: datetime, paused: int, standings: Standings | None
) -> datetime:
    """Return from when a request could be accepted; a correction could all the time."""
    if isinstance(request, CorrectionRequest):
        return received_at
    registration = request.received_as
    known = None if standings is None else standings.get(registration.pk, ())
    return counted_from(registration, received_at, known, paused=paused)


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
    if not request.is_waiting or not _may_be_accepted(request):
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
    if request.is_with_candidate(at) and _may_be_accepted(request):
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


def _taken_back(request: Request, *, at: datetime) -> list[str]:
    """Say to its candidate that a request was refused once silence had accepted it; else nothing."""
    silence = _silence(request)
    if silence is None or not silence.has_accepted(_today(request, at)):
        return []
    day = day_in_words(silence.on)
    said = f"Faute de réponse, elle était réputée acceptée depuis le {day}"
    return [f"{said} : ce refus retire cette acceptation."]


def _today(request: Request, at: datetime) -> date:
    return local_day(at, request.received_as.service.zone)


def tell_of_silence(*, at: datetime) -> int:
    """Tell those whose request nobody has answered in time what silence has decided, once.

    Returns:
        How many were told.
    """
    return sum(_tell_of_silence(model, at=at) for model in WITH_PROOF.values())


def _tell_of_silence(model: Any, *, at: datetime) -> int:
    waiting = model.objects.waiting().filter(sent_at__lt=at - SHORTEST_SILENCE).order_by("pk")
    told = Message.objects.filter(kind=SILENT).values_list("key", flat=True)
    keys = {_key_of_silence(model, pk): pk for pk in waiting.values_list("pk", flat=True)}
    done = set(told.filter(key__in=keys))
    untold = [pk for key, pk in keys.items() if key not in done]
    return apart.each(_tell_of_one, untold, model=model, at=at)


@transaction.atomic
def _tell_of_one(pk: int, *, model: Any, at: datetime) -> bool:
    waiting = model.objects.waiting().filter(pk=pk).select_for_update(of=("self",))
    request = waiting.select_related("registration__service").first()
    if request is None or not is_decided_by_silence(request, at=at):
        return False
    page = CORRECTED_AT if model is CorrectionRequest else ""
    about = _answered_in(request)
    tell(SILENT, request, key=_key_of_silence(model, pk), about=about, page=page, at=at)
    return True


def _key_of_silence(model: Any, pk: int) -> str:
    return f"{model._meta.model_name}:{pk}:silence"


def remind_incomplete(*, at: datetime) -> int:
    """Remind once, half-way, those who were asked for what their request lacks; return how many."""
    if stops_writing(at):
        return 0
    return sum(_remind_of(model, at=at) for model in WITH_PROOF.values())


def _remind_of(model: Any, *, at: datetime) -> int:
    asked = model.objects.with_candidate(at).filter(asked_at__lte=at - REMINDED_AFTER)
    keys = {_key_of_reminder(one): one.pk for one in asked.order_by("asked_at", "pk")}
    done = set(Message.objects.filter(kind=INCOMPLETE, key__in=keys).values_list("key", flat=True))
    left = [pk for key, pk in keys.items() if key not in done]
    return apart.each(_remind_one, left[:REMINDED_AT_ONCE], model=model, at=at)


@transaction.atomic
def _remind_one(pk: int, *, model: Any, at: datetime) -> bool:
    waiting = model.objects.with_candidate(at).filter(pk=pk).select_for_update(of=("self",))
    request = waiting.select_related("registration__service").first()
    if request is None or not _may_be_accepted(request):
        return False
    tell_incomplete(request, key=_key_of_reminder(request), is_again=True, at=at)
    return True


def _key_of_reminder(request: Request) -> str:
    return f"{key_of_incomplete(request)}:again"


def key_of_incomplete(request: Request) -> str:
    """Return what names the mail that says what a request lacks: it may lack something else later."""
    return f"{request._meta.model_name}:{request.pk}:incomplete:{len(request.exchanged)}"


def tell_incomplete(
    request: Request, *, key: str = "", is_again: bool = False, at: datetime
) -> None:
    """Tell the candidate of a request what it lacks, and until when it is sent.

    Args:
        request: one of which something is missing.
        key: what tells the mail from every other, where it is not the first of it.
        is_again: whether it recalls what was told before.
        at: the instant.
    """
    is_correction = isinstance(request, CorrectionRequest)
    tell(
        INCOMPLETE,
        request,
        key=key or key_of_incomplete(request),
        about=_answered_in(request),
        page=CORRECTED_AT if is_correction else "",
        is_again=is_again,
        due_by=request.complete_before,
        at=at,
    )


def tell_completed(request: Request, *, at: datetime) -> None:
    """Acknowledge what the candidate of a request has added to it, with what silence means from now on.

    What still waits to be printed asks for it no more.
    """
    keys = [key_of_incomplete(request), _key_of_reminder(request)]
    asking = Letter.objects.waiting().filter(message__kind=INCOMPLETE, message__key__in=keys)
    letters.leave_out(asking, why="ce qu'il demande est arrivé", at=at)
    is_correction = isinstance(request, CorrectionRequest)
    tell(
        COMPLETED,
        request,
        key=f"{request._meta.model_name}:{request.pk}:completed:{len(request.exchanged)}",
        about=_answered_in(request),
        page=CORRECTED_AT if is_correction else "",
        at=at,
    )


def _defer_scan(sent: Request) -> None:
    defer_once(SCAN_PROOF, queue="evidence", kind=str(sent._meta.model_name), request=str(sent.pk))


def assign(request: Request, *, user: User, by: Actor) -> None:
    """Keep who deals with a request. Raises DecidedAlready."""
    waiting = type(request)._default_manager.filter(pk=request.pk, decided_at=None)
    if not waiting.update(assigned_to=user, assigned_name=by.name):
        raise DecidedAlready


def with_holders(requests: Any, *, permission: Permission, at: datetime) -> Any:
    """Say of each since when somebody deals with it, `held_since`, and whether they may no more, `is_left`.

    Their role has ended, their account is closed, or their perimeter has changed.

    Args:
        requests: of one kind.
        permission: what whoever decides them is allowed.
        at: the instant.
    """
    on = local_day(at, settings.TIME_ZONE)
    there = {"academy": "registration__academy", "domain": "registration__exam__domain__code"}
    sent_there = allowing(
        permission,
        user=OuterRef("assigned_to"),
        **{name: OuterRef(path) for name, path in there.items()},
        on=on,
    )
    if requests.model is CorrectionRequest:
        about, verb = "candidate", CORRECTION_ASSIGNED
        # As its `within` has it: where a registration stands, or else where it was sent.
        standing = Registration.objects.active().filter(candidate=OuterRef("candidate"))
        theirs = allowing(
            permission,
            user=OuterRef(OuterRef("assigned_to")),
            academy=OuterRef("academy"),
            domain=OuterRef("exam__domain__code"),
            on=on,
        )
        may = Q(Exists(standing.filter(Exists(theirs)))) | ~Exists(standing) & Q(Exists(sent_there))
    else:
        about, verb, may = "registration", CHANGE_ASSIGNED, Q(Exists(sent_there))
    taken = Entry.objects.filter(
        object_kind=about, object_id=Cast(OuterRef(about), CharField()), verb=verb
    ).order_by("-at", "-pk")
    # Of which the journal says nothing there, it counts from its sending.
    since = Coalesce(Subquery(taken.values("at")[:1]), "sent_at")
    is_held = Q(assigned_to__isnull=False)
    return requests.annotate(
        held_since=Case(When(is_held, then=since)),
        is_left=ExpressionWrapper(is_held & ~may, BooleanField()),
    )


def is_free(at: datetime) -> Q:
    """Return what a request satisfies with which nobody deals, or that was taken in charge and left there.

    Args:
        at: the instant.
    """
    return Q(assigned_to=None) | Q(is_left=True) | Q(held_since__lt=at - HELD_FOR)


def held_in_words(request: Any, *, at: datetime) -> str:
    """Say, after the name of whoever deals with a request, since when, or that they may no more.

    Args:
        request: as `with_holders` reads it; of one that waits no more nothing is said.
        at: the instant.
    """
    if not request.is_waiting or request.held_since is None:
        return ""
    if request.is_left:
        return ", qui ne peut plus la traiter"
    return f", depuis {time_left_in_words(at - request.held_since)}"


def tell(
    kind: str,
    request: Request,
    *,
    key: str,
    about: Any,
    at: datetime,
    page: str = "",
    refused_by: Actor | None = None,
    version: Version | None = None,
    changes_more: bool = False,
    is_again: bool = False,
    due_by: datetime | None = None,
) -> None:
    """Write to the candidate of a request.

    Args:
        kind: of the mail.
        request: what it speaks of.
        key: what tells it from every other mail.
        about: the row that it is about.
        at: the instant.
        page: that it leads to; that of the registration unless another is named.
        refused_by: who refuses it, where that is what is told.
        version: what was filed of it, where that is what is told.
        changes_more: whether that changes what was not asked too.
        is_again: whether it recalls what was told before.
        due_by: until when it asks for something, if it does.
    """
    registration = Registration.objects.whole().get(pk=_answered_in(request).pk)
    if refused_by is None:
        against = []
    else:
        by = taken_by(registration, name=refused_by.name, role=refused_by.kind, at=at)
        against = [*_taken_back(request, at=at), *by]
    letters.tell(
        registration.candidate,
        kind,
        service=registration.service,
        at=at,
        key=key,
        about=about,
        urgent=True,
        registration=registration,
        request=request,
        received=request.sent_in_words,
        is_unnamed=False,
        is_correction=isinstance(request, CorrectionRequest),
        is_acceptable=_may_be_accepted(request),
        silence=_while_it_waits(request, at=at) if request.is_waiting else [],
        against=against,
        enclosed=summary_for(registration) if kind == "change_accepted" else None,
        due=due_as_told(version) if version is not None else None,
        due_by=first_due(version) if version is not None else due_by,
        changes_more=changes_more,
        is_again=is_again,
        contact=contact_of(registration.service),
        history=link_to("candidate:history", registration.number),
        link=link_to(page) if page else link_to("candidate:registration", registration.number),
    )
