"""A search of a manager of Lille, and what it finds."""

import pytest

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.exchanges import operations
from sporades.searches import operations as searches
from sporades.searches.catalogue import CRITERIA
from sporades.searches.operators import Operator
from sporades.searches.trees import Group, Leaf
from tests.factories import NOW, a_candidate, a_registration
from tests.web.registry.world import a_member

EVERYBODY = Group(members=(Leaf(CRITERIA["nom"], Operator.FILLED),))
WHY = "Préparer les convocations"


@pytest.fixture(autouse=True)
def _clock(stopped_clock):
    """The clock of the invented exam stands."""


@pytest.fixture
def asker(db):
    """Return a manager of Lille."""
    return a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])


@pytest.fixture
def head(db):
    """Return the head of service in Lille."""
    return a_member("cheffe@exemple.test", Membership.Role.HEAD, ["A09"])


@pytest.fixture
def in_lille(invented_exam):
    """File three registrations in Lille."""
    return [
        a_registration(a_candidate(birth_name=name, first_names="Maëlle"))
        for name in ("Abadie", "Bézier", "Cœur")
    ]


@pytest.fixture
def ask(asker):
    """Ask for an export."""

    def asked(tree=EVERYBODY, *, by=asker, columns=(), form="csv", order="nom", purpose=WHY):
        search = searches.keep(tree=tree, columns=list(columns), by=by, at=NOW)
        return operations.ask(
            search=search,
            order=order,
            form=form,
            purpose=purpose,
            reach=reach(by.memberships.all(), Permission.EXPORT),
            by=by,
            at=NOW,
        )

    return asked


@pytest.fixture
def national(db):
    """Return an administrator, who may approve everything."""
    return a_member("admin@exemple.test", Membership.Role.ADMINISTRATOR, [])


@pytest.fixture
def few(monkeypatch, national):
    """Ask for an approval from two lines on."""
    monkeypatch.setattr(operations, "WITHOUT_APPROVAL", 2)
    monkeypatch.setattr("sporades.exchanges.models.WITHOUT_APPROVAL", 2)
