"""The first dates of several services, each of which has its own hours."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from sporades.core.french import TODAY, days_in_words, local_day, time_until_in_words
from sporades.exams.models import RegistrationService
from sporades.web.layout.markup import counted_down

NAMED = 3
"""Up to how many services that close within a day are named; more are counted."""


def closing_in_words(
    services: Sequence[RegistrationService], at: datetime, reader: str = ""
) -> SafeString:
    """Say until when some services accept registrations, of several that differ between when.

    How long is left is each one's: of several it would be nobody's, but for the few that close within a
    day, each of which is named.

    Args:
        services: one at least; those that are open.
        at: now.
        reader: the zone of the reader's address, nothing when it is not known.
    """
    first = min(services, key=lambda one: one.closes_at)
    last = max(services, key=lambda one: one.closes_at)
    when = first.said(first.closes_at, _beside(first, services, reader))
    if last.closes_at == first.closes_at:
        return format_html("Jusqu'au {}. Il reste {}.", when, counted_down(first.time_left(at)))
    # The hours of the two ends of a span of days help nobody: each academy's stands beside it.
    [begins, ends] = [local_day(one.closes_at, one.zone) for one in (first, last)]
    between = (
        days_in_words(begins, ends)
        if begins < ends
        else f"entre le {when} et le {last.said(last.closes_at, _beside(last, services, reader))}"
    )
    said = format_html("La fermeture dépend de l'académie\u00a0: {}.", between)
    soon = [one for one in services if one.closes_within_a_day(at)]
    if len(soon) > NAMED:
        return said + format_html("<br>Dans {} académies, il reste moins d'un jour.", len(soon))
    return said + format_html_join(
        "",
        "<br><strong>{}</strong> ferme {}\u00a0: il reste {}.",
        [
            (
                one.academy.name,
                _soon_in_words(one, at, reader),
                counted_down(one.time_left(at)),
            )
            for one in sorted(soon, key=lambda one: one.closes_at)
        ],
    )


def _beside(
    service: RegistrationService, services: Sequence[RegistrationService], reader: str
) -> str:
    """Return the clock by which its instant is said too: of several academies, that of one is nobody's.

    Its own, which says nothing more, where the reader's is not known.
    """
    return reader or (service.zone if len(services) > 1 else "")


def _soon_in_words(service: RegistrationService, at: datetime, reader: str) -> str:
    when = service.said(service.closes_at, reader, now=at)
    return when if when.startswith(TODAY) else f"le {when}"


def opening_in_words(
    services: Sequence[RegistrationService], at: datetime, reader: str = ""
) -> str:
    """Say when some services open, of several that differ the first to do so.

    Args:
        services: one at least; those that are to open.
        at: now.
        reader: the zone of the reader's address, nothing when it is not known.
    """
    first = min(services, key=lambda one: one.opens_at)
    when = first.said(first.opens_at, reader)
    wait = time_until_in_words(first.opens_at, at, first.zone)
    if any(one.opens_at != first.opens_at for one in services):
        return f"Première ouverture : {first.academy.name}, le {when}, dans {wait}."
    when = first.said(first.opens_at, _beside(first, services, reader))
    return f"Ouvre le {when}, dans {wait}."
