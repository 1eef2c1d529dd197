"""The fingerprint of a frozen content."""

import hashlib
import json
from typing import Any


def canonical(content: Any) -> bytes:
    """Return a content as JSON that is written one way only."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(content: Any) -> str:
    """Return the SHA-256 of a content, in hexadecimal."""
    return hashlib.sha256(canonical(content)).hexdigest()
