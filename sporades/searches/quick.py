"""What is meant by a few words typed in one box."""

import calendar
import re
from datetime import date

from sporades.accounts.permissions import Reach
from sporades.core.french import month_named
from sporades.core.text import clean, search_key
from sporades.registrations.sections.identification import INE
from sporades.searches.catalogue import CRITERIA
from sporades.searches.criteria import EARLIEST, LATEST, NotADay, Unreadable
from sporades.searches.operators import Operator
from sporades.searches.queries import found
from sporades.searches.trees import Group, Leaf, Link

REGISTRATION_DIGITS = 11
"""How long a number of inscription is; that of a candidate is shorter, an INE has letters."""

MANY = 200
"""How many who bear a name as it was typed are enough, without those whose name resembles it."""


NOT_UNDERSTOOD = (
    "Ce que vous cherchez n'a pas été compris : indiquez un numéro, une adresse mail, ou un nom, "
    "seul ou suivi de la date de naissance, par exemple « Martin 28/02/2005 »."
)

_WHEN = re.compile(
    r"(?<![\w/.-])(?:"
    r"(?P<day>\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d{2}-\d{2}|\d{1,2} \d{1,2} \d{4}"
    r"|\d{1,2}(?:er)? [^\W\d_]+\.? \d{4})"
    r"|(?P<month>\d{1,2})[ /.-](?P<of>\d{4})"
    r"|(?P<named>[^\W\d_]+)\.? (?P<of_named>\d{4})"
    r"|(?P<year>\d{4})"
    r")(?![\w/.-])"
)
"""A day, a month or a year among other words, the longest form first."""

_BORN = re.compile(r"\bn[ée]+(?:\(e\))? (?:le|en)\b", re.IGNORECASE)
_NUMBERED = re.compile(r"^n ?[°ºo] ?(?=\d)", re.IGNORECASE)


class NotUnderstood(Unreadable):
    """It is neither a number, a name, a birth date, an address, nor a name and a birth date."""

    def __init__(self) -> None:
        """Say what to type."""
        super().__init__(NOT_UNDERSTOOD)


def tree_of(typed: str) -> Group:
    """Return the tree that is meant by a number, a birth date, an address, or else a name.

    A birth date, whole or without its day, may stand beside a name or a number: both are meant.

    Args:
        typed: what was typed, not empty.

    Raises:
        NotADay: a birth date that no calendar has; the message says so.
        NotUnderstood: it holds figures that are none of these.
    """
    said = _NUMBERED.sub("", clean(typed))
    if "@" in said:
        if " " in said:
            raise NotUnderstood
        return Group(members=(_leaf("mail", Operator.IS, said),))
    day = _leaf("naissance", Operator.IS, said)
    if _is_a_day(day):
        return Group(members=(day,))
    if not any(sign.isdigit() for sign in said):
        return _named(said)
    if number := _number(said):
        return Group(members=(number,))
    return _with_birth(_BORN.sub(" ", said))


def _with_birth(said: str) -> Group:
    """Return what is meant by a birth date and what stands before or after it."""
    at = 0
    while read := _WHEN.search(said, at):
        at, born = read.start() + 1, _born(read)
        if born is None:
            continue
        rest = clean(f"{said[: read.start()]} {said[read.end() :]}")
        if not search_key(rest):
            return Group(members=(born,))
        if not any(sign.isdigit() for sign in rest):
            return Group(members=(born, _named(rest)))
        if number := _number(rest):
            return Group(members=(born, number))
    raise NotUnderstood


def _born(read: re.Match[str]) -> Leaf | None:
    """Return what is asked of the birth date; nothing where no month has this name."""
    if read["day"]:
        day = _leaf("naissance", Operator.IS, read["day"])
        return day if _is_a_day(day) else None
    if read["year"]:
        return _leaf("annee_naissance", Operator.IS, read["year"])
    year = int(read["of"] or read["of_named"])
    month = int(read["month"]) if read["month"] else month_named(read["named"])
    if month is None:
        # « Martin 2005 »: what stands before the year is a name.
        return None
    if not 1 <= month <= calendar.DECEMBER:
        raise NotADay("Indiquez un mois entre 1 et 12, par exemple 02/2005.")
    if not EARLIEST <= year <= LATEST:
        raise NotADay(f"Indiquez une année entre {EARLIEST} et {LATEST}.")
    last = calendar.monthrange(year, month)[1]
    bounds = (f"{date(year, month, day):%d/%m/%Y}" for day in (1, last))
    return Leaf(CRITERIA["naissance"], Operator.BETWEEN, tuple(bounds))


def _named(said: str) -> Group:
    return Group(
        Link.OR,
        (_leaf("nom_complet", Operator.STARTS, said), _leaf("nom_complet", Operator.IS_LIKE, said)),
    )


def narrowed(tree: Group, *, reach: Reach) -> Group:
    """Return what to ask of a name that very many bear: resemblance would only add to them.

    Names are compared by resemblance one by one: the nineteen thousand of a frequent one would
    take longer than a reader waits, to be read after hundreds that are right. Of those born on one
    day there are few: all of them are compared.

    Args:
        tree: what is meant by what was typed.
        reach: where the reader may read.
    """
    if tree.link is Link.OR:
        return _of_many(tree, reach=reach)
    if any(
        one.criterion.code == "naissance" and one.operator is Operator.IS for one in tree.leaves()
    ):
        return tree
    return Group(
        members=tuple(
            _of_many(one, reach=reach) if isinstance(one, Group) else one for one in tree.members
        )
    )


def _of_many(names: Group, *, reach: Reach) -> Group:
    starts, like = names.leaves()
    contains = Leaf(CRITERIA["nom_complet"], Operator.CONTAINS, like.values)
    for asked, enough in ((starts, starts), (like, contains)):
        seen = found(Group(members=(asked,)), reach=reach).values("pk")[: MANY + 1]
        if seen.count() > MANY:
            return Group(members=(enough,))
    return names


def _number(said: str) -> Leaf | None:
    """Return which number has this form: to look for one in three columns is to read every row."""
    bare = said.replace(" ", "")
    if bare.isdigit():
        code = "numero_inscription" if len(bare) == REGISTRATION_DIGITS else "numero_candidat"
        return _leaf(code, Operator.IS, said)
    return _leaf("ine", Operator.IS, said) if INE.fullmatch(said.upper()) else None


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
