"""The demo's registrations, made through the real acts at instants when they were possible."""

from datetime import datetime


def make_registrations(*, at: datetime) -> None:
    """Register the demo's regular candidate, once."""
