"""What is told of a request to be registered late, and what silence on it means (CRPA L. 231-1).

It is of a draft: no registration stands yet, by whose version, or whose number, it could be said.
"""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from sporades import journal
from sporades.accounts.models import Membership
from sporades.acts.requests.silence import SHORTEST_SILENCE
from sporades.core import apart
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.core.links import link_to
from sporades.exams.queries import rules
from sporades.exams.rules.legal import against_in_words, in_words, silence_of
from sporades.exams.rules.silence import Silence
from sporades.exams.schema.legal import LegalMentions
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about
from sporades.letters import operations as letters
from sporades.mail.models import Message
from sporades.registrations.exclusion import exclusion_of
from sporades.registrations.models import Draft, LateRequest, Registration, Version
from sporades.registrations.operations import asking_late, requesting
from sporades.registrations.receipt import named
from sporades.registrations.snapshot import contact_of

SILENT = "late_request_silent"
"""The mail that says what silence has decided of it."""
ACCEPTED = "late request accepted"
"""The verb of its acceptance."""
REFUSED = "late request refused"
"""The verb of its refusal."""
FULFILLED = "late request fulfilled"
"""The verb of its end where its candidate is registered otherwise."""


def formally(request: LateRequest | None, *, at: datetime) -> list[str]:
    """Return what the law adds on its page: what silence means, or who refused it and how to contest.

    Args:
        request: with its draft; nothing where there is none.
        at: now.
    """
    if request is None:
        return []
    if request.is_waiting:
        return _on_silence(request, at=at)
    if not request.is_refused:
        return []
    done = entries_about(request.draft).filter(verb=REFUSED, payload__after__request=request.pk)
    last = done.first()
    if last is None:
        return _against(request)
    by = _taken_by(request, name=last.actor_name, role=last.actor_kind)
    return [*_taken_back(request, at=last.at), *by]


def silence_on(request: LateRequest) -> Silence | None:
    """Return what silence on one that waits means; nothing where no text says it."""
    legal = _legal(request) if request.is_waiting else None
    return None if legal is None else silence_of(legal, _received_on(request))


def has_decided(request: LateRequest, *, at: datetime) -> bool:
    """Return whether nobody has answered in time, so that silence has."""
    silence = silence_on(request)
    return silence is not None and silence.has_decided(_today(request, at))


def has_accepted(request: LateRequest, *, at: datetime) -> bool:
    """Return whether silence has accepted it: who refuses it takes that back."""
    silence = silence_on(request)
    return silence is not None and silence.has_accepted(_today(request, at))


def silence_in_words(request: LateRequest, *, at: datetime) -> str:
    """Say to the office what silence means, and since when or from when; else nothing."""
    silence = silence_on(request)
    return silence.in_words(_today(request, at)) if silence else ""


def to_refuse_in_words(request: LateRequest, *, at: datetime) -> str:
    """Say to who may refuse what silence has accepted what the law makes of it; else nothing."""
    silence = silence_on(request)
    return silence.to_refuse_in_words(_today(request, at)) if silence else ""


def open_until(request: LateRequest, *, at: datetime) -> str:
    """Say until when its candidate may save by themselves what they asked for; nothing where they may not."""
    service = request.service
    if not service.accepts(at) or not request.draft.is_offered:
        return ""
    return service.said(service.closes_at)


def _legal(request: LateRequest) -> LegalMentions | None:
    return rules(request.draft.regulation_id).legal


def _received_on(request: LateRequest) -> date:
    return local_day(request.sent_at, request.service.zone)


def _today(request: LateRequest, at: datetime) -> date:
    return local_day(at, request.service.zone)


def _on_silence(request: LateRequest, *, at: datetime) -> list[str]:
    """Return what its receipt says (CRPA R. 112-5)."""
    legal, today = _legal(request), _today(request, at)
    if legal is None:
        return []
    return [in_words(legal, _received_on(request), is_complete=True, today=today)]


def _against(request: LateRequest) -> list[str]:
    legal = _legal(request)
    return [] if legal is None else [against_in_words(legal)]


def _taken_by(request: LateRequest, *, name: str, role: str) -> list[str]:
    """Return who refused it, as a decision says it (standards L-03), and how to contest it."""
    quality = dict(Membership.Role.choices).get(role, "").lower()
    author = ", ".join(filter(None, (name, quality, named(request.service))))
    return [f"Décision prise par : {author}.", *_against(request)]


def _taken_back(request: LateRequest, *, at: datetime) -> list[str]:
    """Say that it was refused once silence had accepted it; else nothing."""
    legal = _legal(request)
    silence = None if legal is None else silence_of(legal, _received_on(request))
    if silence is None or not silence.has_accepted(_today(request, at)):
        return []
    return [silence.taken_back_in_words()]


def tell(kind: str, request: LateRequest, *, at: datetime, refused_by: Actor | None = None) -> None:
    """Write to its candidate.

    Args:
        kind: of the mail.
        request: with its draft.
        at: the instant.
        refused_by: who refuses it, where that is what is told.
    """
    draft = request.draft
    against: list[str] = []
    if refused_by is not None:
        by = _taken_by(request, name=refused_by.name, role=refused_by.kind)
        against = [*_taken_back(request, at=at), *by]
    standing = Registration.objects.filter(candidate=draft.candidate_id).for_list()
    excluded = exclusion_of(draft, standing)
    said: dict[str, Any] = {
        "name": draft.candidate.identity.full_name,
        "title": str(draft),
        "academy": request.service.academy.full_name,
        "received": request.sent_in_words,
        "request": request,
        # Whoever has another in its place is registered: they would believe that it is undone.
        "stands": excluded and excluded.registration,
        "open_until": open_until(request, at=at),
        "silence": _on_silence(request, at=at) if request.is_waiting else [],
        "against": against,
        "again": asking_late.again(request, at=at),
        "contact": contact_of(request.service),
    }
    letters.tell(
        draft.candidate,
        kind,
        service=request.service,
        at=at,
        key=_key(request.pk, kind),
        about=draft,
        urgent=True,
        link=link_to("candidate:ask_late", draft.pk),
        **said,
    )


def decisions_of(registration: Registration) -> QuerySet[Entry]:
    """Return what was decided of what its candidate had asked late, and what it has ended, the last first.

    Args:
        registration: one that was filed of that, or otherwise.
    """
    theirs = Draft.objects.of_candidates().filter(candidate=registration.candidate_id)
    of_it = Q(filed_as__registration=registration)
    drafts = list(theirs.filter(of_it | Q(filed_as=None)).only("pk", "filed_as"))
    filed = [str(one.pk) for one in drafts if one.filed_as_id is not None]
    decided = Q(verb__in=(ACCEPTED, REFUSED), object_id__in=filed)
    ended = Q(verb=FULFILLED, payload__after__number=registration.number)
    return entries_about(*drafts).filter(decided | ended)


def fulfil(version: Version, *, by: Actor, at: datetime) -> None:
    """End what a candidate has asked for late, once the office has registered them otherwise.

    There is nothing left to decide: a refusal would tell whoever is registered that they are not.

    Args:
        version: the first of what was filed for them, from another draft than theirs.
        by: who filed it.
        at: the instant.
    """
    filed = version.registration
    of_the_same = {"exam": filed.exam_id, "speciality": filed.speciality_id}
    theirs = {f"draft__{name}": value for name, value in of_the_same.items()}
    waiting = LateRequest.objects.waiting().filter(draft__candidate=filed.candidate_id, **theirs)
    for request in waiting.for_list():
        requesting.take_back(request, at=at, name=by.name)
        journal.record(
            FULFILLED,
            by=by,
            on=request.draft,
            at=at,
            academy=request.service.academy_id,
            after={"request": request.pk, "number": filed.number},
        )


def tell_of_silence(*, at: datetime) -> int:
    """Tell those whom nobody has answered in time what silence has decided, once; return how many."""
    waiting = LateRequest.objects.waiting().filter(sent_at__lt=at - SHORTEST_SILENCE)
    keys = {_key(pk, SILENT): pk for pk in waiting.order_by("pk").values_list("pk", flat=True)}
    done = set(Message.objects.filter(kind=SILENT, key__in=keys).values_list("key", flat=True))
    return apart.each(_tell_of_one, [pk for key, pk in keys.items() if key not in done], at=at)


@transaction.atomic
def _tell_of_one(pk: int, *, at: datetime) -> bool:
    waiting = LateRequest.objects.waiting().filter(pk=pk).select_for_update(of=("self",))
    request = waiting.for_list().first()
    if request is None or not has_decided(request, at=at):
        return False
    tell(SILENT, request, at=at)
    return True


def _key(pk: int, kind: str) -> str:
    return f"late request:{pk}:{kind}"
