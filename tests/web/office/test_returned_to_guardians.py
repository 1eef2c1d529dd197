"""The letter to a minor's guardian that came back: listed until it goes again, where they are now."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.acts.people import joining
from sporades.acts.registrations import deciding, registering
from sporades.acts.writing import posting, resending
from sporades.candidates.models import Candidate
from sporades.letters.models import Letter
from sporades.letters.operations import guardian_envelope
from sporades.letters.states import LetterState
from sporades.mail.models import Message
from sporades.registrations.models import Draft, Registration
from sporades.registrations.states import RESTORE, SET_ASIDE
from tests.accommodations.asked import MINOR, a_minor
from tests.acts.test_claiming import claim, given
from tests.evidence.given import again
from tests.factories import NOW, OPERATOR, a_candidate, a_record, author
from tests.letters.test_printing import MANAGER, printed
from tests.requests import moved_house
from tests.spaces import plain
from tests.web.guide import main
from tests.web.office.test_queues import said
from tests.web.office.test_returned import BACK, keep

pytestmark = pytest.mark.usefixtures("in_lille", "kept")


def decide(registration, decision):
    deciding.decide(
        registration=again(registration),
        decision=decision,
        reason="Trop jeune" if decision is SET_ASIDE else "",
        by=OPERATOR,
        at=NOW,
    )


def posted(registration):
    """Post what its guardian is written, since it was set aside; return the letter."""
    decide(registration, SET_ASIDE)
    [run] = printed()
    posting.note_posted(run=run, posted_on=NOW.date(), by=MANAGER, at=NOW)
    return Letter.objects.get(message__kind="guardian_awaited")


@pytest.fixture(params=["account", "record"])
def minor(request):
    """Somebody whose guardian has no mail."""
    candidate = a_candidate(**MINOR) if request.param == "account" else a_record(**MINOR)
    return a_minor(candidate, guardian="")


@pytest.fixture
def of_record():
    """Somebody without an account, whose guardian has no mail."""
    return a_minor(a_record(**MINOR), guardian="")


def note(letter):
    posting.note_returned(letter=letter, by=MANAGER, at=NOW)
    return letter


def send(letter, registration, *, at=NOW, **options):
    return resending.send_again(
        message=letter.message, registration=again(registration), by=OPERATOR, at=at, **options
    )


def doubts(letter, registration):
    with pytest.raises(resending.Doubtful) as raised:
        send(letter, registration)
    return raised.value


def test_it_is_listed_and_its_sentence_says_where_it_goes_again_from(manager, minor):
    letter = posted(minor)

    page = main(manager.post(reverse("office:return_letter", args=[letter.pk]), follow=True))

    assert "n'est pas au sujet d'une inscription" not in page
    assert "pour le représentant légal d'un mineur" in page
    assert ("« Modifier pour le candidat »" in page) is minor.candidate.has_account
    assert ("sur la fiche du candidat" in page) is not minor.candidate.has_account
    assert said(manager)[BACK] == (1, "aujourd'hui")
    listed = main(manager.get(reverse("office:letters"))).partition(BACK)[2]
    assert "Anne Le Goff, pour " in listed


@pytest.mark.parametrize("is_before", [True, False], ids=["came back before", "after"])
def test_another_address_of_the_candidate_does_not_settle_it(manager, of_record, is_before):
    letter = posted(of_record)
    if is_before:
        note(letter)
    keep(letter, address_1="99 rue Neuve")
    if not is_before:
        note(letter)

    assert said(manager)[BACK][0] == 1


def test_it_goes_home_again_to_its_guardian_and_is_listed_no_more(manager, minor):
    letter = note(posted(minor))
    tab = reverse("office:mails", args=[minor.number])
    button = reverse("office:send_again", args=[letter.message_id])
    assert button in manager.get(tab).text
    corrected = (
        "dans l'inscription, par « Modifier pour le candidat »"
        if minor.candidate.has_account
        else "sur la fiche du candidat"
    )
    doubtful = doubts(letter, minor)
    [one] = doubtful.doubts
    assert "d'où il est revenu : 12 rue des Îles, 59000 LILLE." in plain(one)
    assert one.endswith(f"corrigez-la d'abord {corrected}.")

    fresh = send(letter, minor, sure_of=doubtful.mark)

    assert (fresh.state, fresh.recipient) == (Message.State.LETTER, "")
    assert fresh.body.endswith(letter.message.body)
    assert fresh.letter.is_to_guardian
    assert BACK not in said(manager)
    [run] = printed()
    assert run.letters.get().address == ["Anne Le Goff", "12 rue des Îles", "59000 LILLE"]


def test_it_goes_again_where_the_record_says_that_home_is_now(of_record):
    letter = note(posted(of_record))
    keep(letter, address_1="99 rue Neuve")

    fresh = send(letter, of_record)

    assert fresh.letter.address == ["Anne Le Goff", "99 rue Neuve", "59000 LILLE"]


def test_it_goes_again_there_once_the_minor_has_taken_their_record(of_record):
    letter = note(posted(of_record))
    keep(letter, address_1="99 rue Neuve")
    joining.activate(claim(given(letter.candidate), birth=(26, 11, 2009)).pk, at=NOW)

    fresh = send(letter, of_record)

    assert again(of_record).candidate.has_account
    assert fresh.letter.address == ["Anne Le Goff", "99 rue Neuve", "59000 LILLE"]


def test_it_goes_again_where_the_registration_says_that_home_is_now():
    filed = a_minor(guardian="")
    by = author(filed.candidate)
    letter = note(posted(filed))
    decide(filed, RESTORE)
    Letter.objects.waiting().delete()
    draft = registering.amend(registration=again(filed), by=by, at=NOW)
    moved_house(draft, NOW)
    draft = Draft.objects.whole().get(pk=draft.pk)
    registering.register(draft=draft, by=by, at=NOW + timedelta(minutes=1))

    doubtful = doubts(letter, filed)
    [one] = doubtful.doubts
    assert one.startswith("Depuis, « Quelque chose attend ")
    assert " a été écrit au représentant légal le mercredi 25 novembre" in one
    fresh = send(letter, filed, sure_of=doubtful.mark)

    assert fresh.letter.address[:2] == ["Anne Le Goff", again(filed).address_1]
    assert fresh.letter.address[1] != letter.address[1]


def test_whom_the_registration_names_since_is_said_and_written_to(of_record):
    letter = note(posted(of_record))
    keep(letter, address_1="99 rue Neuve")
    Registration.objects.update(guardian_name="Yves Le Goff")

    doubtful = doubts(letter, of_record)

    [one] = doubtful.doubts
    assert one == "Il était pour Anne Le Goff ; il partirait au nom de Yves Le Goff."
    fresh = send(letter, of_record, sure_of=doubtful.mark)
    assert fresh.letter.address[0] == "Yves Le Goff"


def test_once_the_candidate_is_of_age_it_goes_no_more_and_is_listed_no_more(manager, minor):
    letter = note(posted(minor))
    last = NOW + timedelta(days=365)

    for at, is_minor in ((last, True), (last + timedelta(days=1), False)):
        assert Letter.objects.come_back(at=at).filter(pk=letter.pk).exists() is is_minor
        with pytest.raises(resending.Doubtful if is_minor else resending.OfAge):
            send(letter, minor, at=at)


def test_what_its_candidate_was_sent_with_the_same_run_did_not_come_back(of_record):
    letter = note(posted(of_record))

    assert Letter.objects.filter(run=letter.run, candidate=letter.candidate).count() > 1
    assert list(Letter.objects.filter(state=LetterState.RETURNED)) == [letter]


def test_where_nobody_is_named_any_more_nor_any_home_known_it_goes_again_as_before(of_record):
    letter = note(posted(of_record))
    nowhere = {"address_1": "", "town": ""}
    Registration.objects.filter(pk=of_record.pk).update(guardian_name="", **nowhere)
    Candidate.objects.filter(pk=of_record.candidate_id).update(**nowhere)

    assert guardian_envelope(letter, again(of_record)) == letter.address
