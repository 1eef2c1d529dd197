"""What every test may rely on: official data in the base, and a mind that forgets nothing."""

import math
from datetime import UTC, datetime

import pytest
from hypothesis import settings as hypothesis

from sporades.notices import queries as notices
from sporades.territory import reference
from sporades.territory.operations import load_reference

# A busy machine makes no example wrong.
hypothesis.register_profile("ours", deadline=None)
hypothesis.load_profile("ours")


@pytest.fixture(scope="session", autouse=True)
def _no_minute():
    """Reference data are asked for once: a test that counts queries counts its own."""
    reference.FRESH_FOR = math.inf
    notices.FRESH_FOR = math.inf


@pytest.fixture(autouse=True)
def _no_banner():
    """What one test announces is not shown in the next, and no page asks for it."""
    notices._held.banner, notices._held.until = None, math.inf


@pytest.fixture(scope="session")
def territory(django_db_setup, django_db_blocker):
    """Academies, departments, communes and countries, loaded once."""
    with django_db_blocker.unblock():
        load_reference()


@pytest.fixture
def now():
    """A Wednesday morning."""
    return datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
