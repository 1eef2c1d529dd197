"""The tree of criteria: leaves that compare, groups that join them by « et » or by « ou »."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q

from sporades.accounts.permissions import Reach
from sporades.searches.catalogue import CRITERIA
from sporades.searches.criteria import Criterion, Identifier
from sporades.searches.operators import Operator

ANYWHERE = Reach()
"""The perimeter of whoever only asks whether a tree can be compared."""

MOST_LEAVES = 30
DEEPEST = 3


class Link(StrEnum):
    """How the members of a group are joined."""

    AND = "et"
    OR = "ou"

    @property
    def label(self) -> str:
        """What a reader sees."""
        return {"et": "tous les critères", "ou": "au moins un des critères"}[self.value]


@dataclass(frozen=True)
class Leaf:
    """One comparison, as typed: it may not be readable yet."""

    criterion: Criterion
    operator: Operator
    values: tuple[str, ...] = ()

    asks = True

    def condition(self, reach: Reach = ANYWHERE) -> Q:
        """Return what a registration of a perimeter must satisfy. Raises Unreadable."""
        criterion = self.criterion.within(reach) if reach else self.criterion
        return criterion.condition(self.operator, self.values[: self.operator.boxes])

    @property
    def listed(self) -> list[str]:
        """What the list names that it compares with, each once; nothing of another comparison.

        Raises:
            Unreadable: it is no list of those.
        """
        if self.operator is Operator.AMONG and isinstance(self.criterion, Identifier):
            return self.criterion.listed(self.values)
        return []

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of it."""
        return {
            "criterion": self.criterion.code,
            "operator": self.operator.value,
            "values": list(self.values[: self.operator.boxes]),
        }


@dataclass(frozen=True)
class Group:
    """Leaves and groups, joined. An empty one asks nothing."""

    link: Link = Link.AND
    members: "tuple[Leaf | Group, ...]" = ()

    def condition(self, reach: Reach = ANYWHERE) -> Q:
        """Return what a registration of a perimeter must satisfy. Raises Unreadable."""
        parts = [member.condition(reach) for member in self.members if member.asks]
        return reduce(and_ if self.link is Link.AND else or_, parts) if parts else Q()

    @property
    def asks(self) -> bool:
        """Whether anything in it is compared."""
        return any(True for _ in self.leaves())

    def leaves(self) -> Iterator[Leaf]:
        """Return every leaf, from the first to the last."""
        for member in self.members:
            if isinstance(member, Leaf):
                yield member
            else:
                yield from member.leaves()

    @property
    def lists(self) -> list[Leaf]:
        """The comparisons with a pasted list."""
        return [one for one in self.leaves() if one.operator is Operator.AMONG]

    def as_json(self) -> dict[str, Any]:
        """Return what is kept of it: empty groups are left out."""
        members = [one.as_json() for one in self.members if isinstance(one, Leaf) or one.asks]
        return {"link": self.link.value, "members": members}


def from_json(kept: Mapping[str, Any]) -> Group:
    """Return the tree that a kept search holds.

    A criterion that the service knows no more is an error: nobody is shown more than was asked.

    Raises:
        KeyError, ValueError: it is not what `as_json` made.
    """
    members = tuple(from_json(one) if "link" in one else _leaf(one) for one in kept["members"])
    return Group(Link(kept["link"]), members)


def _leaf(kept: Mapping[str, Any]) -> Leaf:
    criterion = CRITERIA[kept["criterion"]]
    values = tuple(criterion.current(str(one)) for one in kept["values"])
    return Leaf(criterion, Operator(kept["operator"]), values)
