"""Telephone numbers: written as people write them, kept as they are dialled."""

import re
from textwrap import wrap

_EXAMPLES = (
    "Indiquez les dix chiffres du numéro, par exemple {}, ou le signe + et l'indicatif du pays, par "
    "exemple +687 26 55 55."
)
EXAMPLES = _EXAMPLES.format("06 39 98 12 34")
LANDLINE_EXAMPLES = _EXAMPLES.format("03 53 01 12 34")
LANDLINE = re.compile(r"(0|\+33)[1-589][0-9]{8}")
_NATIONAL = re.compile(r"0[1-9][0-9]{8}")
# Elsewhere than in France, only the length is known of all numbers (E.164).
_INTERNATIONAL = re.compile(r"\+(33[1-9][0-9]{8}|(?!0|33)[0-9]{7,15})")
# Where one dials without an indicatif: the start of the postcode, and how many digits.
_LOCAL = {"975": 6, "986": 6, "988": 6, "987": 8}


def as_dialled(text: str) -> str:
    """Drop what people write between digits; « 00 » is « + », and « +33 (0)6 » is « +336 »."""
    number = text.strip()
    if number.startswith(("+", "00")):
        number = number.replace("(0)", "")
    return re.sub(r"^00", "+", re.sub(r"[\s.\-()]", "", number))


def is_dialled(number: str, *, postcode: str) -> bool:
    """Return whether a number can be dialled by who lives in a place.

    Args:
        number: the number, without what people write between digits.
        postcode: the postcode of the address: some collectivities have shorter numbers.
    """
    if _NATIONAL.fullmatch(number) or _INTERNATIONAL.fullmatch(number):
        return True
    local = _LOCAL.get(postcode[:3])
    return bool(local and re.fullmatch(rf"[1-9][0-9]{{{local - 1}}}", number))


def phone_in_words(number: str) -> str:
    """Write a French number as it is said, two figures at a time; another one as it is."""
    return " ".join(wrap(number, 2)) if _NATIONAL.fullmatch(number) else number
