"""Rows come in any order where none is asked for: `make test ARGS="-p tests.disorder"`.

PostgreSQL gives them as they lie, which is nearly always as they were written: a page or a test
that counts on it goes wrong one time in many. With this, it goes wrong at once.
"""

from django.db.models.expressions import OrderBy
from django.db.models.functions import Random
from django.db.models.sql.compiler import SQLCompiler

_ordered = SQLCompiler.get_order_by


def _at_random(self):
    found, query = _ordered(self), self.query
    is_plain = type(self) is SQLCompiler and not (query.subquery or query.distinct)
    if not is_plain or query.combinator or query.combined_queries or query.extra_order_by:
        return found
    return [*found, (OrderBy(Random()), ("RANDOM()", (), False))]


def pytest_configure():
    """Let chance decide among rows that are alike."""
    SQLCompiler.get_order_by = _at_random
