"""Figures of very many registrations: kept for some seconds, of one perimeter, with their instant."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.statistics import keeping
from tests.factories import NOW, a_registration
from tests.web.guide import seen, words

LATER = NOW + timedelta(seconds=29)
OVER = NOW + timedelta(seconds=30)
KEPT = "À partir de 2 inscriptions, les chiffres sont comptés de nouveau après 30 secondes"


@pytest.fixture(autouse=True)
def _two_are_many(monkeypatch):
    monkeypatch.setattr(keeping, "MANY", 2)
    keeping.forget()
    yield
    keeping.forget()


def total(client, name="statistics", **asked):
    """Return how many a page of statistics counts."""
    return client.get(reverse(f"office:{name}"), asked).context["count"]


@pytest.fixture
def administrator(member):
    return member(role=Membership.Role.ADMINISTRATOR, email="administration@exemple.test")


@pytest.fixture
def _counted_once(administrator, in_lille, in_versailles):
    """Count two registrations, after which a third is filed."""
    assert total(administrator) == 2
    a_registration()


@pytest.mark.usefixtures("_counted_once")
def test_many_are_counted_again_after_some_seconds_and_the_page_says_when(administrator):
    with time_machine.travel(LATER, tick=False):
        page = administrator.get(reverse("office:statistics"))
    assert page.context["count"] == 2
    assert "Compté le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris)" in words(seen(page))
    assert KEPT in words(seen(page))
    assert "Voir les chiffres à jour" not in page.text

    with time_machine.travel(OVER, tick=False):
        assert total(administrator) == 3


@pytest.mark.usefixtures("_counted_once")
def test_what_is_kept_is_of_one_perimeter_and_of_one_question(administrator, member):
    """Lille is counted within what an administrator chose, and within a manager's own perimeter."""
    manager, none = member("A25"), member("A09", domains=["AUTRE"], email="autre@exemple.test")

    assert total(manager) == 1
    assert total(none) == 0
    assert total(administrator, academie="A09") == 2
    assert total(administrator, comptees="en-cours") == 3
    assert total(administrator, du="24/11/2026", au="24/11/2026") == 0
    assert total(member("A09", email="lille@exemple.test")) == 2
    assert total(administrator) == 2


@pytest.mark.usefixtures("_counted_once")
def test_the_hours_are_counted_every_time(administrator):
    assert total(administrator, "hours") == 3


def test_few_are_counted_every_time(manager, in_lille, monkeypatch):
    assert total(manager) == 1
    monkeypatch.setattr(keeping, "MANY", 3)
    a_registration()

    page = manager.get(reverse("office:statistics"))

    assert page.context["count"] == 2
    assert "secondes" not in words(seen(page))
    assert "Voir les chiffres à jour" in page.text
