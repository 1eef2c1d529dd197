"""The spaces of a text, taken back to what code and réglementation write."""

import re

_SET = re.compile(r"\u00a0(?=[:;?!»])|(?<=«)\u00a0")
_NUMBERED = re.compile(r"(?<=[nN]°)[ \u00a0](?=\d)")
_BETWEEN_FIGURES = re.compile(r"(?<=\d)\u00a0(?=\d)")


def plain(text: str) -> str:
    """Return a text that was made to leave as it was written: « n° » and punctuation compare."""
    return _NUMBERED.sub("", _BETWEEN_FIGURES.sub(" ", _SET.sub(" ", text)))
