import pytest

from tests.factories import a_registration


@pytest.fixture(autouse=True)
def _invented(invented_exam):
    """The invented exam is open in Lille and in Versailles, and has accommodations."""


@pytest.fixture
def registration():
    """File a registration of somebody who declared a handicap."""
    return a_registration(informations={"has_disability": "oui"})
