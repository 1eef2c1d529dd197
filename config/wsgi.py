"""The door of the web server."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.wsgi import get_wsgi_application

from config.memory import give_back_large_blocks

give_back_large_blocks()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
try:
    application = get_wsgi_application()
except ImproperlyConfigured as reason:
    # Whoever starts it reads one line, not where in Django it was noticed.
    sys.exit(str(reason))
