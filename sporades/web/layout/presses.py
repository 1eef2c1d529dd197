"""The name of one press of a button: pressed twice, it does its work once."""

from uuid import uuid4


def a_press() -> str:
    """Return a new one: each page that shows a form names its own."""
    return str(uuid4())
