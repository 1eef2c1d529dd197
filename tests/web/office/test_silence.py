"""What the office reads, and may do, of requests that nobody has answered in time."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.states import Decision, State
from sporades.acts import accommodating
from sporades.registrations.models import ChangeRequest, Registration
from sporades.registrations.states import RequestState
from tests.accommodations.asked import reach
from tests.factories import NOW, OPERATOR, a_candidate, a_registration
from tests.medical.given import confide
from tests.requests import ask
from tests.web.guide import main, plain

LONG_AGO = NOW - timedelta(days=70)
"""16 September 2026: silence lasts until 16 November."""
HAS_DECIDED = "Le silence vaut acceptation depuis le 16 novembre 2026"


def where(name, *arguments):
    return reverse(f"office:{name}", args=arguments)


@pytest.fixture
def asked(in_lille):
    made = ask(in_lille, in_lille.service.closes_at + timedelta(days=1))
    ChangeRequest.objects.update(sent_at=LONG_AGO)
    return made


def test_the_queue_and_the_first_page_say_what_silence_has_decided(manager, asked):
    assert HAS_DECIDED in plain(main(manager.get(where("change_requests"))))
    home = plain(main(manager.get(where("home"))))
    assert "1 au-delà d'un mois, dont 1 que le silence a décidée" in home


@pytest.mark.parametrize("page", ["change_requests", "home"])
def test_what_was_decided_since_costs_as_much_for_many_as_for_one(manager, asked, page):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            manager.get(where(page))
        return len(queries)

    def decided_since(registration):
        Registration.objects.filter(pk=registration.pk).update(decided_at=NOW)

    decided_since(asked.registration)
    manager.get(where(page))
    one = cost()
    for name in ("Rivet", "Zannier"):
        more = a_registration(a_candidate(birth_name=name, email=f"{name.lower()}@exemple.test"))
        ask(more, more.service.closes_at + timedelta(days=1))
        decided_since(more)
    ChangeRequest.objects.update(sent_at=LONG_AGO)

    assert "dont 3 que le silence a décidée" in plain(main(manager.get(where("home"))))
    assert cost() == one


def test_what_waits_says_when_silence_will(manager, asked):
    ChangeRequest.objects.update(sent_at=NOW - timedelta(days=3))

    page = plain(main(manager.get(where("change_request", asked.pk))))

    assert "Délai légal Sans réponse, le silence vaudra acceptation le 22 janvier 2027" in page
    assert "Refuser, même en partie" not in page
    assert "que le silence a décidée" not in main(manager.get(where("home")))


def test_what_it_has_accepted_is_refused_by_who_says_that_they_know(manager, asked):
    page = plain(main(manager.get(where("change_request", asked.pk))))
    assert HAS_DECIDED in page
    assert "Refuser, même en partie, retire cette acceptation : seulement si elle est" in page
    assert "jusqu'au 16 mars 2027" in page

    unread = manager.post(where("refuse_request", asked.pk), {"motif": "Trop tard"})
    assert unread.status_code == 422
    assert "Lisez ce que refuser retire" in plain(main(unread))
    asked.refresh_from_db()
    assert asked.is_waiting

    manager.post(where("refuse_request", asked.pk), {"motif": "Illégale", "retrait": "on"})
    asked.refresh_from_db()
    assert asked.state == RequestState.REFUSED


def test_and_accepted_all_the_same(manager, asked, in_lille):
    manager.post(where("accept_request", asked.pk))

    in_lille.refresh_from_db()
    assert in_lille.version == 2


@pytest.fixture
def silent(in_lille, kept, confided):
    """Return requests for accommodations that nobody has decided, one at each step."""

    def made(state, name):
        one = a_registration(
            a_candidate(birth_name=name, email=f"{name.lower()}@exemple.test"),
            informations={"has_disability": "oui"},
        )
        confide(one, kind="CERTIFICAT", at=LONG_AGO)
        case = reach(one, state)
        Case.objects.filter(pk=case.pk).update(asked_at=LONG_AGO, first_asked_at=LONG_AGO)
        return one

    return made


@pytest.mark.parametrize(
    ("state", "step"),
    [
        (State.ASKED, "a-confier"),
        (State.WITH_DOCTOR, "chez-le-medecin"),
        (State.OPINION_GIVEN, "a-decider"),
    ],
)
def test_each_step_of_accommodations_says_since_when_silence_has_accepted(
    manager, silent, state, step
):
    one = silent(state, "Rivet")

    for address in (
        f"{where('accommodations')}?etape={step}",
        where("accommodation", one.number),
        where("handle_accommodation", one.number),
    ):
        assert HAS_DECIDED in plain(main(manager.get(address)))


def test_who_decides_reads_what_refusing_takes_back(manager, silent):
    one = silent(State.OPINION_GIVEN, "Rivet")
    late = silent(State.ASKED, "Zannier")
    warning = "Refuser, même en partie, retire cette acceptation"

    assert warning in plain(main(manager.get(where("handle_accommodation", one.number))))
    assert warning not in plain(main(manager.get(where("handle_accommodation", late.number))))


TAKEN_BACK = (
    "Faute de réponse, cette demande était réputée acceptée depuis le 16 novembre 2026. La présente "
    "décision retire cette acceptation pour ce qu'elle n'accorde pas"
)


@pytest.mark.parametrize(
    ("decision", "is_taken_back"), [(Decision.REFUSED, True), (Decision.GRANTED, False)]
)
def test_a_notification_says_what_it_takes_back_of_silence(
    manager, silent, decision, is_taken_back
):
    one = silent(State.DECIDED, "Rivet")
    reason = "Elle n'est pas prévue pour cet examen." if decision == Decision.REFUSED else ""
    AskedMeasure.objects.filter(case__registration=one).update(
        decision=decision,
        reason=reason,
        **({"decided_code": "", "decided_label": "", "decided_time": ""} if reason else {}),
    )

    page = plain(main(manager.get(where("handle_accommodation", one.number))))
    assert (TAKEN_BACK in page) is is_taken_back

    accommodating.notify_decision(registration=one, by=OPERATOR, at=NOW)
    said = Case.objects.get(registration=one).notification.content["replaces"]
    assert plain(said).startswith(TAKEN_BACK) is is_taken_back


def test_who_corrects_a_decision_reads_what_refusing_takes_back(manager, silent):
    one = silent(State.DECIDED, "Rivet")

    page = main(manager.get(f"{where('handle_accommodation', one.number)}?corriger=1"))

    assert "Corriger la décision" in page
    assert "Refuser, même en partie, retire cette acceptation" in plain(page)


@pytest.mark.parametrize("step", ["a-confier", "chez-le-medecin"])
def test_a_list_asks_as_much_for_one_as_for_many(
    manager, silent, django_assert_max_num_queries, step
):
    state = State.ASKED if step == "a-confier" else State.WITH_DOCTOR
    address = f"{where('accommodations')}?etape={step}"
    silent(state, "Rivet")
    manager.get(address)
    with django_assert_max_num_queries(60) as asked:
        manager.get(address)
    for name in ("Zannier", "Martin"):
        silent(state, name)

    with django_assert_max_num_queries(len(asked)):
        assert plain(main(manager.get(address))).count(HAS_DECIDED) == 3
