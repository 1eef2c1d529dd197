"""The moves of each kind of state, as the rooms declare them."""

from importlib import import_module

from sporades.core.transitions import Transition
from tests.tree import ROOT


def moves():
    """Return every move that a `states.py` declares, by the states that it moves between."""
    found = {}
    for path in sorted((ROOT / "sporades").glob("*/states.py")):
        for one in vars(import_module(f"sporades.{path.parent.name}.states")).values():
            if isinstance(one, Transition):
                found.setdefault(type(one.target), []).append(one)
    return found
