"""Verification codes: whoever holds a paper holds its code; nobody guesses one.

Twenty-eight signs of thirty-two are 140 bits of chance. The alphabet is Crockford's: what is
read or typed wrongly (O for 0, I or L for 1) is understood.
"""

import secrets

from sporades.core.numbers import in_fours

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 28
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """Return a code that was never used."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def in_groups(code: str) -> str:
    """Return a code as it is printed: « K7QF-9XW2-M4TB-… »."""
    return in_fours(code, between="-")


def normalised(typed: str) -> str:
    """Return a code as it is kept, from what somebody typed: any case, spaces, hyphens."""
    signs = "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum())
    return signs.translate(_MEANT)
