"""Who has opened what is held of a candidate, as the page of their data says it (B10)."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from sporades.candidates.models import Candidate
from sporades.core.french import instant_in_words
from sporades.documents.models import DocumentVersion
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about, readings
from sporades.journal.words import QUALITIES
from sporades.registrations.models import Registration
from sporades.territory.queries import academy

MOST = 50
"""How many readings a page shows, the last first; the copy has them all."""


@dataclass(frozen=True)
class Reading:
    """That somebody has opened something of a candidate.

    Attributes:
        when: in words, by the clock of the service.
        by: the quality of whoever read, and of which academy; no name.
        what: of what kind.
        number: the registration that it is of, where it is of one.
    """

    when: str
    by: str
    what: str
    number: str


def readings_of(candidate: Candidate, *, at: datetime) -> tuple[list[Reading], bool]:
    """Return who has opened the files of a candidate, the last first, and whether there are more.

    What is not published yet is read without its candidate knowing of it.

    Args:
        candidate: whose.
        at: the instant.
    """
    keys = [candidate.pk, *candidate.merged.values_list("pk", flat=True)]
    registrations = list(Registration.objects.filter(candidate__in=keys).only("pk", "number"))
    papers = DocumentVersion.objects.visible_at(at).filter(
        document__folder__registration__candidate__in=keys
    )
    records = [Candidate(pk=key) for key in keys]
    done = readings(entries_about(*records, *registrations, *papers.only("pk")))
    found = list(done[: MOST + 1])
    numbers = {str(one.pk): one.number for one in registrations}
    return [_said(one, numbers) for one in found[:MOST]], len(found) > MOST


def _said(entry: Entry, numbers: dict[str, str]) -> Reading:
    where = academy(entry.academy).full_name if entry.academy else ""
    quality = QUALITIES.get(entry.actor_kind, "")
    return Reading(
        when=instant_in_words(entry.at, settings.TIME_ZONE),
        by=", ".join(filter(None, (quality.capitalize(), where))),
        what=entry.in_words,
        number=numbers.get(entry.object_id, "") if entry.object_kind == "registration" else "",
    )
