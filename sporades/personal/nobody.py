"""What stands in the place of what is of somebody: of the same shape, and of nobody (P-24)."""

import hashlib
import hmac
import re
import secrets
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from sporades.core.french import day_in_words
from sporades.core.numbers import with_check_digit

AT = "copie.test"
"""A domain that no mail server ever serves."""

VOWELS, CONSONANTS, DIGITS = "aeiou", "bcdfglmnprstv", "0123456789"
FARTHEST = 300
"""Days by which a birth date moves, at most."""

SHORT = 3
"""Words as short as these are those of any sentence: in a sentence they stay."""

_POSTCODE = 5
TEXT = "Texte de remplacement. "
_WORD = re.compile(r"[^\W_]+")
_DATE = re.compile(
    r"(?<!\d)(?:(?P<d>\d{2})/(?P<m>\d{2})/(?P<y>\d{4})|(?P<iy>\d{4})-(?P<im>\d{2})-(?P<id>\d{2}))(?!\d)"
)
_IN_WORDS = re.compile(r"(?<!\d)(\d{1,2}(?:er)?)[ \u00a0](\w+)[ \u00a0](\d{4})(?!\d)")
_LONG_NUMBER = re.compile(r"\+?\d(?:[ .\u00a0\u202f]?\d){4,}")
_MAIL = re.compile(r"[^\s<>()\[\]'\"=,;]+@[^\s<>()\[\]'\",;]+")
_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}[\d:.+Z-]*")
_PACKAGE = Path(__file__).parents[1]
_WRITTEN = (".py", ".html", ".txt", ".typ")
_NOT_OURS = ("cli/demo", "cli/inventing", "accounts/data")


def own_words() -> frozenset[str]:
    """Return the words of the program itself: its pages, its mails, its papers."""
    found: set[str] = set()
    for path in _PACKAGE.rglob("*"):
        inside = str(path.relative_to(_PACKAGE))
        if path.suffix in _WRITTEN and not inside.startswith(_NOT_OURS):
            found |= words_of(path.read_text(encoding="utf-8"))
    return frozenset(found)


def words_of(text: str) -> set[str]:
    """Return the words of a text, in small letters."""
    return {word.casefold() for word in _WORD.findall(text)}


def texts_of(tree: Any) -> Iterable[str]:
    """Give each text that JSON holds, at any depth."""
    if isinstance(tree, str):
        yield tree
    elif isinstance(tree, dict):
        for inner in tree.values():
            yield from texts_of(inner)
    elif isinstance(tree, list):
        for inner in tree:
            yield from texts_of(inner)


@dataclass
class Nobody:
    """What each thing becomes: the same thing the same, everywhere in one copy, by a key that is lost.

    Attributes:
        vocabulary: words that are of the program and of the réglementation.
        personal: words that stand in what is of somebody: they never stay.
        births: each birth date, and what it becomes.
        births_in_words: the same, by how a date is written.
        numbers: each number of a candidate or of a registration, and what it becomes.
    """

    vocabulary: frozenset[str]
    personal: set[str] = field(default_factory=set)
    births: dict[date, date] = field(default_factory=dict)
    births_in_words: dict[str, date] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    emails: dict[str, str] = field(default_factory=dict)
    key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)

    # --- What is learnt before anything is replaced --------------------------------------------

    def learn(self, *texts: str) -> None:
        """Remember that these are of somebody."""
        for text in texts:
            self.personal |= words_of(text)

    def born(
        self, year: int, month: int | None, day: int | None
    ) -> tuple[int, int | None, int | None]:
        """Return what a birth date becomes; what was not known of it stays unknown."""
        if month and day:
            moved = self.birth(date(year, month, day))
        else:
            moved = self._moved(date(year, month or 6, 15))
        return moved.year, moved.month if month else None, moved.day if day else None

    def birth(self, day: date) -> date:
        """Return what a whole birth date becomes."""
        if day not in self.births:
            self.births[day] = self._moved(day)
            self.births_in_words[day_in_words(day)] = self.births[day]
        return self.births[day]

    def number(self, number: str) -> str:
        """Return what a number becomes: as long, with its check digit, from where no sequence comes."""
        if number not in self.numbers:
            taken = set(self.numbers.values()) | self.numbers.keys() | {number}
            while True:
                digits = "9" + "".join(
                    secrets.choice(DIGITS) for _ in range(max(len(number) - 2, 1))
                )
                made = with_check_digit(int(digits))
                if made not in taken:
                    break
            self.numbers[number] = made
        return self.numbers[number]

    # --- What each becomes ---------------------------------------------------------------------

    def email(self, address: str) -> str:
        """Return an address that reaches nobody; one address is one other, everywhere."""
        lowered = address.casefold()
        if not lowered:
            return address
        return self.emails.setdefault(lowered, f"personne{len(self.emails) + 1}@{AT}")

    def text(self, text: str) -> str:
        """Return other words of the same shape, every one of them."""
        return _WORD.sub(lambda found: self._word(found[0]), text)

    def phone(self, number: str) -> str:
        """Return another number; how it begins stays: « 06 », « +33 »."""
        if any(map(str.isalpha, number)):
            return self.text(number)
        return number[:2] + self._digits(number[2:])

    def postcode(self, code: str) -> str:
        """Return another postcode: of the same department, in France."""
        if any(map(str.isalpha, code)):
            return self.text(code)
        return code[:2] + self._digits(code[2:])

    def said(self, text: str) -> str:
        """Return a sentence of the program without what is of somebody in it."""
        if _INSTANT.fullmatch(text):
            return text
        text = _MAIL.sub(lambda found: self.email(found[0]), text)
        text = _DATE.sub(self._date, text)
        text = _IN_WORDS.sub(self._date_in_words, text)
        text = _LONG_NUMBER.sub(lambda found: self._long_number(found[0]), text)
        return _WORD.sub(lambda found: self._unless_ours(found[0]), text)

    def tree(self, tree: Any) -> Any:
        """Return JSON of the same shape, of nobody."""
        if isinstance(tree, str):
            return self.said(tree)
        if isinstance(tree, list):
            return [self.tree(one) for one in tree]
        if isinstance(tree, dict):
            made = {name: self.tree(one) for name, one in tree.items()}
            return {**made, **self._birth_in(tree)}
        return tree

    def free(self, text: str) -> str:
        """Return a text as long that says nothing; nothing where there was nothing."""
        if not text:
            return text
        return (TEXT * (len(text) // len(TEXT) + 1))[: len(text)].strip() or "T"

    # --- How -----------------------------------------------------------------------------------

    def _birth_in(self, tree: dict[str, Any]) -> dict[str, Any]:
        """Return the parts of a birth date among the names of a dictionary."""
        names = ("birth_year", "birth_month", "birth_day")
        given = [str(tree.get(name) or "") for name in names]
        if not given[0].isdecimal() or not all(one.isdecimal() for one in given if one):
            return {}
        year, month, day = (int(one) if one else None for one in given)
        try:
            moved = self.born(year or 0, month, day)
        except ValueError:  # typed, never a date
            return {name: None for name in names if name in tree}
        return {
            name: (str(new) if isinstance(tree[name], str) else new)
            if new is not None
            else tree[name]
            for name, new in zip(names, moved, strict=True)
            if name in tree
        }

    def _moved(self, day: date) -> date:
        stream = self._stream(f"born:{day.isoformat()}")
        by = stream[0] * 256 + stream[1]
        days = by % FARTHEST + 1
        return day + timedelta(days=days if stream[2] % 2 else -days)

    def _date(self, found: re.Match[str]) -> str:
        is_iso = found["iy"] is not None
        parts = (
            (found["iy"], found["im"], found["id"])
            if is_iso
            else (found["y"], found["m"], found["d"])
        )
        new = self._if_birth(*map(int, parts))
        if new is None:
            return found[0]
        return new.isoformat() if is_iso else f"{new:%d/%m/%Y}"

    def _date_in_words(self, found: re.Match[str]) -> str:
        new = self.births_in_words.get(found[0].replace("\u00a0", " "))
        return day_in_words(new) if new else found[0]

    def _if_birth(self, year: int, month: int, day: int) -> date | None:
        try:
            return self.births.get(date(year, month, day))
        except ValueError:
            return None

    def _long_number(self, text: str) -> str:
        bare = re.sub(r"\D", "", text)
        if text in self.vocabulary and text not in self.personal:
            return text  # the code of a country, for instance
        if bare == text and len(bare) == _POSTCODE:
            return self.postcode(text)
        new = self.numbers.get(bare)
        if new is None:
            return self._digits(text)
        digits = iter(new)
        return re.sub(r"\d", lambda _: next(digits, "0"), text)

    def _unless_ours(self, word: str) -> str:
        lowered = word.casefold()
        if word.isdecimal():
            return word  # a year, an hour: longer ones are dealt with
        if lowered not in self.vocabulary:
            return self._word(word)
        is_somebodys = lowered in self.personal and len(word) > SHORT
        return self._word(word) if is_somebodys else word

    def _digits(self, text: str) -> str:
        stream = self._stream(f"digits:{re.sub(r'\D', '', text)}")
        signs = iter(DIGITS[one % 10] for one in stream * (len(text) // len(stream) + 1))
        made = re.sub(r"\d", lambda _: next(signs), text)
        if made == text and any(sign.isdigit() for sign in text):
            return re.sub(r"\d", lambda found: str((int(found[0]) + 1) % 10), text)
        return made

    def _word(self, word: str) -> str:
        if word.isdecimal():
            return self._digits(word)
        lowered = word.casefold()
        for turn in range(9):
            stream = self._stream(f"word:{turn}:{lowered}")
            stream *= len(word) // len(stream) + 1
            made = "".join(map(_other, word, stream))
            if made.casefold() != lowered:
                break
        return made

    def _stream(self, of: str) -> bytes:
        return hmac.digest(self.key, of.encode(), hashlib.sha256)


def _other(sign: str, chance: int) -> str:
    """Return another sign of the same kind."""
    if sign.isdigit():
        return DIGITS[chance % 10]
    bare = unicodedata.normalize("NFKD", sign)[:1].casefold()
    if not bare.isalpha():
        return sign
    among = VOWELS if bare in "aeiouyœæ" else CONSONANTS
    made = among[chance % len(among)]
    return made.upper() if sign.isupper() else made
