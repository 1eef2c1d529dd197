"""What is wrong in a file, said to the person who wrote it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice

type Path = tuple[str | int, ...]
"""Where something stands in a file: French keys, and positions in lists."""


@dataclass(frozen=True)
class Problem:
    """One thing to mend.

    Attributes:
        file: the name of the file.
        line: the line, from 1; 0 where it is the file as a whole.
        field: the path of the key, in French, items being named by their code.
        rule: a short name of the rule that is broken.
        message: what is wrong and what to do, in French.
        is_error: whether it keeps the file from being loaded; otherwise it is only told.
    """

    file: str
    line: int
    field: str
    rule: str
    message: str
    is_error: bool = True

    def __str__(self) -> str:
        """Return the problem as a line that an editor can follow."""
        place = f"{self.file}:{self.line}" if self.line else self.file
        parts = [place, self.field, f"{self.message} [{self.rule}]"]
        return " : ".join(filter(None, parts))


@dataclass(frozen=True)
class Fault:
    """A problem that does not yet know its file and line.

    Attributes:
        path: where it stands.
        rule: a short name of the rule that is broken.
        message: what is wrong and what to do, in French.
        is_error: whether it keeps the file from being loaded.
    """

    path: Path
    rule: str
    message: str
    is_error: bool = True


MOST_TOLD = 500
"""How many problems of one file are told: whoever mends these sees what is left."""


def some_of[Told](found: Iterable[Told]) -> tuple[list[Told], bool]:
    """Return the first of what was found wrong, and whether there is more: the rest is not looked for."""
    walked = iter(found)
    told = list(islice(walked, MOST_TOLD))
    return told, next(walked, None) is not None


def and_more(file: str) -> Problem:
    """Return what says that a file has more problems than are told."""
    message = (
        f"Plus de {MOST_TOLD} problèmes : les suivants ne sont pas cherchés. Corrigez ceux-ci, puis "
        "vérifiez de nouveau."
    )
    return Problem(file, 0, "", "demesure", message)
