"""A manager of Lille and a head of service, registrations there, and what is prepared for them."""

import pytest

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.documents import kinds
from sporades.publications.attestation import ATTESTATION
from sporades.publications.operations import depositing, preparing
from sporades.registrations.models import Registration
from tests.documents.summaries import a_pdf
from tests.factories import NOW, a_candidate, a_registration
from tests.publications.doing import member
from tests.web.registry.world import a_member


@pytest.fixture(autouse=True)
def _clock(stopped_clock):
    """The clock of the invented exam stands."""


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
        made = preparing.begin(kind=kind, by=manager, author=by, reach=allowed, at=NOW)
        for one in Registration.objects.active().whole().order_by("pk"):
            preparing.prepare_one(publication=made.pk, registration=one, by=by, at=NOW)
        return made

    return prepared


@pytest.fixture
def convocations(three, manager, allowed):
    """Deposit the convocation of a registration."""
    return depositing.deposit_one(
        registration=Registration.objects.whole().get(pk=three[0].pk),
        kind=kinds.get("convocation"),
        content=a_pdf(),
        reach=allowed,
        by=manager,
        author=member(manager),
        at=NOW,
    )


@pytest.fixture
def second(db):
    """Return another head of service of Lille."""
    return a_member("chef@exemple.test", Membership.Role.HEAD, ["A09"])
