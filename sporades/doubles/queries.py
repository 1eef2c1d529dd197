"""Who looks like whom: candidates that are worth comparing, and what is compared of each.

Nobody is compared with everybody: those who share a birth date, a surname or an identifier are
read through indexes, and the rule (`rules.likeness`) says of these few whether they are alike.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from django.contrib.postgres.search import TrigramSimilarity
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from sporades.accounts.addresses import letter_box
from sporades.candidates.models import Candidate, Identity
from sporades.core.text import search_key
from sporades.doubles.models import LikelyDouble
from sporades.doubles.rules import Person
from sporades.registrations.models import Registration

NEAR, NEARER = 0.3, 0.5
"""From how alike on, as trigrams are counted, two names are worth the rule: on a same birth date,
and on another."""
MOST_COMPARED = 200
"""How many of them at most, the most alike first."""
COMPARED = (
    "candidate",
    "ine",
    "phone",
    "mobile",
    "guardian_email",
    "address_1",
    "address_2",
    "address_3",
    "address_4",
    "postcode",
)


def comparable() -> QuerySet[Candidate]:
    """Return the candidates who have filed something and were not merged into another.

    Who has filed nothing has nothing to merge: that account is erased with the unused ones.
    """
    return Candidate.objects.filter(frozen_at__isnull=False, merged_into=None)


def rows_about(candidate: Candidate) -> list[Model]:
    """Return those who were merged into a candidate, and every pair that one of them is in.

    They go with the candidate: whoever erases one forgets what was written about these too.
    """
    merged = list(candidate.merged.all())
    keys = [candidate.pk, *(one.pk for one in merged)]
    pairs = LikelyDouble.objects.filter(Q(first__in=keys) | Q(second__in=keys))
    return [*merged, *pairs]


def touched_since(since: datetime) -> QuerySet[Candidate]:
    """Return those who filed for the first time, were corrected or took others in since then."""
    taken_in = Candidate.objects.filter(merged_into=OuterRef("pk"), merged_at__gte=since)
    return comparable().filter(
        Q(frozen_at__gte=since) | Q(identity__created_at__gte=since) | Exists(taken_in)
    )


def worth_comparing(candidate: Candidate) -> list[Candidate]:
    """Return the others with whom a candidate is worth comparing, with their identity and account."""
    identity = candidate.identity
    others = comparable().exclude(pk=candidate.pk)
    alike = others.annotate(near=TrigramSimilarity("identity__name_key", identity.name_key))
    surnames = _surnames(identity)
    groups = (
        alike.filter(_born_with(identity), near__gte=NEAR),
        alike.filter(identity__birth_name_key__in=surnames, near__gte=NEARER),
    )
    found = {one for group in groups for one in _keys(group.order_by("-near", "pk"))}
    ines = set(_ines(candidate))
    if ines:
        same = Registration.objects.filter(ine__in=ines).exclude(candidate=candidate)
        found |= set(same.values_list("candidate", flat=True)[:MOST_COMPARED])
    whole = others.select_related("identity", "user")
    return list(whole.filter(pk__in=found).order_by("pk"))


def people(candidates: Iterable[Candidate]) -> dict[int, Person]:
    """Return what is compared of candidates, by their key. Their identity and account are loaded."""
    mine = list(candidates)
    rows = Registration.objects.filter(candidate__in=[one.pk for one in mine]).values(*COMPARED)
    filed = defaultdict(list)
    for row in rows:
        filed[row["candidate"]].append(row)
    return {one.pk: _person(one, filed[one.pk]) for one in mine}


def _born_with(identity: Identity) -> Q:
    """Return those whose birth date is the same, or says less of the same one."""
    year, month, day = identity.birth_year, identity.birth_month, identity.birth_day
    by = {"identity__birth_year": year, "identity__birth_month": month, "identity__birth_day": day}
    less = {**by, "identity__birth_day": None}
    least = {**less, "identity__birth_month": None}
    return Q(**by) | Q(**less) | Q(**least)


def _surnames(identity: Identity) -> set[str]:
    """Return the surnames under which somebody may have been entered, their first names too."""
    said = (identity.birth_name_key, identity.usage_name_key, identity.first_names_key)
    return {name for name in said if name}


def _keys(found: QuerySet[Candidate]) -> Iterable[int]:
    return found.values_list("pk", flat=True)[:MOST_COMPARED]


def _ines(candidate: Candidate) -> QuerySet[Registration, str]:
    mine = Registration.objects.filter(candidate=candidate).exclude(ine="")
    return mine.values_list("ine", flat=True)


def _person(candidate: Candidate, filed: list[dict[str, str]]) -> Person:
    identity = candidate.identity
    boxes = {candidate.address, *(row["guardian_email"] for row in filed)}
    return Person(
        birth_name=identity.birth_name_key,
        usage_name=identity.usage_name_key,
        first_names=identity.first_names_key,
        birth=(identity.birth_year, identity.birth_month, identity.birth_day),
        birth_place=identity.birth_commune
        or f"{identity.birth_country} {search_key(identity.birth_place)}",
        ines=frozenset(row["ine"] for row in filed if row["ine"]),
        phones=frozenset(
            "".join(said.split()) for row in filed for said in (row["phone"], row["mobile"]) if said
        ),
        addresses=frozenset(said for row in filed if (said := _address(row))),
        boxes=frozenset(letter_box(one.lower()) for one in boxes if one),
    )


def _address(row: dict[str, str]) -> str:
    """Return a postal address as one key, nothing where it does not say a street."""
    lines = search_key(" ".join(row[f"address_{line}"] for line in range(1, 5)))
    return f"{lines} {row['postcode']}" if lines else ""
