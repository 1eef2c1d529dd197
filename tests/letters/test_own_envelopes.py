"""A letter for somebody else than its candidate stays theirs, whatever hinders its printing."""

import pytest

from sporades.candidates.models import Candidate
from sporades.core import pdf
from sporades.letters.models import Letter
from sporades.letters.operations import mail_unprintable
from sporades.letters.queries import kept_back, unprintable
from sporades.mail.models import Message
from tests.accommodations.asked import a_minor, sign, write
from tests.factories import NOW
from tests.letters.test_printing import LILLE, printed

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock", "kept")


@pytest.fixture
def letter():
    """A guardian's, for a minor may have signed in their name."""
    registration = a_minor(guardian="")
    write(registration)
    sign(registration)
    return Letter.objects.get(message__kind="signed_as_guardian")


@pytest.fixture
def put_aside(letter, monkeypatch):
    """It could not be printed, once."""

    def fails(*args, **options):
        raise pdf.CannotPrint("once")

    with monkeypatch.context() as patched:
        patched.setattr(pdf, "typeset", fails)
        printed()
    letter.refresh_from_db()
    assert letter.why
    return letter


def test_printed_the_second_time_it_goes_to_the_guardian(put_aside):
    [run] = printed()

    put_aside.refresh_from_db()
    assert (put_aside.run, put_aside.address[0]) == (run, "Anne Le Goff")


def test_it_is_never_mailed_to_the_minor(put_aside):
    candidate = Candidate.objects.get(pk=put_aside.candidate_id)

    assert mail_unprintable(candidate, at=NOW) == 0

    assert Letter.objects.waiting().filter(pk=put_aside.pk).exists()
    assert Message.objects.get(pk=put_aside.message_id).recipient == ""


def test_it_is_not_kept_back_where_the_candidate_has_no_address(letter):
    Candidate.objects.filter(pk=letter.candidate_id).update(address_1="Ferme du Bas", town="")

    assert not Letter.objects.waiting().filter(unprintable()).exists()
    assert not kept_back(LILLE).exists()
