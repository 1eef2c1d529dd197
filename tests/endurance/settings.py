"""Settings of the web servers and workers under trial: the real ones, pool included."""

import os

os.environ.setdefault("SECRET_KEY", "tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH")

from config.settings import *  # noqa: F403

# Nobody gathers the static files for these few pages.
STORAGES["staticfiles"] = {  # noqa: F405
    "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
}
WHITENOISE_AUTOREFRESH = True
