"""At the instant of its opening a service has opened: people count on its dates from then on."""

from datetime import timedelta

import pytest

from sporades.acts.services import opening
from sporades.core.actors import Actor
from sporades.exams.models import RegistrationService
from sporades.exams.operations.openings import NotMoved, check_extension, check_put_off
from tests.factories import NOW

HEAD = Actor("head", "Awa Diop", "user:head")
HOUR = timedelta(hours=1)
JUST_BEFORE = timedelta(microseconds=1)

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")


@pytest.fixture
def service(db):
    """Return a service that opens now."""
    service = RegistrationService.objects.get(academy="A09")
    service.opens_at = NOW
    service.save()
    return service


def move(service, *, at, opens=timedelta(0), closes=timedelta(0)):
    return opening.change(
        service=service,
        opens_at=service.opens_at + opens,
        closes_at=service.closes_at + closes,
        reason="Panne",
        by=HEAD,
        at=at,
    )


def test_its_opening_is_put_off_until_then_and_not_from_then_on(service):
    for one in (move, put_off):
        with pytest.raises(NotMoved, match="a déjà ouvert"):
            one(service, at=NOW, opens=HOUR)

    put_off(service, at=NOW - JUST_BEFORE, opens=HOUR)
    move(service, at=NOW - JUST_BEFORE, opens=HOUR)

    service.refresh_from_db()
    assert service.opens_at == NOW + HOUR


def test_from_then_on_an_extension_is_for_two(service):
    assert move(service, at=NOW - JUST_BEFORE, closes=HOUR).needs_two is False
    service.refresh_from_db()
    with pytest.raises(NotMoved, match="pas encore ouvert"):
        extend(service, at=NOW - JUST_BEFORE)

    extend(service, at=NOW)

    assert move(service, at=NOW, closes=HOUR).needs_two is True


def put_off(service, *, at, opens):
    check_put_off(service, service.opens_at + opens, waiting={}, at=at)


def extend(service, *, at):
    check_extension(service, service.closes_at + HOUR, waiting={}, at=at)
