"""R-05: a database that becomes read only while pages are read."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import connection, connections, transaction
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


FULL = """
CREATE FUNCTION there_is_no_room() RETURNS trigger LANGUAGE plpgsql AS
$$BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END$$;
CREATE TRIGGER full_disk BEFORE INSERT ON journal_entry EXECUTE FUNCTION there_is_no_room();
"""


def test_a_database_whose_disk_is_full_gives_back_what_was_sent_and_is_said_to_be(
    browser, registration, monkeypatch
):
    monkeypatch.setattr(notices, "_held", notices._Held())
    where = reverse("candidate:consents", args=[registration.number])
    with connection.cursor() as cursor:
        cursor.execute(FULL)

    page = browser.post(where, {"publishes_name": "oui", "shares_name": "oui"})

    assert page.status_code == 503
    said = page.text.replace("&#x27;", "'")
    assert "Le service n'a plus la place d'enregistrer quoi que ce soit" in said
    assert "envoyez-la de nouveau dans quelques minutes" in said
    assert 'name="publishes_name" value="oui"' in said
    assert browser.get("/accueil").status_code == 200
    assert "la base n'a plus de place sur son disque" in browser.get("/-/pret").text


@pytest.fixture
def pooled(monkeypatch):
    """Connect as the web does, by a pool: that of the tests has none."""
    own = deepcopy(connection.settings_dict)
    own["OPTIONS"]["pool"] = {"min_size": 1, "max_size": 1, "timeout": 60}
    base = type(connections["default"])(own, alias="pooled")
    connections["pooled"] = base
    monkeypatch.setattr(notices, "connection", base)
    yield base
    base.close()
    base.close_pool()
    del connections["pooled"]


def set_mode(change):
    """Change how the connections of this database begin from now on."""
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = off")
        cursor.execute(f'ALTER DATABASE "{name}" {change}')


@pytest.mark.django_db(transaction=True)
def test_a_mode_that_is_ended_ends_for_the_connections_that_began_in_it(pooled):
    def looked():
        """Look as a request does, which leaves its connection to the pool."""
        notices.forget()
        found = notices.is_database_read_only()
        pooled.close()
        return found

    try:
        set_mode("SET default_transaction_read_only = on")
        during = [looked(), looked()]
    finally:
        set_mode("RESET default_transaction_read_only")

    # What the last look of before has begun is looked at once more.
    after = [looked() for _ in range(3)]
    assert (during, after[1:]) == ([True, True], [False, False])
