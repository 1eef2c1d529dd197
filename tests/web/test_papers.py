"""The papers of a candidate on the web, when their seal or their store is late."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import storages
from django.urls import reverse

from config.environment import file_store
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import BeingPrepared
from sporades.intake.drawing import Undrawable
from sporades.web.layout.papers import page_drawn
from tests.evidence.given import give
from tests.factories import NOW, a_registration
from tests.medical.given import confide, found_clean


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW + timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def late(tmp_path, settings, sign_in):
    """A summary whose seal cannot be put, and the browser of its candidate."""
    settings.SEAL_KEY_FILE = str(tmp_path / "absent.p12")
    registration = a_registration()
    return f"/mes-documents/{registration.number}/recapitulatif", sign_in(registration.candidate)


def test_a_paper_whose_seal_is_late_is_said_to_be_under_way(late):
    address, client = late

    page = client.get(f"{address}/pdf")

    assert (page.status_code, page["Retry-After"]) == (503, "120")
    assert "Le document est en cours de préparation" in page.text
    assert f'href="{address}"' in page.text
    assert b"%PDF" not in page.content


def test_a_page_that_is_never_drawn_is_not_said_to_come_later():
    never = page_drawn(1, read=lambda: b"Bonjour")
    later = page_drawn(1, read=_raises_later)

    assert (never.status_code, "Retry-After" in never) == (422, False)
    assert never.text == Undrawable.message
    assert (later.status_code, later["Retry-After"]) == (503, "60")
    assert "réessayez dans une minute" in later.text


def _raises_later():
    raise BeingPrepared


@pytest.fixture
def store_away(monkeypatch, settings):
    """Take the store of files away: nobody listens at its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]

    def leave():
        monkeypatch.setenv("FILES_URL", f"s3+http://essai:secret@127.0.0.1:{port}/documents")
        settings.STORAGES = {**settings.STORAGES, "default": file_store("FILES_URL")}

    return leave


@pytest.mark.parametrize("is_printed", [True, False])
def test_without_the_store_a_paper_is_said_to_be_under_way(
    sign_in, settings, store_away, is_printed
):
    registration = a_registration()
    client = sign_in(registration.candidate)
    address = f"/mes-documents/{registration.number}/recapitulatif/pdf"
    if is_printed:
        client.get(address)
    stores = settings.STORAGES

    store_away()
    page = client.get(address)

    assert (page.status_code, page["Retry-After"]) == (503, "120")
    assert "Le document est en cours de préparation" in page.text
    assert client.get(address.removesuffix("/pdf")).status_code == 200
    settings.STORAGES = stores
    assert client.get(address).content.startswith(b"%PDF-")


def test_what_a_late_paper_says_is_read_on_its_page(late):
    address, client = late

    page = client.get(address)

    assert page.status_code == 200
    assert DocumentVersion.objects.get(document__kind="recapitulatif").content["code"] in page.text
    assert f'href="{address}/pdf"' in page.text


def test_a_paper_that_was_not_given_was_not_opened(late):
    address, client = late

    assert client.get(f"{address}/pdf").status_code == 503

    assert DocumentVersion.objects.get(document__kind="recapitulatif").opened_at is None


def test_a_late_paper_is_given_as_soon_as_its_seal_is_put(late, settings):
    address, client = late
    assert client.get(f"{address}/pdf").status_code == 503

    settings.SEAL_KEY_FILE = ""

    assert client.get(f"{address}/pdf").content.startswith(b"%PDF-")


@pytest.mark.usefixtures("kept")
@pytest.mark.parametrize("is_damaged", [True, False])
def test_a_piece_that_its_store_has_lost_is_not_said_to_come(sign_in, caplog, is_damaged):
    registration = a_registration()
    deposit = give(registration)
    path = Path(storages["default"].path(deposit.key))
    path.unlink()
    if is_damaged:
        path.write_bytes(b"autre chose")

    page = sign_in(registration.candidate).get(
        f"/mes-inscriptions/{registration.number}/pieces/IDENTITE/fichier"
    )

    assert (page.status_code, page["Retry-After"]) == (503, "3600")
    said = page.text.replace("\u00a0", " ").replace("&#x27;", "'")
    assert "Ce fichier a bien été reçu, mais il ne peut pas être lu en ce moment." in said
    assert "demandez à son service gestionnaire s'il faut le déposer de nouveau" in said
    assert "dans quelques minutes" not in said
    lines = [one.getMessage() for one in caplog.records if one.name == "sporades.web.layout.papers"]
    why = "Damaged" if is_damaged else "Missing"
    assert lines == [f"The file of evidence.deposit {deposit.pk} is lost: {why}"]


@pytest.mark.usefixtures("kept", "confided")
def test_a_paper_of_health_that_its_store_has_lost_is_told_so_too(sign_in, caplog):
    registration = a_registration()
    found_clean(paper := confide(registration))
    Path(storages["medical"].path(paper.key)).unlink()

    page = sign_in(registration.candidate).get(
        reverse("candidate:health_file", args=[registration.number, paper.pk])
    )

    assert page.status_code == 503
    assert "Fichier indisponible" in page.text
    lines = [one.getMessage() for one in caplog.records if one.name == "sporades.web.layout.papers"]
    assert lines == [f"The file of medical.paper {paper.pk} is lost: Missing"]
