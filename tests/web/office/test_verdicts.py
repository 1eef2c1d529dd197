"""« Statistiques », « Pièces justificatives »: delays, what waits, refusals by reason."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.acts.pieces import verifying
from sporades.evidence import operations as evidence
from sporades.evidence.models import Verdict
from sporades.exams.models import Exam
from sporades.registrations.models import Registration
from tests.evidence.given import MANAGER, give, piece
from tests.factories import NOW, a_candidate, a_registration, load_invented
from tests.web.guide import main, seen, words

PAGE = reverse("office:verdicts")
MOST = 14

pytestmark = pytest.mark.usefixtures("kept")


def refused(registration, *, after, motive="Illisible"):
    """Give a file two days ago, and refuse it after a while."""
    given = give(registration, at=NOW - timedelta(days=2))
    evidence.note_scanned(given, is_clean=True, at=NOW)
    verifying.refuse(
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

    assert "1 verdict : la moitié en 5 heures au plus" in main(page)
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


def exams_on(page):
    """Return how each exam is called, in the table of delays."""
    [table] = seen(page).xpath("//main//table[caption[contains(., 'Délai par examen')]]")
    return [words(one) for one in table.cssselect("tbody th")]


def test_a_piece_is_called_as_in_the_domains_of_the_reader(member, in_lille):
    refused(a_registration(a_candidate(), at=NOW - timedelta(days=3)), after=timedelta(hours=5))
    load_invented(
        (
            "{code: ESSAI, libelle: Brevet d'essai, rubrique: Examens}",
            "{code: AUTRE, libelle: Autre brevet, rubrique: Examens}",
        ),
        (
            "{code: IDENTITE, libelle: Pièce d'identité,",
            "{code: IDENTITE, libelle: Livret de marin,",
        ),
    )

    page = main(member("A09", domains=["ESSAI"], email="essai@exemple.test").get(PAGE))

    assert "Pièce d'identité" in page
    assert "Livret de marin" not in page


def test_two_sessions_of_one_exam_are_told_apart(manager, in_lille):
    filed = NOW - timedelta(days=3)
    one, other = (a_registration(a_candidate(), at=filed) for _ in range(2))
    for place, registration in enumerate((one, other)):
        refused(registration, after=timedelta(hours=place + 1))
    assert exams_on(manager.get(PAGE)) == ["Brevet d'essai"]

    load_invented(
        (
            'session: {code: "2027", libelle: session 2027, annee: 2027}',
            'session: {code: "2028", libelle: session 2028, annee: 2028}',
        )
    )
    Registration.objects.filter(pk=other.pk).update(
        exam=Exam.objects.get(code="BE", session__code="2028")
    )

    named = exams_on(manager.get(PAGE))
    assert named == ["Brevet d'essai, session 2027", "Brevet d'essai, session 2028"]


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (
            [0.1] * 12 + [1.5] * 3 + [3.0, 3.2, 3.5, 3.9, 5.0],
            "20 verdicts : la moitié en 2 heures et 24 minutes au plus, neuf sur dix en 3 jours et 12 heures au plus.",
        ),
        ([1, 10], "2 verdicts : la moitié en 1 jour au plus, neuf sur dix en 10 jours au plus."),
    ],
    ids=["a quarter took three days", "two"],
)
def test_what_is_said_of_half_and_of_nine_out_of_ten_is_true(manager, in_lille, days, said):
    row = piece(in_lille)
    Verdict.objects.bulk_create(
        Verdict(evidence=row, outcome="accepted", arrived_at=NOW - timedelta(days=one), at=NOW)
        for one in days
    )

    page = manager.get(PAGE)

    assert said in main(page)
    [cells] = [
        [words(cell) for cell in row.cssselect("td")]
        for table in seen(page).cssselect("main table")
        if words(table.cssselect("caption")[0]) == "Délai par académie"
        for row in table.cssselect("tbody tr")
    ]
    median, most = said.partition("la moitié en ")[2].split(" au plus, neuf sur dix en ")
    assert cells[-2:] == [median, most.removesuffix(" au plus.")]


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
