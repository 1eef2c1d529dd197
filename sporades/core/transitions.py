"""State moves by compare-and-set: the database arbitrates races."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.db import models

from sporades.core.refusals import Refused


@dataclass(frozen=True)
class Transition:
    """One allowed move of a state.

    Attributes:
        name: the verb, in English, as the code says it.
        sources: the states that may be left.
        target: the state that is reached.
        label: the verb as a French reader sees it.
    """

    name: str
    sources: Collection[str]
    target: str
    label: str


def move(row: models.Model, transition: Transition, **stamps: Any) -> None:
    """Apply a transition to a row that has a `state`, or refuse it.

    Args:
        row: the row to move; it holds afterwards what was written.
        transition: the move to make.
        stamps: fields written in the same statement, dates first of all; what the database
            computes is read again.

    Raises:
        Refused: the row is no longer in a state that this move may leave.
    """
    moved = (
        type(row)
        ._default_manager.filter(pk=row.pk, state__in=list(transition.sources))
        .update(state=transition.target, **stamps)
    )
    if not moved:
        message = f"« {transition.label} » n'est plus possible : le dossier a changé entre-temps."
        raise Refused(message)
    row.state = str(transition.target)  # type: ignore[attr-defined] # it has one
    computed = [name for name, value in stamps.items() if hasattr(value, "resolve_expression")]
    for name in stamps.keys() - set(computed):
        setattr(row, name, stamps[name])
    if computed:
        row.refresh_from_db(fields=computed)
