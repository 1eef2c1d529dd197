"""Who acts by command."""

import getpass

from django.core.management.base import CommandError

from sporades.core.actors import Actor
from sporades.core.text import clean

LONGEST_REASON = 300


def operator() -> Actor:
    """Return whoever types the command, as the author of an act."""
    return Actor("operator", f"ligne de commande ({getpass.getuser()})")


def reason_of(said: str) -> str:
    """Return why a command is given, as it is kept.

    Args:
        said: what was typed.

    Raises:
        CommandError: it says nothing, or too much.
    """
    reason = clean(said)
    if not reason or len(reason) > LONGEST_REASON:
        raise CommandError(f"Le motif compte de 1 à {LONGEST_REASON} caractères.")
    return reason
