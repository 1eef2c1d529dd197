"""E-mail addresses: those that every mail server takes, slips of the finger."""

import re
import string
import unicodedata
from difflib import get_close_matches

import idna

PROVIDERS = (
    "gmail.com",
    "orange.fr",
    "wanadoo.fr",
    "free.fr",
    "laposte.net",
    "hotmail.fr",
    "hotmail.com",
    "outlook.fr",
    "outlook.com",
    "live.fr",
    "msn.com",
    "yahoo.fr",
    "yahoo.com",
    "sfr.fr",
    "bbox.fr",
    "icloud.com",
    "aol.com",
    "proton.me",
    "protonmail.com",
    "numericable.fr",
    "gmx.fr",
)
GOOGLE = ("gmail.com", "googlemail.com")
"""The domains of one provider: an address of the one is the same letter box at the other."""
LONGEST = 254
PLAIN = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)
BEFORE_AT = frozenset(string.ascii_letters + string.digits + "!#$%&'*+/=?^_`{|}~-.")
ALIKE = 0.84
# Real names that are close to a provider's.
REAL = frozenset({"mail.com", "ymail.com", "email.com", "gmx.com", "gmx.net", "me.com", "live.com"})


def likely_meant(email: str) -> str:
    """Return the address that somebody probably meant to type, or nothing.

    It is a suggestion: an address that looks odd may be right.
    """
    local, at, domain = email.strip().lower().rpartition("@")
    if not at or domain in PROVIDERS or domain in REAL:
        return ""
    close = get_close_matches(domain, PROVIDERS, n=1, cutoff=ALIKE)
    return f"{local}@{close[0]}" if close else ""


def is_plain(typed: str, normalised: str) -> bool:
    """Return whether every mail server takes an address: no quotes, no number of a machine.

    Args:
        typed: as it was typed: a letter beyond ASCII before the « @ » is no other's capital.
        normalised: its one form, the length of which is what is kept.
    """
    local = typed.strip().rpartition("@")[0]
    is_short = len(normalised) <= LONGEST
    return is_short and local.isascii() and PLAIN.fullmatch(normalised) is not None


def refused_sign(typed: str) -> str:
    """Return the first sign that keeps an address from being one; nothing where more is wrong with it.

    Args:
        typed: as it was typed. Letters of every script may stand after the « @ ».
    """
    signs = unicodedata.normalize("NFC", typed.strip())
    places = [place for place, sign in enumerate(signs) if plain_sign(sign) == "@"]
    if not places:
        return ""
    wrong = [sign for place, sign in enumerate(signs) if _is_refused(sign, place - places[-1])]
    local, domain = (
        "".join(_mended(sign) for sign in part)
        for part in (signs[: places[-1]], signs[places[-1] + 1 :])
    )
    return wrong[0] if wrong and PLAIN.fullmatch(f"{local}@{domain}".lower()) else ""


def plain_sign(sign: str) -> str:
    """Return the plain sign of which one is another drawing: « @ » for « ＠ »."""
    return unicodedata.normalize("NFKC", sign)


def _is_refused(sign: str, place: int) -> bool:
    """Return whether a sign cannot stand at a place, counted from the « @ »."""
    if place == 0:
        return sign != "@"
    return sign not in BEFORE_AT if place < 0 else not _is_of_domain(sign)


def _is_of_domain(sign: str) -> bool:
    # A mark alone belongs to the letter before it, in scripts that write so.
    return sign in "-." or sign.isalnum() or unicodedata.category(sign).startswith("M")


def _mended(sign: str) -> str:
    """Return what stands for a sign where only the shape of an address is looked at."""
    if sign.isspace():
        return ""
    if sign in ",;":
        return "."  # the slip that one makes for a full stop
    return sign if sign.isascii() and _is_of_domain(sign) else "x"


def half_said(address: str) -> str:
    """Return « n…@exemple.fr »: enough to know one's own address, too little to learn another's."""
    local, at, domain = address.rpartition("@")
    return f"{local[:1]}…{at}{domain}"


def readable(address: str) -> str:
    """Return an address as its owner types it: « exämple.test » for « xn--exmple-cua.test ».

    Only to be read: what is kept and compared is the form in which it is written to.
    """
    local, at, domain = address.rpartition("@")
    try:
        return f"{local}{at}{idna.decode(domain)}"
    except idna.IDNAError:
        return address


def letter_box(address: str) -> str:
    """Return the address of the letter box where an address ends: « +tag » names no other one.

    Nor do dots before the « @ » at Google, whose two domains are one
    (https://support.google.com/mail/answer/7436150).
    """
    local, at, domain = address.rpartition("@")
    local = local.partition("+")[0]
    if domain in GOOGLE:
        local, domain = local.replace(".", ""), GOOGLE[0]
    return f"{local}{at}{domain}"
