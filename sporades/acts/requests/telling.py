"""What the candidate of a request is told of it, and of what silence has made of it."""

from datetime import datetime
from typing import Any

from django.db import transaction

from sporades.acts.requests import CORRECTED_AT, OF_REGISTERED
from sporades.acts.requests.silence import (
    SHORTEST_SILENCE,
    answered_in,
    is_decided_by_silence,
    may_be_accepted,
    taken_back_in_words,
    while_it_waits,
)
from sporades.core import apart
from sporades.core.actors import Actor
from sporades.core.links import link_to
from sporades.letters import operations as letters
from sporades.letters.queries import summary_for
from sporades.mail.models import Message
from sporades.registrations.evidence import due_as_told, first_due
from sporades.registrations.models import CorrectionRequest, Registration, Version
from sporades.registrations.models.request import Request
from sporades.registrations.receipt import taken_by
from sporades.registrations.snapshot import contact_of

SILENT = "request_silent"
"""The mail that says what silence has decided of a request."""


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
    is_another_day: bool = False,
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
        is_another_day: whether it corrects the day that was told before.
        due_by: until when it asks for something, if it does.
    """
    registration = Registration.objects.whole().get(pk=answered_in(request).pk)
    if refused_by is None:
        against = []
    else:
        by = taken_by(registration, name=refused_by.name, role=refused_by.kind, at=at)
        against = [*taken_back_in_words(request, at=at), *by]
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
        is_acceptable=may_be_accepted(request),
        silence=while_it_waits(request, at=at) if request.is_waiting else [],
        against=against,
        enclosed=summary_for(registration) if kind == "change_accepted" else None,
        due=due_as_told(version) if version is not None else None,
        due_by=first_due(version) if version is not None else due_by,
        changes_more=changes_more,
        is_again=is_again,
        is_another_day=is_another_day,
        contact=contact_of(registration.service),
        history=link_to("candidate:history", registration.number),
        link=link_to(page) if page else link_to("candidate:registration", registration.number),
    )


def tell_of_silence(*, at: datetime) -> int:
    """Tell those whose request nobody has answered in time what silence has decided, once.

    Returns:
        How many were told.
    """
    return sum(_tell_of_silence(model, at=at) for model in OF_REGISTERED.values())


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
    about = answered_in(request)
    tell(SILENT, request, key=_key_of_silence(model, pk), about=about, page=page, at=at)
    return True


def _key_of_silence(model: Any, pk: int) -> str:
    return f"{model._meta.model_name}:{pk}:silence"
