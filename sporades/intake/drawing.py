"""One page of a PDF that is kept, as an image."""

from hashlib import sha256

from sporades.intake import reading
from sporades.intake.reading import Bounds, TooHeavy, Unfit

BOUNDS = Bounds(seconds=3)
"""A page has many to draw beside it, asked for at once by whoever opens it and not by its giver."""

REMEMBERED = 1_000
"""How many files too heavy to be drawn this process remembers."""

_heavy: dict[tuple[bytes, Bounds], None] = {}


class Undrawable(Unfit):
    """It cannot be drawn, or takes more than its bounds."""

    message = "Cette page ne peut pas être dessinée : ouvrez le fichier."


def page_of(content: bytes, page: int, bounds: Bounds = BOUNDS, *, turned: int = 0) -> bytes:
    """Return a page as a JPEG, for somebody who waits.

    Of a file one page of which has been too heavy, this process draws none any more.

    Args:
        content: the PDF, as `cleaning` made it.
        page: which, from 1.
        bounds: what drawing it may take.
        turned: by how many degrees, clockwise: 0, 90, 180 or 270.

    Raises:
        Undrawable: it cannot be drawn within its bounds.
        TooBusy: another file is being read or drawn.
        Unready: the process that draws does not start.
    """
    file = (sha256(content).digest(), bounds)
    if file in _heavy:
        raise Undrawable
    with reading.for_who_waits(bounds, only_looks=True) as process:
        if file in _heavy:
            raise Undrawable
        try:
            answer = process.ask("draw", [content], page=page, turned=turned)
        except TooHeavy:
            _remember(file)
            raise Undrawable from None
    if "unfit" in answer.said:
        raise Undrawable
    return answer.made


def _remember(file: tuple[bytes, Bounds]) -> None:
    _heavy[file] = None
    while len(_heavy) > REMEMBERED:
        del _heavy[next(iter(_heavy))]
