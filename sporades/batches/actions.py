"""What may be done to many registrations at once: one table."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from sporades.accounts.permissions import Permission
from sporades.acts import deciding
from sporades.core.actors import Actor
from sporades.core.transitions import Transition
from sporades.registrations.deciding import needs_reason
from sporades.registrations.models import Registration
from sporades.registrations.states import DECISIONS, State


@dataclass(frozen=True)
class Action:
    """An act on a registration.

    Attributes:
        code: what a batch keeps.
        label: what a reader chooses.
        permission: what its author must be allowed.
        sources: the states in which it can be done.
        has_reason: whether it is told with a reason.
        act: does it to one registration. Raises Refused.
    """

    code: str
    label: str
    permission: Permission
    sources: frozenset[str]
    has_reason: bool
    act: Callable[..., None]

    def refusal_of(self, state: str) -> str:
        """Return why it cannot be done in a state, or nothing."""
        if state in self.sources:
            return ""
        return f"« {self.label} » n'est pas possible : {State(state).label.lower()}."


def _decide(
    decision: Transition, *, registration: Registration, reason: str, by: Actor, at: datetime
) -> None:
    deciding.decide(registration=registration, decision=decision, reason=reason, by=by, at=at)


ACTIONS = {
    one.name: Action(
        one.name,
        one.label,
        Permission.DECIDE,
        frozenset(one.sources),
        needs_reason(one),
        partial(_decide, one),
    )
    for one in DECISIONS
}
