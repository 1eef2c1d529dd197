"""How names of communes are searched, and which academy a residence belongs to."""

import enum
import re
from collections.abc import Collection
from dataclasses import dataclass

from sporades.core.text import clean, search_key
from sporades.territory.models import Academy

_SHORT = {"st": "saint", "ste": "sainte", "sts": "saints", "stes": "saintes"}
_ORDINAL = re.compile(r"(\d+)(?:e|eme|ieme|er|ere)")
_ARTICLES = ("l", "le", "la", "les")
POSTCODE = re.compile(r"[0-9]{5}")


# --- Names of communes --------------------------------------------------------------------


def commune_key(name: str) -> str:
    """Return the key of a commune's name; « St » and « Ste » are the same as in full."""
    return " ".join(_SHORT.get(word, word) for word in search_key(name).split())


@dataclass(frozen=True)
class Sought:
    """What somebody who types the beginning of a name may mean.

    Attributes:
        exact: keys that are the whole name, with or without its article.
        beginnings: keys that the name may begin with.
        words: for each word typed, what a word of the name may begin with.
    """

    exact: tuple[str, ...]
    beginnings: tuple[str, ...]
    words: tuple[tuple[str, ...], ...]


def sought(typed: str) -> Sought | None:
    """Read what was typed; None when there is nothing to search for.

    A last word « st » is « saint », and also the beginning of « Strasbourg ».
    """
    typed_words = [_ordinal(word) for word in search_key(typed).split()]
    if not typed_words:
        return None
    words = [_SHORT.get(word, word) for word in typed_words]
    lasts = tuple(dict.fromkeys((words[-1], typed_words[-1])))
    start = words[:-1]
    whole = " ".join(words)
    return Sought(
        exact=(whole, *(f"{article} {whole}" for article in _ARTICLES)),
        beginnings=tuple(" ".join([*start, last]) for last in lasts),
        # A word said twice is looked up once: each look costs.
        words=(*((word,) for word in dict.fromkeys(start) if (word,) != lasts), lasts),
    )


def _ordinal(word: str) -> str:
    """Write « 13ème » and « 1ère » as the list does: « 13e », « 1er »."""
    found = _ORDINAL.fullmatch(word)
    if found is None:
        return word
    number = found[1]
    return f"{number}er" if number == "1" else f"{number}e"


# --- Academy of residence ------------------------------------------------------------------


class Outcome(enum.Enum):
    """What a residence says of the academy."""

    ONE = "one"
    SEVERAL = "several"
    ABROAD = "abroad"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Residence:
    """The academy that a residence belongs to, or what must still be asked.

    ONE: the only academy is the answer. SEVERAL: the postcode spans these academies, the
    town tells. ABROAD: an academy of attachment is chosen among these. UNKNOWN: the list does
    not hold this postcode (a CEDEX, a new one); these academies are what its first digits
    suggest, to be confirmed by the town, and none when they suggest nothing.
    """

    outcome: Outcome
    academies: tuple[Academy, ...]

    @property
    def academy(self) -> Academy | None:
        """The academy, when it is certain."""
        return self.academies[0] if self.outcome is Outcome.ONE else None

    def allows(self, academy: Academy) -> bool:
        """Tell whether one who lives there may belong to this academy."""
        return academy in self.academies


def joined(postcode: str) -> str:
    """Take « 59 000 » for what it says; another country's postcode stays as it is typed."""
    bare = clean(postcode).replace(" ", "")
    return bare if POSTCODE.fullmatch(bare) else postcode


def residence_within(academies: Collection[Academy]) -> Residence:
    """Return the answer for a listed postcode: one academy, or several."""
    ordered = tuple(sorted(academies, key=lambda academy: academy.code))
    return Residence(Outcome.ONE if len(ordered) == 1 else Outcome.SEVERAL, ordered)


def departments_suggested_by(postcode: str) -> tuple[str, ...]:
    """Return the codes of the departments that a postcode's first digits usually mean."""
    if not POSTCODE.fullmatch(postcode):
        return ()
    if postcode.startswith(("97", "98")):
        return (postcode[:3],)
    if postcode.startswith("20"):
        return ("2A", "2B")
    return (postcode[:2],)
