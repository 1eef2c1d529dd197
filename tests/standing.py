"""What many tests begin with: made once, and left standing from one of them to the next.

A transaction of the tests' own holds it; each test works behind a savepoint within, and leaves
what stands as it found it. It ends before a test that begins with something else.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from django.db import connection

from sporades.exams.held import forget
from tests.undoing import undone

COMMITS = {"transactional_db", "live_server", "django_db_reset_sequences"}
"""Fixtures of tests that see what other connections see: nothing of ours may stand then."""


class Standing:
    """What stands now, if anything.

    Attributes:
        fixture: the name of the fixture that asked for it.
    """

    def __init__(self, blocker: Any) -> None:
        """Let nothing stand; the blocker is pytest-django's."""
        self._blocker, self._steps = blocker, ExitStack()
        self.fixture = self._which = ""
        self._made: Any = None

    def of(self, fixture: str, which: str, make: Callable[[], Any]) -> Any:
        """Return what stands, made now when it is something else, or nothing.

        Args:
            fixture: the name of the fixture that asks.
            which: tells apart what the same fixture asks for.
            make: makes it, in a transaction that is never committed.
        """
        if (self.fixture, self._which) != (fixture, which):
            self.end()
            with self._blocker.unblock(), ExitStack() as steps:
                steps.enter_context(undone())
                self._made = make()
                # What the database checks at the end is checked now, once: else each test that
                # stands on this checks it again, and undoes that it did.
                connection.check_constraints()
                self.fixture, self._which, self._steps = fixture, which, steps.pop_all()
        return self._made

    def end(self) -> None:
        """Let it disappear, for tests that begin with something else."""
        self.fixture = self._which = ""
        self._made = None
        with self._blocker.unblock():
            self._steps.close()
        forget()


def commits(item: pytest.Item) -> bool:
    """Return whether a test really commits what it does."""
    marker = item.get_closest_marker("django_db")
    is_said = marker is not None and (
        marker.kwargs.get("transaction") or marker.kwargs.get("reset_sequences")
    )
    return bool(is_said or COMMITS & set(item.fixturenames))


def begins_with(item: pytest.Item, fixture: str) -> bool:
    """Return whether a test begins with what a fixture has made to stand."""
    return fixture in item.fixturenames and not commits(item)


def takes_back_itself(item: pytest.Item) -> bool:
    """Return whether a test has the database and nobody undoes or empties what it commits there."""
    is_ours = "django_db_setup" in item.fixturenames and "db" not in item.fixturenames
    return is_ours and item.get_closest_marker("django_db") is None and not commits(item)
