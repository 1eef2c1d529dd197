"""Settings of the tests: the real ones, with what a test machine can give."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

_folder = Path(tempfile.gettempdir()) / f"sporades-tests-{os.getpid()}"
# Made by whoever is given no store of its own, as a command of `make manage`.
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ.setdefault("SECRET_KEY", "tests-only-0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGH")
os.environ.setdefault("SITE_URL", "https://inscriptions.exemple.test")
os.environ.setdefault("DEPLOYER_NAME", "Autorité d'essai")
os.environ.setdefault("MAIL_URL", "smtp://127.0.0.1:1")
os.environ.setdefault("MAIL_FROM", "Sporades <ne-pas-repondre@exemple.test>")
os.environ.setdefault("FILES_URL", f"file://{_folder / 'files'}")
os.environ.setdefault("MEDICAL_FILES_URL", f"file://{_folder / 'medical'}")
if "PYTEST_XDIST_WORKER" in os.environ:
    # What a test of one year sweeps away is what one of another year is writing.
    for _store in ("FILES_URL", "MEDICAL_FILES_URL"):
        os.environ[_store] += f"-{os.environ['PYTEST_XDIST_WORKER']}"
for _store in ("FILES_URL", "MEDICAL_FILES_URL"):
    Path(os.environ[_store].removeprefix("file://")).mkdir(parents=True, exist_ok=True)
os.environ.setdefault("MEDICAL_KEYS", "essai:dGVzdHMtb25seS0wMTIzNDU2Nzg5LWFiY2RlZmdoaWo=")

from config.settings import *  # noqa: E402, F403

ALLOWED_HOSTS = ["inscriptions.exemple.test", "testserver", "localhost", "127.0.0.1"]
# The database connection pool keeps threads that outlive a test database.
DATABASES["default"]["OPTIONS"].pop("pool", None)
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
# Hashing is slow on purpose; tests that measure it name the real hasher themselves.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher", *PASSWORD_HASHERS]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
WHITENOISE_AUTOREFRESH = True
