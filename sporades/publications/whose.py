"""Whose a PDF made elsewhere is, as its own words say: a table may be shifted by a line (R-15)."""

import re

from sporades.accounts.permissions import Reach
from sporades.core.text import search_key
from sporades.publications.refusals import OfAnother
from sporades.registrations.models import Registration

_NUMBERS = re.compile(r"(?<!\d)\d{11}(?!\d)")


def names(words: str, registration: Registration, *, reach: Reach) -> bool:
    """Return whether a PDF says whose it is: a number of theirs, or their names and nobody's number.

    Of neighbours in a list, one may bear the names of the other: Marie, and Marie-Claire.

    Args:
        words: of its first pages.
        registration: whose it is said to be, with its identity and its candidate.
        reach: where whoever deposits it may.

    Raises:
        OfAnother: it bears the number of somebody else's registration there, and nothing of theirs.
    """
    # Theirs may be printed in groups.
    bare = "".join(words.split())
    theirs = (registration.number, registration.candidate.number)
    if any(number and number in bare for number in theirs):
        return True
    is_named = _says_names(f" {search_key(words)} ", registration)
    numbered = Registration.objects.within(reach).filter(number__in=_NUMBERS.findall(words))
    if not numbered.exclude(candidate=registration.candidate_id).exists():
        return is_named or numbered.exists()
    if is_named:
        return False
    raise OfAnother


def _says_names(said: str, registration: Registration) -> bool:
    identity = registration.identity
    first = search_key(identity.first_names.replace(",", " ").partition(" ")[0])
    families = [key for key in (identity.birth_name_key, identity.usage_name_key) if key]
    return f" {first} " in said and any(f" {family} " in said for family in families)
