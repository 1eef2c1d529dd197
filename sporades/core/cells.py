"""What a cell of a table holds, and how it is written where there is only text."""

from datetime import date

type Cell = str | int | date | None
"""A text, a number to count with, a day; nothing where there is nothing to say."""


def in_text(cell: Cell) -> str:
    """Return what a reader sees of a cell: « 14/03/1998 » of a day."""
    if cell is None:
        return ""
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell)
