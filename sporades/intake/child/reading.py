"""What is read alike of a PDF that is kept as it came, and of one that is written anew."""

import math
from typing import Any

import pikepdf


def name_of(one: Any, key: str) -> str:
    """Return the name that stands at a key of a dictionary, or nothing.

    One that is not in UTF-8 is nothing: programs name styles as their own system writes « Légende », and
    none of the names that are looked for has an accent.
    """
    held = one.get(key)
    try:
        return str(held) if isinstance(held, pikepdf.Name) else ""
    except UnicodeDecodeError:
        return ""


def is_of_paper(page: pikepdf.Page, sides: tuple[int, int]) -> bool:
    """Return whether the sides of a page are those of a sheet.

    Args:
        page: the page.
        sides: the least and the most of a side, in points.
    """
    left, bottom, right, top = (float(side) for side in page.mediabox)
    unit = float(page.obj.get("/UserUnit", 1))
    least, most = sides
    return all(least <= math.fabs(side) * unit <= most for side in (right - left, top - bottom))
