import pytest

from tests.factories import a_registration


@pytest.fixture(autouse=True)
def _invented(invented_exam, kept, confided):
    """The invented exam is open in Lille and in Versailles; both stores are of the test alone."""


@pytest.fixture
def registration():
    """File a registration."""
    return a_registration()
