"""Whom the office looks for among those who have no account, by a few words typed in one box (I13)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import reduce
from operator import and_

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Exists, OuterRef, Q, QuerySet

from sporades.accounts.models import normalised_address
from sporades.accounts.permissions import Reach
from sporades.candidates.models import Candidate
from sporades.core.text import search_key
from sporades.registrations.models import Registration
from sporades.registrations.records import records_held, records_within
from sporades.searches.catalogue import CRITERIA
from sporades.searches.criteria import Criterion, Day, Telephone, Text
from sporades.searches.operators import Operator
from sporades.searches.trees import Group

_NAMES = "identity__name_key"
ALIKE = 0.4
"""How much of what was typed a name must hold, in groups of three letters: « Vauqelin » is Vauquelin."""


@dataclass(frozen=True)
class _Born(Day):
    """A birth date that is kept in three columns, of which the last two may be empty."""

    def _on(self, value: date) -> Q:
        return Q(
            identity__birth_year=value.year,
            identity__birth_month=value.month,
            identity__birth_day=value.day,
        )

    def _between(self, first: date | None, last: date | None) -> Q:
        # One box means a month, from its first day to its last.
        first = first or last
        return (
            Q(identity__birth_year=first.year, identity__birth_month=first.month) if first else Q()
        )


@dataclass(frozen=True)
class _Words(Text):
    """Names of which each word stands somewhere, in whichever order."""

    def condition(self, operator: Operator, values: Sequence[str]) -> Q:  # noqa: ARG002 - there is one
        """Compare the names with what was typed."""
        key = search_key(values[0])
        return reduce(and_, (Q(**{f"{self.path}__contains": word}) for word in key.split()), Q())


_OF_RECORDS: dict[str, Criterion] = {
    "nom_complet": _Words("nom_complet", "", _NAMES),
    "naissance": _Born("naissance", "", "identity__birth"),
    "annee_naissance": CRITERIA["annee_naissance"],
    "mail": Text("mail", "", "email", normalised_address),
    "telephone": Telephone("telephone", "", "phone"),
}
"""Of what one box may mean, what the record of somebody says, by the criterion of registrations."""


def records_found(tree: Group, *, reach: Reach) -> QuerySet[Candidate]:
    """Return those without an account whom a few words mean; only where there are none, those alike.

    Whoever has taken the record that an office made, and has registered for nothing yet, is still of
    that office, and of these: no search of registrations would find them.

    They are read within `planned_anew(alike=ALIKE)`.

    Args:
        tree: what is meant, as `quick.tree_of` gives it.
        reach: where the reader may read.

    Returns:
        The last made first, or the most alike.
    """
    codes = {leaf.criterion.code for leaf in tree.leaves()}
    # Of who has something elsewhere, the record may bear the telephone that was typed there.
    within = records_held if "telephone" in codes else records_within
    unfiled = ~Exists(Registration.objects.filter(candidate=OuterRef("pk")))
    known = within(reach).filter(Q(user=None) | unfiled)
    named = known.filter(_meant(tree)).order_by("-pk")
    names = [leaf.values[0] for leaf in tree.leaves() if leaf.criterion.code == "nom_complet"]
    if not names or named.exists():
        return named
    key = search_key(names[0])
    # By the operator, of which an index is asked; the function would be asked of every name.
    resembling = known.filter(
        _meant(tree, but_names=True), **{f"{_NAMES}__trigram_word_similar": key}
    )
    return resembling.order_by(TrigramWordSimilarity(key, _NAMES).desc(), "-pk")


def without_registration(tree: Group, *, reach: Reach) -> QuerySet[Candidate]:
    """Return those of them who have registered for nothing, whom no search of registrations finds."""
    filed = Registration.objects.filter(candidate=OuterRef("pk"))
    return records_found(tree, reach=reach).filter(~Exists(filed)).select_related("identity")


def _meant(tree: Group, *, but_names: bool = False) -> Q:
    condition = Q()
    for leaf in {one.criterion.code: one for one in tree.leaves()}.values():
        code = leaf.criterion.code
        if leaf.operator is Operator.AMONG:
            return Q(pk__in=[])  # a list says by itself what was not found of it
        if code == "numero_candidat":
            condition &= Q(number="".join(leaf.values[0].split()))
        elif (known := _OF_RECORDS.get(code)) is None:
            return Q(pk__in=[])
        elif not (but_names and code == "nom_complet"):
            condition &= known.condition(leaf.operator, leaf.values)
    return condition
