"""Numbers that people type, dictate and copy: a check digit catches their slips.

The digit is Damm's: it detects every wrong digit and every swap of two neighbours.
"""

NARROW = "\u202f"
"""The space between two groups of figures: narrow, and no line is broken there."""

INTEGER, BIGINT = 9, 18
"""How many figures an integer of the database takes, and a bigint, whichever they are."""

_TABLE = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


def whole(said: str, *, most: int = BIGINT) -> int | None:
    """Return the number that somebody typed, or that an address names; nothing where it is none.

    Figures of other scripts, that `int` would read, are none: no page of ours writes them.

    Args:
        said: as it came.
        most: how many figures are taken, so that what keeps or seeks it holds it.
    """
    is_number = said.isascii() and said.isdigit() and len(said) <= most
    return int(said) if is_number else None


def _interim(digits: str) -> int:
    state = 0
    for digit in digits:
        state = _TABLE[state][int(digit)]
    return state


def with_check_digit(number: int) -> str:
    """Return the digits of a number followed by their check digit."""
    digits = str(number)
    return f"{digits}{_interim(digits)}"


def is_valid(number: str) -> bool:
    """Return whether a number ends with the check digit of the others."""
    return number.isascii() and number.isdigit() and len(number) > 1 and _interim(number) == 0


def in_fours(code: str, *, between: str = " ") -> str:
    """Return a code of letters or figures cut by fours, to be read aloud and copied: « 0711 0327 »."""
    return between.join(code[at : at + 4] for at in range(0, len(code), 4))


def in_groups(number: str) -> str:
    """Return a number cut by threes from the right, to be read aloud."""
    head = len(number) % 3
    groups = [number[:head]] if head else []
    groups += [number[at : at + 3] for at in range(head, len(number), 3)]
    return NARROW.join(groups)
