"""Which papers of health a request calls for, and which are still to be confided (H3)."""

from dataclasses import dataclass

from sporades.accommodations.models import Case
from sporades.accommodations.queries import papers_called_for_by
from sporades.core.french import listed
from sporades.exams.schema.accommodations import HealthPaper
from sporades.medical.queries import kinds_confided
from sporades.registrations.models import Registration


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


def papers_called_for(case: Case, registration: Registration) -> list[CalledFor]:
    """Return the papers that a request calls for, and whether each was confided."""
    given = kinds_confided(registration)
    return [CalledFor(one, one.code in given) for one in papers_called_for_by(case, registration)]


def missing_in_words(papers: list[CalledFor]) -> str:
    """Name the papers without which a request is incomplete: « A », « B » et « C »; or nothing."""
    return listed([f"« {one.paper.label} »" for one in papers if one.is_missing])
