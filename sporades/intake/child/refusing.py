"""What this process says of a file that is not taken."""

GUESSED = frozenset({"Damaged", "DamagedPhoto", "NotAPdf", "Unreadable"})
"""What is also found of a good file where memory lacks."""


class Unfit(Exception):
    """A file that is not taken.

    Attributes:
        name: of a class of `pdf_checks` or of `cleaning`.
        place: which of the files that came together it is, from 0; nothing where it is no one of
            them.
    """

    def __init__(self, name: str, place: int | None = None) -> None:
        """Keep which refusal it is, and of which file."""
        super().__init__(name)
        self.name = name
        self.place = place
