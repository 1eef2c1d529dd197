"""The fingerprint of a frozen content; that of a short secret, which a key of the service makes."""

import hashlib
import json
from typing import Any

from django.conf import settings
from django.utils.crypto import salted_hmac


def canonical(content: Any) -> bytes:
    """Return a content as JSON that is written one way only."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(content: Any) -> str:
    """Return the SHA-256 of a content, in hexadecimal."""
    return hashlib.sha256(canonical(content)).hexdigest()


def keyed(purpose: str, said: str) -> str:
    """Return the HMAC-SHA-256 of a text under `SECRET_KEY`, in hexadecimal.

    Args:
        purpose: what it is for: the same text has another digest elsewhere.
        said: the text.
    """
    return salted_hmac(purpose, said, algorithm="sha256").hexdigest()


def keyed_by_each(purpose: str, said: str) -> list[str]:
    """Return what `keyed` gives under the key of today, then under each older one still believed."""
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return [salted_hmac(purpose, said, secret=key, algorithm="sha256").hexdigest() for key in keys]
