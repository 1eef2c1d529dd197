import os

import pytest

from tests.endurance import arena as arenas

HERE = os.path.dirname(__file__)


def pytest_collection_modifyitems(items):
    """Everything here is endurance."""
    for item in items:
        if str(item.path).startswith(HERE):
            item.add_marker(pytest.mark.endurance)


@pytest.fixture(scope="session")
def mould(django_db_setup, django_db_blocker):
    """A furnished database, to be copied."""
    with (
        django_db_blocker.unblock(),
        arenas.a_furnished_database(f"sporades_mould_{os.getpid()}") as name,
    ):
        yield name


@pytest.fixture
def arena(mould, django_db_blocker):
    """The address of a database of its own, to which this process is turned."""
    name = f"sporades_arena_{os.getpid()}"
    with (
        django_db_blocker.unblock(),
        arenas.a_copy(mould, name) as url,
        arenas.pointing_at(url),
    ):
        yield url
