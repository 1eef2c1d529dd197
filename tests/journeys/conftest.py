"""The whole service behind a real browser: real commits, official lists loaded once."""

import os

import pytest
import time_machine
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.psycopg_any import sql
from django.test import TransactionTestCase

from sporades.exams.held import forget
from sporades.territory import models as territories
from sporades.territory.operations import load_reference
from tests.factories import NOW, load_invented

# Playwright keeps a loop of its own in this thread; the database is not used from it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

OFFICIAL = (
    territories.Academy,
    territories.Department,
    territories.Commune,
    territories.Country,
    territories.ReferenceLoad,
)
FRAME = {"django_migrations", "django_content_type", "auth_permission"}


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    path = os.environ.get("SPORADES_CHROMIUM", "/usr/bin/chromium")
    own = {"executable_path": path} if path else {}
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic"]
    return {**browser_type_launch_args, **own, "args": arguments}


@pytest.fixture(scope="session", autouse=True)
def _official_lists_stay():
    """Empty the base after a journey, but for the official lists: they take long to load."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _: empty())
        yield


def empty():
    """Forget all that a journey wrote."""
    kept = FRAME | {model._meta.db_table for model in OFFICIAL}
    with connection.cursor() as cursor:
        names = sorted(set(connection.introspection.table_names(cursor)) - kept)
        tables = sql.SQL(", ").join(map(sql.Identifier, names))
        cursor.execute(sql.SQL("TRUNCATE {}").format(tables))


@pytest.fixture
def clock():
    """The clock of the server, which goes on, and may be put forward: `clock.shift(…)`."""
    with time_machine.travel(NOW, tick=True) as traveller:
        yield traveller


@pytest.fixture
def bare_site(live_server, clock, territory, settings):
    """The service over plain HTTP on localhost, with its official lists and nobody in it."""
    settings.SITE_URL = live_server.url
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "session", "csrf"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    # Tests elsewhere may have emptied them: `territory` loads them once in a process.
    if not territories.Commune.objects.exists():
        load_reference(again=True)
    cache.clear()
    forget()
    yield live_server.url
    forget()


@pytest.fixture
def site(bare_site):
    """The same, where the invented exam is open in Lille and in Versailles."""
    load_invented()
    forget()
    return bare_site
