from datetime import UTC, datetime

import pytest
from django.core.exceptions import ValidationError

from sporades.web.office.services.instant_forms import LocalInstantField


@pytest.mark.parametrize(
    "typed",
    [
        "15/12/2026 23:59",
        "15/12/2026 à 23 h 59",
        "15 décembre 2026 23:59",
        "15 déc. 2026 à 23 h 59",
        "2026-12-15T23:59",
    ],
)
def test_an_instant_is_read_as_people_and_machines_write_it(typed):
    assert LocalInstantField().clean(typed) == datetime(2026, 12, 15, 23, 59, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["31 juin 2026 12:00", "15 mois 2026 12:00", "décembre 2026"])
def test_what_is_no_instant_is_refused(typed):
    with pytest.raises(ValidationError):
        LocalInstantField().clean(typed)
