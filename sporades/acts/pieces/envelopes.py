"""An envelope that came: all that it holds is noted together, by its one day and its one way (L-05)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from sporades.acts.pieces import verifying
from sporades.acts.registrations import receiving
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.evidence.models import Evidence
from sporades.registrations.came import CameBy
from sporades.registrations.models import Registration
from sporades.registrations.queries import locked_registration

SIGNED_SUMMARY = "Récapitulatif signé"


@dataclass(frozen=True)
class Enclosed:
    """A paper that an envelope may hold.

    Attributes:
        registration: what it comes for, as `with_owed()` loads it.
        row: which piece it is, as it was read; nothing for the signed summary.
        by: who notes it, in the role that they have there.
    """

    registration: Registration
    row: Evidence | None
    by: Actor

    @property
    def label(self) -> str:
        """What it is called."""
        return SIGNED_SUMMARY if self.row is None else self.row.label

    @property
    def posted_on(self) -> date | None:
        """The day by which it is noted; nothing where it has not come, or has to come again."""
        if self.row is None:
            return self.registration.summary_posted_on
        return self.row.posted_on if self.row.is_received else None

    @property
    def came_by(self) -> str:
        """By which way it came, where it has."""
        return self.registration.summary_came_by if self.row is None else self.row.came_by

    @property
    def mark(self) -> str:
        """What tells it from what it becomes once it is noted, or anything else is done of it."""
        if self.row is not None:
            return self.row.mark
        noted = receiving.noted_in(self.registration)
        return f"{self.registration.version} {noted or '-'}"


class NotNoted(Refused):
    """One paper of an envelope cannot be noted so: none of them is."""

    def __init__(self, paper: Enclosed, why: Refused) -> None:
        """Say which one, and why."""
        super().__init__(f"« {paper.label} » : {why} Rien n'est noté de cette enveloppe.")


@transaction.atomic
def note(
    *,
    papers: Iterable[Enclosed],
    posted_on: date,
    came_by: CameBy = CameBy.POST,
    is_certain: bool = False,
    at: datetime,
) -> None:
    """« Noter le courrier reçu »: each paper of an envelope by its own act, all of them or none.

    Args:
        papers: what it holds, for one registration or several.
        posted_on: the day of its postmark, on which it was handed over, or the mail was sent.
        came_by: by which way it came.
        is_certain: whether a day before registrations opened was looked at twice.
        at: the instant.

    Raises:
        NotNoted: one of them is no more as it was read, or cannot have been posted on that day; see
            `receiving.receive_summary` and `verifying.receive`.
    """
    in_order = sorted(papers, key=lambda one: (one.registration.pk, one.row is not None))
    # Two envelopes of one person, noted at once, wait for each other and never crosswise.
    for key in dict.fromkeys(one.registration.pk for one in in_order):
        locked_registration.get(pk=key)
    for one in in_order:
        try:
            _note(one, posted_on, came_by, is_certain=is_certain, at=at)
        except Refused as why:
            raise NotNoted(one, why) from why


def _note(
    paper: Enclosed, posted_on: date, came_by: CameBy, *, is_certain: bool, at: datetime
) -> None:
    if paper.row is None:
        receiving.receive_summary(
            registration=paper.registration,
            posted_on=posted_on,
            came_by=came_by,
            seen=paper.registration.version,
            by=paper.by,
            at=at,
        )
        return
    verifying.receive(
        row=paper.row,
        posted_on=posted_on,
        came_by=came_by,
        is_certain=is_certain,
        mark=paper.row.mark,
        by=paper.by,
        at=at,
    )
