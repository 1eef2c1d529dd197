"""I4: a registration is given to another academy, for good."""

import pytest

from sporades.acts import deciding, moving, registering
from sporades.core.refusals import Refused
from sporades.documents.models import DocumentVersion
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations import drafting
from sporades.registrations.models import Draft, Version
from sporades.registrations.states import SET_ASIDE
from tests.endurance.arena import together
from tests.factories import NOW, OPERATOR, a_registration, author

WHY = "Il a déménagé"


@pytest.fixture
def registration(invented_exam):
    return a_registration()


def move(registration, academy="A25", reason=WHY):
    return moving.move_for_good(
        registration=registration, academy=academy, reason=reason, by=OPERATOR, at=NOW
    )


def test_it_keeps_its_numbers_and_answers_and_has_another_service(registration):
    number, filed = registration.number, registration.versions.get().snapshot
    version = move(registration)

    registration.refresh_from_db()
    assert (registration.number, registration.version) == (number, 2)
    assert registration.academy_id == registration.service.academy_id == "A25"
    assert registration.folder.academy == "A25"
    assert version.snapshot["sections"] == filed["sections"]
    assert version.snapshot["registration_number"] == number
    assert version.snapshot["academy_name"] == "Versailles"
    assert version.snapshot["service"]["academy"] == registration.service.academy.full_name
    assert version.changes[0] == "Académie : Lille → Versailles"
    assert version.author_name == OPERATOR.name


def test_its_candidate_has_a_new_summary_and_a_mail_that_says_why(registration):
    move(registration)

    last = DocumentVersion.objects.filter(document__folder=registration.folder_id).latest("number")
    assert (last.number, last.content["academy_name"]) == (2, "Versailles")
    told = Message.objects.get(kind="registration_moved")
    assert WHY in told.body
    assert "Lille → Versailles" in told.body
    entry = Entry.objects.get(verb="registration moved")
    assert entry.payload["before"] == {"academy": "A09"}
    assert entry.academy == "A25"


def test_the_versions_before_stay_as_they_were(registration):
    before = registration.versions.get()
    move(registration)

    kept = Version.objects.get(pk=before.pk)
    assert (kept.snapshot, kept.is_intact) == (before.snapshot, True)


def test_a_modification_that_is_open_goes_on_there(registration):
    by = author(registration.candidate)
    draft = registering.amend(registration=registration, by=by, at=NOW)
    move(registration)

    draft = Draft.objects.whole().get(pk=draft.pk)
    typed = draft.answers.get(section="identification").answers
    there = {**typed, "postcode": "78000", "town": "Versailles"}
    drafting.answer(draft=draft, section="identification", typed=there, seen_revision=None, at=NOW)
    assert (draft.service.academy_id, draft.amends_version) == ("A25", 2)
    version = registering.register(draft=draft, by=by, at=NOW)
    assert version.number == 3
    assert version.snapshot["academy_name"] == "Versailles"


def test_there_and_back(registration):
    move(registration)
    registration.refresh_from_db()
    move(registration, "A09")

    registration.refresh_from_db()
    assert (registration.academy_id, registration.version) == ("A09", 3)


@pytest.mark.parametrize("academy", ["A09", "A13", "", "A99"])
def test_an_academy_that_does_not_register_for_it_is_refused(registration, academy):
    with pytest.raises(moving.NoSuchService):
        move(registration, academy)


def test_without_a_word_it_stays(registration):
    with pytest.raises(moving.ReasonMissing):
        move(registration, reason="")


def test_what_does_not_stand_stays(registration):
    deciding.decide(
        registration=registration, decision=SET_ASIDE, reason="Doublon", by=OPERATOR, at=NOW
    )

    with pytest.raises(Refused, match="plus en cours"):
        move(registration)
    assert registration.versions.count() == 1


@pytest.mark.django_db(transaction=True)
def test_by_two_at_once_it_moves_once(registration):
    outcomes = together(*[lambda: move(registration)] * 4)

    registration.refresh_from_db()
    assert registration.version == 2
    assert sum(isinstance(one, Refused) for one in outcomes) == 3
