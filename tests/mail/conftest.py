import pytest

from config import environment
from sporades.mail import conversation, tasks
from sporades.mail.relay import relay
from tests.mail.post_office import PostOffice

PATIENCE = 1


@pytest.fixture(autouse=True)
def _invented(invented_exam):
    """The invented exam is open in Lille and in Versailles."""


@pytest.fixture(autouse=True)
def _nothing_is_known_of_the_server():
    """What a server did in one test is not known in the next."""
    relay.__init__()
    yield
    relay.__init__()


@pytest.fixture
def office(settings, monkeypatch):
    """A mail server, to which this installation hands its mail."""
    office = PostOffice()
    monkeypatch.setattr(conversation, "ANSWERS_WITHIN", PATIENCE)
    monkeypatch.setattr(tasks, "SLICE", 600)
    monkeypatch.setattr(tasks, "BRIEFLY", 600)
    monkeypatch.setenv("MAIL_URL", office.url)
    mailer = environment.mailer("MAIL_URL")
    mailer["OPTIONS"]["timeout"] = PATIENCE
    settings.MAILERS = {"default": mailer}
    yield office
    office.close()


@pytest.fixture
def letters(office, stopped_clock):
    """Deliver what is due; return the letters that came since the last time."""

    def read(at=None):
        seen = len(office.letters)
        if at:
            stopped_clock.move_to(at)
        tasks.sweep(0)
        return office.letters[seen:]

    return read
