"""In how long a request is to be answered: those that press are found before each is looked at."""

from datetime import UTC, datetime, timedelta

from hypothesis import example, given
from hypothesis import strategies as some

from sporades.core.french import ZONES
from sporades.exams.models import RegistrationService
from sporades.registrations.models import ChangeRequest, Registration
from sporades.registrations.models.request import may_be_due_from

INSTANTS = some.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=some.just(UTC))  # noqa: DTZ001 - hypothesis gives them their zone


@given(
    sent=INSTANTS,
    waited=some.timedeltas(timedelta(days=15), timedelta(days=70)),
    paused=some.integers(0, 15),
    zone=some.sampled_from(sorted(ZONES)),
)
@example(
    sent=datetime(2027, 1, 31, 23, 30, tzinfo=UTC),
    waited=timedelta(days=21),
    paused=0,
    zone="Pacific/Noumea",
)
def test_none_that_is_late_or_due_soon_is_left_out(sent, waited, paused, zone):
    registration = Registration(service=RegistrationService(zone=zone))
    request = ChangeRequest(registration=registration, sent_at=sent, paused_days=paused)
    at = sent + waited

    presses = request.is_late(at) or request.is_due_soon(at)

    assert not presses or sent + timedelta(days=paused) < may_be_due_from(at)


def test_what_has_just_come_is_not_looked_at():
    at = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)

    assert may_be_due_from(at) < at - timedelta(days=20)
