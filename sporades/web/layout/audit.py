"""The accessibility audit: the grid of the RGAA in docs/rgaa.csv, counted and never typed."""

import csv
import re
from collections import Counter
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

GRID = Path(__file__).resolve().parents[3] / "docs/rgaa.csv"
HALF = 50


class Status(StrEnum):
    """What was found for one criterion."""

    MET = "conforme"
    FAILED = "non conforme"
    NOT_APPLICABLE = "non applicable"
    TO_ASSESS = "à évaluer"


@dataclass(frozen=True)
class Criterion:
    """One row of the grid."""

    number: str
    theme: str
    subject: str
    status: Status
    checked: str


@dataclass(frozen=True)
class Conformity:
    """What the grid says as a whole."""

    criteria: tuple[Criterion, ...]

    def count(self, status: Status) -> int:
        """Return how many criteria have this status."""
        return Counter(criterion.status for criterion in self.criteria)[status]

    @property
    def met(self) -> int:
        """How many criteria are met."""
        return self.count(Status.MET)

    @property
    def failed(self) -> int:
        """How many criteria are not met."""
        return self.count(Status.FAILED)

    @property
    def not_applicable(self) -> int:
        """How many criteria concern nothing that this service shows."""
        return self.count(Status.NOT_APPLICABLE)

    @property
    def to_assess(self) -> int:
        """How many criteria nobody has checked yet."""
        return self.count(Status.TO_ASSESS)

    @property
    def examined_on(self) -> date | None:
        """The last day on which a person looked at pages."""
        days = re.findall(
            r"\ble (\d\d)/(\d\d)/(\d{4})\b", " ".join(one.checked for one in self.criteria)
        )
        return max(
            (date(int(year), int(month), int(day)) for day, month, year in days), default=None
        )

    @property
    def is_complete(self) -> bool:
        """Whether every criterion was checked: without that there is no valid audit."""
        return not self.to_assess

    @property
    def rate(self) -> int:
        """Criteria met, out of a hundred applicable ones; one not checked counts as not met."""
        applicable = len(self.criteria) - self.not_applicable
        return self.met * 100 // applicable if applicable else 0

    @property
    def label(self) -> str:
        """The mention that the law wants in every footer."""
        if not self.is_complete or self.rate < HALF:
            return "non conforme"
        return "totalement conforme" if not self.failed else "partiellement conforme"


def read(grid: Path = GRID) -> Conformity:
    """Return what the grid says.

    Args:
        grid: a CSV file with the columns critère, thème, sujet, statut, vérification.

    Raises:
        ValueError: a status is not one of the four.
    """
    with grid.open(encoding="utf-8", newline="") as rows:
        return Conformity(
            tuple(
                Criterion(
                    number=row["critère"],
                    theme=row["thème"],
                    subject=row["sujet"],
                    status=Status(row["statut"]),
                    checked=row["vérification"],
                )
                for row in csv.DictReader(rows)
            )
        )


CONFORMITY = read()
