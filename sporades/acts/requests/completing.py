"""What a request lacks: asked for, awaited, and added to it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any

from django.db import transaction
from django.db.models import Q

from sporades.acts.requests import CORRECTED_AT, OF_REGISTERED
from sporades.acts.requests.proofs import with_proof
from sporades.acts.requests.silence import (
    SET_ASIDE_MEANWHILE,
    answered_in,
    is_decided_by_silence,
    may_be_accepted,
)
from sporades.acts.requests.telling import tell
from sporades.core import apart, files
from sporades.core.actors import Actor
from sporades.core.days import midnight
from sporades.core.french import day_in_words, local_day
from sporades.core.refusals import ReasonMissing, Refused
from sporades.letters import operations as letters
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.notices.queries import stops_writing
from sporades.registrations.came import CameBy
from sporades.registrations.models import CorrectionRequest
from sporades.registrations.models.request import Request
from sporades.registrations.operations import requesting
from sporades.registrations.refusals import MovedMeanwhile

INCOMPLETE, COMPLETED = "request_incomplete", "request_completed"
"""The mails that say what a request lacks, and that it has come."""
REMINDED_AFTER = timedelta(days=7)
"""How long after they were asked for more who has not answered is reminded, once."""
REMINDED_AT_ONCE = 500


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


class NoDayNoted(Refused):
    """What has no day of the office has none to be corrected."""

    message = (
        "Il n'y a pas de jour à rectifier : cette demande attend de nouveau son candidat, ou elle est "
        "décidée ou retirée."
    )


class DecidedByThatDay(Refused):
    """What silence has decided, and its candidate has read, is not undone by a slip that is mended."""

    message = (
        "Faute de réponse, le silence a déjà décidé de cette demande, par le jour qui est noté : il ne "
        "se rectifie plus. Acceptez-la, ou refusez-la."
    )


class CorrectedMeanwhile(Refused):
    """Somebody else has corrected that day, or noted another."""

    message = (
        "Un autre jour vient d'être noté : relisez-le, puis recommencez s'il n'est pas le bon."
    )


def why_not_more(request: Request, *, at: datetime) -> Refused | None:
    """Return why the candidate of a request that waits for its office is not asked for more; or nothing.

    Args:
        request: of a candidate, with its registration.
        at: now.
    """
    if not may_be_accepted(request):
        return SetAsideMeanwhile()
    return SilenceHasDecided() if is_decided_by_silence(request, at=at) else None


def refuse_unread(request: Request, *, seen: str) -> None:
    """Check that whoever decides of a request has read all that was asked for and answered.

    Args:
        request: as it was read; its row is locked.
        seen: how far its page showed that, as `exchange_mark` says it, if it is said.

    Raises:
        MovedMeanwhile: a colleague has asked for more since, or what was missing has come.
    """
    requests: Any = type(request)._default_manager
    if seen and requests.get(pk=request.pk).exchange_mark != seen:
        raise MovedMeanwhile


def ask_more(request: Request, *, missing: str, seen: str = "", by: Actor, at: datetime) -> None:
    """Ask the candidate of a locked request for what it lacks.

    Args:
        request: one that waits for its office.
        missing: what it lacks, as its candidate will read it.
        seen: see `refuse_unread`.
        by: who asks.
        at: the instant.

    Raises:
        MissingUnsaid: nothing is said.
        SetAsideMeanwhile, SilenceHasDecided: see each.
        MovedMeanwhile: it does not wait for its office any more, or see `refuse_unread`.
    """
    if not missing:
        raise MissingUnsaid
    refuse_unread(request, seen=seen)
    if request.is_waiting and (refusal := why_not_more(request, at=at)) is not None:
        raise refusal
    requesting.ask_more(request, missing=missing, name=by.name, at=at)


_ELEVEN_HOURS = timedelta(hours=11)


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


def complete[R: Request](
    request: R,
    *,
    words: str,
    proof: Sequence[bytes],
    locked: Callable[[], R],
    record: Callable[..., None],
    at: datetime,
    came: Came | None = None,
) -> R:
    """« Compléter », « Noter le complément reçu »: what is added goes after what was sent.

    The office has it again, and its candidate is told.

    A proof in which a virus was found is left out: what comes takes its place.

    Args:
        request: one of which something is missing.
        words: what its candidate answers, if anything.
        proof: PDFs or photos, in their order, if any.
        locked: locks the request, and what is locked before it.
        record: keeps in the journal that it is done, given the request and how what it lacked came.
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
        record(found, **(came.noted if came else {}))
        tell_completed(found, at=at)
        return found

    has_proof = proof and request.proof_key and not request.is_proof_infected
    own = [files.get(request.proof_key)] if has_proof else []
    return with_proof(proof, kept, after=own, at=at)


def why_not_another_day(request: Request, *, at: datetime) -> Refused | None:
    """Return why the day on which what a request lacked came is not corrected; or nothing.

    Args:
        request: of a candidate, with its registration.
        at: now.
    """
    if not request.is_waiting or request.came_on is None:
        return NoDayNoted()
    return DecidedByThatDay() if is_decided_by_silence(request, at=at) else None


@transaction.atomic
def correct_day[R: Request](
    *,
    on: date,
    seen: date,
    locked: Callable[[], R],
    record: Callable[..., None],
    at: datetime,
) -> bool:
    """« Rectifier le jour reçu »: delays run again from another day, and the candidate is told.

    Args:
        on: the day on which the service had it.
        seen: the one that was noted, as whoever corrects it read it.
        locked: locks the request, and what is locked before it.
        record: keeps in the journal that it is done, given the request and both days.
        at: the instant.

    Returns:
        Whether it was another day.

    Raises:
        NoDayNoted, DecidedByThatDay, CorrectedMeanwhile: see each.
        CameToCome, CameBeforeAsked: it cannot have come on that day.
    """
    found = locked()
    if (refusal := why_not_another_day(found, at=at)) is not None:
        raise refusal
    if found.came_on == on:
        return False  # the button was pressed twice
    if found.came_on != seen:
        raise CorrectedMeanwhile
    came = Came(on, CameBy(found.complement_came_by))
    if (refusal := came.refused(found, at=at)) is not None:
        raise refusal
    requesting.correct_day(found, at=came.instant(found, at=at))
    record(found, **came.noted, former=seen.isoformat())
    _tell_another_day(found, at=at)
    return True


def _is_the_same(sent: Request, words: str, key: str, came: Came | None) -> bool:
    """Return whether a request was completed in the same words, with the same files, by the same way."""
    said = (sent.complement, sent.complement_came_by)
    if sent.completed_at is None or said != (words, came.by if came else ""):
        return False
    return not key or files.digest_of(sent.proof_key) == files.digest_of(key)


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
        about=answered_in(request),
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
    _tell_completed(request, key=_key_of_completed(request), at=at)


def _tell_another_day(request: Request, *, at: datetime) -> None:
    """Tell the candidate of a request on which other day what they added is received.

    What still waits to be printed says the former one no more.
    """
    key = _key_of_completed(request)
    is_of_it = Q(message__key=key) | Q(message__key__startswith=f"{key}:")
    former = Letter.objects.waiting().filter(is_of_it, message__kind=COMPLETED)
    letters.leave_out(former, why="le jour qu'il dit est rectifié", at=at)
    # The instant too: the same day may be noted again, once another has been.
    said = f"{key}:{request.came_on}:{int(at.timestamp())}"
    _tell_completed(request, key=said, is_another_day=True, at=at)


def _tell_completed(
    request: Request, *, key: str, is_another_day: bool = False, at: datetime
) -> None:
    is_correction = isinstance(request, CorrectionRequest)
    tell(
        COMPLETED,
        request,
        key=key,
        about=answered_in(request),
        page=CORRECTED_AT if is_correction else "",
        is_another_day=is_another_day,
        at=at,
    )


def _key_of_completed(request: Request) -> str:
    return f"{request._meta.model_name}:{request.pk}:completed:{len(request.exchanged)}"


def key_of_incomplete(request: Request) -> str:
    """Return what names the mail that says what a request lacks: it may lack something else later."""
    return f"{request._meta.model_name}:{request.pk}:incomplete:{len(request.exchanged)}"


def _key_of_reminder(request: Request) -> str:
    return f"{key_of_incomplete(request)}:again"


def remind_incomplete(*, at: datetime) -> int:
    """Remind once, half-way, those who were asked for what their request lacks; return how many."""
    if stops_writing(at):
        return 0
    return sum(_remind_of(model, at=at) for model in OF_REGISTERED.values())


def _remind_of(model: Any, *, at: datetime) -> int:
    asked = model.objects.with_candidate(at).filter(asked_at__lte=at - REMINDED_AFTER)
    keys = {_key_of_reminder(one): one.pk for one in asked.order_by("asked_at", "pk")}
    done = set(Message.objects.filter(kind=INCOMPLETE, key__in=keys).values_list("key", flat=True))
    left = [pk for key, pk in keys.items() if key not in done]
    reminded = 0
    # What was set aside waits for as long as it is, and keeps nobody else from being reminded.
    for some in batched(left, REMINDED_AT_ONCE):
        reminded += apart.each(_remind_one, some, model=model, at=at)
        if reminded >= REMINDED_AT_ONCE:
            break
    return reminded


@transaction.atomic
def _remind_one(pk: int, *, model: Any, at: datetime) -> bool:
    waiting = model.objects.with_candidate(at).filter(pk=pk).select_for_update(of=("self",))
    request = waiting.select_related("registration__service").first()
    if request is None or not may_be_accepted(request):
        return False
    tell_incomplete(request, key=_key_of_reminder(request), is_again=True, at=at)
    return True
