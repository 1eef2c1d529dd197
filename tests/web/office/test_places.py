"""What waits is narrowed to a domain, an exam, an academy, from list to page and on to the next one (I7)."""

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from sporades.accommodations.states import State
from sporades.batches.models import Batch
from sporades.doubles.models import LikelyDouble
from sporades.exams.held import forget
from sporades.exams.models import Exam
from tests.accommodations.asked import reach
from tests.factories import NOW, a_candidate, a_registration, load_invented, without_exclusion
from tests.requests import ask as ask_to_change
from tests.threads.said import ANSWERED, write
from tests.web.guide import load_competition, main, seen
from tests.web.office.conftest import VERSAILLES
from tests.web.office.test_correction_requests import ask as ask_to_correct
from tests.web.office.test_doubles import a_double
from tests.web.office.test_messages import press, sent

LILLE = "academie=A09"


@pytest.fixture
def both(member, in_lille, in_versailles):
    """Return the browser of somebody who has both academies."""
    return member("A09", "A25", email="deux@exemple.test")


@pytest.fixture
def another():
    """File another registration in Lille."""
    return a_registration(a_candidate(birth_name="Zannier", email="z@exemple.test"))


def where(name, *arguments):
    return reverse(f"office:{name}", args=arguments)


def listed(client, name, **said):
    """Return the names that a list has, and its page."""
    page = client.get(where(name), said)
    names = ("GOFFIC", "GOFF", "ZANNIER")
    rows = [
        one.text_content() for one in seen(page).cssselect("main table.s-table tbody th[scope=row]")
    ]
    found = [next((name for name in names if f"{name}" in row), "") for row in rows]
    return [one for one in found if one], page


def follows(page):
    """Return where « suivant » leads."""
    return [one.get("href") for one in seen(page).cssselect("main a[data-key=j]")]


def test_messages_are_narrowed_and_the_next_one_is_of_the_same_choice(
    both, in_lille, in_versailles, another
):
    for one in (in_lille, in_versailles, another):
        write(one)

    names, page = listed(both, "unanswered", academie="A09")

    assert names == ["GOFF", "ZANNIER"]
    first = where("thread", in_lille.number) + f"?suite=oui&{LILLE}"
    following = where("thread", another.number) + f"?suite=oui&{LILLE}"
    assert first in [one.get("href") for one in seen(page).cssselect("main th a")]
    thread = both.get(first)
    assert follows(thread) == [following]
    done = press(both, in_lille, sent(thread, ANSWERED), f"?suite=oui&{LILLE}")
    assert done.url == following
    last = press(both, another, sent(both.get(following), ANSWERED), f"?suite=oui&{LILLE}")
    assert last.url == where("unanswered") + f"?{LILLE}"
    assert "Aucun message de ce choix n'attend de réponse." in main(both.get(last.url))
    assert listed(both, "unanswered")[0] == ["GOFFIC"]


def test_an_exam_and_a_domain_are_chosen_where_there_are_several(manager, in_lille):
    write(in_lille)
    assert not manager.get(where("unanswered")).context["form"].has_choices
    load_competition()
    forget()
    other = Exam.objects.get(code="CE")

    mine = {"examen": in_lille.exam_id, "domaine": in_lille.exam.domain_id}
    theirs = {"examen": other.pk, "domaine": other.domain_id}

    assert listed(manager, "unanswered", **mine)[0] == ["GOFF"]
    assert listed(manager, "unanswered", **theirs)[0] == []
    assert manager.get(where("unanswered"), {"examen": "0"}).status_code == 422


def test_requests_of_modification_are_narrowed_and_gone_through_so(
    both, in_lille, in_versailles, another
):
    late = in_lille.service.closes_at + timedelta(days=2)
    first, _, last = (
        ask_to_change(one, late + timedelta(hours=place))
        for place, one in enumerate((in_lille, in_versailles, another))
    )
    here, then = (where("change_request", one.pk) + f"?{LILLE}" for one in (first, last))

    names, page = listed(both, "change_requests", academie="A09", voir="libres")

    assert names == ["GOFF", "ZANNIER"]
    [kept] = seen(page).cssselect("main form [name=voir]")
    assert kept.get("value") == "libres"
    one = both.get(here)
    assert follows(one) == [then]
    [refusing] = [
        form.get("action")
        for form in seen(one).cssselect("main form")
        if "refus" in form.get("action")
    ]
    assert both.post(where("assign_request", first.pk) + f"?{LILLE}").url == here
    assert both.post(refusing, {"motif": "Trop tard"}).url == then
    done = both.post(where("refuse_request", last.pk) + f"?{LILLE}", {"motif": "Trop tard"})
    assert done.url == where("change_requests") + f"?{LILLE}"
    assert "Aucune demande de ce choix n'attend ici." in main(both.get(done.url))
    assert listed(both, "change_requests")[0] == ["GOFFIC"]


def test_corrections_are_those_of_who_is_registered_there(both, in_lille, in_versailles):
    ask_to_correct(in_lille, at=NOW)
    ask_to_correct(in_versailles, at=NOW)

    assert listed(both, "correction_requests", academie="A25")[0] == ["GOFFIC"]
    assert listed(both, "correction_requests")[0] == ["GOFF", "GOFFIC"]


def test_a_choice_says_nothing_of_who_is_registered_elsewhere(manager, in_lille):
    """Of whoever has another exam in an academy that is not the reader's."""
    without_exclusion()
    elsewhere = a_registration(
        in_lille.candidate,
        academy="A25",
        identification=VERSAILLES,
        speciality="FOREST",
        epreuves={"statut-M1": None, "statut-M2": "inscrit"},
    )
    ask_to_correct(in_lille, at=NOW)
    load_competition()
    forget()
    competition = Exam.objects.get(code="CE")
    type(elsewhere).objects.filter(pk=elsewhere.pk).update(exam=competition, speciality=None)

    assert listed(manager, "correction_requests", examen=in_lille.exam_id)[0] == ["GOFF"]
    assert listed(manager, "correction_requests", examen=competition.pk)[0] == []


def test_doubles_are_narrowed_and_gone_through_so(both):
    load_invented()
    double = a_double(speciality="FOREST", epreuves={"statut-M1": None, "statut-M2": "inscrit"})
    total = LikelyDouble.objects.waiting().count()

    assert both.get(where("doubles"), {"academie": "A09"}).context["count"] == total
    none = both.get(where("doubles"), {"academie": "A25", "voir": "proposes"})
    assert "Aucun doublon probable de ce choix ici." in main(none)
    page = both.get(where("double", double.pk) + f"?{LILLE}")
    assert all(LILLE in one for one in follows(page))
    for form in seen(page).cssselect("main form"):
        assert form.get("action").endswith(f"?{LILLE}")


@pytest.fixture
def late(member, in_lille, in_versailles):
    """Return the browser of somebody who has both academies, once the pieces are due."""
    after = NOW + timedelta(days=60)
    with time_machine.travel(after, tick=False):
        yield member("A09", "A25", email="apres@exemple.test", at=after)


def test_the_incomplete_ones_of_a_choice_are_those_that_are_declared(late, in_lille):
    names, page = listed(late, "incomplete", academie="A09")
    assert names == ["GOFF"]
    [form] = seen(page).cssselect("main form[method=post]")
    assert form.get("action") == where("incomplete") + f"?{LILLE}"

    late.post(form.get("action"), {"toutes": "1"})

    assert [one.registration for one in Batch.objects.get().lines.all()] == [in_lille]


def test_of_a_choice_that_is_none_nothing_is_declared(late):
    page = late.post(where("incomplete") + "?academie=A99", {"toutes": "1"})

    assert page.status_code == 422
    assert not Batch.objects.exists()


def test_requests_for_accommodations_are_narrowed_at_each_step(both, in_lille, in_versailles):
    for one in (in_lille, in_versailles):
        reach(one, State.ASKED)

    names, page = listed(both, "accommodations", etape="a-confier", academie="A09")

    assert names == ["GOFF"]
    assert all(LILLE in one["url"] for one in page.context["steps"])
    none = both.get(where("accommodations"), {"etape": "a-notifier", "academie": "A09"})
    assert "Aucune demande de ce choix n'est à cette étape." in main(none)
    assert f'{where("accommodations")}?etape=a-notifier"' in none.text
