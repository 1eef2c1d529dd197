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
FRANCE = "33"
# The indicatifs of one figure and of two (E.164); all others have three.
_ABROAD = re.compile(
    r"\+(?P<code>[17]|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3})(?P<rest>[0-9]{5,})"
)
# Where one dials without an indicatif: the start of the postcode, and how many digits.
_LOCAL = {"975": 6, "986": 6, "988": 6, "987": 8}
# The indicatifs by which the same places are dialled from elsewhere, by how many digits they have;
# a number of ten has that of its overseas department, or of France.
_CALLED_BY = {6: ("508", "681", "687"), 8: ("689",), 10: (FRANCE, "262", "590", "594", "596")}
# Where numbers are said as in France; elsewhere by threes, which are nobody's own and read well.
_IN_PAIRS = {"32", *(code for codes in _CALLED_BY.values() for code in codes)}


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


def ways_to_dial(number: str) -> list[str]:
    """Return all that dials what a number dials: with its indicatif or without.

    Args:
        number: the number, without what people write between digits.

    Returns:
        The number among them; nothing where it is no telephone number at all: too short, too long,
        or with other signs.
    """
    for digits, indicatifs in _CALLED_BY.items():
        zero = "0" if digits == 10 else ""  # noqa: PLR2004 - the ten of France
        said = re.fullmatch(
            rf"(?:\+(?:{'|'.join(indicatifs)})|{zero})([1-9][0-9]{{{digits - len(zero) - 1}}})",
            number,
        )
        if said:
            return [f"{zero}{said[1]}", *(f"+{indicatif}{said[1]}" for indicatif in indicatifs)]
    return [number] if _INTERNATIONAL.fullmatch(number) else []


def phone_in_words(number: str) -> str:
    """Write a number as it is said, after its indicatif: « +687 26 55 55 », « +1 202 555 0123 »."""
    if _NATIONAL.fullmatch(number):
        return " ".join(wrap(number, 2))
    abroad = _ABROAD.fullmatch(number)
    if abroad is None:
        return number
    code, rest = abroad["code"], abroad["rest"]
    if code not in _IN_PAIRS:
        head, tail = {0: (0, 0), 1: (0, 4), 2: (2, 0)}[len(rest) % 3]
        threes = wrap(rest[head : len(rest) - tail], 3)
        return " ".join(filter(None, [f"+{code}", rest[:head], *threes, rest[len(rest) - tail :]]))
    # Of an odd number of figures the first stands alone in France, with two more elsewhere.
    head = 0 if len(rest) % 2 == 0 else 1 if code == FRANCE else 3
    return " ".join([f"+{code}", *([rest[:head]] if head else []), *wrap(rest[head:], 2)])
