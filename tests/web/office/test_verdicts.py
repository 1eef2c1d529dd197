"""« Statistiques », « Pièces justificatives »: delays, what waits, refusals by reason."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.acts import providing
from sporades.evidence import operations as evidence
from tests.evidence.given import MANAGER, give, piece
from tests.factories import NOW, a_candidate, a_registration
from tests.web.guide import main, seen

PAGE = reverse("office:verdicts")
MOST = 14

pytestmark = pytest.mark.usefixtures("kept")


def refused(registration, *, after, motive="Illisible"):
    """Give a file two days ago, and refuse it after a while."""
    given = give(registration, at=NOW - timedelta(days=2))
    evidence.note_scanned(given, is_clean=True, at=NOW)
    providing.refuse(
        row=piece(registration),
        reason="Illisible.",
        motive=motive,
        seen=given.pk,
        by=MANAGER,
        at=NOW - timedelta(days=2) + after,
    )


def test_nothing_is_counted_where_nothing_was_judged(manager, in_lille):
    assert "Aucun verdict. Aucune pièce n'attend." in main(manager.get(PAGE))


def test_delays_are_said_of_all_and_by_academy_exam_and_piece(manager, in_lille, in_versailles):
    filed = NOW - timedelta(days=3)
    before = a_registration(a_candidate(), at=filed)
    refused(before, after=timedelta(hours=5))
    refused(in_versailles, after=timedelta(hours=40))
    evidence.note_scanned(give(in_lille), is_clean=True, at=NOW)

    page = manager.get(PAGE)

    assert "1 verdict : la moitié en moins de 5 heures" in main(page)
    assert "1 pièce à vérifier." in main(page)
    captions = [one.text_content() for one in seen(page).cssselect("main caption")]
    assert captions == [
        "Pièces qui attendent, par ancienneté",
        "Délai de l'arrivée au verdict",
        "Refus par motif",
        "Délai par académie",
        "Délai par examen",
        "Délai par pièce",
    ]
    assert "Illisible" in main(page)
    assert "Versailles" not in " ".join(
        one.text_content() for one in seen(page).cssselect("main .s-table")
    )


@pytest.mark.parametrize("said", [{"du": "hier"}, {"du": "30/11/2026", "au": "01/11/2026"}])
def test_a_period_that_is_none_is_said(manager, in_lille, said):
    assert manager.get(PAGE, said).status_code == 422


def test_the_page_costs_as_much_for_many_as_for_one(manager, in_lille):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            manager.get(PAGE)
        return len(queries)

    refused(a_registration(a_candidate(), at=NOW - timedelta(days=3)), after=timedelta(hours=1))
    manager.get(PAGE)
    one = cost()
    for place in range(3):
        other = a_registration(a_candidate(), at=NOW - timedelta(days=3))
        refused(other, after=timedelta(hours=place + 2), motive=f"Motif {place}")

    assert cost() == one <= MOST
