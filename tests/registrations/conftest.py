import pytest


@pytest.fixture(autouse=True)
def _invented(invented_exam):
    """The invented exam is open in Lille and in Versailles."""
