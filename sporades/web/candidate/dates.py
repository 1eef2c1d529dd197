"""The dates of an exam, as every page of the candidate shows them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.html import format_html

from sporades.core.french import day_in_words
from sporades.exams.models import RegistrationService
from sporades.exams.schema.exam import Event
from sporades.web.layout.markup import counted_down


def dates_of(
    service: RegistrationService, calendar: Sequence[Event], *, at: datetime, reader: str
) -> list[dict[str, Any]]:
    """Return when registration opens and closes, then the dates to know of an exam.

    Args:
        service: where one registers.
        calendar: the dates to know.
        at: the instant of the request.
        reader: the zone of the reader's address, nothing when it is not known.
    """
    left = service.accepts(at) and format_html("Il reste {}", counted_down(service.time_left(at)))
    return [
        {"label": "Ouverture", "when": service.said(service.opens_at, reader, now=at)},
        {
            "label": "Fermeture",
            "when": service.said(service.closes_at, reader, now=at),
            "left": left,
        },
        *map(_event, calendar),
    ]


def _event(event: Event) -> dict[str, str]:
    when = day_in_words(event.starts_on)
    if event.ends_on:
        when = f"du {when} au {day_in_words(event.ends_on)}"
    return {"label": event.label, "when": when, "note": event.detail or ""}
