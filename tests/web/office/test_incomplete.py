"""« Candidatures incomplètes »: listed, declared one by one or in a batch (I7, G2)."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.batches.models import Batch
from sporades.registrations.states import State
from tests.evidence.given import again, piece
from tests.factories import NOW, a_candidate, a_registration
from tests.spaces import plain
from tests.web.guide import main, seen

LIST = reverse("office:incomplete")
MOST = 8


@pytest.fixture
def after(manager, in_lille, in_versailles):
    """Let the deadline of the pieces pass, and sign in again."""
    with time_machine.travel(NOW + timedelta(days=60), tick=False):
        yield


@pytest.fixture
def late(after, member):
    """Return the browser of a manager of Lille, after the deadline."""
    browser = member("A09", email="apres@exemple.test")
    session, now = browser.session, (NOW + timedelta(days=60)).isoformat()
    session.update({"seen_at": now, "since": now})
    session.save()
    return browser


def test_before_the_deadline_nothing_is_proposed(manager, in_lille):
    assert "Aucune candidature incomplète." in main(manager.get(LIST))
    assert manager.get(reverse("office:home")).context["queues"] == []
    assert "Déclarer l'inscription incomplète" not in main(
        manager.get(reverse("office:pieces", args=[in_lille.number]))
    )


def test_those_of_the_perimeter_are_listed_with_what_is_missing(late, in_lille):
    page = late.get(LIST)

    assert [one["registration"] for one in page.context["lines"]] == [in_lille]
    assert "Pièce d'identité" in main(page)
    assert "Candidatures incomplètes 1" in main(late.get(reverse("office:home")))


def test_whom_to_call_is_said(late, in_lille):
    [line] = late.get(LIST).context["lines"]
    assert line["phones"] == [("", in_lille.mobile)]
    assert "06 39 98 12 34" in plain(main(late.get(LIST)))

    minor = a_registration(
        a_candidate(birth_year=2009),
        identification={"guardian_name": "Anne Le Goff", "guardian_phone": "06 39 98 12 35"},
        informations={"national_service": "JDC"},
    )

    lines = late.get(LIST).context["lines"]
    [said] = [one["phones"] for one in lines if one["registration"] == minor]
    assert said == [("", minor.mobile), ("Représentant légal", minor.guardian_phone)]


def test_the_file_says_whether_the_day_of_the_signed_summary_has_passed(manager, late, in_lille):
    awaited = "attendu avant le vendredi 25 décembre 2026 à 23 h 59 (heure de Paris)"
    address = reverse("office:registration", args=[in_lille.number])

    said = plain(main(late.get(address)))
    with time_machine.travel(NOW, tick=False):
        before = plain(main(manager.get(address)))

    assert f"{awaited} : délai dépassé" in said
    assert awaited in before
    assert "délai dépassé" not in before


def test_one_is_declared_from_its_pieces(late, in_lille):
    tab = reverse("office:pieces", args=[in_lille.number])
    [button] = [
        one
        for one in seen(late.get(tab)).cssselect("main form")
        if "declarer-incomplete" in one.get("action")
    ]

    said = late.post(button.get("action"), follow=True)

    assert "L'inscription est déclarée incomplète" in main(said)
    assert again(in_lille).state == State.ANOMALY
    again_pressed = late.post(button.get("action"), follow=True)
    assert "il n'y a rien à déclarer" in main(again_pressed)


def test_pressed_again_it_leads_to_the_batch_that_is_made_already(late, in_lille):
    [press] = seen(late.get(LIST)).cssselect("main [name=envoi]")
    asked = {"choix": [in_lille.number], "envoi": press.get("value")}

    first, second = late.post(LIST, asked), late.post(LIST, asked)

    assert first.url == second.url == reverse("office:one_batch", args=[Batch.objects.get().pk])


def test_those_that_are_ticked_or_all_go_to_a_batch_that_is_seen_first(late, in_lille):
    other = a_registration(a_candidate())
    del other
    page = late.post(LIST, {"choix": [in_lille.number]}, follow=True)

    assert (Batch.objects.get().total, Batch.objects.get().state) == (1, "prepared")
    assert "des pièces manquent" in main(page)
    late.post(LIST, {"toutes": "1"})
    assert Batch.objects.latest("asked_at", "pk").action == "declare-incomplete"
    assert again(in_lille).state == State.REGISTERED


@pytest.mark.parametrize("ticked", [[], ["²"], ["٣"], ["9" * 30]])
def test_nothing_ticked_is_said(late, ticked):
    page = main(late.post(LIST, {"choix": ticked}, follow=True))

    assert "Cochez au moins une inscription" in page


def test_one_of_another_perimeter_is_not_there(late, in_versailles):
    where = reverse("office:declare_incomplete", args=[in_versailles.number])

    assert late.post(where).status_code == 404
    late.post(LIST, {"choix": [in_versailles.number]})
    assert not Batch.objects.exists()


def test_the_list_costs_as_much_for_many_as_for_one(late, in_lille):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            late.get(LIST)
        return len(queries)

    late.get(LIST)
    one = cost()
    with time_machine.travel(NOW, tick=False):
        for _ in range(3):
            a_registration(a_candidate())

    assert len(late.get(LIST).context["lines"]) == 4
    assert cost() == one <= MOST
    assert piece(in_lille).until < NOW + timedelta(days=60)
