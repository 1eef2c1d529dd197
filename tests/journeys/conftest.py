"""The whole service behind a real browser: real commits, on the clock of the invented exam."""

import pytest
from django.core.cache import cache

from sporades.exams.held import forget
from tests.factories import load_invented
from tests.web.browser import browser_type_launch_args

__all__ = ["browser_type_launch_args"]


@pytest.fixture
def bare_site(live_server, clock, territory, settings):
    """The service over plain HTTP on localhost, with its official lists and nobody in it."""
    settings.SITE_URL = live_server.url
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "session", "csrf"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
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
