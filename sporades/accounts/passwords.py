"""Which passwords are good enough: long, not on a known list, not about their owner (S-10).

No rule of composition: length and a wait between tries do better.
"""

import gzip
import hashlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from sporades.core.text import search_key

SHORTEST = 12
SHORTEST_FOR_STAFF = 16
LONGEST = 256
FEWEST_DIFFERENT = 4
SHORTEST_WORD = 4
DIGEST = 8
LIST = Path(__file__).parent / "data" / "known-passwords.bin"
WORDS_OF_THE_HOUSE = ("sporades", "cyclades", "motdepasse", "password")
ROWS = (
    "0123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertyuiopasdfghjklzxcvbnm",
    "qwertzuiopasdfghjklyxcvbnm",
)


def help_text(*, is_staff: bool = False) -> str:
    """Return what a good password is, in a line for the field."""
    shortest = SHORTEST_FOR_STAFF if is_staff else SHORTEST
    return (
        f"Au moins {shortest} caractères, ceux que vous voulez. Une phrase convient très bien : "
        "quatre mots sans rapport entre eux, par exemple."
    )


def check(password: str, *, about: Iterable[str] = (), is_staff: bool = False) -> None:
    """Refuse a password that is too short, known, too plain or about its owner.

    Args:
        password: as typed.
        about: words about the owner: address, names, birth date, town.
        is_staff: whether the account belongs to the office.

    Raises:
        ValidationError: with the first reason, in French: the others may go with it.
    """
    reason = next(_faults(password, about, SHORTEST_FOR_STAFF if is_staff else SHORTEST), "")
    if reason:
        raise ValidationError(reason)


def _faults(password: str, about: Iterable[str], shortest: int) -> Iterator[str]:
    if len(password) < shortest:
        yield (
            f"Votre mot de passe compte {len(password)} caractère{'s' if len(password) > 1 else ''} : "
            f"il en faut au moins {shortest}."
        )
    if len(password) > LONGEST:
        yield f"Votre mot de passe dépasse {LONGEST} caractères : choisissez-en un plus court."
        return
    # A word that one knows one has put there says more than « trop facile ».
    word = word_about(password, about)
    if word:
        yield (
            f"Votre mot de passe contient « {word} » : choisissez-en un sans rapport avec vous "
            "ni avec ce service."
        )
    if is_known(password) or is_plain(password) or is_dressed(password):
        yield (
            "Ce mot de passe est trop facile à deviner : il est connu, ou répète les mêmes signes, "
            "ou n'ajoute à un mot connu que des chiffres. Choisissez-en un autre."
        )


def is_known(password: str) -> bool:
    """Return whether a password is on the list of those that leaked or that many people chose."""
    lowered = password.casefold().strip()
    digests = _known()
    wanted = digest_of(lowered)
    at = bisect_left(digests, wanted)
    return (at < len(digests) and digests[at] == wanted) or lowered in _common()


def digest_of(password: str) -> bytes:
    """Return the digest under which the list keeps a password, lower case."""
    return hashlib.sha256(password.encode()).digest()[:DIGEST]


@cache
def _known() -> list[bytes]:
    content = LIST.read_bytes()
    return [content[at : at + DIGEST] for at in range(0, len(content), DIGEST)]


@cache
def _common() -> frozenset[str]:
    path = Path(password_validation.__file__).parent / "common-passwords.txt.gz"
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return frozenset(line.strip() for line in lines)


def is_plain(password: str) -> bool:
    """Return whether a password is a few signs repeated, or a row of the keyboard."""
    lowered = password.casefold()
    if len(set(lowered)) < FEWEST_DIFFERENT:
        return True
    return len(_repeated(lowered)) < len(lowered) or _is_row(lowered)


def is_dressed(password: str) -> bool:
    """Return whether a password is a known word or a row of the keyboard, with figures and signs.

    « azertyuiop123456 », « Soleil-2026-soleil »: whoever guesses tries these first.
    """
    letters = "".join(sign for sign in password.casefold() if sign.isalpha())
    word = _repeated(letters)
    return len(word) >= SHORTEST_WORD and (is_known(word) or _is_row(word))


def _repeated(text: str) -> str:
    """Return the short run of signs that a text repeats from end to end, or the text itself."""
    sizes = range(1, min(SHORTEST - 1, len(text) // 2) + 1)
    runs = (text[:size] for size in sizes)
    return next((run for run in runs if text == (run * len(text))[: len(text)]), text)


def _is_row(text: str) -> bool:
    rows = [row * (len(text) // len(row) + 2) for row in ROWS]
    return any(text in row or text[::-1] in row for row in rows)


def word_about(password: str, about: Iterable[str]) -> str:
    """Return the first word about the owner or the service that a password contains, or nothing."""
    signs = _bare(password)
    for words in (settings.SERVICE_NAME, *WORDS_OF_THE_HOUSE, *about):
        for word in (words, *search_key(words).split()):
            if len(_bare(word)) >= SHORTEST_WORD and _bare(word) in signs:
                return word
    return ""


def _bare(text: str) -> str:
    return search_key(text).replace(" ", "")


def ways_to_write(day: date) -> list[str]:
    """Return the ways in which people write a date without spaces."""
    return [f"{day:{form}}" for form in ("%d%m%Y", "%Y%m%d", "%d%m%y", "%m%d%Y", "%y%m%d")]
