"""E-mail addresses: those that every mail server takes, slips of the finger."""

import re
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
LONGEST = 254
PLAIN = re.compile(
    r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]"
)
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
    """Return the address of the letter box where an address ends: « +tag » names no other one."""
    local, at, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}{at}{domain}"
