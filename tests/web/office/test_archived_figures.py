"""I8, P-20: « Statistiques » of a session that is archived, as its reader sees them."""

from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accommodations.states import State
from sporades.acts.pieces import verifying
from sporades.acts.registrations import deciding
from sporades.evidence import operations as evidence
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService, Session
from sporades.registrations.states import SET_ASIDE
from sporades.retention import operations
from sporades.statistics import keeping
from sporades.statistics.archived import FEWEST
from sporades.statistics.models import ArchivedCount
from tests.accommodations import asked
from tests.evidence.given import MANAGER, give, piece
from tests.factories import NOW, a_candidate, a_registration, load_invented
from tests.web.guide import main, seen, words
from tests.web.office.conftest import VERSAILLES

pytestmark = pytest.mark.usefixtures("kept")
PERIOD = {"du": "25/11/2026", "au": "30/11/2026"}


@pytest.fixture(autouse=True)
def _counted_each_time():
    keeping.forget()
    yield
    keeping.forget()


@pytest.fixture
def made(db):
    """File as many as are told apart in Lille, and one in Versailles."""
    mine = [
        a_registration(a_candidate(email=f"un{number}@exemple.test", birth_name="Zyzomysse"))
        for number in range(FEWEST)
    ]
    a_registration(
        a_candidate(email="versailles@exemple.test"), academy="A25", identification=VERSAILLES
    )
    return mine


def archive_all(registration):
    """Archive all, as two years later."""
    later = registration.service.closes_at + timedelta(days=800)
    with time_machine.travel(later, tick=False):
        operations.apply(at=later)


def tables(page):
    """Return what each table of the page says, row by row."""
    return [words(one) for one in seen(page).cssselect("main table")]


def test_the_page_of_an_archived_session_says_the_same_and_that_nobody_is_left(manager, made):
    where = reverse("office:statistics")
    before = manager.get(where, PERIOD)
    archive_all(made[0])

    after = manager.get(where, PERIOD)

    assert (before.context["count"], after.context["count"]) == (FEWEST, FEWEST)
    assert tables(after) == tables(before)
    assert f"{FEWEST} d'entre elles sont archivées : il n'en reste que ces nombres" in main(after)
    assert "archivée" not in main(before)
    assert "Zyzomysse" not in after.text


def test_an_archived_session_is_chosen_as_any_other_and_its_academy_alone_is_counted(
    manager, member, made
):
    archive_all(made[0])
    session = Session.objects.get().pk

    mine = manager.get(reverse("office:statistics"), {**PERIOD, "session": session})
    theirs = member("A25", email="autre@exemple.test").get(
        reverse("office:statistics"), {**PERIOD, "session": session}
    )

    assert mine.context["count"] == FEWEST
    assert theirs.context["count"] == 1
    assert "Archivées, non détaillées" in main(theirs)
    assert f"de moins de {FEWEST} inscriptions d'un service" in main(theirs)
    assert "1 inscription enregistrée. " in main(theirs)
    assert "n'est pas toujours dit" in main(theirs)
    (states,) = [one for one in tables(theirs) if "État" in one]
    assert "Inscription validée" not in states


def test_a_category_under_which_all_are_archived_keeps_its_name(manager, made):
    archive_all(made[0])
    load_invented(
        ("- code: INDIV\n        libelle: Individuel", "- code: SEUL\n        libelle: Seul")
    )
    forget()

    [counted] = [
        one
        for one in tables(manager.get(reverse("office:statistics"), PERIOD))
        if "Catégorie" in one
    ]

    assert f"Individuel {FEWEST}" in counted
    assert "INDIV" not in counted


def test_how_many_stood_is_at_least_what_is_told(manager, made):
    deciding.decide(registration=made[0], decision=SET_ASIDE, reason="Erreur", by=MANAGER, at=NOW)
    a_registration(a_candidate(email="six@exemple.test"))
    archive_all(made[0])

    page = main(manager.get(reverse("office:statistics"), PERIOD))

    assert f"{FEWEST + 1} inscriptions enregistrées, dont au moins {FEWEST} en cours" in page


def test_what_is_archived_is_left_out_of_those_that_stand_and_it_is_said(manager, made):
    asked = {**PERIOD, "comptees": "en-cours"}
    of_day = {"jour": f"{NOW:%d/%m/%Y}", "comptees": "en-cours"}
    before = manager.get(reverse("office:statistics"), asked)
    archive_all(made[0])

    after = manager.get(reverse("office:statistics"), asked)
    hours = manager.get(reverse("office:hours"), of_day)

    assert (before.context["count"], after.context["count"]) == (FEWEST, 0)
    assert "Aucune inscription en cours." in main(after)
    left_out = f"{FEWEST} inscriptions archivées de cette période ne sont pas comptées ici"
    assert left_out in main(after)
    assert "archivée" not in main(before)
    assert hours.context["count"] == 0
    assert "l'état n'en est gardé qu'à part du reste, et elles ne sont pas comptées ici" in main(
        hours
    )


def test_the_hours_of_what_is_archived_are_still_shown(manager, made):
    asked = {"jour": f"{NOW:%d/%m/%Y}"}
    before = manager.get(reverse("office:hours"), asked)
    archive_all(made[0])

    after = manager.get(reverse("office:hours"), asked)

    assert after.context["count"] == FEWEST
    assert tables(after) == tables(before)
    assert "archivée" not in main(after)


def test_the_delays_of_what_is_archived_are_still_shown(manager, made):
    for one in made:
        given = give(one, at=NOW)
        evidence.note_scanned(given, is_clean=True, at=NOW)
        at = NOW + timedelta(hours=5)
        verifying.accept(row=piece(one), seen=given.pk, by=MANAGER, at=at)
    where = reverse("office:verdicts")
    before = manager.get(where, PERIOD)
    archive_all(made[0])

    after = manager.get(where, PERIOD)

    assert f"{FEWEST} verdicts : la moitié en 5 heures au plus" in main(after)
    assert tables(after) == tables(before)
    assert f"{FEWEST} de ces verdicts sont d'inscriptions archivées" in main(after)
    part = manager.get(where, {"du": "26/11/2026", "au": "30/11/2026"})
    assert "verdicts d'inscriptions archivées" not in main(part)


def test_the_delays_of_requests_that_are_archived_are_still_shown(manager, made, confided):
    for one in made:
        asked.reach(one, State.NOTIFIED)
    where = reverse("office:accommodation_delays")
    before = manager.get(where, PERIOD)
    archive_all(made[0])

    after = manager.get(where, PERIOD)

    assert f"{FEWEST} demandes notifiées" in main(after)
    assert tables(after) == tables(before)
    assert f"{FEWEST} de ces demandes sont d'inscriptions archivées" in main(after)
    assert "archivée" not in main(before)
    part = manager.get(where, {"du": "26/11/2026", "au": "30/11/2026"})
    assert "archivées" not in main(part)


def test_of_a_closing_that_is_archived_the_last_minutes_are_not_told(manager, made):
    closes_at = NOW - timedelta(minutes=30)
    a_registration(at=closes_at)
    RegistrationService.objects.update(closes_at=closes_at)
    forget()
    before = main(manager.get(reverse("office:hours")))
    archive_all(made[0])

    after = main(manager.get(reverse("office:hours")))

    last = "(heure de Paris). Dans la dernière heure : 1 . Dans les dix dernières minutes : 1 ."
    assert last in before
    assert "A fermé aujourd'hui" in after
    assert last not in after
    assert "(heure de Paris). Dans la dernière heure" not in after
    forget()


def test_the_hours_of_what_was_archived_without_them_are_said_not_to_be_kept(manager, made):
    archive_all(made[0])
    ArchivedCount.objects.filter(kind="hour").delete()

    page = manager.get(reverse("office:hours"), {"jour": f"{NOW:%d/%m/%Y}"})

    assert f"{FEWEST} inscriptions de ce jour sont archivées : l'heure n'en est pas gardée" in main(
        page
    )
    other = manager.get(reverse("office:hours"), {"jour": "01/12/2026"})
    assert "archivée" not in main(other)


def test_what_is_archived_costs_one_question_however_much_there_is(manager, made):
    def cost():
        keeping.forget()
        with CaptureQueriesContext(connection) as queries:
            manager.get(reverse("office:statistics"), PERIOD)
        return len(queries)

    cost()
    before = cost()
    archive_all(made[0])

    assert cost() == before
