"""While the database is away one request waits for it, and the process answers all others."""

import threading
from types import SimpleNamespace

import pytest
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created
from django.http import HttpResponse
from django.test import RequestFactory
from psycopg_pool import ConnectionPool

from config.environment import FOUND_AGAIN
from sporades.notices import queries as notices
from sporades.web.layout import errors, outage
from sporades.web.layout.middleware import HEALTH, outages

NOWHERE = "host=127.0.0.1 port=1 dbname=sporades"
PATIENCE = 60
# Read before the suite makes every process believe what it holds for ever.
FRESH_FOR = notices.FRESH_FOR


@pytest.fixture(autouse=True)
def _it_is_back():
    """Whatever a test says of the database, it is there for the next."""
    yield
    connection_created.send(sender=type(connection), connection=connection)


@pytest.fixture
def waited_in_vain():
    """Have a page wait for a database that is nowhere, and say so to its reader."""
    with ConnectionPool(NOWHERE, open=False, reconnect_timeout=0.01) as pool:
        try:
            with connection.wrap_database_errors:
                pool.getconn(timeout=0.01)
        except OperationalError:
            told = errors.server_error(asked())
    assert told.status_code == 503


def asked(path="/accueil"):
    return RequestFactory().get(path)


def page(request):
    return HttpResponse("une page")


def answer(path="/accueil"):
    return outages(page)(asked(path))


class Waiting:
    """A request that waits for the database until it is let go."""

    def __init__(self):
        self.has_begun, self.may_end = threading.Event(), threading.Event()
        self.thread = threading.Thread(target=outages(self._wait), args=[asked()], daemon=True)

    def _wait(self, request):
        self.has_begun.set()
        assert self.may_end.wait(PATIENCE)
        return page(request)

    def __enter__(self):
        self.thread.start()
        assert self.has_begun.wait(PATIENCE)

    def __exit__(self, *_):
        self.may_end.set()
        self.thread.join(PATIENCE)


def test_while_it_is_there_every_request_is_let_through():
    with Waiting():
        assert answer().content == b"une page"


@pytest.mark.usefixtures("waited_in_vain")
def test_once_it_is_away_one_request_waits_and_the_others_are_told_at_once():
    with Waiting():
        told = answer()

        assert (told.status_code, told.headers["Retry-After"]) == (503, errors.RETRY_AFTER)
        assert "une page" not in told.text
        assert [answer(path).content for path in HEALTH] == [b"une page"] * len(HEALTH)


@pytest.mark.usefixtures("waited_in_vain")
def test_when_nobody_waits_for_it_any_more_the_next_one_does():
    with Waiting():
        pass

    assert answer().content == b"une page"


@pytest.mark.usefixtures("waited_in_vain")
def test_it_is_back_as_soon_as_somebody_has_a_connection(db):
    connection_created.send(sender=type(connection), connection=connection)

    with Waiting():
        assert answer().content == b"une page"


@pytest.mark.usefixtures("waited_in_vain")
def test_whether_it_can_serve_is_answered_without_another_wait(client):
    host = {"host": "peu.importe"}
    with Waiting():
        alive, ready = (client.get(path, headers=host) for path in HEALTH)

    assert (alive.status_code, alive.text) == (200, "vivant\n")
    assert (ready.status_code, ready.text) == (503, "base de données injoignable\n")


@pytest.mark.parametrize("cause", [None, OperationalError("canceling statement")])
def test_what_failed_in_a_database_that_is_there_is_no_outage(cause):
    failure = OperationalError("annulée")
    failure.__cause__ = cause
    outage.note(failure)

    with Waiting():
        assert answer().content == b"une page"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("method", "path", "status"), [("get", "/", 200), ("post", "/mot-de-passe-oublie", 503)]
)
def test_one_reader_alone_waits_once(client, monkeypatch, method, path, status):
    waits = []

    def away(execute, statement, *_):
        waits.append(statement)
        passed.reads += FOUND_AGAIN
        raise OperationalError("connection refused")

    passed = SimpleNamespace(reads=1000.0)
    monkeypatch.setattr(notices, "FRESH_FOR", FRESH_FOR)
    monkeypatch.setattr(notices, "time", SimpleNamespace(monotonic=lambda: passed.reads))
    notices.forget()
    client.raise_request_exception = False
    with connection.execute_wrapper(away):
        answer = getattr(client, method)(path)
    notices.forget()

    assert (answer.status_code, len(waits)) == (status, 1)
