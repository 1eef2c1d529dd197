"""R-05: while nothing is written, every page that is read is shown, and whatever writes says so."""

from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from sporades.notices import operations
from sporades.notices import queries as notices
from sporades.notices.models import Banner
from sporades.web.registry import ACCESS
from tests.factories import NOW
from tests.web.registry.routes import NAMES, POSTED, READABLE, address, answer, reader
from tests.web.registry.world import Role
from tests.web.registry.writing import since, written

SAID = "Le service est en lecture seule"
# What cannot be read without writing, and why.
WRITES_TO_BE_READ = {
    "account_reset_password_from_key": "the key goes from the address to the session",
    "mfa_activate_totp": "the secret to come waits in the session",
    "mfa_replace_totp": "the secret to come waits in the session",
    "mfa_add_webauthn": "a challenge waits in the session",
    "mfa_reauthenticate_webauthn": "a challenge waits in the session",
    "doctor:paper": "each opening is kept",
    "doctor:paper_page": "each opening is kept",
    "doctor:remarks": "each opening is kept",
    "office:export_file": "nobody takes a file unseen",
    "office:run_pdf": "nobody takes letters unseen",
}


@contextmanager
def closed_for_writing():
    """Let the database refuse whatever writes, for the length of a block."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL transaction_read_only = on")
        yield
        transaction.set_rollback(True)


@pytest.fixture
def read_only(db):
    """The database refuses whatever writes, until the test is undone."""
    with closed_for_writing():
        notices.forget()
        yield
    # The next module builds a world, and signs people in.
    notices.forget()


@pytest.fixture
def paused(db):
    """An administrator has stopped all writing."""
    operations.show(kind=Banner.Kind.WARNING, message="Maintenance.", at=NOW, stops_writing=True)
    notices.forget()
    yield
    notices.forget()


@pytest.mark.parametrize("name", [one for one in READABLE if one not in WRITES_TO_BE_READ])
def test_what_is_read_is_read_in_a_database_that_is_read_only(world, read_only, name):
    page = world.browser(reader(name)).get(address(name, world))

    assert page.status_code == answer(name, "GET")
    if page.status_code == 200 and ACCESS[name].page:
        assert SAID in page.text


@pytest.mark.parametrize("name", WRITES_TO_BE_READ)
def test_what_cannot_be_read_without_writing_says_so(world, read_only, name):
    page = world.browser(reader(name)).get(address(name, world))

    assert page.status_code == 503
    assert SAID in page.text


@pytest.mark.parametrize("name", POSTED)
def test_nothing_is_posted_to_a_database_that_is_read_only(world, read_only, name):
    page = world.browser(reader(name)).post(address(name, world), {"réponse": "Ici"})

    assert page.status_code == 503
    assert page.headers["Retry-After"]
    assert SAID in page.text


@pytest.mark.parametrize("name", [one for one in POSTED if not ACCESS[one].while_reading])
def test_nothing_is_written_while_an_administrator_stops_it(world, paused, name):
    before = written()

    page = world.browser(reader(name)).post(address(name, world), {"réponse": "Ici"})

    assert page.status_code == 503
    assert "Maintenance. Le service est en lecture seule" in page.text
    assert 'name="réponse" value="Ici"' in page.text
    assert not since(before)


@pytest.mark.parametrize("name", [one for one in POSTED if ACCESS[one].while_reading])
def test_sessions_are_opened_and_the_mode_is_ended_meanwhile(world, paused, name):
    page = world.browser(reader(name)).post(address(name, world), {})

    assert page.status_code != 503


def test_every_route_that_only_reads_is_known():
    assert WRITES_TO_BE_READ.keys() <= set(NAMES)


def test_a_password_is_never_given_back(world, paused):
    browser = world.browser(Role.OWNER)

    page = browser.post(
        address("account_change_password", world), {"oldpassword": "secret", "autre": "Ici"}
    )

    assert "secret" not in page.text
    assert "Votre mot de passe ou votre code vous sera redemandé." in page.text


def test_what_was_typed_is_taken_once_writing_begins_again(world, paused, client):
    operations.take_down(at=NOW)

    page = world.browser(Role.OWNER).post(address("candidate:again", world), {})

    assert page.status_code != 503


@pytest.mark.usefixtures("paused")
def test_who_contests_meanwhile_reads_that_a_letter_of_that_day_is_in_time(world):
    name, letter = "candidate:accommodation_contest", "postez votre recours par lettre"
    page = world.browser(Role.OWNER).post(address(name, world), {"texte": "Je conteste."})
    other = world.browser(Role.OWNER).post(address("candidate:again", world), {"a": "b"})

    assert page.status_code == 503
    assert letter in page.text
    assert letter not in other.text


def test_a_banner_that_does_not_stop_writing_stops_nothing(world):
    operations.show(kind=Banner.Kind.ALERT, message="Lenteurs ce matin.", at=NOW)
    notices.forget()

    page = world.browser(Role.OWNER).get("/accueil")

    assert "Lenteurs ce matin." in page.text
    assert SAID not in page.text
    assert not notices.stops_writing(NOW)
