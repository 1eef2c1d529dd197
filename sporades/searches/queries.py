"""What a search finds."""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db import OperationalError, connection, transaction
from django.db.models import Case, F, Func, Q, QuerySet, TextField, Value, When
from django.db.models.expressions import OrderBy
from psycopg.errors import QueryCanceled

from sporades.accounts.permissions import Reach
from sporades.core.refusals import Refused
from sporades.core.text import search_key
from sporades.registrations.models import Registration
from sporades.searches.columns import BY_CODE
from sporades.searches.criteria import Identifier
from sporades.searches.operators import Operator
from sporades.searches.trees import Group, Leaf, Link

USUAL_ORDER = "nom"
LONGEST = timedelta(seconds=10)
"""How long PostgreSQL looks for what somebody asks: whoever waited longer has left, and others wait."""

MOST_TO_LOOK = timedelta(milliseconds=500)
"""How long it is looked whether half of what was typed finds somebody."""


class TakesTooLong(Refused):
    """What is asked cannot be found in the time that a reader waits."""

    message = (
        "Cette recherche demande trop de temps : rien n'a été trouvé. Enlevez des critères, surtout "
        "« ressemble à » et « contient », ou ajoutez-en un qui restreint (académie, examen, année de "
        "naissance)."
    )


def found(tree: Group, *, reach: Reach) -> Any:
    """Return the registrations that a tree finds within a reader's perimeter.

    Args:
        tree: what is asked.
        reach: where the reader may read.

    Raises:
        Unreadable: a value cannot be compared.
    """
    return Registration.objects.within(reach).filter(tree.condition(reach))


def not_found(leaf: Leaf, tree: Group, *, reach: Reach) -> list[str]:
    """Return what of a pasted list names nothing that a tree finds within a reader's perimeter.

    Args:
        leaf: a comparison of the tree with a list.
        tree: what is asked.
        reach: where the reader may read: what is elsewhere is not found either.

    Returns:
        In the order of the list.
    """
    if not isinstance(leaf.criterion, Identifier):
        return []
    rows = found(tree, reach=reach)
    if tree.link is not Link.AND or leaf not in tree.members:
        # Whatever else is found is not read for it.
        rows = rows.filter(leaf.condition(reach))
    named = leaf.criterion.named(rows, leaf.listed)
    return [one for one in leaf.listed if one not in named]


@contextmanager
def planned_anew(*, alike: float | None = None) -> Iterator[None]:
    """Let PostgreSQL plan what is asked in a block for its own values, every time.

    A name that begins with « D » and one that is in every row do not want one plan; a plan kept
    for any value (adr/0015) reads a million rows for either. By one process alone: those who search
    at once would wait for one another's, and reading everything in parallel seems cheap to it.

    Args:
        alike: how much of what is typed a name must hold to be like it, in groups of three letters,
            from 0 to 1, asked of an index whatever it seems to cost; nothing: as PostgreSQL has it
            (0.6), and as it finds best.

    Raises:
        TakesTooLong: one question took longer than `LONGEST`.
    """
    try:
        with transaction.atomic():
            _plan_anew(alike)
            yield
    except OperationalError as failure:
        if isinstance(failure.__cause__, QueryCanceled):
            raise TakesTooLong from failure
        raise


@contextmanager
def in_less_than(within: timedelta) -> Iterator[None]:
    """Ask something in less time than `LONGEST`, in the midst of what is `planned_anew`.

    Args:
        within: how long PostgreSQL may look for it; what follows has as long as before.

    Raises:
        TakesTooLong: it took longer; what else is asked in the block around it goes on.
    """
    try:
        with transaction.atomic():
            _stop_after(within)
            yield
            _stop_after(LONGEST)
    except OperationalError as failure:
        if isinstance(failure.__cause__, QueryCanceled):
            raise TakesTooLong from failure
        raise


def is_somebody(found: QuerySet[Any]) -> bool:
    """Return whether anything is found; of what takes long to know it is said that there may be.

    Args:
        found: what is looked for `MOST_TO_LOOK`.
    """
    try:
        with planned_anew(), in_less_than(MOST_TO_LOOK):
            # Counted: to look for one alone, PostgreSQL would compare by likeness all the names of a
            # country rather than ask their index, and never have done where nobody is found.
            return bool(found.count())
    except TakesTooLong:
        return True


def _stop_after(within: timedelta) -> None:
    with connection.cursor() as cursor:
        said = str(round(within.total_seconds() * 1000))
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [said])


def _plan_anew(alike: float | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('plan_cache_mode', 'force_custom_plan', true),"
            " set_config('max_parallel_workers_per_gather', '0', true),"
            " set_config('statement_timeout', %s, true)",
            [str(round(LONGEST.total_seconds() * 1000))],
        )
        if alike is not None:
            # PostgreSQL believes that likeness costs a hundredth of what it does: it would compare
            # the names of everybody one by one rather than ask their index.
            cursor.execute(
                "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true),"
                " set_config('enable_seqscan', 'off', true)",
                [str(alike)],
            )


def known_order(asked: str) -> str:
    """Return the order that is asked for if a list can be sorted so, else the usual one."""
    column = BY_CODE.get(asked.removeprefix("-"))
    return asked if column and column.order else USUAL_ORDER


def in_order(registrations: Any, order: str, *, tree: Group | None = None) -> Any:
    """Sort registrations by a column: « nom », or « -nom » from the last to the first.

    Rows that are alike stand by their number, so that no page shows one twice; those that say
    nothing in the column come last, whichever way it is read (of birth dates, from the last, first). Of names compared by likeness, the one
    that was typed comes first.

    Args:
        registrations: what was found.
        order: a known order.
        tree: what found them, where the first of many are read.
    """
    is_last_first, fields = order.startswith("-"), BY_CODE[order.removeprefix("-")].order
    compares = tree is not None and any(one.operator is Operator.IS_LIKE for one in tree.leaves())
    sorts = [
        (field, UNINDEXED if compares and field == "name_key" else F(field))
        for field in (*fields, "id")
    ]
    # Nothing more is read for it: what is compared by likeness is sorted by no index already.
    exact = [_exact_first(tree)] if compares and tree and order == USUAL_ORDER else []
    return registrations.order_by(
        *exact,
        *(_last_first(field, by) if is_last_first else by.asc() for field, by in sorts),
    )


def _last_first(field: str, by: Any) -> OrderBy:
    """Sort from the last to the first; what is in no cell comes after all that is in one, either way.

    Only where a column may be empty: no index is read backwards so. Of birth dates, which hardly
    anybody lacks, the index counts for more over a whole country.
    """
    may_lack = Registration._meta.get_field(field).null and field != "birth_date"
    ordered: OrderBy = by.desc(nulls_last=may_lack or None)
    return ordered


def _exact_first(tree: Group) -> OrderBy:
    """Put who bears a name as it was typed before those whose name is like it.

    First those whose family name it is, be it with the space that its bearers have, then those of
    whom every word typed is a name, in whichever order, then those of whom each begins one.
    """
    asked = [leaf for leaf in _as_typed(tree) if leaf.operator in _NAMED]
    begun = {search_key(said) for leaf in asked for said in leaf.values}
    typed = {
        search_key(said)
        for leaf in asked
        if leaf.operator is Operator.IS_LIKE
        for said in leaf.values
    }
    nobody = Q(pk=None)
    begins = reduce(or_, (Q(name_key__startswith=f"{one} ") for one in begun), nobody)
    ranks = (begins, *(_borne_by(typed, how) for how in ("( |$)", "")))
    return Case(
        *(When(rank, then=Value(place)) for place, rank in enumerate(ranks)),
        default=Value(len(ranks)),
    ).asc()


def _as_typed(tree: Group) -> Iterator[Leaf]:
    """Yield what is asked of a name as it was typed, and not each of its words alone."""
    for one in tree.members:
        if isinstance(one, Leaf):
            yield one
        elif tree.link is Link.AND or any(
            leaf.operator is not Operator.CONTAINS for leaf in one.leaves()
        ):
            yield from _as_typed(one)


_NAMED = (Operator.IS_LIKE, Operator.STARTS, Operator.CONTAINS)


def _borne_by(typed: Iterable[str], end: str) -> Q:
    """Return what those satisfy who bear each word of one of what was typed, up to an end of it."""
    return reduce(or_, (_each_of(one, end) for one in typed), Q(pk=None))


def _each_of(typed: str, end: str) -> Q:
    words = (Q(name_key__regex=f"(^| ){re.escape(word)}{end}") for word in typed.split())
    return reduce(and_, words, Q())


UNINDEXED = Func("name_key", template="(%(expressions)s || '')", output_field=TextField())
"""The name, as no index sorts it: comparing names by likeness costs far more than PostgreSQL
believes, which would walk along all the names of a country rather than ask the index of likeness."""
