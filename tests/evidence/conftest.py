import pytest

from tests.factories import a_registration


@pytest.fixture(autouse=True)
def _invented(invented_exam):
    """The invented exam is open in Lille and in Versailles."""


@pytest.fixture
def registration():
    """File a registration."""
    return a_registration()
