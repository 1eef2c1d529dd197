"""Questions about the territory.

Academies, departments, countries and postcodes are kept in the process: they cost no query.
A question about communes costs one.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date, datetime
from difflib import get_close_matches
from functools import reduce
from operator import and_, or_

from django.contrib.postgres.search import Lexeme, SearchQuery, SearchVector
from django.db.models import Case, Func, IntegerField, Q, QuerySet, Value, When

from sporades.core.french import local_day
from sporades.core.prepared import prepared
from sporades.core.text import search_key
from sporades.territory.models import (
    FRANCE,
    Academy,
    Commune,
    Country,
    Department,
    ManagingService,
)
from sporades.territory.reference import held
from sporades.territory.rules import (
    Outcome,
    Residence,
    Sought,
    commune_key,
    departments_suggested_by,
    joined,
    residence_within,
    sought,
)

METROPOLITAN = "Europe/Paris"
"""The clock of the academies and departments that are not overseas."""
MONTHS_FROM_OVERSEAS, MONTHS_FROM_ABROAD = 1, 2
"""How many months more one has to go to court (CJA R. 421-7)."""
MOST_NEAR = 5
LEAST_LIKENESS = 0.75
"""Of names that a slip sets apart: « lile » and « lille » are alike by 0.9."""

# --- Academies and departments: no query ----------------------------------------------------


def academies(*, on: date | None = None) -> list[Academy]:
    """Return academies and vice-rectorates by name.

    Args:
        on: those open that day; without it, those whose closing is not known.
    """
    return [academy for academy in held().academies.values() if _is_open(academy, on)]


def known_academies() -> list[Academy]:
    """Return all academies by name, those that have closed or will included."""
    return list(held().academies.values())


def academy(code: str) -> Academy:
    """Return an academy, closed ones included. Raises Academy.DoesNotExist."""
    try:
        return held().academies[code]
    except KeyError:
        raise Academy.DoesNotExist(code) from None


def departments() -> list[Department]:
    """Return departments by code."""
    return list(held().departments.values())


def department(code: str) -> Department:
    """Return a department. Raises Department.DoesNotExist."""
    try:
        return held().departments[code]
    except KeyError:
        raise Department.DoesNotExist(code) from None


def _is_open(academy: Academy, on: date | None) -> bool:
    if on is None:
        return academy.closed_on is None
    has_opened = academy.opened_on is None or academy.opened_on <= on
    return has_opened and (academy.closed_on is None or on <= academy.closed_on)


# --- Countries: no query ---------------------------------------------------------------------


def countries(*, current: bool = False) -> list[Country]:
    """Return countries by name; with `current`, without those that ended."""
    return [country for country in held().countries.values() if country.is_current or not current]


def country(code: str) -> Country:
    """Return a country. Raises Country.DoesNotExist."""
    try:
        return held().countries[code]
    except KeyError:
        raise Country.DoesNotExist(code) from None


def nationalities() -> list[Country]:
    """Return the countries that give a nationality, by nationality."""
    named = [country for country in held().countries.values() if country.nationality]
    return sorted(named, key=lambda country: search_key(country.nationality))


# --- Postcodes and residence: no query --------------------------------------------------------


def departments_of_postcode(postcode: str) -> frozenset[Department]:
    """Return the departments that a postcode serves, none when the list does not hold it."""
    return held().postcodes.get(joined(postcode), frozenset())


def academies_of_postcode(postcode: str) -> frozenset[Academy]:
    """Return the academies that a postcode serves, none when the list does not hold it."""
    return frozenset(department.academy for department in departments_of_postcode(postcode))


def residence_academy(
    postcode: str, commune_code: str | None = None, country_code: str = FRANCE
) -> Residence:
    """Return the academy of residence, or what must still be asked to know it.

    Overseas collectivities follow their department's academy (975 → Normandie, 977 and 978 →
    Guadeloupe, 986 to 988 → their vice-rectorate).

    Args:
        postcode: as typed.
        commune_code: INSEE code of the town, needed where a postcode spans academies.
        country_code: INSEE code of the country of residence.
    """
    if country_code != FRANCE:
        return Residence(Outcome.ABROAD, tuple(academies()))
    postcode = joined(postcode)
    served = academies_of_postcode(postcode)
    if not served:
        return Residence(Outcome.UNKNOWN, _suggested(postcode))
    town = held().towns.get((postcode, commune_code or ""))
    return residence_within({town.academy} if town else served)


def months_of_distance(postcode: str, country_code: str = FRANCE, *, seat: str) -> int:
    """Return how many months more one has to go to court who lives far from it (CJA R. 421-7).

    Two abroad; one overseas for a court that is not, or anywhere else for one that is overseas.
    Where an address is not recognised nothing is added: what is said is then no later than the law.

    Args:
        postcode: of who lives there, as typed.
        country_code: INSEE code of their country.
        seat: the code of the academy whose court it is.
    """
    if (country_code or FRANCE) != FRANCE:
        return MONTHS_FROM_ABROAD
    lives_in = departments_of_postcode(postcode)
    if not lives_in:
        return 0
    if academy(seat).zone != METROPOLITAN:
        return 0 if any(one.academy_id == seat for one in lives_in) else MONTHS_FROM_OVERSEAS
    return MONTHS_FROM_OVERSEAS if all(one.zone != METROPOLITAN for one in lives_in) else 0


def zone_of_address(postcode: str, country_code: str = FRANCE) -> str:
    """Return the time zone in which an address is, nothing when it is abroad or not recognised.

    Args:
        postcode: as typed.
        country_code: INSEE code of the country.
    """
    if country_code != FRANCE:
        return ""
    zones = {department.zone for department in departments_of_postcode(postcode)}
    return zones.pop() if len(zones) == 1 else ""


def _suggested(postcode: str) -> tuple[Academy, ...]:
    known = held().departments
    codes = [code for code in departments_suggested_by(postcode) if code in known]
    return tuple(dict.fromkeys(known[code].academy for code in codes))


# --- Communes: one indexed query --------------------------------------------------------------


_known: ContextVar[dict[str, list[Commune]] | None] = ContextVar("communes", default=None)


@contextmanager
def communes_known(postcodes: Iterable[str]) -> Iterator[None]:
    """Read at once which communes some postcodes serve: while this lasts, it is asked of none of them.

    Args:
        postcodes: those of many addresses, which are about to be judged one by one.
    """
    served: dict[str, list[Commune]] = {joined(one): [] for one in postcodes}
    current = Commune.objects.filter(
        kind=Commune.Kind.CURRENT, postcodes__overlap=sorted(served)
    ).order_by("search_key", "code")
    for one in _placed(current) if served else ():
        for postcode in served.keys() & {*one.postcodes}:
            served[postcode].append(one)
    token = _known.set(served)
    try:
        yield
    finally:
        _known.reset(token)


def communes_of_postcode(postcode: str) -> list[Commune]:
    """Return the current communes that a postcode serves, by name."""
    known = (_known.get() or {}).get(joined(postcode))
    return _placed(_communes_served(joined(postcode))) if known is None else list(known)


@prepared(Commune)
def _communes_served(postcode: str) -> QuerySet[Commune]:
    among = Func(postcode, template="ARRAY[%(expressions)s]")
    found = Commune.objects.filter(kind=Commune.Kind.CURRENT, postcodes__contains=among)
    return found.order_by("search_key", "code")


def town_of_postcode(postcode: str, name: str) -> Commune | None:
    """Return the current commune that a postcode serves under a name, None without any.

    The names of its municipal districts and of the former communes that it is made of are
    understood too: people go on writing them. This costs one query more.
    """
    meant = sought(name)
    served = communes_of_postcode(postcode) if meant else []
    if meant is None or not served:
        return None
    found = [commune for commune in served if commune.search_key in meant.exact]
    if not found:
        parts = Commune.objects.filter(
            search_key__in=meant.exact, part_of__in=[commune.code for commune in served]
        ).values_list("part_of", flat=True)
        found = [commune for commune in served if commune.code in set(parts)]
    return found[0] if found else None


def commune(code: str, *, name: str = "") -> Commune:
    """Return the commune that has a code.

    Args:
        code: INSEE code.
        name: when a current commune and a former one share the code, the one of this name;
            the current one without it.

    Raises:
        Commune.DoesNotExist: no commune has this code.
    """
    found = _placed(Commune.objects.filter(code=code).order_by(_by_kind()))
    if not found:
        raise Commune.DoesNotExist(code)
    named = [commune for commune in found if commune.search_key == commune_key(name)]
    return (named or found)[0]


def communes_named(name: str, *, department: str | None = None) -> list[Commune]:
    """Return the communes of exactly this name, accents and hyphens apart; current ones first."""
    found = Commune.objects.filter(search_key=commune_key(name))
    if department:
        found = found.filter(department=department)
    return _placed(found.order_by(_by_kind(), "code"))


def communes_spelt_like(name: str, *, department: str) -> list[Commune]:
    """Return the communes of a department whose name differs from this one by a slip, nearest first."""
    here = Commune.objects.filter(department=department)
    near = _near(name, here.values_list("search_key", flat=True))
    found = _placed(here.filter(search_key__in=near).order_by(_by_kind(), "code"))
    return sorted(found, key=lambda commune: near.index(commune.search_key))


def communes_meant(typed: str, postcode: str) -> list[Commune]:
    """Return the communes of a postcode that what was typed begins, or differs from by a slip."""
    found = communes_matching(typed, postcode=postcode)
    if found:
        return found
    served = communes_of_postcode(postcode)
    near = _near(typed, (one.search_key for one in served))
    return sorted(
        (one for one in served if one.search_key in near),
        key=lambda one: near.index(one.search_key),
    )


def _near(name: str, known: Iterable[str]) -> list[str]:
    return get_close_matches(commune_key(name), set(known), n=MOST_NEAR, cutoff=LEAST_LIKENESS)


def communes_matching(
    typed: str, *, department: str | None = None, postcode: str | None = None, limit: int = 20
) -> list[Commune]:
    """Return the communes that somebody who types may mean, likeliest first.

    Every word typed begins a word of the name, accents, hyphens and case apart; « st » is
    « saint ». The whole name comes first, then names that begin with these words, then with
    these letters, then the others; of each, where more people live first.

    Args:
        typed: the beginning of a name.
        department: code of the department to stay in.
        postcode: a postcode that they must be served by.
        limit: how many to return at most.
    """
    meant = sought(typed)
    if meant is None:
        return []
    found = likeliest(meant)
    if department:
        found = found.filter(department=department)
    if postcode:
        found = found.filter(postcodes__contains=[joined(postcode)])
    return _placed(found[:limit])


def likeliest(meant: Sought) -> QuerySet[Commune]:
    """Return every commune that may be meant, likeliest first."""
    found = Commune.objects.alias(words=SearchVector("search_key", config="simple"))
    return found.filter(words=_words(meant)).order_by(
        _by_likelihood(meant), _by_kind(), "-population", "search_key", "code"
    )


def _words(meant: Sought) -> SearchQuery:
    lexemes = [
        reduce(or_, [Lexeme(beginning, prefix=True) for beginning in beginnings])
        for beginnings in meant.words
    ]
    return SearchQuery(reduce(and_, lexemes), config="simple")


def _by_likelihood(meant: Sought) -> Case:
    words = [Q(search_key__startswith=f"{beginning} ") for beginning in meant.beginnings]
    letters = [Q(search_key__startswith=beginning) for beginning in meant.beginnings]
    return Case(
        When(search_key__in=meant.exact, then=Value(0)),
        When(reduce(or_, words), then=Value(1)),
        When(reduce(or_, letters), then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )


def _by_kind() -> Case:
    return Case(
        *[When(kind=kind, then=Value(rank)) for rank, kind in enumerate(Commune.Kind.values)],
        output_field=IntegerField(),
    )


def _placed(found: Iterable[Commune]) -> list[Commune]:
    """Give each commune its department from what the process holds."""
    known = held().departments
    communes = list(found)
    for commune in communes:
        commune.department = known[commune.department_id]
    return communes


# --- Managing services -------------------------------------------------------------------------


def information_of(service: ManagingService, *, at: datetime) -> str:
    """Return what a managing service tells at an instant, by the clock of its academy; or nothing."""
    if not service.information:
        return ""
    zone = academy(service.academy_id).zone
    return service.information if service.informs_on(local_day(at, zone)) else ""


def managing_services() -> QuerySet[ManagingService]:
    """Return managing services by academy and sector."""
    found = ManagingService.objects.order_by("academy__name", "sector", "name")
    return found.select_related("academy")
