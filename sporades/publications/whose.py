"""Whose a PDF made elsewhere is, as its own words say: a table may be shifted by a line (R-15)."""

import re
from collections.abc import Iterator
from enum import Enum, auto
from functools import reduce
from operator import or_

from django.db.models import Q, QuerySet

from sporades.accounts.permissions import Reach
from sporades.candidates.models import Candidate, Identity
from sporades.core.french import month_named
from sporades.core.numbers import is_valid
from sporades.core.text import search_key
from sporades.publications.refusals import OfAnother
from sporades.registrations.models import Registration

_NUMBERS = re.compile(r"(?<!\d)\d{8,12}(?!\d)")
_DAYS = re.compile(r"(?<!\d)(\d{1,2})(?:er)?[\s/.-]+(\d{1,2}|[^\W\d_]+\.?)[\s/.-]+(\d{4})(?!\d)")


class Whose(Enum):
    """What the words of a PDF say of somebody whose it is said to be."""

    THEIRS = auto()
    UNSAID = auto()
    """Neither their names nor a number of theirs is there: an image says nothing."""
    OF_A_NAMESAKE = auto()
    """Their names are there, with the number or the birth date of somebody else who bears them."""


def whose(words: str, registration: Registration, *, reach: Reach) -> Whose:
    """Return what a PDF says of whose it is: a number is believed, names with nobody else's number or birth.

    Of neighbours in a list, one may bear the names of the other: Marie, and Marie-Claire. Who joins a
    table by names exchanges two homonyms.

    Args:
        words: of its first pages.
        registration: whose it is said to be, with its identity and its candidate.
        reach: where whoever deposits it may.

    Raises:
        OfAnother: it bears a number of somebody else's there, and nothing of theirs.
    """
    # Theirs may be printed in groups.
    bare = "".join(words.split())
    theirs = (registration.number, registration.candidate.number)
    if any(number and number in bare for number in theirs):
        return Whose.THEIRS
    key = f" {search_key(words)} "
    is_named = _says_names(key, registration.identity)
    numbered = _numbered(words, reach=reach)
    if numbered.exclude(candidate=registration.candidate_id).exists():
        if is_named:
            return Whose.OF_A_NAMESAKE
        raise OfAnother
    if numbered.exists():
        return Whose.THEIRS
    if not is_named:
        return Whose.UNSAID
    is_other = _is_of_another_birth(words, key, registration, reach=reach)
    return Whose.OF_A_NAMESAKE if is_other else Whose.THEIRS


def _numbered(words: str, *, reach: Reach) -> QuerySet[Registration]:
    """Return the registrations there of which a number is read, be it that of their candidate."""
    found = set(_NUMBERS.findall(words))
    # A date, or what somebody else numbers, has a right check digit one time in ten.
    candidates = Candidate.objects.filter(number__in=[one for one in found if is_valid(one)])
    either = Q(number__in=found) | Q(candidate__in=list(candidates.values_list("pk", flat=True)))
    return Registration.objects.within(reach).filter(either)


def _is_of_another_birth(words: str, key: str, registration: Registration, *, reach: Reach) -> bool:
    """Return whether a homonym was born on a day that is read, where their own is not."""
    own = registration.identity
    days = set(_days_in(words))
    if not days or (own.birth_year, own.birth_month, own.birth_day) in days:
        return False
    born = reduce(
        or_,
        (
            Q(identity__birth_year=year, identity__birth_month=month, identity__birth_day=day)
            for year, month, day in days
        ),
    )
    families = _families(own)
    others = (
        Registration.objects.within(reach)
        .filter(born)
        .filter(Q(identity__birth_name_key__in=families) | Q(identity__usage_name_key__in=families))
        .exclude(candidate=registration.candidate_id)
        .select_related("identity")
    )
    return any(_says_names(key, other.identity) for other in others)


def _days_in(words: str) -> Iterator[tuple[int, int, int]]:
    """Go through the days that are read, as « 14/03/2008 » or as « 14 mars 2008 »: year, month, day."""
    for day, month, year in _DAYS.findall(words):
        number = int(month) if month.isdigit() else month_named(month)
        if number:
            yield int(year), number, int(day)


def _says_names(said: str, identity: Identity) -> bool:
    first = search_key(identity.first_names.replace(",", " ").partition(" ")[0])
    # Who has one name alone is named by it.
    is_first_said = not first or f" {first} " in said
    return is_first_said and any(f" {family} " in said for family in _families(identity))


def _families(identity: Identity) -> list[str]:
    return [key for key in (identity.birth_name_key, identity.usage_name_key) if key]
