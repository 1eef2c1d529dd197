"""A signed summary that was noted on the wrong file: its candidate may still sign and send theirs (E9)."""

from datetime import datetime, timedelta

import pytest

from sporades.acts.registrations import deciding, receiving
from sporades.documents.models import DocumentVersion
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.registrations.operations.correcting import ASKED_AGAIN
from sporades.registrations.states import VALIDATE
from tests.accommodations.asked import a_minor
from tests.evidence.given import MANAGER, again
from tests.factories import NOW, a_record, a_registration
from tests.renamed import rename
from tests.spaces import plain

pytestmark = pytest.mark.usefixtures("invented_exam")

DAY = timedelta(days=1)
LATE = NOW + 60 * DAY
USUAL = datetime.fromisoformat("2027-02-01T23:59:00+01:00")
KIND = "summary_asked_again"


def received(registration):
    receiving.receive_summary(
        registration=again(registration), posted_on=NOW.date(), by=MANAGER, at=NOW
    )
    return registration


def taken_back(registration, *, at):
    receiving.take_summary_back(
        registration=again(registration), noted=NOW.date().isoformat(), by=MANAGER, at=at
    )
    return again(registration)


def last_summary(registration):
    issued = DocumentVersion.objects.filter(document__folder=registration.folder_id)
    return issued.filter(document__kind="recapitulatif").latest("number").content


def test_once_its_day_has_passed_its_candidate_has_the_usual_days_and_is_told():
    registration = received(a_registration())

    found = taken_back(registration, at=LATE)

    assert (found.version, found.summary_until) == (1, USUAL)
    assert not found.is_summary_late(LATE)
    told = Message.objects.get(kind=KIND)
    assert told.subject == f"Récapitulatif signé de nouveau attendu, n°{found.number}"
    assert told.due_by == USUAL
    body = plain(told.body)
    assert "avait été noté comme reçu, par erreur. Il est de nouveau attendu." in body
    assert "Il est à poster au plus tard le lundi 1er février 2027 (cachet de la poste)" in body
    assert "nouvelle version" not in body
    assert Entry.objects.filter(verb="summary asked again").count() == 1


@pytest.mark.parametrize(("made", "is_minor"), [(a_registration, False), (a_minor, True)])
def test_what_was_issued_meanwhile_without_a_place_to_sign_is_issued_again(made, is_minor):
    registration = received(made())
    rename(registration)
    assert last_summary(registration)["to_return"] is None

    found = taken_back(registration, at=NOW + DAY)

    summary = last_summary(registration)
    assert (found.version, summary["version"]) == (3, 3)
    assert summary["to_return"] == found.summary_awaited
    assert len(summary["signers"]) == 1 + is_minor
    assert found.versions.get(number=3).changes == [ASKED_AGAIN]
    body = plain(Message.objects.get(kind=KIND).body)
    assert "son récapitulatif est publié de nouveau, avec la place de la signature" in body
    assert "au plus tard le vendredi 25 décembre 2026" in body
    assert ("signé par vous et par votre représentant légal" in body) is is_minor


def test_a_letter_encloses_it():
    registration = received(a_registration(a_record()))

    taken_back(registration, at=LATE)

    letter = Letter.objects.get(message__kind=KIND)
    assert letter.enclosed.content == last_summary(registration)
    assert "Il est joint à ce courrier." in plain(letter.message.body)


def test_what_may_still_be_sent_in_time_is_said_by_the_reminders_alone():
    registration = received(a_registration())

    found = taken_back(registration, at=NOW + DAY)

    assert found.summary_awaited
    assert not Message.objects.filter(kind=KIND).exists()


@pytest.mark.parametrize("at", [LATE, NOW + 800 * DAY], ids=["validated", "after the exam"])
def test_of_what_is_awaited_no_more_nothing_is_said(at):
    registration = received(a_registration())
    if at == LATE:
        deciding.decide(
            registration=again(registration), decision=VALIDATE, reason="", by=MANAGER, at=NOW
        )

    found = taken_back(registration, at=at)

    assert (found.version, found.summary_until) == (1, None)
    assert not Message.objects.filter(kind=KIND).exists()
