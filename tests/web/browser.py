"""A real browser before the whole service, which works on the connection of the test itself.

What a test has written is seen without a commit, and undone with the test: no table is
emptied, no list is loaded again.
"""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, connections, reset_queries
from django.test import override_settings
from playwright.sync_api import Error

# Playwright keeps a loop of its own in this thread; no query is made from it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
KEPT_STATIC_FILES = {
    "STATIC_ROOT": None,
    "WHITENOISE_USE_FINDERS": True,
    "WHITENOISE_AUTOREFRESH": False,
    "WHITENOISE_MAX_AGE": 3_600,
}
ONE_AFTER_ANOTHER = threading.RLock()
"""Held while the connection is used: by a request, or by a test that asks the database."""


class Server(ThreadingMixIn, WSGIServer):
    """A server that no connection keeps from answering the others."""

    # A browser opens connections that it may never use: one thread each.
    daemon_threads = True
    block_on_close = False


class Handler(WSGIRequestHandler):
    """Answers without a word."""

    def log_message(self, *args):
        """Say nothing."""


def follow(control):
    """Press what leads to a page, and see that page: a click alone does not wait for it.

    What a script notes in the history of the browser is a navigation too, and no page.
    """
    with control.page.expect_event("load"):
        control.click()


def tick(control, value=True):
    """Tick a box or a button, or no more; once more where the page moved under the first click."""
    try:
        control.set_checked(value, force=True)
    except Error:
        control.set_checked(value, force=True)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Start the browser that `make test` found."""
    path = os.environ.get("SPORADES_CHROMIUM")
    own = {"executable_path": path} if path else {}
    return {**browser_type_launch_args, **own, "args": list(ARGUMENTS)}


@contextmanager
def serving() -> Iterator[str]:
    """Serve on a free port of localhost, for the length of a block; give the address."""
    shared = connection._connections[connection._alias]
    with override_settings(**KEPT_STATIC_FILES):
        pages = get_wsgi_application()

    def answer(environ, start_response):
        with ONE_AFTER_ANOTHER:
            connections["default"] = shared
            return pages(environ, start_response)

    server = make_server("localhost", 0, answer, Server, Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    shared.inc_thread_sharing()
    # The end of a request would close a connection that is in the middle of a transaction.
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    request_started.disconnect(reset_queries)
    thread.start()
    try:
        yield f"http://localhost:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        for signal in (request_started, request_finished):
            signal.connect(close_old_connections)
        request_started.connect(reset_queries)
        shared.dec_thread_sharing()
