"""The door of the web server."""

import os
import sys
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from config.environment import answers_pages
from config.memory import give_back_large_blocks, loading_what_stays
from sporades.core.calls import with_room
from sporades.core.charsets import declared

give_back_large_blocks()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
try:
    with loading_what_stays():
        answers_pages(settings.DATABASES["default"])
        serving = get_wsgi_application()
        # Else the first reader of each process waits for our pages to be imported.
        import_module(settings.ROOT_URLCONF)
        static = import_module("sporades.web.layout.static")
        static.check_gathered()
        answer = declared(serving)
except ImproperlyConfigured as reason:
    # Whoever starts it reads one line, not where in Django it was noticed.
    sys.exit(str(reason))


def application(environ: dict[str, Any], start_response: Any) -> Any:
    """Answer a request, with room for all the calls of a page."""
    return with_room(answer, environ, start_response)
