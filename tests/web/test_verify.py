from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from sporades.acts import registering
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from tests.factories import NOW, a_registration, author

LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def visitor():
    return Client(headers={"host": "inscriptions.exemple.test"})


@pytest.fixture
def summary():
    registration = a_registration()
    return DocumentVersion.objects.get(document__folder=registration.folder)


def test_a_code_says_what_the_document_says_and_who_issued_it(visitor, summary):
    typed = summary.content["code"].lower().replace("-", " ")

    page = visitor.post("/verifier", {"code": typed}, follow=True)

    assert page.status_code == 200
    assert page["X-Robots-Tag"] == "noindex"
    for words in (
        "Ce document est authentique",
        "Récapitulatif d&#x27;inscription, version n°1",
        "Brevet d&#x27;essai – Marin, session 2027",
        "Autorité d&#x27;essai",
        "Bureau des essais de Lille",
    ):
        assert words in page.text


def test_the_page_shows_neither_the_name_nor_the_numbers_of_the_candidate(visitor, summary):
    page = visitor.get(f"/verifier/{summary.code}").text

    assert "LE GOFF" in summary.content["name"]
    for secret in ("GOFF", "Goff", "Maëlle", summary.content["registration_number"], "Îles"):
        assert secret not in page


def test_a_replaced_document_names_the_version_that_replaces_it(visitor, summary):
    registration = summary.document.folder.registration
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    registering.register(draft=draft, by=by, at=NOW)

    page = visitor.get(f"/verifier/{summary.code}").text

    assert "Ce document a été remplacé" in page
    assert "la version n°2" in page


def test_a_withdrawn_document_is_told_as_such(visitor, summary):
    documents.withdraw(summary, at=NOW)

    assert "Ce document a été retiré" in visitor.get(f"/verifier/{summary.code}").text


@pytest.mark.parametrize("code", ["0", "K7QF", "x" * 70, "%3Cscript%3E"])
def test_an_unknown_code_gets_one_plain_answer(visitor, code):
    answer = visitor.get(f"/verifier/{code}")

    assert answer.status_code == 404
    assert "Aucun document ne porte ce code" in answer.text


def test_a_document_under_embargo_has_no_page_before_its_instant(visitor, summary):
    DocumentVersion.objects.filter(pk=summary.pk).update(published_at=LATER + timedelta(seconds=1))

    assert visitor.get(f"/verifier/{summary.code}").status_code == 404
