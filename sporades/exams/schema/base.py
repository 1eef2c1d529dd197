"""What every part of a réglementation file is made of: strict models, codes, texts.

Keys are French in the file and English in the code. Values are never converted: a number
written where a text is wanted is a mistake, which the person who wrote it can mend.
"""

import re
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Annotated, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

LONGEST_LINE = 200
LONGEST_PARAGRAPH = 2_000
LARGEST_NUMBER = 10**15 - 1
"""A file has no longer figures: what is written « 1e999 » would fill the memory of its reader."""
FIRST_YEAR, LAST_YEAR = 1900, 2200
"""The years of every day: at the ends of the calendar a clock of elsewhere has no instant."""
YEARS = f"l'année est entre {FIRST_YEAR} et {LAST_YEAR}"
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class Strict(BaseModel):
    """A part of the file: no unknown key, no conversion, never changed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def matching(pattern: str, wanted: str) -> AfterValidator:
    """Return a validator that accepts the texts that match a pattern, whole.

    Args:
        pattern: a regular expression.
        wanted: what is wanted, in French, as the end of a sentence.
    """
    compiled = re.compile(pattern)

    def check(value: str) -> str:
        if not compiled.fullmatch(value):
            raise PydanticCustomError(
                "format",
                "« {value} » ne convient pas : {wanted}.",
                {"value": value, "wanted": wanted},
            )
        return value

    return AfterValidator(check)


def up_to(longest: int) -> AfterValidator:
    """Return a validator that accepts a paragraph of so many signs, at least one."""

    def check(value: str) -> str:
        if not value:
            raise PydanticCustomError("texte", "Ce texte est vide.")
        if len(value) > longest:
            raise PydanticCustomError(
                "texte",
                "Ce texte a {length} caractères : {longest} au plus.",
                {"length": len(value), "longest": longest},
            )
        if _UNSEEN.search(value):
            raise PydanticCustomError(
                "texte",
                "Ce texte va à la ligne ou contient un caractère invisible : "
                "écrivez un paragraphe d'un seul tenant (en YAML, « >- » et non « | »).",
            )
        return value

    return AfterValidator(check)


def is_in_our_years(day: date) -> bool:
    """Tell whether a day is one that a file may speak of."""
    return FIRST_YEAR <= day.year <= LAST_YEAR


def _in_our_years(day: date) -> date:
    if not is_in_our_years(day):
        raise PydanticCustomError(
            "borne", "« {value} » ne convient pas : {years}.", {"value": str(day), "years": YEARS}
        )
    return day


Day = Annotated[date, AfterValidator(_in_our_years)]
"""A day, of a year in which somebody lives."""

Number = Annotated[Decimal, Field(ge=-LARGEST_NUMBER, le=LARGEST_NUMBER, decimal_places=6)]
"""A number, of so many figures."""

HowMany = Annotated[int, Field(ge=0, le=1_000)]
"""How many of a list that somebody reads."""


def _known_as(name: str) -> WithJsonSchema:
    """Give a type the name that the reference of the keys shows."""
    return WithJsonSchema({"type": "string", "format": name})


Code = Annotated[
    str,
    matching(
        r"[A-Z0-9][A-Z0-9_-]{0,19}",
        "un code a 20 signes au plus, majuscules sans accent, chiffres, « - » ou « _ »",
    ),
    _known_as("code"),
]
"""What names a part of an exam."""

ShortCode = Annotated[
    str,
    matching(
        r"[A-Z0-9][A-Z0-9_-]{0,15}",
        "ce code a 16 signes au plus, majuscules sans accent, chiffres, « - » ou « _ »",
    ),
    _known_as("code court"),
]
"""What names a domain, a session or an exam: they are written together, so shorter."""

QuestionCode = Annotated[
    str,
    matching(
        r"[a-z][a-z0-9_]{0,39}",
        "le code d'une question a 40 signes au plus, minuscules sans accent, chiffres ou « _ »",
    ),
    _known_as("code de question"),
]

ServiceCode = Annotated[
    str,
    matching(
        r"[a-z0-9][a-z0-9-]{0,59}",
        "le code d'un service a 60 signes au plus, minuscules sans accent, chiffres ou « - »",
    ),
    _known_as("code de service"),
]

AcademyCode = Annotated[
    str,
    matching(r"A\d{2}", "le code d'une académie est « A » suivi de deux chiffres"),
    _known_as("code d'académie"),
]

CountryCode = Annotated[
    str,
    matching(r"99\d{3}", "le code d'un pays est « 99 » suivi de trois chiffres, entre guillemets"),
    _known_as("code de pays"),
]


class _Free:
    """Marks what is written in words: any sign may stand in it."""


FREE = _Free()

Line = Annotated[str, FREE, up_to(LONGEST_LINE), _known_as("ligne")]
"""A title, a label, a short sentence."""

Paragraph = Annotated[str, FREE, up_to(LONGEST_PARAGRAPH), _known_as("paragraphe")]
"""Some sentences in plain text."""

FreeText = Annotated[str, FREE]
"""What is compared with an answer that somebody may have written in words."""


@cache
def free_texts(model: type[Strict]) -> frozenset[str]:
    """Return the fields of a part that are written in words, or are lists of such."""
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if FREE in field.metadata or _is_free(field.annotation)
    )


def _is_free(annotation: object) -> bool:
    return FREE in getattr(annotation, "__metadata__", ()) or any(
        map(_is_free, get_args(annotation))
    )
