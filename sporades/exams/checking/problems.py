"""What is wrong in a file, said to the person who wrote it."""

from dataclasses import dataclass

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
