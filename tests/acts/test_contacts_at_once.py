"""How a service is reached, changed while a réglementation that says otherwise is put in force."""

from datetime import timedelta

import pytest

from sporades.acts.services import contacting
from sporades.core.actors import Actor
from sporades.exams.models import RegistrationService
from tests.endurance.arena import first
from tests.factories import NOW, load_invented

LATER = NOW + timedelta(hours=1)
NAME, OTHER_NAME = "Bureau des essais de Lille", "Bureau neuf de Lille"


@pytest.mark.django_db(transaction=True)
def test_what_the_office_chooses_stays(invented_exam):
    service = RegistrationService.objects.get(academy="A09").managing_service

    def change(holds):
        contacting.change(
            managing=service,
            reached={**service.reached, "phone": "03 20 11 22 33"},
            seen=contacting.mark_of(service),
            by=Actor("manager", "Claude Martin", "user:1"),
            at=LATER,
        )
        holds()

    outcomes = first(change, lambda: load_invented((NAME, OTHER_NAME), at=LATER))

    assert not any(isinstance(one, Exception) for one in outcomes)
    service.refresh_from_db()
    assert (service.phone, service.name) == ("03 20 11 22 33", OTHER_NAME)
