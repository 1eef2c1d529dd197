"""What is to be posted to a managing service goes to its address of now (I1, E9)."""

from datetime import datetime, timedelta

import pytest

from sporades.acts.pieces import reminding
from sporades.acts.registrations import moving
from sporades.acts.services import contacting
from sporades.documents.models import DocumentVersion
from sporades.exams.held import forget
from sporades.territory.models import ManagingService
from tests.acts.test_to_review import correct, told
from tests.evidence.given import again
from tests.factories import NOW, OPERATOR, a_registration, load_invented

pytestmark = pytest.mark.usefixtures("invented_exam")

DAY = timedelta(days=1)
LILLE, VERSAILLES = "Bureau des essais de Lille", "Bureau des essais de Versailles"
FORMER, NEW = "1 place des Essais", "9 rue Neuve"
ELSEWHERE = ["Dépôt des récapitulatifs", "3 quai des Essais", "75000 Paris"]


def readdress(registration):
    """Give the managing service of a registration another postal address, and return it."""
    found = ManagingService.objects.get(pk=registration.service.managing_service_id)
    contacting.change(
        managing=found,
        reached={**found.reached, "address": [NEW, "59800 Lille"]},
        seen=contacting.mark_of(found),
        by=OPERATOR,
        at=NOW,
    )
    forget()
    return found


def move(registration, *, at=NOW + DAY):
    moving.move_for_good(
        registration=again(registration), academy="A25", reason="Déménagée", by=OPERATOR, at=at
    )
    return again(registration)


def issued(kind="recapitulatif"):
    return DocumentVersion.objects.filter(document__kind=kind).latest("pk").content


def test_a_reminder_says_the_address_of_now_alone():
    registration = a_registration()
    readdress(registration)
    until = datetime.fromisoformat(again(registration).summary_awaited["until"])

    assert reminding.remind_pieces(at=until - 7 * DAY + timedelta(minutes=1)) == 1

    body = " ".join(told("pieces_due").split())
    assert f"à cette adresse : {LILLE} {NEW} 59800 Lille" in body
    assert FORMER not in body


def test_a_version_that_the_service_makes_says_it():
    registration = a_registration()
    readdress(registration)

    correct(registration, birth_name="Le Gouff", at=NOW + DAY)

    summary, request = issued(), issued("demande-pieces")
    assert summary["to_return"]["address"] == [LILLE, NEW, "59800 Lille"]
    assert summary["service"]["address"] == [NEW, "59800 Lille"]
    assert request["service"]["address"] == [NEW, "59800 Lille"]


def test_given_to_another_academy_the_signed_summary_goes_there():
    registration = a_registration()
    readdress(registration)

    moved = move(registration)

    assert moved.summary_awaited["address"] == [VERSAILLES, "2 rue des Essais", "78000 Versailles"]
    assert issued()["to_return"]["address"] == moved.summary_awaited["address"]
    assert LILLE not in told("registration_moved").partition("Ce qui a changé")[0]


def test_where_the_regulation_says_another_address_that_one_stays():
    there = f"texte: Imprimez, signez et renvoyez ce récapitulatif.\n      adresse: {ELSEWHERE}"
    load_invented(("texte: Imprimez, signez et renvoyez ce récapitulatif.", there))
    registration = a_registration()
    readdress(registration)
    assert again(registration).summary_awaited["address"] == ELSEWHERE

    moved = move(registration)

    assert moved.summary_awaited["address"] == ELSEWHERE
    assert f"Le récapitulatif signé va à : {', '.join(ELSEWHERE)}." in told("registration_moved")
