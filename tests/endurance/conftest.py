import os
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.endurance import arena as arenas
from tests.endurance.own_server import OwnServer
from tests.moulds import mould

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items):
    """Everything here is endurance, and long at its full figures."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.endurance)
            item.add_marker(pytest.mark.timeout(3600))


@pytest.fixture(scope="session")
def furnished(django_db_setup, django_db_blocker):
    """A furnished database, to be copied."""
    with ExitStack() as steps:
        with django_db_blocker.unblock():
            furnished = arenas.a_furnished_database(mould(), f"sporades_furnished_{os.getpid()}")
            name = steps.enter_context(furnished)
        yield name


@pytest.fixture
def arena(furnished, _unblocked):
    """The address of a database of its own, to which this process is turned."""
    name = f"sporades_arena_{os.getpid()}"
    with arenas.a_copy(furnished, name) as url, arenas.pointing_at(url):
        yield url


@pytest.fixture(scope="session")
def own_server(tmp_path_factory, django_db_setup, django_db_blocker):
    """A PostgreSQL of its own, that may be killed, with a furnished database."""
    with django_db_blocker.unblock():
        server = OwnServer(tmp_path_factory.mktemp("own") / "postgresql")
    try:
        yield server
    finally:
        server.forget()


@pytest.fixture(autouse=True)
def _unblocked(django_db_blocker):
    """These tests choose their database themselves."""
    with django_db_blocker.unblock():
        yield
