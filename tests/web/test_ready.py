"""`/-/pret`: the database answers, and its tables are those of this code."""

from threading import Event

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from sporades.web.layout import health

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
