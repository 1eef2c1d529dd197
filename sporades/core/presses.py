"""The name of one press of a button: pressed twice, it does its work once."""

from uuid import UUID, uuid4

from django.utils.crypto import salted_hmac


def a_press() -> str:
    """Return a new one: each page that shows a form names its own."""
    return str(uuid4())


def named_text(said: str) -> UUID:
    """Return the name of a press, of what it sends as one text.

    It is keyed by the service's secret: whoever has the database does not try contents against it.

    Args:
        said: the press, as its page named it, and what came with it.
    """
    keyed = salted_hmac("sporades.core.presses", said, algorithm="sha256").digest()
    return UUID(bytes=keyed[:16])
