"""The papers of a candidate on the web, when their seal is late."""

from datetime import timedelta

import pytest
import time_machine

from sporades.documents.models import DocumentVersion
from tests.factories import NOW, a_registration


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


def test_what_a_late_paper_says_is_read_on_its_page(late):
    address, client = late

    page = client.get(address)

    assert page.status_code == 200
    assert DocumentVersion.objects.get().content["code"] in page.text
    assert f'href="{address}/pdf"' in page.text


def test_a_paper_that_was_not_given_was_not_opened(late):
    address, client = late

    assert client.get(f"{address}/pdf").status_code == 503

    assert DocumentVersion.objects.get().opened_at is None


def test_a_late_paper_is_given_as_soon_as_its_seal_is_put(late, settings):
    address, client = late
    assert client.get(f"{address}/pdf").status_code == 503

    settings.SEAL_KEY_FILE = ""

    assert client.get(f"{address}/pdf").content.startswith(b"%PDF-")
