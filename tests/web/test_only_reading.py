"""R-05: a database that becomes read only while pages are read."""

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.urls import reverse

from sporades.journal.models import Entry
from sporades.notices import queries as notices
from tests.factories import NOW, a_candidate, a_registration


@pytest.fixture
def registration(invented_exam, stopped_clock):
    return a_registration(a_candidate())


@pytest.fixture
def browser(client, registration):
    client.force_login(registration.candidate.user, backend="sporades.web.layout.backend.Backend")
    client.get("/accueil")
    return client


@pytest.fixture
def closed_for_writing(browser):
    """The database refuses whatever writes; no page knows it yet."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
        yield
        transaction.set_rollback(True)


def test_the_first_page_that_the_database_refuses_says_so_and_the_next_know(
    browser, registration, closed_for_writing
):
    where = reverse("candidate:consents", args=[registration.number])

    page = browser.post(where, {"publishes_name": "oui", "shares_name": "oui"})

    assert page.status_code == 503
    assert "ce que vous venez d'envoyer n'est pas enregistré" in page.text.replace("&#x27;", "'")
    assert notices.stops_writing(NOW)


def test_whoever_reads_on_is_not_idle_but_a_day_is_a_day(
    browser, stopped_clock, closed_for_writing
):
    notices.forget()
    assert browser.get("/accueil").status_code == 200

    stopped_clock.shift(timedelta(hours=2))
    assert browser.get("/accueil").status_code == 200
    stopped_clock.shift(timedelta(hours=11))
    assert browser.get("/accueil").status_code == 302


def test_who_was_idle_before_stays_so(browser, stopped_clock, closed_for_writing):
    stopped_clock.shift(timedelta(minutes=31))
    notices.forget()

    assert browser.get("/accueil").status_code == 302


def test_a_click_that_cannot_be_noted_is_answered_all_the_same(
    browser, stopped_clock, closed_for_writing
):
    # The process believes still that it writes: it notes the click, and the database refuses.
    stopped_clock.shift(timedelta(minutes=2))

    assert browser.get("/accueil").status_code == 200
    assert notices.stops_writing(NOW)


def test_a_document_that_was_never_printed_is_printed_for_its_reader_alone(
    browser, registration, closed_for_writing
):
    version = registration.folder.documents.get(kind="recapitulatif").versions.get()
    assert not version.pdf_key
    notices.forget()

    page = browser.get(
        reverse("candidate:document_pdf", args=[registration.number, "recapitulatif"])
    )

    assert page.content.startswith(b"%PDF-")
    version.refresh_from_db()
    assert (version.pdf_key, version.opened_at) == ("", None)
    assert not Entry.objects.filter(verb="document opened").exists()
