"""Runs of letters are forgotten once none of their letters is left (P-20)."""

from datetime import timedelta

import pytest

from sporades.core import files
from sporades.exams.models import RegistrationService
from sporades.letters.models import Letter, PrintRun
from sporades.retention import categories, operations
from tests.factories import NOW, a_record, a_registration
from tests.retention.conftest import a_print_run

pytestmark = pytest.mark.usefixtures("invented_exam")
AGENT = "Claude Martin"
LATER = NOW + timedelta(days=2 * 366 + 1)


@pytest.fixture
def run(db, kept):
    key = files.put(b"%PDF", suffix=".pdf")
    service = RegistrationService.objects.first()
    return a_print_run(service, asked_at=NOW, asked_name=AGENT, made_at=NOW, file_key=key)


def test_who_printed_is_forgotten_with_the_last_letter_and_its_file_leaves(run, kept):
    operations.apply(at=LATER - timedelta(days=5))
    assert PrintRun.objects.exists()
    assert kept()

    assert categories.overdue(LATER)["impression"] == 1
    operations.apply(at=LATER)

    assert not PrintRun.objects.exists()
    assert kept() == []


def test_it_stays_for_as_long_as_one_of_its_letters(run):
    registration = a_registration(a_record())
    Letter.objects.update(run=run)
    type(registration.service).objects.update(closes_at=LATER)

    operations.apply(at=LATER)

    assert PrintRun.objects.get().asked_name == AGENT
    assert categories.overdue(LATER)["impression"] == 0
