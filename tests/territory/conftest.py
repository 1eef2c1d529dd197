import pytest

from sporades.territory import reference
from sporades.territory.operations import load_reference


@pytest.fixture(scope="session")
def loaded_territory(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        load_reference()


@pytest.fixture(autouse=True)
def _territory(loaded_territory, db):
    """Load again what a test that empties the tables has taken away."""
    load_reference()


@pytest.fixture
def _held():
    """Start the minute during which nothing is asked of the database."""
    reference.forget()
    reference.held()


@pytest.fixture
def _forgotten():
    """Keep what a test changes in the database out of the tests that follow."""
    reference.forget()
    yield
    reference.forget()
