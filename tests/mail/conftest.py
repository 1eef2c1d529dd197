import pytest

from config import environment
from tests.mail.post_office import PostOffice

PATIENCE = 1


@pytest.fixture(autouse=True)
def _invented(invented_exam):
    """The invented exam is open in Lille and in Versailles."""


@pytest.fixture
def office(settings, monkeypatch):
    """A mail server, to which this installation hands its mail."""
    office = PostOffice()
    monkeypatch.setenv("MAIL_URL", office.url)
    mailer = environment.mailer("MAIL_URL")
    mailer["OPTIONS"]["timeout"] = PATIENCE
    settings.MAILERS = {"default": mailer}
    yield office
    office.close()
