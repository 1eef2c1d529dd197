"""By which ways pieces are given, as pages, mails and documents say it (C53)."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from sporades.exams.schema.evidence import EVERY_WAY, Way


class Giving(StrEnum):
    """How some pieces are given, together."""

    BOTH = "both"
    """Each one way or the other."""
    DEPOSIT = "deposit"
    """None of them by post."""
    POST = "post"
    """None of them in the candidate's space."""
    EACH = "each"
    """Not all alike: each says its own."""

    @property
    def is_posted(self) -> bool:
        """Whether one of them may come by post: an address is given."""
        return self is not Giving.DEPOSIT


def giving_of(ways: Iterable[Collection[Way]]) -> Giving:
    """Return how pieces are given together.

    Args:
        ways: those of each piece; where there is no piece nothing differs.
    """
    found = {frozenset(one) for one in ways} or {frozenset(EVERY_WAY)}
    if len(found) > 1:
        return Giving.EACH
    only = found.pop()
    if only == frozenset(EVERY_WAY):
        return Giving.BOTH
    return Giving.DEPOSIT if Way.DEPOSIT in only else Giving.POST


WORDS = {
    Giving.BOTH: "à déposer dans votre espace candidat, ou à envoyer par courrier",
    Giving.DEPOSIT: "à déposer dans votre espace candidat, pas par courrier",
    Giving.POST: "à envoyer par courrier, pas à déposer",
}


def in_words(ways: Collection[Way]) -> str:
    """Say to its candidate how one piece is given."""
    return WORDS[giving_of([ways])]
