"""Academies merge: what is registered in one that has closed is of it until it is given to another."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accounts.asking import clock_of
from sporades.accounts.models import Membership
from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.agents import inviting
from sporades.core.actors import Actor
from sporades.searches.axes import AXES
from sporades.searches.counting import count
from sporades.searches.trees import Group
from sporades.territory import reference
from sporades.territory.models import Academy
from sporades.web.office.places import academies_of
from tests.factories import EVERYWHERE, NOW, OPERATOR
from tests.web.guide import main
from tests.web.office.test_moving import ARRIVALS, given
from tests.web.office.test_search import leaf, numbers, sought


def close(code, *, into, on):
    """Have an academy close on a day, into another."""
    Academy.objects.filter(code=code).update(closed_on=on, successor=into)
    reference.forget()


@pytest.fixture(autouse=True)
def _known_anew():
    """Let no other test know an academy as closed."""
    yield
    reference.forget()


@pytest.fixture(params=[-30, 30], ids=["has closed", "is to close"])
def closed(request, in_versailles):
    """Close the academy of Versailles, where somebody is registered."""
    close("A25", into="A09", on=NOW.date() + timedelta(days=request.param))
    return in_versailles


def test_what_is_of_a_closed_academy_is_sought_and_counted_by_its_name(member, closed, in_lille):
    page = sought(
        member(role=Membership.Role.ADMINISTRATOR), leaf("g-1", "academie", "egal", "A25")
    )

    assert numbers(page) == [closed.number]
    assert page.context["asked"] == ["Académie : « Versailles »"]
    assert ("A25", "Versailles") in page.context["form"].fields["g-1-valeur"].choices
    by_academy = count(Group(), by=AXES["academie"], reach=EVERYWHERE)
    assert by_academy.lines == [("Lille",), ("Versailles",)]


def test_a_list_is_narrowed_to_a_closed_academy_where_something_was_registered(closed):
    assert academies_of(EVERYWHERE)["A25"] == "Versailles"
    assert "A05" not in academies_of(EVERYWHERE)  # Caen, of which nothing is here


def test_somebody_is_invited_for_what_is_left_of_a_closed_academy(member, closed):
    client = member(role=Membership.Role.ADMINISTRATOR)

    page = client.get(reverse("office:invite_agent"))
    assert ("A25", "Versailles") in page.context["form"].fields["academies"].choices
    said = {"email": "reste@exemple.test", "full_name": "Inès Reste", "by": OPERATOR, "at": NOW}
    with pytest.raises(inviting.NotInvited, match="A05"):
        inviting.invite(role=Membership.Role.MANAGER, academies=["A05"], **said)
    inviting.invite(role=Membership.Role.MANAGER, academies=["A25"], **said)


def test_what_a_closed_academy_has_given_says_from_where_it_came(manager, member, in_lille):
    given(manager, in_lille)
    close("A09", into="A25", on=NOW.date())

    page = main(member("A25", email="versailles@exemple.test").get(ARRIVALS))

    assert "académie de Lille" in page


def test_the_clock_of_a_closed_academy_is_still_its_own(db):
    close("A28", into="A43", on=NOW.date())
    of_reunion = Perimeter(frozenset({"A28"}), None, Actor("manager", "Essai"))

    assert clock_of(Reach((of_reunion,))) == "Indian/Reunion"
