"""Who acts by command."""

import getpass

from sporades.core.actors import Actor


def operator() -> Actor:
    """Return whoever types the command, as the author of an act."""
    return Actor("operator", f"ligne de commande ({getpass.getuser()})")
