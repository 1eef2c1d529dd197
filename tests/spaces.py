"""The spaces of a text, taken back to what code and réglementation write."""

import re

_SET = re.compile(r"\u00a0(?=[:;?!»])|(?<=«)\u00a0")
_NUMBERED = re.compile(r"(?<=[nN]°)[ \u00a0](?=\d)")


def plain(text: str) -> str:
    """Return a text that was made to leave as it was written: « n° » and punctuation compare."""
    return _NUMBERED.sub("", _SET.sub(" ", text))
