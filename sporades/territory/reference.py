"""The small reference data, kept in the process.

Built on first use; the stamp of the last load is looked at once a minute, so that a load
made by another process is seen. What is returned is shared by every thread: read it only.
"""

from collections import defaultdict
from dataclasses import dataclass

from django.db.models import F, Func

from sporades.core.held import Holder
from sporades.core.text import search_key
from sporades.territory.models import Academy, Commune, Country, Department, ReferenceLoad

FRESH_FOR = 60.0
"""Seconds during which what is held is believed without looking."""

type Stamp = tuple[int, str] | None


@dataclass(frozen=True)
class Reference:
    """Everything small, by its code, in the order in which it is shown."""

    academies: dict[str, Academy]
    departments: dict[str, Department]
    countries: dict[str, Country]
    postcodes: dict[str, frozenset[Department]]
    towns: dict[tuple[str, str], Department]
    """The department of a commune, by postcode and code, where a postcode spans several."""


def held() -> Reference:
    """Return what this process holds: no query while it is fresh."""
    return _holder.get()


def forget() -> None:
    """Drop what this process holds: the next question asks the database again."""
    _holder.drop()


def _last_stamp() -> Stamp:
    return ReferenceLoad.objects.order_by("-pk").values_list("pk", "digest").first()


def _build() -> Reference:
    academies = {
        academy.code: academy
        for academy in sorted(Academy.objects.all(), key=lambda academy: search_key(academy.name))
    }
    for academy in academies.values():
        academy.successor = academies[academy.successor_id] if academy.successor_id else None
    departments = {
        department.code: department for department in Department.objects.order_by("code")
    }
    for department in departments.values():
        department.academy = academies[department.academy_id]
    countries = {
        country.code: country
        for country in sorted(Country.objects.all(), key=lambda country: search_key(country.name))
    }
    postcodes = _postcodes(departments)
    return Reference(
        academies=academies,
        departments=departments,
        countries=countries,
        postcodes=postcodes,
        towns=_towns(departments, postcodes),
    )


def _postcodes(departments: dict[str, Department]) -> dict[str, frozenset[Department]]:
    """Return the departments of every postcode of a current commune."""
    pairs = (
        Commune.objects.filter(kind=Commune.Kind.CURRENT)
        .annotate(postcode=Func(F("postcodes"), function="unnest", set_returning=True))
        .values_list("postcode", "department_id")
        .distinct()
    )
    found: dict[str, set[Department]] = defaultdict(set)
    for postcode, department in pairs:
        found[postcode].add(departments[department])
    return {postcode: frozenset(where) for postcode, where in found.items()}


def _towns(
    departments: dict[str, Department], postcodes: dict[str, frozenset[Department]]
) -> dict[tuple[str, str], Department]:
    spanning = [postcode for postcode, where in postcodes.items() if len(where) > 1]
    communes = Commune.objects.filter(
        kind=Commune.Kind.CURRENT, postcodes__overlap=spanning
    ).values_list("code", "department_id", "postcodes")
    return {
        (postcode, code): departments[department]
        for code, department, held_postcodes in communes
        for postcode in held_postcodes
    }


_holder: Holder[Stamp, Reference] = Holder(
    fresh_for=lambda: FRESH_FOR, stamp=_last_stamp, build=_build
)
