"""A piece that the office asks of one registration alone: no réglementation lists it, its code says so.

Codes of the réglementation have no small letter (`exams.schema.base.Code`): none is ever like these.
What they say follows a piece wherever its code goes: pages, documents, mails, the archive.
"""

from sporades.exams.schema.evidence import EVERY_WAY, Way
from sporades.registrations.giving import Giving

ADDED = "plus"
"""How these codes begin; alone, it stands for all of them where pieces are chosen by their code."""
LABEL = "Pièce demandée en plus par le service"
"""What they are called together: each has the words of whoever asked for it."""

_WAYS = {Way.DEPOSIT: (Way.DEPOSIT,), Way.POST: (Way.POST,), "deux": EVERY_WAY}
_SAID = {Giving.DEPOSIT: Way.DEPOSIT.value, Giving.POST: Way.POST.value, Giving.BOTH: "deux"}


def added_code(number: int, giving: Giving) -> str:
    """Return the code of a piece that is asked for beyond those of the réglementation.

    Args:
        number: its rank among those of its registration, from one.
        giving: how it is given; `Giving.EACH` as the exam says of its other pieces.
    """
    return "-".join(filter(None, (ADDED, str(number), _SAID.get(giving, ""))))


def is_added(code: str) -> bool:
    """Return whether a code is that of a piece which no réglementation lists."""
    return code.startswith(f"{ADDED}-")


def added_ways(code: str) -> tuple[Way, ...] | None:
    """Return by which ways such a piece is given; nothing where the exam says it, or of any other."""
    return _WAYS.get(code.rpartition("-")[2]) if is_added(code) else None
