"""One page of a PDF that is kept, as an image."""

from sporades.intake import reading
from sporades.intake.reading import BOUNDS, Bounds, Unfit


class Undrawable(Unfit):
    """It cannot be drawn."""

    message = "Cette page ne peut pas être dessinée : ouvrez le fichier."


def page_of(content: bytes, page: int, bounds: Bounds = BOUNDS) -> bytes:
    """Return a page as a JPEG, for somebody who waits.

    Args:
        content: the PDF, as `cleaning` made it.
        page: which, from 1.
        bounds: what drawing it may take.

    Raises:
        Unfit: it cannot be drawn within its bounds, or too many are being drawn.
        Unready: the process that draws does not start.
    """
    with reading.for_who_waits(bounds) as process:
        answer = process.ask("draw", [content], page=page)
    if "unfit" in answer.said:
        raise Undrawable
    return answer.made
