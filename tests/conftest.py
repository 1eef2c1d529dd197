"""What every test may rely on: official data in the base, and a mind that forgets nothing."""

import gc
import hashlib
import math
import re
import subprocess
from types import SimpleNamespace

import pytest
import time_machine
from _pytest import runner
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import settings as hypothesis
from psycopg._preparing import PrepareManager

from sporades.acts.writing import resending
from sporades.core.calls import with_room
from sporades.exams import checking, held
from sporades.exams.held import forget
from sporades.exams.operations import loading
from sporades.intake import reading
from sporades.mail import operations as mails
from sporades.notices import queries as notices
from sporades.territory import reference
from sporades.territory.operations import load_reference
from tests import emptying, moulds
from tests.factories import NOW, load_invented
from tests.standing import Standing, begins_with, commits, takes_back_itself

# A busy machine makes no example wrong.
hypothesis.register_profile("ours", deadline=None)
hypothesis.load_profile("ours")


def pytest_configure(config):
    """Name the database that the workers of this run will copy."""
    if not hasattr(config, "workerinput"):
        moulds.name()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item, nextitem):
    """Run each test with room for its calls: there are many above it already."""
    return with_room(runner.pytest_runtest_protocol, item, nextitem)


def pytest_collection_finish():
    """Look for garbage seldom, and never among what is there for the whole run."""
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_sessionfinish(session):
    """Drop it, once they have ended: those who run alone drop their own copy after this."""
    if not hasattr(session.config, "workerinput"):
        moulds.forget()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, django_db_blocker):
    """The database of the tests is a copy: its tables and the official lists are made once."""
    with django_db_blocker.unblock():
        connections["default"].settings_dict["TEST"]["TEMPLATE"] = moulds.mould()


@pytest.fixture(scope="session", autouse=True)
def _understood_once():
    """A file that is put in force before each of many tests is read and checked for the first."""
    found = {}

    def checked(source, *, zones, countries):
        known = (source, tuple(sorted(zones.items())), countries)
        if known not in found:
            found[known] = checking.checked(source, zones=zones, countries=countries)
        return found[known]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loading, "checking", SimpleNamespace(checked=checked))
        yield


@pytest.fixture(scope="session", autouse=True)
def _read_once():
    """A file that many tests send is read for the first: the process that reads takes long to start.

    What is refused for its weight is tried again each time, as is all in tests of that process
    (`reads_each`).
    """
    read, known = reading.Process.ask, {}

    def ask(self, mode, files, *, page=0, turned=0):
        digests = [hashlib.sha256(one).digest() for one in files]
        asked = (self._bounds, mode, *digests, page, turned)
        if asked not in known:
            known[asked] = read(self, mode, files, page=page, turned=turned)
        return known[asked]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reading.Process, "ask", ask)
        yield read


@pytest.fixture
def reads_each(_read_once, monkeypatch):
    """Have each file read, though others have sent the same."""
    monkeypatch.setattr(reading.Process, "ask", _read_once)


@pytest.fixture(scope="session", autouse=True)
def _no_minute():
    """What a process holds is asked for once: a test that counts queries, and is slow, counts its own."""
    held.FRESH_FOR = math.inf
    reference.FRESH_FOR = math.inf
    notices.FRESH_FOR = math.inf


@pytest.fixture(scope="session", autouse=True)
def _plans_are_kept():
    """What PostgreSQL has planned stays planned from one test to the next.

    psycopg forgets it when a transaction is undone, as every test is, for a table may be gone
    with it. Ours stay; who drops or alters one says so in words that it still looks for.
    """
    should_discard = PrepareManager._should_discard
    changes = re.compile(rb"^(?:DROP|ALTER|DISCARD ALL|DEALLOCATE ALL)\b").match

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(PrepareManager, "prepared_max", 1000)
        patch.setattr(
            PrepareManager,
            "_should_discard",
            lambda self, prep, results: should_discard(self, prep, results, changes),
        )
        yield


@pytest.fixture(scope="session", autouse=True)
def _no_mail_tells_of_health():
    """Whatever a test makes the service write, no mail says who declared a handicap (P-12)."""
    render = mails.render
    to_all = ("Pour obtenir un aménagement d'épreuves, ", "Si vous avez besoin d'un aménagement")

    def rendered(kind, context):
        subject, body = render(kind, context)
        if kind in resending.KINDS and kind not in WRITTEN_BY_PEOPLE:
            for line in (subject, *body.splitlines()):
                assert "handicap" not in line.casefold(), f"{kind}: {line}"
                assert "aménagement" not in line.casefold() or line.startswith(to_all), (
                    f"{kind}: {line}"
                )
        return subject, body

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mails, "render", rendered)
        yield


@pytest.fixture
def kept(tmp_path, settings):
    """Use a folder of its own as file store; return what says which files it has."""
    return _own_store(settings, "default", tmp_path / "kept")


@pytest.fixture
def confided(tmp_path, settings):
    """Use a folder of its own as store of what is confided; return what says which files it has."""
    return _own_store(settings, "medical", tmp_path / "confided")


def _own_store(settings, alias, folder):
    store = "django.core.files.storage.FileSystemStorage"
    folder.mkdir(exist_ok=True)
    own = {"BACKEND": store, "OPTIONS": {"location": folder}}
    settings.STORAGES = {**settings.STORAGES, alias: own}
    return lambda: sorted(one.name for one in folder.rglob("*") if one.is_file())


@pytest.fixture(autouse=True)
def _no_banner():
    """What one test announces is not shown in the next, and no page asks for it.

    Nor is it there in between, when a module signs in those whom all of its tests need.
    """
    _without_banner()
    yield
    _without_banner()


def _without_banner():
    notices._held.banners, notices._held.until = [], math.inf
    notices._held.is_database_read_only, notices._held.looked_until = False, math.inf
    notices._held.read_only_since = None


@pytest.fixture(scope="session")
def territory(django_db_setup, django_db_blocker):
    """Academies, departments, communes and countries, loaded once."""
    with django_db_blocker.unblock():
        load_reference()


@pytest.fixture(scope="session", autouse=True)
def _official_lists_stay():
    """After a test that commits, empty all but the official lists: they take long to load."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: emptying.empty())
        yield


@pytest.fixture(scope="session")
def django_db_setup(request, django_db_setup, django_db_blocker):
    """The database of the tests, in which none leaves anything to the next ones."""

    def look():
        with django_db_blocker.unblock():
            assert emptying.left() == [], "A test leaves rows to the next ones."

    request.config.stash[LOOK] = look
    yield
    # Once more at the end: the threads of any test have connections of their own.
    look()


WRITTEN_BY_PEOPLE = {"message_of_service"}
STANDING = pytest.StashKey()
LOOK = pytest.StashKey()


@pytest.fixture(scope="session")
def standing(request, django_db_setup, django_db_blocker):
    """Keep from one test to the next what many of them begin with."""
    kept = request.config.stash[STANDING] = Standing(django_db_blocker)
    yield kept
    kept.end()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item, nextitem):
    """Let it end after a test whose next one begins with something else."""
    result = yield
    kept = item.config.stash.get(STANDING, None)
    if kept and (nextitem is None or not begins_with(nextitem, kept.fixture)):
        kept.end()
    if nextitem and takes_back_itself(item):
        item.config.stash[LOOK]()
    return result


def pytest_collection_modifyitems(items):
    """Have what stands (`…_stands`) made before any fixture of a test begins its transaction."""
    for item in items:
        names = item.fixturenames
        first = [name for name in names if name.endswith("_stands")]
        if first and not names.index(first[0]) < names.index("_django_db_marker"):
            names[:] = [name for name in names if name not in first]
            place = names.index("_django_db_marker")
            names[place:place] = first


@pytest.fixture(scope="session")
def _nothing_stands(standing):
    """Beside the loop of a browser Django has another connection: none of ours may be at work."""
    standing.end()


@pytest.fixture(scope="session")
def browser(_nothing_stands, browser, standing):
    """Start one browser for a process, and close before it what it has made Django open.

    Beside the loop of Playwright, Django opens a connection of its own: left open, it would
    keep the test database from being removed.
    """
    yield browser
    standing.end()
    connections.close_all()


@pytest.fixture(autouse=True, scope="session")
def _waits_for_long():
    """Let nobody be refused because the machine that reads their file is busy."""
    reading.WAITING = 600


@pytest.fixture
def children(reads_each, monkeypatch):
    """Return the processes that are started."""
    started = []

    class Watched(subprocess.Popen):
        def __init__(self, *words, **said):
            started.append(self)
            super().__init__(*words, **said)

    monkeypatch.setattr(subprocess, "Popen", Watched)
    return started


@pytest.fixture
def now():
    """A Wednesday morning."""
    return NOW


@pytest.fixture
def stopped_clock():
    """The clock of the invented exam: it stands, and may be put forward by `move_to(…)`."""
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def clock():
    """The same clock, but it goes on: what is done later has a later instant. `shift(…)` it."""
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def invented_stands(request, territory, standing):
    """Load the invented exam once for all the tests in a row that begin with it."""
    if commits(request.node):
        standing.end()
        return False
    standing.of("invented_stands", "", load_invented)
    return True


@pytest.fixture
def invented_exam(invented_stands, db):
    """The invented exam is open in Lille and in Versailles."""
    forget()
    if not invented_stands:
        load_invented()
    yield
    forget()
