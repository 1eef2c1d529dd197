"""Who acts by command."""

import getpass
import os

from django.core.management.base import CommandError

from sporades.core.actors import Actor
from sporades.core.text import clean

LONGEST_REASON = 300
LONGEST_NAME = 120


def operator() -> Actor:
    """Return whoever types the command, as the author of an act."""
    return Actor("operator", f"ligne de commande ({_login()})")


def _login() -> str:
    """Return the name of whoever runs the command; its number, where a container gives it none."""
    try:
        return getpass.getuser()
    except OSError:
        return str(os.getuid())


def decider(name: str, quality: str) -> Actor:
    """Return whoever decides, of a decision that is typed for them, as its candidate reads it (L-03).

    Args:
        name: their first and last names.
        quality: in what quality they decide.

    Raises:
        CommandError: one of them says nothing, or too much.
    """
    said = [clean(name), clean(quality)]
    if not all(0 < len(one) <= LONGEST_NAME for one in said):
        raise CommandError(
            "Une décision qui écarte porte le nom de son auteur (Conseil d'État, avis n° 489189) : dites "
            '--decideur "Prénom Nom" --qualite "cheffe du bureau des examens".'
        )
    return Actor("operator", ", ".join(said), f"operator:{_login()}")


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
