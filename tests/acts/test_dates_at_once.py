"""Two who change the dates of a service at once: the second reads what the first has made of them."""

from datetime import timedelta

import pytest

from sporades.acts.services import opening
from sporades.core.actors import Actor
from sporades.exams.models import RegistrationService, ServiceChange
from sporades.exams.operations.openings import Overtaken, mark_of
from tests.endurance.arena import first, together
from tests.factories import NOW

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("invented_exam"),
]


@pytest.fixture
def service(invented_exam):
    """Return a service that opens in three days."""
    service = RegistrationService.objects.get(academy="A09")
    service.opens_at = NOW + timedelta(days=3)
    service.save()
    return service


def changing(service, *, by, **dates):
    """Return what changes dates as somebody read them, whenever it is called."""
    wanted = {"opens_at": service.opens_at, "closes_at": service.closes_at, **dates}
    seen, who = mark_of(service), Actor("manager", by, f"user:{by}")
    return lambda: opening.change(
        service=service, **wanted, reason="Panne", by=who, at=NOW, seen=seen
    )


def test_of_two_changes_read_from_the_same_page_the_second_is_refused(service):
    opens_later = changing(service, by="A", opens_at=service.opens_at + timedelta(days=1))
    closes_later = changing(service, by="B", closes_at=service.closes_at + timedelta(days=1))

    def held(holds):
        opens_later()
        holds()

    made, refused = first(held, closes_later)

    service.refresh_from_db()
    assert (made, type(refused)) == (None, Overtaken)
    assert service.opens_at == NOW + timedelta(days=4)
    assert ServiceChange.objects.count() == 1


def test_a_press_that_is_doubled_at_one_instant_is_one_change(service):
    press = changing(service, by="A", closes_at=service.closes_at + timedelta(days=1))

    one, other = together(press, press)

    assert one == other == ServiceChange.objects.get()
