from datetime import timedelta

import pytest
import time_machine

from sporades import journal
from sporades.acts.registrations import leaving, registering
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from tests.factories import NOW, OPERATOR, a_registration, answer_all, answers_with, author
from tests.web.guide import main, seen, words

LATER = NOW + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(LATER, tick=False):
        yield


@pytest.fixture
def summary():
    registration = a_registration()
    return DocumentVersion.objects.get(
        document__folder=registration.folder, document__kind="recapitulatif"
    )


def modified(summary):
    """Modify the registration of a summary: another version replaces it."""
    registration = summary.document.folder.registration
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    answer_all(draft, answers_with(identification={"mobile": "06 39 98 99 99"}))
    registering.register(draft=draft, by=by, at=NOW)


def test_a_code_says_what_the_document_says_and_who_issued_it(visitor, summary):
    typed = summary.content["code"].lower().replace("-", " ")

    page = visitor.post("/verifier", {"code": typed}, follow=True)

    assert page.status_code == 200
    assert page["X-Robots-Tag"] == "noindex"
    for said in (
        "Ce document est authentique",
        "Récapitulatif d'inscription, version n°1",
        "Brevet d'essai – Marin, session 2027",
        "Autorité d'essai",
        "Bureau des essais de Lille",
    ):
        assert said in main(page)


def test_the_page_shows_neither_the_name_nor_the_numbers_of_the_candidate(visitor, summary):
    page = visitor.get(f"/verifier/{summary.code}").text

    assert "LE GOFF" in summary.content["name"]
    for secret in ("GOFF", "Goff", "Maëlle", summary.content["registration_number"], "Îles"):
        assert secret not in page


def test_a_replaced_document_names_the_version_that_replaces_it(visitor, summary):
    modified(summary)

    page = main(visitor.get(f"/verifier/{summary.code}"))

    assert "Ce document a été remplacé" in page
    assert "la version n°2" in page


def test_a_replaced_document_says_that_what_replaces_it_is_withdrawn(visitor, summary):
    modified(summary)
    documents.withdraw(summary.document.versions.get(number=2), at=NOW)

    page = main(visitor.get(f"/verifier/{summary.code}"))

    assert "Ce document a été remplacé" in page
    assert "la version n°2, du 25/11/2026, retirée depuis." in page


def test_the_address_of_the_qr_code_is_understood(visitor, summary):
    typed = f"https://examens.exemple.fr/verifier/{summary.content['code']}"

    page = visitor.post("/verifier", {"code": typed}, follow=True)

    assert "Ce document est authentique" in main(page)


def test_a_withdrawn_document_is_told_as_such(visitor, summary):
    documents.withdraw(summary, at=NOW)

    assert "Ce document a été retiré" in visitor.get(f"/verifier/{summary.code}").text


def test_the_document_of_a_withdrawn_registration_says_since_when(visitor, summary):
    registration = summary.document.folder.registration
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    answer = visitor.get(f"/verifier/{summary.code}")

    assert words(seen(answer).cssselect("h1")[0]) == (
        "Ce document est celui d'une candidature qui n'est plus en cours"
    )
    assert (
        "La candidature a été désinscrite le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris) : "
        "ce document ne prouve plus une inscription."
    ) in main(answer)
    assert "authentique" not in answer.text
    for secret in ("GOFF", "Goff", "Maëlle", summary.content["registration_number"], "Îles"):
        assert secret not in answer.text


def test_a_replaced_document_of_a_withdrawn_registration_says_both(visitor, summary):
    modified(summary)
    registration = summary.document.folder.registration
    registration.refresh_from_db()
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    said = main(visitor.get(f"/verifier/{summary.code}"))

    assert "une version plus récente le remplace : la version n°2" in said
    assert "La candidature a été désinscrite le mercredi 25 novembre 2026" in said


def test_the_document_of_a_new_registration_is_not_touched_by_an_older_withdrawal(visitor, summary):
    old = summary.document.folder.registration
    leaving.withdraw(registration=old, by=author(old.candidate), at=NOW)
    new = a_registration(old.candidate)
    standing = DocumentVersion.objects.get(
        document__folder=new.folder, document__kind="recapitulatif"
    )

    said = main(visitor.get(f"/verifier/{standing.code}"))

    assert "Ce document est authentique" in said
    assert "désinscrite" not in said


@pytest.mark.parametrize("code", ["0", "K7QF", "x" * 70, "%3Cscript%3E"])
def test_an_unknown_code_gets_one_plain_answer(visitor, code):
    answer = visitor.get(f"/verifier/{code}")

    assert answer.status_code == 404
    assert "Aucun document ne porte ce code" in answer.text
    assert "panne" not in answer.text


@pytest.fixture
def restored():
    """What was issued in an hour of yesterday is lost."""
    brought_back = NOW - timedelta(hours=23)
    after = {"reason": "Disque perdu", "left_out": 1, "brought_back": brought_back.isoformat()}
    journal.record("database restored", by=OPERATOR, at=NOW - timedelta(hours=22), after=after)


LOST = (
    "Une panne a fait perdre la trace des documents délivrés entre le 24 novembre 2026 à 11 h 30 "
    "(heure de Paris) et le 24 novembre 2026 à 12 h 30 (heure de Paris). Si le vôtre a été délivré "
    "alors, il peut être authentique sans être connu ici."
)


@pytest.mark.usefixtures("restored")
def test_of_a_code_that_a_restoration_may_have_lost_it_is_said_that_its_paper_may_be_true(visitor):
    assert LOST in main(visitor.get(f"/verifier/{'K' * 28}"))
    assert LOST in main(visitor.post("/verifier", {"code": "K" * 28}))
    assert "panne" not in main(visitor.post("/verifier", {"code": "K"}))


@pytest.mark.usefixtures("restored")
def test_what_is_known_after_a_restoration_is_said_as_before(visitor, summary):
    assert "panne" not in main(visitor.get(f"/verifier/{summary.code}"))


def test_a_document_under_embargo_has_no_page_before_its_instant(visitor, summary):
    DocumentVersion.objects.filter(pk=summary.pk).update(published_at=LATER + timedelta(seconds=1))

    assert visitor.get(f"/verifier/{summary.code}").status_code == 404


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("K", "Ce code a 1 signe sur 28 : recopiez-le en entier."),
        ("K7QF", "Ce code a 4 signes sur 28 : recopiez-le en entier."),
        ("k7qf-" * 7, "Aucun document ne porte ce code : comparez-le signe par signe."),
    ],
)
def test_a_code_that_names_nothing_stays_in_its_field_with_the_reason(visitor, typed, said):
    page = visitor.post("/verifier", {"code": typed})

    assert said in main(page)
    assert f'value="{typed}"' in page.text
