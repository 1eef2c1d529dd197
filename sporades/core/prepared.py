"""Questions asked on every page: their SQL is written once per process.

Django writes the SQL of a query anew each time it runs; for a query that joins a few tables
this takes longer than PostgreSQL's answer, the journey there and back and the models
together. What is asked by every page of every candidate is therefore prepared.
"""

import functools
import inspect
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Expression, Model, QuerySet
from django.db.models.query import ModelIterable
from django.db.transaction import TransactionManagementError


class Given(Expression):
    """The place of a value that is given when the question is asked."""

    def __init__(self, name: str) -> None:
        """Name the value."""
        super().__init__()
        self.name = name

    def as_sql(self, *_: Any, **__: Any) -> tuple[str, tuple[Any, ...]]:
        """Return its place, and itself where the value will stand."""
        return "%s", (self,)


@dataclass(frozen=True)
class _Written:
    """What Django made of a queryset: its SQL, and how its rows become models."""

    compiler: Any
    sql: str
    params: tuple[Any, ...]
    queryset: Any

    @property
    def locks(self) -> bool:
        """Whether the rows are locked until the transaction ends."""
        return bool(self.queryset.query.select_for_update)


class _Asked:
    """What Django's reader of rows needs of a queryset, with SQL that is there already."""

    _known_related_objects: ClassVar[dict[Any, Any]] = {}

    def __init__(self, written: _Written, given: dict[str, Any]) -> None:
        self.db = DEFAULT_DB_ALIAS
        self.query = self
        self.model = written.queryset.model
        self._fetch_mode = written.queryset._fetch_mode  # noqa: SLF001 - what a queryset is made of
        self._compiler = copy(written.compiler)
        self._compiler.connection = connections[self.db]
        params = tuple(given[one.name] if isinstance(one, Given) else one for one in written.params)
        self._compiler.as_sql = lambda *_, **__: (written.sql, params)

    def get_compiler(self, **_: Any) -> Any:
        return self._compiler


class Prepared[**P, M: Model]:
    """A question that is asked often, as a queryset of values that are given each time.

    A value is compared with columns as it is given: an instant, a number, a key; not a list,
    and not an instance, whose key is to be given. It is one query: `prefetch_related` is
    for the caller to do.
    """

    def __init__(self, ask: Callable[P, QuerySet[M]], model: type[M]) -> None:
        """Keep how the queryset is made; it is first made when the question is first asked.

        Args:
            ask: makes the queryset, always the same one, from the places of its values.
            model: what it returns.
        """
        functools.update_wrapper(self, ask)
        self.model: Any = model
        self._ask: Any = ask
        self._signature = inspect.signature(ask)
        self._written: _Written | None = None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[M]:
        """Ask, and return the rows.

        Raises:
            TransactionManagementError: it locks rows, and there is no transaction to hold them.
        """
        written = self._written or self._write()
        if written.locks and connections[DEFAULT_DB_ALIAS].get_autocommit():
            message = f"{self._ask.__name__} locks rows: it is asked in a transaction"
            raise TransactionManagementError(message)
        given = self._signature.bind(*args, **kwargs).arguments
        asked: Any = _Asked(written, given)
        return list(ModelIterable(asked))

    def get(self, *args: P.args, **kwargs: P.kwargs) -> M:
        """Ask for the only row; `get_object_or_404` takes a prepared question as it does a queryset.

        Raises:
            DoesNotExist, MultipleObjectsReturned: of the model.
        """
        rows = self(*args, **kwargs)
        if len(rows) == 1:
            return rows[0]
        if rows:
            raise self.model.MultipleObjectsReturned
        raise self.model.DoesNotExist

    def _write(self) -> _Written:
        places = {name: Given(name) for name in self._signature.parameters}
        queryset = self._ask(**places)
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        sql, params = compiler.as_sql()
        self._written = _Written(compiler, sql, tuple(params), queryset)
        return self._written


def prepared[**P, M: Model](
    model: type[M],
) -> Callable[[Callable[P, QuerySet[M]]], Prepared[P, M]]:
    """Prepare the question that the decorated function makes a queryset of.

    Args:
        model: what the queryset returns.
    """
    return lambda ask: Prepared(ask, model)
