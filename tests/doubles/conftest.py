"""Two candidates of Lille who look like one person, and the staff who look at them."""

import pytest

from sporades.accounts.models import Membership
from sporades.acts.identities import comparing
from sporades.doubles import operations
from sporades.doubles.models import LikelyDouble
from sporades.exams import operations as exams
from tests.factories import NOW, OPERATOR, a_candidate, a_registration
from tests.web.registry.world import a_member, source, with_specialities, without_specialities


@pytest.fixture(autouse=True)
def _invented(invented_exam):
    """The invented exam, and another one, are open in Lille and in Versailles."""
    another = {**without_specialities(), "ouvertures": with_specialities()["ouvertures"]}
    exams.load(source(another, ""), by=OPERATOR, at=NOW)


@pytest.fixture
def manager():
    """Return a manager of Lille, as the author of acts."""
    return (
        a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
        .memberships.get()
        .as_actor()
    )


@pytest.fixture
def head():
    """Return the head of service of Lille, as the author of acts."""
    return a_member("chef@exemple.test", Membership.Role.HEAD, ["A09"]).memberships.get().as_actor()


@pytest.fixture
def double():
    """Make an account that has filed one exam, another that has filed another, and their pair."""
    first = a_candidate(email="premier@exemple.test")
    second = a_candidate(email="second@exemple.test", first_names="Maelle")
    a_registration(first)
    a_registration(second, exam="BS", speciality="")
    operations.look(second.pk, at=NOW)
    return LikelyDouble.objects.get()


@pytest.fixture
def propose(manager, head):
    """Propose that two candidates are one; the first is kept unless another is named."""

    def proposed(double, kept=None):
        comparing.propose(
            double=double,
            kept=kept or double.first,
            reason="Même pièce d'identité.",
            seen=comparing.mark_of(double),
            by=manager,
            at=NOW,
        )
        return double

    return proposed
