"""One world for a module of tests, one savepoint for each test."""

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction

from sporades.exams.held import forget
from tests.factories import NOW
from tests.web.registry.world import build


@pytest.fixture(autouse=True)
def _invented():
    """The world has its own exams."""


@pytest.fixture(scope="module", autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(scope="module")
def mark():
    """Return what the texts of the world end with: a module may choose."""
    return ""


@pytest.fixture(scope="module")
def world(territory, django_db_blocker, _clock, mark):
    """Make the world of these tests; it disappears after the last of them."""
    forget()
    with django_db_blocker.unblock(), transaction.atomic():
        yield build(mark)
        transaction.set_rollback(True)
    forget()


@pytest.fixture(autouse=True)
def _savepoint(world, db):
    """Let a test do what it wants, then forget it: `db` undoes it, within the world's transaction."""
    cache.clear()
