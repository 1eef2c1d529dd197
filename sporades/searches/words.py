"""A tree of criteria, as a person reads it."""

from sporades.accounts.permissions import Perimeter, Reach
from sporades.core.french import listed, zone_in_words
from sporades.core.numbers import in_groups
from sporades.exams.queries import programmes, services_within
from sporades.searches.criteria import Criterion, flattened
from sporades.searches.operators import Operator
from sporades.searches.trees import Group, Leaf, Link
from sporades.territory import queries as territory

OTHERWISE = {Operator.IS: "", Operator.IS_NOT: "autre que"}
"""What is said of a comparison before its value, where it is not the name of the comparison."""


def in_words(tree: Group, *, reach: Reach) -> list[str]:
    """Return a line for each member of a tree; one line where at least one must be met.

    Args:
        tree: what is asked.
        reach: where the reader may read: it bounds the names that are known.
    """
    lines = [_said(member, reach) for member in tree.members if member.asks]
    return lines if tree.link is Link.AND else [" ou ".join(lines)] if lines else []


def perimeter_in_words(reach: Reach) -> list[str]:
    """Return a line for each role: « académie de Lille, tous les domaines »."""
    return [_where(one) for one in reach.perimeters]


def clock_in_words(reach: Reach) -> str:
    """Say by which clock the days and hours of the registrations of a perimeter are."""
    zones = sorted({one.zone for one in services_within(reach)})
    clocks = [zone_in_words(one) for one in zones]
    if len(clocks) == 1:
        return clocks[0]
    return " : ".join(filter(None, ["heure du service de chaque inscription", listed(clocks)]))


def labels_of(criterion: Criterion, reach: Reach) -> dict[str, str]:
    """Return the labels of the list of a criterion, by value, in its order; nothing where one types.

    Args:
        criterion: which.
        reach: where the reader may read.
    """
    return flattened(criterion.choices(reach) or ())


def _where(one: Perimeter) -> str:
    academies = ["toutes les académies"]
    if one.academies is not None:
        academies = [territory.academy(code).full_name for code in sorted(one.academies)]
    if one.domains is None:
        return f"{listed(academies)}, tous les domaines"
    labels = {each.regulation.domain.code: each.regulation.domain.label for each in programmes()}
    domains = [f"« {labels.get(code, code)} »" for code in sorted(one.domains)]
    return (
        f"{listed(academies)}, {'domaine' if len(domains) == 1 else 'domaines'} {listed(domains)}"
    )


def _said(node: Group | Leaf, reach: Reach) -> str:
    if isinstance(node, Leaf):
        return _compared(node, reach)
    parts = [_said(one, reach) for one in node.members if one.asks]
    joined = f" {node.link.value} ".join(parts)
    return f"({joined})" if len(parts) > 1 else joined


def _compared(leaf: Leaf, reach: Reach) -> str:
    if leaf.operator is Operator.AMONG:
        return f"{leaf.criterion.label} : dans une liste de {in_groups(str(len(leaf.listed)))}"
    known = labels_of(leaf.criterion, reach)
    said = [known.get(one, one) for one in leaf.values[: leaf.operator.boxes]]
    what = f"{leaf.criterion.label} : {OTHERWISE.get(leaf.operator, leaf.operator.label.lower())}"
    if leaf.operator is Operator.BETWEEN:
        first, last = (*said, "", "")[:2]
        bounds = " et ".join(f"« {one} »" for one in (first, last) if one)
        return f"{what} {bounds}" if first and last else _half_open(leaf, first, last)
    return " ".join([what.rstrip(), *(f"« {one} »" for one in said)])


def _half_open(leaf: Leaf, first: str, last: str) -> str:
    bound = f"à partir de « {first} »" if first else f"jusqu'à « {last} »"
    return f"{leaf.criterion.label} : {bound}"
