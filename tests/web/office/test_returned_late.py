"""The letter to the guardian of who asked late that came back: listed, and said for what it is."""

from datetime import timedelta

import pytest
from django.urls import reverse

from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.writing import posting
from sporades.letters.models import Letter
from tests.accommodations.asked import a_minor
from tests.acts.test_guardians_of_decisions import refuse_a_late_registration
from tests.factories import NOW
from tests.letters.test_printing import LILLE, MANAGER, printed
from tests.web.guide import main
from tests.web.office.test_returned import BACK

pytestmark = pytest.mark.usefixtures("in_lille", "kept")
ELSEWHERE = Reach((Perimeter(frozenset({"A10"}), None, MANAGER),))


@pytest.fixture
def posted():
    """Post what the guardian of a minor is written, who was refused; return the letter."""
    draft = refuse_a_late_registration(guardian="")
    later = draft.service.closes_at
    printed(at=later)
    letter = Letter.objects.get(message__kind="guardian_awaited")
    posting.note_posted(run=letter.run, posted_on=later.date(), by=MANAGER, at=later)
    return letter


def test_it_is_said_to_be_a_guardians_and_to_go_no_more(manager, posted):
    page = main(manager.post(reverse("office:return_letter", args=[posted.pk]), follow=True))

    assert "pour le représentant légal d'un mineur qui a demandé une inscription tardive" in page
    assert "il ne s'envoie pas de nouveau" in page
    assert "là où il recevait ses courriers" not in page


def test_nothing_leads_to_a_record_that_does_not_open(manager, posted):
    record = reverse("office:record", args=[posted.candidate_id])
    assert manager.get(record).status_code == 404

    said = manager.post(reverse("office:return_letter", args=[posted.pk]), follow=True)

    listed = manager.get(reverse("office:letters"))
    assert "Anne Le Goff, pour Maëlle Anne LE GOFF" in main(listed).partition(BACK)[2]
    assert record not in listed.text
    assert record not in said.text


def test_it_is_of_the_service_that_was_asked_wherever_its_candidate_is_registered(posted):
    registration = a_minor(posted.candidate)
    type(registration).objects.filter(pk=registration.pk).update(academy="A10")
    posting.note_returned(letter=posted, by=MANAGER, at=NOW)
    back = Letter.objects.come_back(at=NOW)

    assert back.managed_within(LILLE).get() == posted
    assert not back.managed_within(ELSEWHERE).exists()


def test_once_its_candidate_is_of_age_it_awaits_nothing(posted):
    posting.note_returned(letter=posted, by=MANAGER, at=NOW)
    last = NOW + timedelta(days=365)

    assert Letter.objects.come_back(at=last).exists()
    assert not Letter.objects.come_back(at=last + timedelta(days=1)).exists()
