"""« Réponses refusées »: the questions that stop candidates, within a perimeter, without answers."""

import pytest
from django.test import Client
from django.urls import reverse

from sporades.exams.models import Exam
from sporades.registrations.models import RefusedAnswer
from sporades.territory.models import FRANCE
from tests.factories import a_candidate, a_draft
from tests.web.guide import main
from tests.web.registry.world import HOST, Role, signed_in

PAGE = "/gestion/reponses-refusees"


@pytest.fixture
def candidate_pages(invented_exam):
    """Return the browser of a candidate, and the address of « Identification » of their draft."""
    candidate = a_candidate()
    draft = a_draft(candidate)
    client = Client(headers={"host": HOST})
    client.cookies["__Host-session"] = signed_in(candidate.user, Role.OWNER)
    return client, reverse("candidate:tab", args=[draft.pk, "identification"])


def typed(**changes):
    said = {"postcode": "5900", "town": "Lille", "country": FRANCE, "address_1": "1 rue Secrète"}
    return {**said, **changes, "revision": "1"}


def test_a_tab_that_is_refused_is_counted_and_the_office_reads_it(manager, candidate_pages):
    browser, tab = candidate_pages

    for _ in range(2):
        browser.post(tab, typed(), follow=True)

    page = manager.get(PAGE)
    assert "Code postal Identification Un code postal français compte cinq chiffres 2" in main(page)
    assert "Secrète" not in page.text
    assert "5900" not in page.text


@pytest.mark.parametrize("button", ["precedent", "plus_tard", "prete"])
def test_what_nobody_judged_is_not_counted(candidate_pages, button):
    browser, tab = candidate_pages

    browser.post(tab, typed(**{button: "1"}))
    browser.post(f"{tab}/saisie", typed())

    assert not RefusedAnswer.objects.exists()


def counted(**changes):
    said = {
        "day": "2026-11-25",
        "academy": "A09",
        "exam": Exam.objects.get(code="BE"),
        "section": "identification",
        "field": "ine",
        "label": "INE",
        "rule": "ine",
        "count": 3,
    }
    return RefusedAnswer.objects.create(**{**said, **changes})


def test_the_most_failing_stand_first(manager):
    counted(count=3)
    counted(field="town", label="Commune", rule="town", count=12)
    counted(field="", label="", rule="", count=1)

    rows = manager.get(PAGE).context["rows"]

    assert rows == [
        ("Commune", "Identification", "La commune n'est pas de ce code postal", "12"),
        ("INE", "Identification", "Ce n'est pas la forme d'un INE", "3"),
        ("L'onglet entier", "Identification", "Une autre règle de l'onglet", "1"),
    ]


def test_another_perimeter_is_not_counted(manager, member):
    counted(academy="A25", count=7)
    counted(count=2)

    assert manager.get(PAGE).context["total"] == "2"
    assert member("A25", email="b@exemple.test").get(PAGE).context["total"] == "7"
    other = member("A09", domains=["AUTRE"], email="c@exemple.test")
    assert other.get(PAGE).context["total"] == "0"


@pytest.mark.parametrize(
    ("asked", "total"),
    [
        ({}, "2"),
        ({"du": "01/01/2026"}, "9"),
        ({"du": "26/11/2026"}, "0"),
        ({"au": "24/11/2026"}, "0"),
    ],
)
def test_a_period_is_asked_for(manager, asked, total):
    counted(count=2)
    counted(day="2026-02-01", count=7)

    assert manager.get(PAGE, asked).context["total"] == total


def test_an_exam_is_asked_for_among_those_of_the_perimeter(manager, member):
    one = counted(count=2)

    assert manager.get(PAGE, {"examen": one.exam_id}).context["total"] == "2"
    assert manager.get(PAGE, {"examen": "abc"}).status_code == 422
    other = member("A09", domains=["AUTRE"], email="c@exemple.test")
    assert other.get(PAGE, {"examen": one.exam_id}).status_code == 422
