"""A manager of Lille and a head of service, registrations there, and what is prepared for them."""

import pytest
import time_machine

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.publications import operations
from sporades.publications.attestation import ATTESTATION
from sporades.registrations.models import Registration
from tests.factories import NOW, a_candidate, a_registration
from tests.web.registry.world import a_member


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def manager(db):
    """Return a manager of Lille."""
    return a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])


@pytest.fixture
def head(db):
    """Return the head of service of Lille."""
    return a_member("cheffe@exemple.test", Membership.Role.HEAD, ["A09"])


@pytest.fixture
def three(invented_exam):
    """File three registrations in Lille."""
    return [
        a_registration(a_candidate(birth_name=name, email=f"{name.lower()}@exemple.test"))
        for name in ("Abadie", "Bezier", "Coeur")
    ]


@pytest.fixture
def allowed(manager):
    """Return where the manager prepares documents."""
    return reach(manager.memberships.all(), Permission.PREPARE_DOCUMENTS)


@pytest.fixture
def prepare(manager, allowed):
    """Prepare documents of what stands."""

    def prepared(kind=ATTESTATION):
        by = allowed.perimeters[0].member
        made = operations.begin(kind=kind, by=manager, author=by, reach=allowed, at=NOW)
        for one in Registration.objects.active().whole().order_by("pk"):
            operations.prepare_one(publication=made.pk, registration=one, by=by, at=NOW)
        return made

    return prepared
