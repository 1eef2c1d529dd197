import pytest

from sporades.exams.held import forget
from tests.accommodations.asked import WITH_ACCOMMODATIONS
from tests.factories import a_registration, load_invented


@pytest.fixture(autouse=True)
def _with_accommodations(invented_exam):
    """The invented exam has accommodations."""
    load_invented(WITH_ACCOMMODATIONS)
    forget()


@pytest.fixture
def registration():
    """File a registration of somebody who declared a handicap."""
    return a_registration(informations={"has_disability": "oui"})
