"""Which signs the fonts of our documents have, and what is printed in place of the others.

Typst refuses a whole document for one sign that no font draws, and for some marks that no font draws
together with their letter. A person whose name has one must still get the paper: the sign is replaced
by a visible square, and the paper says so.
"""

import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from fontTools.ttLib import TTFont

from sporades.core.french import spaced

FONTS = Path(__file__).resolve().parent / "fonts"
# In the order in which the templates name them: the later ones are seldom opened.
FONT_FILES = (
    "AtkinsonHyperlegibleNext-Regular.ttf",
    "NotoSans-Regular.ttf",
    "DejaVuSans.ttf",
    "DroidSansFallbackFull.ttf",
)
STAND_IN = "□"
_COMBINING = 0x0300
"""Below this sign none joins the one before it."""
_KEPT_SPACES = "\u00a0\u202f"


def printable(content: Any) -> tuple[Any, bool]:
    """Return a content as it can be printed, and whether it is so sign for sign.

    Every text of it is put in composed form, with the spaces that French keeps unbroken and
    without signs that are not seen; a sign that no font has becomes `STAND_IN`.
    """
    match content:
        case str():
            return _printable_text(content)
        case dict():
            pairs = {key: printable(value) for key, value in content.items()}
            return {key: text for key, (text, _) in pairs.items()}, all(
                complete for _, complete in pairs.values()
            )
        case list() | tuple():
            items = [printable(item) for item in content]
            return [item for item, _ in items], all(complete for _, complete in items)
        case _:
            return content, True


def unprinted(text: str) -> list[str]:
    """Return the pictures of a text that no font has, each once; letters and figures of no font stay.

    Whatever alphabet somebody writes is theirs; a picture is mended by whoever typed it.
    """
    if _plain().issuperset(text):
        return []
    signs = unicodedata.normalize("NFC", text)
    return list(
        dict.fromkeys(
            sign
            for sign in signs
            if unicodedata.category(sign)[0] not in "LMN" and _printed(sign) is None
        )
    )


def _printable_text(text: str) -> tuple[str, bool]:
    if _plain().issuperset(text):
        return spaced(text), True
    signs = _printed_together(unicodedata.normalize("NFC", text))
    printed = "".join(STAND_IN if sign is None else sign for sign in signs)
    return spaced(printed), None not in signs


def _printed_together(text: str) -> list[str | None]:
    """Return what is printed for each sign of a text: a mark, where one font has it and its letter.

    None where no font has either; so is a mark that begins a line, which stands on nothing.
    """
    signs: list[str | None] = []
    fonts: frozenset[str] = frozenset()
    for sign in text:
        printed = _printed(sign)
        if printed and unicodedata.category(printed)[0] == "M":
            fonts &= _fonts_of(printed)
            printed = printed if fonts else None
        elif printed:
            fonts = _fonts_of(printed)
        if printed is None:
            fonts = _fonts_of(STAND_IN)
        signs.append(printed)
    return signs


@cache
def _plain() -> frozenset[str]:
    """Return the signs of nearly every text, that are printed as they are whatever follows."""
    return frozenset(sign for sign in map(chr, range(_COMBINING)) if _printed(sign) == sign)


@lru_cache(maxsize=10_000)
def _printed(sign: str) -> str | None:
    """Return what is printed for a sign: itself, a space, nothing; None when no font has it."""
    if sign in "\n\u2028\u2029":
        return "\n"
    category = unicodedata.category(sign)
    if category in {"Cc", "Zs"} and sign not in _KEPT_SPACES:
        return " "
    if category == "Cf" or "\ufe00" <= sign <= "\ufe0f":
        return ""
    # PDF/A forbids signs of private use, whatever a font makes of them.
    return sign if category != "Co" and _fonts_of(sign) else None


@lru_cache(maxsize=10_000)
def _fonts_of(sign: str) -> frozenset[str]:
    return frozenset(file for file in FONT_FILES if ord(sign) in _drawn_by(file))


@cache
def _drawn_by(file: str) -> frozenset[int]:
    with TTFont(FONTS / file, lazy=True) as font:
        return frozenset(font.getBestCmap())
