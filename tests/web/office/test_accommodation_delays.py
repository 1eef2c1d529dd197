"""« Statistiques », « Aménagements »: how long each step takes, and what waits where."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accommodations.models import Again, Case
from sporades.accommodations.states import State
from sporades.acts import accommodating
from tests.accommodations import asked
from tests.accommodations.asked import MANAGER, case_of
from tests.factories import NOW, a_candidate, a_registration, author
from tests.web.guide import main, seen, words

PAGE = reverse("office:accommodation_delays")
MOST = 16
DAY = timedelta(days=1)

pytestmark = pytest.mark.usefixtures("confided")


def notified(registration, opinion, decision, notification):
    """Bring a request to its notification, each step after so many days; the last one is now."""
    asked.reach(registration, State.NOTIFIED)
    instants = [NOW - DAY * sum(days) for days in _left(opinion, decision, notification)]
    names = ("asked_at", "opined_at", "decided_at", "notified_at")
    Case.objects.filter(registration=registration).update(
        first_asked_at=instants[0], **dict(zip(names, instants, strict=True))
    )


def _left(*days):
    return [days[place:] for place in range(len(days) + 1)]


def rows(page):
    """Return what each table says, by its caption."""
    return {
        words(table.cssselect("caption")[0]): {
            words(row.cssselect("th")[0]): [words(cell) for cell in row.cssselect("td")]
            for row in table.cssselect("tbody tr")
        }
        for table in seen(page).cssselect("main table")
    }


def test_nothing_is_counted_where_nothing_was_asked(manager, in_lille):
    page = manager.get(PAGE)

    assert "Aucune demande notifiée. Aucune demande n'attend." in main(page)
    assert rows(page)["Demandes qui attendent, par étape"]["Envoyée"] == ["0"]


def test_each_step_says_how_long_it_took(manager, in_lille):
    notified(in_lille, 20, 3.5, 1)
    notified(a_registration(a_candidate()), 40, 2, 1)

    page = manager.get(PAGE)

    assert (
        "2 demandes notifiées : la moitié en 25 jours au plus, neuf sur dix en 43 jours au plus, de "
        "l'envoi à la notification. Aucune demande n'attend."
    ) in main(page)
    said = rows(page)
    assert said["Délai par étape"] == {
        "De l'envoi à l'avis": ["2", "20 jours", "40 jours"],
        "De l'avis à la décision": ["2", "2 jours", "3 jours et 12 heures"],
        "De la décision à la notification": ["2", "1 jour", "1 jour"],
        "De l'envoi à la notification": ["2", "25 jours", "43 jours"],
    }
    assert said["De l'envoi à la notification, par académie"] == {
        "Lille": ["2", "25 jours", "43 jours"]
    }
    assert said["De l'envoi à l'avis"]["De 15 à moins de 31 jours"] == ["1", "50,0 %"]
    assert said["De l'envoi à l'avis"]["De 31 à moins de 61 jours"] == ["1", "50,0 %"]
    assert said["De l'avis à la décision"]["De 3 à moins de 8 jours"] == ["1", "50,0 %"]


def test_what_waits_is_said_by_its_step_and_for_how_long(manager, in_lille):
    asked.reach(in_lille, State.ASKED, at=NOW - 4 * DAY)
    asked.reach(a_registration(a_candidate()), State.OPINION_GIVEN)

    page = manager.get(PAGE)

    assert "Aucune demande notifiée. 2 demandes en attente." in main(page)
    said = rows(page)
    waiting = said["Demandes qui attendent, par étape"]
    assert {step: count for step, (count, _) in waiting.items() if count != "0"} == {
        "Envoyée": "1",
        "Avis rendu": "1",
    }
    ages = said["Demandes qui attendent, par ancienneté dans leur étape"]
    assert (ages["Moins de 3 jours"][0], ages["De 3 à moins de 8 jours"][0]) == ("1", "1")
    # The opinion that was given counts, though nothing is notified.
    assert said["Délai par étape"]["De l'envoi à l'avis"][0] == "1"


def test_a_request_that_its_candidate_changes_waits_since_then_and_one_never_sent_does_not(
    manager, in_lille
):
    asked.reach(in_lille, State.ASKED, at=NOW - 9 * DAY)
    by = author(in_lille.candidate)
    accommodating.take_up(case=case_of(in_lille), by=by, at=NOW - 4 * DAY)
    asked.write(a_registration(a_candidate()), asked.Wish(asked.THIRD))

    said = rows(manager.get(PAGE))

    waiting = said["Demandes qui attendent, par étape"]
    assert {step: count for step, (count, _) in waiting.items() if count != "0"} == {
        "Chez le candidat, qui la modifie": "1"
    }
    ages = said["Demandes qui attendent, par ancienneté dans leur étape"]
    assert ages["De 3 à moins de 8 jours"][0] == "1"


def test_a_decision_that_is_taken_again_is_not_counted_from_the_former_one(manager, in_lille):
    notified(in_lille, 20, 3, 1)
    accommodating.take_again(
        case=case_of(in_lille), why=Again.ERROR, has_opinion=True, by=MANAGER, at=NOW
    )
    asked.decide(in_lille)

    said = rows(manager.get(PAGE))

    assert said["Délai par étape"]["De l'avis à la décision"][0] == "1"


def test_nothing_of_another_academy_is_counted(manager, in_lille, in_versailles):
    notified(in_versailles, 20, 3, 1)

    assert "Aucune demande notifiée. Aucune demande n'attend." in main(manager.get(PAGE))


@pytest.mark.parametrize("said", [{"du": "hier"}, {"du": "30/11/2026", "au": "01/11/2026"}])
def test_a_period_that_is_none_is_said(manager, in_lille, said):
    assert manager.get(PAGE, said).status_code == 422


def test_a_period_holds_the_steps_that_ended_in_it(manager, in_lille):
    notified(in_lille, 2, 3, 1)
    asked_for = {"du": f"{NOW - 5 * DAY:%d/%m/%Y}", "au": f"{NOW - DAY:%d/%m/%Y}"}

    said = rows(manager.get(PAGE, asked_for))["Délai par étape"]

    assert {name: cells[0] for name, cells in said.items()} == {
        "De l'envoi à l'avis": "1",
        "De l'avis à la décision": "1",
        "De la décision à la notification": "0",
        "De l'envoi à la notification": "0",
    }


def test_the_page_costs_as_much_for_many_as_for_one(manager, in_lille):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            manager.get(PAGE)
        return len(queries)

    notified(in_lille, 2, 3, 1)
    manager.get(PAGE)
    one = cost()
    for _ in range(3):
        notified(a_registration(a_candidate()), 20, 3, 1)

    assert cost() == one <= MOST
