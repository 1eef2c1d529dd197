"""What is meant by a few words typed in one box."""

from sporades.accounts.permissions import Reach
from sporades.core.text import clean
from sporades.searches.catalogue import CRITERIA
from sporades.searches.criteria import NotADay, Unreadable
from sporades.searches.operators import Operator
from sporades.searches.queries import found
from sporades.searches.trees import Group, Leaf, Link

REGISTRATION_DIGITS = 11
"""How long a number of inscription is; that of a candidate is shorter, an INE has letters."""

MANY = 200
"""How many who bear a name as it was typed are enough, without those whose name resembles it."""


def tree_of(typed: str) -> Group:
    """Return the tree that is meant by a number, a birth date, an address, or else a name.

    Args:
        typed: what was typed, not empty.

    Raises:
        NotADay: a birth date that no calendar has; the message says so.
    """
    said = clean(typed)
    if "@" in said:
        return Group(members=(_leaf("mail", Operator.IS, said),))
    day = _leaf("naissance", Operator.IS, said)
    if _is_a_day(day):
        return Group(members=(day,))
    if any(sign.isdigit() for sign in said):
        return Group(members=(_leaf(_number_meant(said), Operator.IS, said),))
    return Group(
        Link.OR,
        (_leaf("nom_complet", Operator.STARTS, said), _leaf("nom_complet", Operator.IS_LIKE, said)),
    )


def narrowed(tree: Group, *, reach: Reach) -> Group:
    """Return what to ask of a name that very many bear: resemblance would only add to them.

    Names are compared by resemblance one by one: the nineteen thousand of a frequent one would
    take longer than a reader waits, to be read after hundreds that are right.

    Args:
        tree: what is meant by what was typed.
        reach: where the reader may read.
    """
    if tree.link is Link.AND:
        return tree
    starts, like = tree.leaves()
    contains = Leaf(CRITERIA["nom_complet"], Operator.CONTAINS, like.values)
    for asked, enough in ((starts, starts), (like, contains)):
        seen = found(Group(members=(asked,)), reach=reach).values("pk")[: MANY + 1]
        if seen.count() > MANY:
            return Group(members=(enough,))
    return tree


def _number_meant(said: str) -> str:
    """Return which number has this form: to look for one in three columns is to read every row."""
    bare = "".join(said.split())
    if not bare.isdigit():
        return "ine"
    return "numero_inscription" if len(bare) == REGISTRATION_DIGITS else "numero_candidat"


def _leaf(code: str, operator: Operator, said: str) -> Leaf:
    return Leaf(CRITERIA[code], operator, (said,))


def _is_a_day(leaf: Leaf) -> bool:
    try:
        leaf.condition()
    except NotADay:
        raise
    except Unreadable:
        return False
    return True
