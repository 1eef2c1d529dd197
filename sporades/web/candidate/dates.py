"""The dates of an exam, as every page of the candidate shows them."""

from datetime import datetime
from typing import Any

from django.utils.html import format_html

from sporades.core.french import day_in_words
from sporades.exams import queries
from sporades.exams.models import RegistrationService
from sporades.web.layout.markup import counted_down


def dates_of(
    service: RegistrationService, *, exam: str, at: datetime, reader: str
) -> list[dict[str, Any]]:
    """Return when registration opens and closes, then the calendar of the exam in force.

    Args:
        service: where one registers.
        exam: the code of the exam.
        at: the instant of the request.
        reader: the zone of the reader's address, nothing when it is not known.
    """
    programme = queries.programme_of(service)
    offered = programme.exam(exam) if programme else None
    left = service.accepts(at) and format_html("Il reste {}", counted_down(service.time_left(at)))
    return [
        {"label": "Ouverture", "when": service.said(service.opens_at, reader, now=at)},
        {
            "label": "Fermeture",
            "when": service.said(service.closes_at, reader, now=at),
            "left": left,
        },
        *(_event(event) for event in (offered.rules.events if offered else ())),
    ]


def _event(event: Any) -> dict[str, str]:
    when = day_in_words(event.starts_on)
    if event.ends_on:
        when = f"du {when} au {day_in_words(event.ends_on)}"
    return {"label": event.label, "when": when, "note": event.detail or ""}
