"""What a registration has not given as its office validates it, and how that is said.

Nothing moves with a validation: its pieces stay where they stood, and are asked for no more. Every
page, mail and document says that of them, and never that they were checked.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sporades.core.digests import digest
from sporades.evidence.models import Evidence
from sporades.evidence.states import TO_PROVIDE, UNJUDGED, State
from sporades.registrations.models import Registration

LATE_SUMMARY = "Le récapitulatif signé est venu hors délai."
NO_SUMMARY = "Le récapitulatif signé n'est pas noté comme reçu."


@dataclass(frozen=True)
class Unmet:
    """What has not come, or was not looked at.

    Attributes:
        missing: the mandatory pieces that were never given, or that are not good.
        unjudged: the mandatory pieces that came, and that nobody has judged.
        lacks_summary: whether its signed summary is to come back, and is not noted as received.
        to_review: what is asked of it since its civil data or its academy are others, in sentences.
        is_summary_late: whether its signed summary came back, after its day.
    """

    missing: list[Evidence]
    unjudged: list[Evidence]
    lacks_summary: bool = False
    to_review: tuple[str, ...] = ()
    is_summary_late: bool = False

    def __bool__(self) -> bool:
        """Return whether anything is."""
        summary = self.lacks_summary or self.is_summary_late
        return bool(self.missing or self.unjudged or summary or self.to_review)

    @property
    def is_to_send(self) -> bool:
        """Whether its candidate has still something to send, unless it is validated."""
        return bool(self.missing or self.lacks_summary)

    @property
    def mark(self) -> str:
        """What tells it from what it becomes: a page says which one it showed."""
        return digest(self.in_words)[:16]

    @property
    def in_words(self) -> list[str]:
        """Say it to whoever decides, a sentence for each."""
        return [
            *(f"À revoir : {said}" for said in self.to_review),
            *_counted(self.missing, "manque", "manquent"),
            *_counted(self.unjudged, "attend un verdict", "attendent un verdict"),
            *([NO_SUMMARY] if self.lacks_summary else ()),
            *([LATE_SUMMARY] if self.is_summary_late else ()),
        ]


def unmet_by(
    rows: Iterable[Evidence],
    *,
    lacks_summary: bool,
    is_summary_late: bool,
    to_review: Iterable[str],
) -> Unmet:
    """Return what is missing, or waits for a verdict, among the pieces that are asked for.

    Args:
        rows: the pieces.
        lacks_summary, is_summary_late, to_review: see `Unmet`.
    """
    mandatory = [row for row in rows if row.is_mandatory]
    return Unmet(
        missing=[row for row in mandatory if row.state in TO_PROVIDE],
        unjudged=[row for row in mandatory if row.state in UNJUDGED],
        lacks_summary=lacks_summary,
        is_summary_late=is_summary_late,
        to_review=tuple(to_review),
    )


def rows_in(states: Iterable[State]) -> Any:
    """Return the mandatory pieces of some states, of any registration."""
    return Evidence.objects.filter(is_mandatory=True, state__in=list(states))


def owes_pieces(registration: Registration) -> bool:
    """Return whether a piece may still be asked of it: it stands, and is not validated."""
    return registration.is_active and not registration.is_validated


def is_let_go(registration: Registration, row: Evidence) -> bool:
    """Return whether a piece that did not come, or is not good, is asked for no more."""
    return not owes_pieces(registration) and row.state in TO_PROVIDE


def stands_in_words(registration: Registration, row: Evidence) -> str:
    """Say where a piece stands, its registration being where it is."""
    if is_let_go(registration, row):
        return str(State.WITHDRAWN.label)
    return row.stands


def _counted(rows: list[Evidence], one: str, many: str) -> list[str]:
    if not rows:
        return []
    is_one = len(rows) == 1
    what = f"1 pièce obligatoire {one}" if is_one else f"{len(rows)} pièces obligatoires {many}"
    return [f"{what} : {' ; '.join(row.label for row in rows)}."]
