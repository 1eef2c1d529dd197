"""How many lines of a publication are gone through at once, and who goes through the others."""

from django.db.models import QuerySet

from sporades.core.queue import defer_once
from sporades.publications.models import Publication, PublicationLine

AT_ONCE = 200
"""How many lines one transaction goes through, and holds the registrations of."""


def are_many(lines: QuerySet[PublicationLine]) -> bool:
    """Return whether some lines are more than one transaction goes through."""
    return lines.order_by()[: AT_ONCE + 1].count() > AT_ONCE


def queue(publication: Publication) -> None:
    """Queue the job that goes through the lines of a publication; one that an outage put off comes now."""
    defer_once(
        "publications.go_on",
        queue="publications",
        is_moved=True,
        publication=str(publication.pk),
    )
