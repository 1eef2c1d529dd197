"""Whose a PDF made elsewhere is, as its own words say: a table may be shifted by a line (R-15)."""

import re

from sporades.accounts.permissions import Reach
from sporades.core.text import search_key
from sporades.publications.refusals import OfAnother
from sporades.registrations.models import Registration

_NUMBERS = re.compile(r"(?<!\d)\d{11}(?!\d)")


def names(words: str, registration: Registration, *, reach: Reach) -> bool:
    """Return whether a PDF says whose it is: a number of theirs, or their names.

    Args:
        words: of its first pages.
        registration: whose it is said to be, with its identity and its candidate.
        reach: where whoever deposits it may.

    Raises:
        OfAnother: it bears the number of another registration there, and nothing of theirs.
    """
    # Theirs may be printed in groups.
    bare = "".join(words.split())
    theirs = (registration.number, registration.candidate.number)
    if any(number and number in bare for number in theirs):
        return True
    said, identity = f" {search_key(words)} ", registration.identity
    [first, *_] = identity.first_names_key.split() or [""]
    families = [key for key in (identity.birth_name_key, identity.usage_name_key) if key]
    if f" {first} " in said and any(f" {family} " in said for family in families):
        return True
    if Registration.objects.within(reach).filter(number__in=_NUMBERS.findall(words)).exists():
        raise OfAnother
    return False
