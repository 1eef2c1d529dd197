"""Slips of the finger in e-mail addresses."""

from difflib import get_close_matches

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
