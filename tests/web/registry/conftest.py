"""One world for these tests, one savepoint for each module and for each test."""

from contextlib import ExitStack
from email.message import EmailMessage
from pathlib import Path

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


class Worlds:
    """The world that stands: making one takes a second, and most modules want the same."""

    def __init__(self, blocker):
        self._blocker, self._steps = blocker, ExitStack()
        self._mark = self._world = None

    def of(self, mark):
        """Return the world whose texts end with this mark, made now if another stands, or none."""
        if self._mark != mark:
            self.end()
            with self._blocker.unblock(), ExitStack() as steps:
                steps.enter_context(undone())
                self._mark, self._world = mark, build(mark)
                self._steps = steps.pop_all()
        return self._world

    def end(self):
        """Let the world disappear, for tests that begin with none."""
        self._mark = self._world = None
        with self._blocker.unblock():
            self._steps.close()
        forget()


WORLDS = pytest.StashKey()


@pytest.fixture(scope="session")
def worlds(request, django_db_setup, django_db_blocker):
    """Keep the world from one module to the next."""
    kept = request.config.stash[WORLDS] = Worlds(django_db_blocker)
    yield kept
    kept.end()


@pytest.fixture(scope="session")
def _no_world(worlds):
    """Beside the loop of a browser Django has another connection: none of ours may be at work."""
    worlds.end()


@pytest.fixture(scope="session")
def browser(_no_world, browser, worlds):
    """Let the world end before the connections are closed with the browser."""
    yield browser
    worlds.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """End the world after the last of these tests, or before those that come in between."""
    result = yield
    is_last = nextitem is None or Path(__file__).parent not in nextitem.path.parents
    if is_last and (worlds := item.config.stash.get(WORLDS, None)):
        worlds.end()
    return result


@pytest.fixture(scope="module")
def world(territory, worlds, django_db_blocker, _clock, mark):
    """Return the world of these tests; what the module itself does to it disappears with it."""
    forget()
    kept = worlds.of(mark)
    with django_db_blocker.unblock(), undone():
        yield kept


@pytest.fixture(autouse=True)
def _savepoint(world, db):
    """Let a test do what it wants, then forget it: `db` undoes it, within the world's transaction."""
    cache.clear()


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
