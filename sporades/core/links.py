"""Addresses written in mails and documents."""

from django.conf import settings


def absolute(path: str) -> str:
    """Return the public address of a path, from the settings and never from a request."""
    return f"{settings.SITE_URL}{path}"
