"""The floor: what Django costs with six core middlewares and nothing of ours around a view."""

from benchmarks.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.floor"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "pgtrigger",
    "sporades.territory",
    # Accounts ask whether something is written, and a notice names services.
    "sporades.exams",
    "sporades.notices",
    "sporades.accounts",
    "sporades.candidates",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.locmem.Loader",
                    {"floor.html": "<p>{{ user.email }}, {{ candidate }}, {{ commune.name }}</p>"},
                )
            ]
        },
    }
]
