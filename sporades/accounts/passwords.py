"""Which passwords are good enough: long, not on a known list, not about their owner (S-10).

No rule of composition: length and a wait between tries do better.
"""

import gzip
import hashlib
import re
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
DATA = Path(__file__).parent / "data"
LIST = DATA / "known-passwords.bin"
FRENCH_WORDS = DATA / "french-words.txt"
WORDS_OF_THE_HOUSE = ("sporades", "cyclades", "motdepasse", "password")
DISGUISES = tuple(
    str.maketrans(worn, meant)
    for worn, meant in (
        ("", ""),
        ("@$€", "ase"),
        ("@$€013457", "aseoieast"),
        ("@$€013457", "aseoleast"),
    )
)
"""What signs and figures stand for, in a word that they are to hide; a 1 is an i or an l."""
MOST_SIGNS = 2
_SIGNS = re.compile(r"[^\w\s@$€]|_")
_FIGURES = re.compile(r"\d{3,}")
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
        is_whole = word.casefold() in password.casefold()
        about_so = "" if is_whole else ", à quelques signes, espaces ou accents près"
        yield (
            f"Votre mot de passe contient « {word} »{about_so} : choisissez-en un sans rapport avec "
            "vous ni avec ce service."
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

    « azertyuiop123456 », « Soleil-2026-soleil », « jetaimemaman2008 », « Ch0c0l@t2027 »: whoever
    guesses tries these first.
    """
    return any(
        _is_guessed(word)
        for letters in _undressed(password)
        for word in (letters, _repeated(letters))
    )


def _undressed(password: str) -> Iterator[str]:
    """Give the letters of a password: those that are seen, then those that others stand for.

    More different signs between them than anybody puts there are drawn at random, and no dress.
    """
    for word in _cores(password):
        if len(set(_SIGNS.findall(word))) > MOST_SIGNS:
            continue
        for disguise in DISGUISES:
            undone = search_key(word.translate(disguise))
            yield "".join(sign for sign in undone if sign.isalpha())


def _cores(password: str) -> list[str]:
    """Return a password from its first letter to its last, then with the sign before, after, or both.

    These may stand for a letter, or be added: « @lice2027 », « Alice!2027 ».
    """
    signs = _FIGURES.sub(" ", password)
    at = [place for place, sign in enumerate(signs) if sign.isalpha()] or [0]
    first, end = at[0], at[-1] + 1
    return [signs[max(first - before, 0) : end + after] for before in (0, 1) for after in (0, 1)]


def _is_guessed(word: str) -> bool:
    """Return whether a word is among the first that are tried: known, a row, French, or two of these."""
    if len(word) >= SHORTEST_WORD and (is_known(word) or _is_row(word)):
        return True
    french = _french_words()
    return word in french or any(
        word[:at] in french and word[at:] in french for at in range(1, len(word))
    )


@cache
def _french_words() -> frozenset[str]:
    lines = FRENCH_WORDS.read_text(encoding="utf-8").splitlines()
    words = ",".join(line for line in lines if not line.startswith("#")).split(",")
    return frozenset("".join(filter(str.isalpha, search_key(word))) for word in words) - {""}


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
    whole = _cores(password)[0]
    written = {_bare(password), *(_bare(whole.translate(disguise)) for disguise in DISGUISES)}
    for words in (settings.SERVICE_NAME, *WORDS_OF_THE_HOUSE, *about):
        for word in (words, *search_key(words).split()):
            bare = _bare(word)
            if len(bare) >= SHORTEST_WORD and any(bare in signs for signs in written):
                return word
    return ""


def _bare(text: str) -> str:
    return search_key(text).replace(" ", "")


def ways_to_write(day: date) -> list[str]:
    """Return the ways in which people write a date without spaces."""
    return [f"{day:{form}}" for form in ("%d%m%Y", "%Y%m%d", "%d%m%y", "%m%d%Y", "%y%m%d")]
