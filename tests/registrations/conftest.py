import pytest

from sporades.exams.held import forget
from tests.factories import load_invented


@pytest.fixture(autouse=True)
def _invented(territory, db):
    """The invented exam is open in Lille and in Versailles."""
    forget()
    load_invented()
    yield
    forget()
