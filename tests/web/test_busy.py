"""R-18, R-32: what is held elsewhere makes nobody wait for ever, and loses nothing that was sent."""

from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import RequestFactory
from django.urls import reverse
from psycopg import errors

from sporades.registrations.models import Registration
from sporades.web.layout import arrivals, busy
from sporades.web.layout.kept import ARRIVED
from tests.endurance.arena import held
from tests.factories import NOW, a_candidate, a_draft, a_registration
from tests.web.guide import main, seen

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("invented_exam")]
NOTHING_YET = "Rien n'est encore enregistré"


@contextmanager
def held_too_long(row):
    """Hold a row while the web, which gives up after three seconds, waits for nothing.

    While nothing is held it waits as it does: what other tests commit on a busy machine may take
    longer than no time (a commit that notifies waits for those of all databases of a server).
    """
    with held(row), connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '20ms'")
        yield
        cursor.execute("RESET lock_timeout")


@pytest.fixture
def draft(stopped_clock):
    """Everything is answered; a minute is left."""
    made = a_draft()
    stopped_clock.move_to(made.service.closes_at - timedelta(seconds=1))
    return made


@pytest.fixture
def browser(client, draft):
    client.force_login(draft.candidate.user, backend="sporades.web.layout.backend.Backend")
    return client


def given_back(page):
    """Return what the page that says so sends again."""
    [form] = [
        one
        for one in seen(page).cssselect("main form")
        if "Envoyer de nouveau" in one.text_content()
    ]
    return form.get("action"), {
        one.get("name"): one.get("value") for one in form.cssselect("input")
    }


def test_what_was_sent_in_time_counts_when_it_is_sent_again_after_the_closing(
    browser, draft, stopped_clock
):
    where = reverse("candidate:recap", args=[draft.pk])
    shown = {
        one.get("name"): one.get("value")
        for one in seen(browser.get(where)).cssselect("main form[method=post] input[type=hidden]")
    }
    with held_too_long(draft):
        page = browser.post(where, shown)
    assert (page.status_code, page.headers["Retry-After"]) == (503, busy.RETRY_AFTER)
    assert NOTHING_YET in main(page)
    assert not Registration.objects.exists()
    action, again = given_back(page)

    stopped_clock.shift(timedelta(minutes=5))
    late = browser.post(where, shown)
    done = browser.post(action, again)

    assert late.status_code == 409
    assert done.status_code == 302
    registration = Registration.objects.get()
    assert done.url == reverse("candidate:number", args=[registration.number])
    assert registration.filed_at == draft.service.closes_at - timedelta(seconds=1)


@pytest.mark.parametrize("changed", ["an answer", "the seal", "the hour", "the address"])
def test_the_seal_opens_for_nothing_else_than_what_was_sent(browser, draft, stopped_clock, changed):
    where = reverse("candidate:recap", args=[draft.pk])
    with held_too_long(draft):
        _, again = given_back(browser.post(where, {"mot": "premier"}))
    stopped_clock.shift(timedelta(minutes=11 if changed == "the hour" else 5))
    if changed == "an answer":
        again["mot"] = "second"
    if changed == "the seal":
        again[ARRIVED] = again[ARRIVED][:-1]
    if changed == "the address":
        where += "?retour=1"

    assert browser.post(where, again).status_code == 409
    assert not Registration.objects.exists()


def test_the_seal_of_one_opens_nothing_for_another(client, draft, stopped_clock):
    request = RequestFactory().post("/", {"mot": "premier"})
    request.user, request.arrived_at = draft.candidate.user, stopped_clock_now(draft)
    seal = arrivals.seal(request)
    assert arrivals.first_arrival(request, seal) == request.arrived_at

    request.user = a_candidate().user

    assert arrivals.first_arrival(request, seal) is None


def stopped_clock_now(draft):
    return draft.service.closes_at - timedelta(seconds=1)


def test_a_button_is_given_back_and_what_was_typed_with_it(client, stopped_clock):
    registration = a_registration(a_candidate())
    user = registration.candidate.user
    client.force_login(user, backend="sporades.web.layout.backend.Backend")
    modify = reverse("candidate:amend", args=[registration.number])

    with held_too_long(registration):
        page = client.post(modify)
    action, again = given_back(page)

    assert page.status_code == 503
    assert action == modify
    assert client.post(action, again).status_code == 302


@pytest.mark.parametrize("cause", [errors.DeadlockDetected, errors.SerializationFailure])
def test_what_the_database_undoes_by_itself_is_given_back_too(client, cause):
    request = RequestFactory().get("/accueil")
    failure = OperationalError("undone")
    failure.__cause__ = cause("undone")
    request.user = a_candidate().user
    request.arrived_at = NOW
    request.session = client.session

    page = busy.busy(None).process_exception(request, failure)

    assert page.status_code == 503
    assert "Réessayer" in page.text


def test_another_failure_is_said_as_it_was():
    request = RequestFactory().get("/accueil")

    assert busy.busy(None).process_exception(request, OperationalError("gone")) is None
    assert busy.busy(None).process_exception(request, ValueError("wrong")) is None
