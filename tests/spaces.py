"""The spaces of a text and the groups of our numbers, taken back to what code and réglementation write."""

import re

_SET = re.compile(r"\u00a0(?=[:;?!»])|(?<=«)\u00a0")
_NUMBERED = re.compile(r"(?<=[nN]°)[ \u00a0](?=\d)")
_DIGITS = re.compile(r'<data class="s-digits" value="(\d+)">(?:\d|</?span>)+</data>')
_BETWEEN_FIGURES = re.compile(r"(?<=\d)\u00a0(?=\d)")


def whole_numbers(page: str) -> str:
    """Return a page with our numbers as they were written, and not in groups."""
    return _DIGITS.sub(r"\1", page)


def plain(text: str) -> str:
    """Return a text that was made to leave as it was written: « n° » and punctuation compare."""
    return _NUMBERED.sub("", _BETWEEN_FIGURES.sub(" ", _SET.sub(" ", whole_numbers(text))))
