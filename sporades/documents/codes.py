"""Verification codes: whoever holds a paper holds its code; nobody guesses one.

Twenty-eight signs of thirty-two are 140 bits of chance. The alphabet is Crockford's: what is
read or typed wrongly (O for 0, I or L for 1) is understood.
"""

import hashlib
import re
import secrets

from sporades.core.numbers import in_fours

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 28
_CODE = re.compile(r"[0-9A-Za-z-]+")
"""No space is in it: a long name has some."""
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1"})


def new_code() -> str:
    """Return a code that was never used."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def digest_of(code: str) -> str:
    """Return the fingerprint of a code, by which it is known once its document is archived.

    Nobody goes through 140 bits of chance: it gives no code back.

    Args:
        code: as `normalised` returns it.
    """
    return hashlib.sha256(code.encode()).hexdigest()


def in_groups(code: str) -> str:
    """Return a code as it is printed: « K7QF-9XW2-M4TB-… »."""
    return in_fours(code, between="-")


def code_in(said: str) -> str:
    """Return the code that somebody typed, or had read from the QR code of a document; or nothing.

    Args:
        said: a code, in groups or not, or the address of a page that verifies it.
    """
    _, address, last = said.rpartition("/")
    if not _CODE.fullmatch(last):
        return ""
    code = normalised(last)
    is_one = len(code) == LENGTH and not set(code) - set(ALPHABET)
    # One code in thirty thousand is letters alone: typed alone, it would be somebody's name.
    return code if is_one and (address or any(sign.isdigit() for sign in last)) else ""


def normalised(typed: str) -> str:
    """Return a code as it is kept, from what somebody typed: any case, spaces, hyphens."""
    signs = "".join(sign for sign in typed.upper() if sign.isascii() and sign.isalnum())
    return signs.translate(_MEANT)
