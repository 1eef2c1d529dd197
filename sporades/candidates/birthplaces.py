"""Where somebody was born: a commune of the official list, a foreign town, or words.

A commune that merged, changed its name or belongs to a lost territory is not on the list:
its name is then kept as the person gives it. Nobody is stopped by the list.
"""

import re
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError

from sporades.core.text import JOINERS, clean, search_key
from sporades.territory import queries as territory
from sporades.territory.models import FRANCE, Commune

OTHER = "autre"
STATELESS = "aucun"
AS_TYPED = "tel-quel"
MOST_OFFERED = 15
# « Lille (Nord) », « Lille (Nord, 59) »: as this service itself writes a commune.
_AS_SHOWN = re.compile(r"(?P<name>[^()]+) \((?P<department>[^(),]+)(,[^()]*)?\)")
# A place also has figures (« Paris 14e »), commas and brackets, never markup.
FORBIDDEN = frozenset('<>{}[]\\|^~`"=*%$#@;')


type Offered = list[tuple[str, str]]
"""Pairs of a value and a label, the last of which keeps what was typed."""


@dataclass(frozen=True)
class Place:
    """A birthplace as it is kept.

    Attributes:
        country: the code of the country.
        department: that of the department, in France.
        commune: that of the commune, where the list has it.
        words: its name.
        offered: among what it was chosen, where the person had to choose.
    """

    country: str
    department: str
    commune: str
    words: str
    offered: Offered = field(default_factory=list, compare=False)


@dataclass
class Unsure(Exception):
    """The name is not exactly that of one commune: the person chooses.

    Attributes:
        offered: among what.
        is_unknown: whether nothing on the list has a name like this one.
        is_elsewhere: whether communes have this name, but in other departments.
        is_named: whether a commune of the list bears exactly this name.
    """

    offered: Offered = field(default_factory=list)
    is_unknown: bool = False
    is_elsewhere: bool = False
    is_named: bool = False


def find(*, country: str, department: str, typed: str, code: str = "", choice: str = "") -> Place:
    """Return the birthplace that was meant.

    Args:
        country: code of the country.
        department: code of the department, or nothing when it is not known.
        typed: the name of the place.
        code: the commune that a list of suggestions gave for this name.
        choice: what was answered to `Unsure`.

    Raises:
        Unsure: choose among those offered.
        ValidationError: a sign that no place's name holds.
    """
    words = clean(typed)
    held = [sign for sign in words if sign not in JOINERS]
    wrong = [sign for sign in held if sign in FORBIDDEN or not sign.isprintable()]
    if wrong:
        raise ValidationError(
            f"Enlevez ce qui n'appartient pas au nom d'une ville : {' '.join(wrong)}"
        )
    if not search_key(words):
        raise ValidationError("Indiquez la commune ou la ville de naissance.")
    if country != FRANCE:
        return Place(country, "", "", words)
    name, its_department = _read(words)
    department = department or its_department
    suggested = _suggested(code, name)
    if suggested and choice != as_typed(name):
        return _place(suggested)
    return _on_the_list(department, name, choice)


def as_typed(words: str) -> str:
    """Return the choice that keeps a name as it was typed, and no other name."""
    return f"{AS_TYPED}:{search_key(words)}"


def _read(words: str) -> tuple[str, str]:
    """Return the name of a commune, and its department where that is said in brackets."""
    shown = _AS_SHOWN.fullmatch(words)
    if shown:
        key = search_key(shown["department"])
        for department in territory.departments():
            if key in (search_key(department.name), search_key(department.code)):
                return shown["name"], department.code
    return words, ""


def _on_the_list(department: str, words: str, choice: str) -> Place:
    named = territory.communes_named(words, department=department or None)
    current = [commune for commune in named if commune.kind == Commune.Kind.CURRENT]
    for sure in (current, named):
        if len(sure) == 1 and choice != as_typed(words):
            return _place(sure[0])
    elsewhere = territory.communes_named(words) if department and not named else []
    found = current or named or [*elsewhere, *_near(words, department)]
    near = list({_value(commune): commune for commune in found}.values())
    keeping = "Aucune de celles-ci : garder" if near else "Garder"
    offered = [
        *[(_value(commune), _label(commune)) for commune in near],
        (as_typed(words), f"{keeping} « {words} », tel que je l'ai écrit"),
    ]
    if choice == as_typed(words):
        return Place(FRANCE, department, "", words, offered)
    for commune in near:
        if _value(commune) == choice:
            return _place(commune, offered)
    raise Unsure(
        offered,
        is_unknown=not near,
        is_elsewhere=bool(elsewhere),
        is_named=bool(named or elsewhere),
    )


def _near(words: str, department: str) -> list[Commune]:
    """Return what may be meant: in the department said, written so or nearly, then anywhere."""
    if not department:
        return territory.communes_matching(words, limit=MOST_OFFERED)
    return (
        territory.communes_matching(words, department=department, limit=MOST_OFFERED)
        or territory.communes_spelt_like(words, department=department)
        or territory.communes_matching(words, limit=MOST_OFFERED)
    )


def _suggested(code: str, words: str) -> Commune | None:
    if not code:
        return None
    try:
        commune = territory.commune(code, name=words)
    except Commune.DoesNotExist:
        return None
    return commune if search_key(commune.name) == search_key(words) else None


def _place(commune: Commune, offered: Offered | None = None) -> Place:
    return Place(FRANCE, commune.department_id, commune.code, commune.name, offered or [])


def _value(commune: Commune) -> str:
    return f"{commune.code}-{commune.kind}"


def _label(commune: Commune) -> str:
    kind = "" if commune.kind == Commune.Kind.CURRENT else f", {commune.get_kind_display().lower()}"
    return f"{commune.name} ({commune.department.name}, {commune.department_id}{kind})"
