import pytest

from tests.factories import a_registration
from tests.web.browser import browser_type_launch_args
from tests.web.guide import a_browser, signed_in

__all__ = ["browser_type_launch_args"]


@pytest.fixture(autouse=True)
def _invented(invented_exam):
    """The invented exam is open in Lille and in Versailles."""


@pytest.fixture
def visitor():
    """Return a browser without script that nobody has signed in with."""
    return a_browser()


@pytest.fixture
def sign_in():
    """Return a browser without script, signed in as a candidate."""

    return lambda candidate: signed_in(candidate.user)


@pytest.fixture
def complaints(page):
    """What the console says: nothing is expected there, least of all about scripts refused."""
    said = []
    page.on(
        "console",
        # On a busy machine a font arrives late, and the browser wonders why it was fetched.
        lambda message: (
            message.type in ("error", "warning")
            and "was preloaded using link preload" not in message.text
            and said.append(message.text)
        ),
    )
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


@pytest.fixture
def mine(sign_in):
    """Return a registration and its candidate's browser."""
    registration = a_registration()
    return registration, sign_in(registration.candidate)
