"""A manager of Lille, and registrations there."""

import pytest

from sporades.accounts.models import Membership
from sporades.accounts.permissions import reach
from sporades.batches import operations
from sporades.batches.actions import ACTIONS
from sporades.registrations.models import Registration
from tests.factories import NOW, a_candidate, a_registration
from tests.web.registry.world import a_member


@pytest.fixture(autouse=True)
def _clock(stopped_clock):
    """The clock of the invented exam stands."""


@pytest.fixture
def asker(db):
    """Return a manager of Lille."""
    return a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])


@pytest.fixture
def three(invented_exam):
    """File three registrations in Lille."""
    return [
        a_registration(a_candidate(birth_name=name, first_names="Maëlle"))
        for name in ("Abadie", "Bézier", "Cœur")
    ]


@pytest.fixture
def prepare(asker):
    """Prepare a batch on what stands in the perimeter."""

    def prepared(action="validate", reason="", registrations=None, piece="", **said):
        allowed = reach(asker.memberships.all(), ACTIONS[action].permission)
        chosen = Registration.objects.within(allowed) if registrations is None else registrations
        return operations.prepare(
            registrations=chosen,
            action=ACTIONS[action],
            reason=reason,
            reach=allowed,
            by=asker,
            at=NOW,
            piece=piece,
            **said,
        )

    return prepared
