"""What a candidate chooses for an épreuve."""

from dataclasses import dataclass
from decimal import Decimal

from sporades.exams.schema.papers import Status


@dataclass(frozen=True)
class Choice:
    """A line of the tab « Épreuves ».

    Attributes:
        status: what the candidate does with the épreuve.
        option: the code of the option chosen, or nothing.
        mark: the mark kept, if one is.
        mark_session: the year of the session in which it was obtained.
    """

    status: Status
    option: str = ""
    mark: Decimal | None = None
    mark_session: int | None = None

    def __post_init__(self) -> None:
        """Know the status again when it comes as a text, from a form or from a row."""
        object.__setattr__(self, "status", Status(self.status))

    @property
    def is_taken(self) -> bool:
        """Whether the épreuve counts as chosen."""
        return self.status.is_taken


NOT_CHOSEN = Choice(Status.NOT_ENTERED)
"""What an épreuve is that a candidate says nothing of."""
