"""`/-/pret`: the database answers, and its tables are those of this code."""

import os
from datetime import timedelta
from threading import Event

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from sporades.core import clock
from sporades.notices import queries as notices
from sporades.web.layout import health
from tests.factories import NOW
from tests.web.clocks import its_clock_ahead
from tests.web.guide import plain
from tests.web.registry.test_only_reading import closed_for_writing
from tools import keys

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam."""


@pytest.fixture(autouse=True)
def _just_started(monkeypatch):
    """A process that has not asked yet what its tables are."""
    monkeypatch.setattr(health, "_migrated", Event())


def test_a_process_whose_tables_are_of_another_version_is_not_ready_until_they_are(client):
    [last] = MigrationLoader(connection).graph.leaf_nodes("sessions")
    MigrationRecorder(connection).record_unapplied(*last)
    before = client.get("/-/pret")
    MigrationRecorder(connection).record_applied(*last)
    after = client.get("/-/pret")

    assert (before.status_code, before.headers["Retry-After"]) == (503, "10")
    assert before.text == "base de données à mettre à jour : sporades migrate\n"
    assert (after.status_code, after.text) == (200, "prêt\n")


def test_once_it_is_ready_it_is_asked_for_nothing_but_an_answer(client, django_assert_num_queries):
    client.get("/-/pret")

    with django_assert_num_queries(1):
        assert client.get("/-/pret").text == "prêt\n"


def test_the_stores_are_not_asked(client, settings, tmp_path):
    gone = {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    gone["OPTIONS"] = {"location": tmp_path / "nothing"}
    settings.STORAGES = {**settings.STORAGES, "default": gone, "medical": gone}

    assert client.get("/-/pret").status_code == 200
    assert not (tmp_path / "nothing").exists()


@pytest.mark.parametrize(
    ("by", "said"), [("90.5 s", "avance d'au moins 90 s"), ("-90.5 s", "retarde d'au moins 90 s")]
)
def test_clocks_that_differ_are_told_and_close_nothing(client, by, said):
    with its_clock_ahead(by):
        answer = client.get("/-/pret")

    whole = f"prêt, mais l'horloge de la base {said} sur celle de cette machine\n"
    assert (answer.status_code, answer.text) == (200, whole)


def test_a_database_that_is_only_read_is_told_and_closes_nothing(client):
    with closed_for_writing():
        notices.forget()
        answer = client.get("/-/pret")
    notices.forget()

    assert (answer.status_code, plain(answer.text)) == (
        200,
        "prêt, mais la base n'est qu'en lecture\n",
    )
    assert client.get("/-/pret").text == "prêt\n"


@pytest.mark.usefixtures("stopped_clock")
def test_a_certificate_that_ends_is_told_and_closes_nothing(client, settings, tmp_path):
    settings.SEAL_KEY_FILE, settings.SEAL_KEY_PASSWORD = str(tmp_path / "seal.p12"), "secret"
    key, said = ec.generate_private_key(ec.SECP256R1()), []
    for life in (timedelta(days=30), timedelta(hours=-1)):
        made = keys.self_signed("Essai", key, password="secret", at=NOW, life=life)
        (tmp_path / "seal.p12").write_bytes(made)
        os.utime(tmp_path / "seal.p12", (len(said), len(said)))
        answer = client.get("/-/pret")
        # The database's clock is not stopped: it is said before.
        said.append((answer.status_code, plain(answer.text).rpartition(", ")[2]))

    assert said == [
        (200, "le certificat du cachet n'est plus valable après le 25 décembre 2026\n"),
        (200, "le certificat du cachet n'est plus valable depuis le 25 novembre 2026\n"),
    ]


def test_clocks_less_than_a_second_apart_are_not_told(client):
    with its_clock_ahead("0.9 s"):
        assert client.get("/-/pret").text == "prêt\n"


def test_an_answer_that_was_long_to_come_proves_nothing_of_clocks():
    with its_clock_ahead("0.9 s", answers_after=1):
        assert clock.gap_in_words(connection) == ""
