"""Which papers of health a request calls for, and which are still to be confided (H3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, QuerySet

from sporades.accommodations import rules
from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.queries import (
    decided_elsewhere,
    last_among,
    requests_and_fallen_of,
    requests_of,
    requests_of_user,
)
from sporades.acts.medical import erasing
from sporades.core.french import day_in_words, local_day, quoted
from sporades.core.prepared import prepared
from sporades.exams.schema.accommodations import HealthPaper
from sporades.medical.models import Compartment
from sporades.medical.queries import (
    compartment,
    emptied_at,
    is_confided,
    kinds_confided,
    papers_of,
    remarks_of,
)
from sporades.registrations.models import Registration
from sporades.registrations.models.registration import undone_before


@dataclass(frozen=True)
class CalledFor:
    """A paper of health that a request calls for.

    Attributes:
        paper: what the réglementation says of it.
        is_given: whether it was confided, verified already or not.
    """

    paper: HealthPaper
    is_given: bool

    @property
    def is_missing(self) -> bool:
        """Whether the request is incomplete until it is confided."""
        return self.paper.is_mandatory and not self.is_given


@prepared(Case)
def cases_and_papers_of(registration: int) -> QuerySet[Case]:
    """Return the requests of a registration, the last one first, with what was confided for it."""
    return _with_papers(requests_of(registration))


@prepared(Case)
def cases_shown_of(registration: int, at: datetime) -> QuerySet[Case]:
    """Return the same, and whether a decision made elsewhere is read beside them at an instant."""
    elsewhere = decided_elsewhere(at).filter(document__folder=OuterRef("registration__folder"))
    return _with_papers(requests_of(registration)).annotate(has_elsewhere=Exists(elsewhere))


@prepared(Case)
def cases_and_fallen_of(registration: int, candidate: int, exam: int) -> QuerySet[Case]:
    """Return the same, and what fell with another registration of its candidate for its exam."""
    return _with_papers(requests_and_fallen_of(registration, candidate, exam))


@prepared(Case)
def cases_and_papers_of_user(user: int) -> QuerySet[Case]:
    """Return the requests of an account, those that were taken back too, the last one last, likewise."""
    return _with_papers(requests_of_user(user))


def last_with_papers_of(registration: Registration) -> Case | None:
    """Return the last request of a registration, taken back ones apart, with what was confided."""
    return last_among(cases_and_papers_of(registration=registration.pk))


def _with_papers(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Read the codes of measures and of papers along: a page asks nothing more, at any step."""
    measures = AskedMeasure.objects.filter(case=OuterRef("pk")).values("code")
    whose = OuterRef("registration")
    return cases.annotate(
        codes=ArraySubquery(measures),
        confided=kinds_confided(whose),
        was_confided_before=is_confided(whose, before=OuterRef("begun_at")),
        is_answered=is_confided(whose, since=OuterRef("incomplete_at")),
        emptied_at=emptied_at(whose),
    )


def papers_called_for(case: Any, registration: Registration) -> list[CalledFor]:
    """Return the papers that a request calls for, and whether each was confided.

    Args:
        case: a request as the questions above return it.
        registration: whose request it is.
    """
    called = rules.papers_called_for(registration, case, measures=case.codes)
    # What came in a closed envelope is with the service, for the doctor: it is not asked for again.
    return [CalledFor(one, case.has_envelope or one.code in case.confided) for one in called]


SERVES_AGAIN = (
    "Ce que vous avez déposé pour une demande précédente, papiers et commentaires, sert aussi à "
    "celle-ci : le médecin qui l'étudie le lira. Vous pouvez retirer les papiers dont vous ne voulez "
    "plus tant que la demande n'est pas chez le médecin."
)
"""What was confided before a request was begun goes with it too."""


def missing_in_words(papers: list[CalledFor]) -> str:
    """Name the papers without which a request is incomplete: « A », « B » et « C »; or nothing."""
    return quoted(one.paper.label for one in papers if one.is_missing)


def mandatory_in_words(papers: list[CalledFor]) -> str:
    """Name the same as « Papiers de santé » does: « A » (obligatoire); or nothing."""
    missing = missing_in_words(papers)
    many = sum(one.is_missing for one in papers) > 1
    return f"{missing} (obligatoire{'s' if many else ''})" if missing else ""


def has_confided(registration: Registration) -> bool:
    """Return whether anything is left of what was confided for a registration."""
    found = compartment(registration)
    return found is not None and (papers_of(found).exists() or remarks_of(found).exists())


def erased_from(
    found: Compartment, registration: Registration, cases: Iterable[Case]
) -> datetime | None:
    """Return from when what was confided is erased; nothing once it is, or while no day is known.

    Args:
        found: its compartment.
        registration: whose, with its service.
        cases: all of its requests.
    """
    if found.erased_at is not None:
        return None
    until = found.erase_after or erasing.unsent_from(found, registration, cases)
    if until is None or registration.withdrawn_at is None:
        return until
    # Read-only mode gives time back after the day was written.
    return max(until, undone_before(registration.withdrawn_at, registration.service))


def erased_before_in_words(instant: datetime | None, registration: Registration) -> str:
    """Say of what takes papers again since when those before are erased; else nothing.

    Args:
        instant: when they were, as `medical.queries.emptied_at` says it.
        registration: whose.
    """
    if instant is None:
        return ""
    day = day_in_words(local_day(instant, registration.service.zone))
    return f"Ce que vous aviez déposé avant est effacé depuis le {day}."
