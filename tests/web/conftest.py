import pytest
from django.test import Client

from sporades.exams.held import forget
from tests.factories import load_invented
from tests.web.browser import browser_type_launch_args

__all__ = ["browser_type_launch_args"]


@pytest.fixture(autouse=True)
def _invented(territory, db):
    """The invented exam is open in Lille and in Versailles."""
    forget()
    load_invented()
    yield
    forget()


@pytest.fixture
def sign_in():
    """Return a browser without script, signed in as a candidate."""

    def signed_in(candidate):
        client = Client(
            SERVER_NAME="inscriptions.exemple.test", headers={"host": "inscriptions.exemple.test"}
        )
        client.force_login(candidate.user, backend="sporades.web.layout.backend.Backend")
        return client

    return signed_in
