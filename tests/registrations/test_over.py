"""Which exams have taken place."""

from datetime import datetime

import pytest

from sporades.exams import held
from sporades.exams.models import RegistrationService
from sporades.registrations.over import exams_over
from tests.evidence.given import again
from tests.factories import a_candidate, a_registration, load_invented

LAST = "2027-05-21"
NEXT = "2027-05-22"


@pytest.fixture(autouse=True)
def _held_anew():
    """Hold the réglementation anew, and leave it so."""
    yield
    held.forget()


@pytest.fixture
def registration(invented_exam):
    return a_registration(a_candidate())


def at(day, hour="10:00", zone="+02:00"):
    return datetime.fromisoformat(f"{day}T{hour}{zone}")


@pytest.mark.parametrize(("day", "is_over"), [(LAST, False), (NEXT, True)])
def test_one_is_once_its_last_day_has_passed(registration, day, is_over):
    assert exams_over(at(day)) == [registration.exam_id] * is_over
    assert again(registration).is_exam_over(at(day)) is is_over


def test_it_is_not_where_that_day_goes_on(registration):
    RegistrationService.objects.filter(academy="A25").update(zone="America/Martinique")
    held.forget()

    assert exams_over(at(NEXT, "01:00")) == []
    assert exams_over(at(NEXT, "07:00")) == [registration.exam_id]


def test_one_that_is_offered_no_more_is_by_the_dates_under_which_one_registered(registration):
    load_invented(
        (
            "  - code: BE\n    libelle: Brevet d'essai\n",
            "  - code: NB\n    libelle: Nouveau brevet\n",
        )
    )
    held.forget()

    assert exams_over(at(LAST)) == []
    assert registration.exam_id in exams_over(at(NEXT))
