"""What a test does, then undoes."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction


@contextmanager
def undone() -> Iterator[None]:
    """Run a block in a transaction of the test's own, then undo it.

    As Django's TestCase marks its own, so that the whole transaction of an act of ours
    (`durable=True`) begins within it.
    """
    own = transaction.atomic()
    own._from_testcase = True
    with own:
        try:
            yield
        finally:
            transaction.set_rollback(True)
