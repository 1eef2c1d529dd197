"""One world for these tests, one savepoint for each module and for each test."""

from email.message import EmailMessage

import pytest
import time_machine
from django.core.cache import cache

from sporades.exams.held import forget
from sporades.web import registry
from sporades.web.access import Route, Who
from tests.factories import NOW
from tests.undoing import undone
from tests.web.registry.world import build


@pytest.fixture(autouse=True)
def _invented():
    """The world has its own exams."""


@pytest.fixture(scope="module", autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(scope="module")
def mark():
    """Return what the texts of the world end with: a module may choose."""
    return ""


@pytest.fixture(scope="module")
def world(territory, standing, django_db_blocker, _clock, mark):
    """Return the world of these tests; what the module itself does to it disappears with it."""
    forget()
    kept = standing.of("world", mark, lambda: build(mark))
    with django_db_blocker.unblock(), undone():
        yield kept


@pytest.fixture(autouse=True)
def _savepoint(world, db):
    """Let a test do what it wants, then forget it: `db` undoes it, within the world's transaction."""
    cache.clear()


@pytest.fixture
def services_move():
    """Let a test move services, which pages hold for ten seconds: the next one reads its own."""
    forget()
    yield
    forget()


@pytest.fixture
def demo(settings, monkeypatch, tmp_path):
    """Return the addresses of what only the demo shows, with one letter in its post."""
    settings.ROOT_URLCONF = "tests.web.gallery_urls"
    for name in ("gallery", "demo:mails", "demo:mail"):
        monkeypatch.setitem(registry.ACCESS, name, Route(Who.ANYONE, ("GET",)))
    letter = EmailMessage()
    letter["To"], letter["Subject"] = "nouveau@demo.test", "Activez votre compte"
    letter["Date"] = NOW
    letter.set_content("Bonjour,\n\nhttps://inscriptions.exemple.test/activer/abc\n")
    folder = tmp_path / "post"
    folder.mkdir()
    (folder / "sporades.1.eml").write_bytes(bytes(letter))
    settings.MAILERS = {"default": {"OPTIONS": {"folder": str(folder)}}}
    return ("/composants", "/composants?erreurs=1", "/demo/courriels/", "/demo/courriels/1")
