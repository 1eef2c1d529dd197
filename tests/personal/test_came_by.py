"""« Mes données » says by which way a paper came of what came, and of nothing else."""

from datetime import timedelta

import pytest

from sporades.acts.registrations import receiving, requesting
from sporades.acts.requests.completing import Came
from sporades.core.french import local_day
from sporades.registrations.came import CameBy
from sporades.registrations.models import ChangeRequest
from tests.evidence.given import MANAGER, again
from tests.factories import NOW, OPERATOR, a_registration
from tests.personal.test_no_longer_offered import page_of
from tests.requests import ask

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock", "kept")


def test_of_what_has_not_come_no_way_is_said():
    registration = a_registration()

    assert "Par la poste" not in page_of(registration.candidate)


def test_of_what_was_handed_over_it_is_said():
    registration = a_registration()
    receiving.receive_summary(
        registration=again(registration),
        posted_on=NOW.date(),
        came_by=CameBy.DESK,
        seen=registration.version,
        by=MANAGER,
        at=NOW,
    )

    page = page_of(again(registration).candidate)

    assert CameBy.DESK.label in page
    assert "Par la poste" not in page


def test_of_what_completed_a_request_the_day_that_was_noted_is_said_and_no_hour():
    registration = a_registration()
    late = registration.service.closes_at + timedelta(days=2)
    asked = ask(registration, late)
    for missing, way in (("Le bail", CameBy.MAIL), ("La quittance", CameBy.DESK)):
        found = ChangeRequest.objects.for_list().get(pk=asked.pk)
        requesting.ask_more(request=found, missing=missing, by=OPERATOR, at=late)
        requesting.complete(
            request=ChangeRequest.objects.for_list().get(pk=asked.pk),
            words=f"{missing} entier",
            proof=[],
            came=Came(local_day(late, "Europe/Paris") + timedelta(days=1), way),
            by=OPERATOR,
            at=late + timedelta(days=3),
        )

    page = " ".join(page_of(again(registration).candidate).split())

    assert "Complément reçu le 18 décembre 2026, par mail" in page
    assert "Complétée le</dt><dd>18 décembre 2026<" in page
    assert "Complément venu" in page
