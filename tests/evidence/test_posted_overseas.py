"""A postmark bears the day of where it was posted, which a page says with that of its service (L-05, R-21)."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sporades.accommodations.late import counted_at
from sporades.acts.pieces import verifying
from sporades.acts.postmarks import PostmarkToCome
from sporades.acts.registrations import receiving
from sporades.core.refusals import Refused
from sporades.evidence.checks import checks_of
from sporades.evidence.queries import pieces_of
from sporades.registrations.models import Registration
from tests.evidence.given import MANAGER, again, piece
from tests.factories import a_registration

NOUMEA, CAYENNE = ZoneInfo("Pacific/Noumea"), ZoneInfo("America/Cayenne")
LATER = datetime(2027, 1, 8, 9, tzinfo=NOUMEA)


def living_in(postcode, town):
    """File a registration in Lille, whose clock is that of Paris, from an address overseas."""
    made = a_registration()
    Registration.objects.filter(pk=made.pk).update(postcode=postcode, town=town, country="99100")
    return again(made)


@pytest.fixture
def far_east():
    return living_in("98800", "Nouméa")


@pytest.fixture
def far_west():
    return living_in("97300", "Cayenne")


def receive(registration, posted_on, *, at=LATER):
    verifying.receive(row=piece(registration), posted_on=posted_on, by=MANAGER, at=at)


@pytest.mark.parametrize(("day", "is_late"), [(31, False), (1, True)])
def test_what_was_posted_by_the_day_that_the_page_shows_is_in_time(far_east, day, is_late):
    until = pieces_of(far_east)[0].until
    said = far_east.service.said(until, far_east.reader_zone)
    assert "soit le jeudi 31 décembre 2026" in said
    posted_on = date(2026, 12, 31) if day == 31 else date(2027, 1, 1)

    receive(far_east, posted_on)

    found = again(far_east)
    [check] = checks_of(found, pieces_of(found), at=LATER)
    assert ("Hors délai" in check.note) == is_late
    row = piece(found)
    row.registration = found
    assert row.is_late == is_late


@pytest.mark.parametrize(("day", "is_late"), [(30, False), (31, True)])
def test_west_of_its_service_the_day_of_the_service_counts(far_west, day, is_late):
    receive(far_west, date(2026, 12, day))

    row = piece(far_west)
    row.registration = far_west
    assert row.is_late == is_late


def test_what_was_posted_today_where_it_was_posted_is_noted(far_east):
    morning = datetime(2026, 12, 1, 9, tzinfo=NOUMEA)
    with pytest.raises(PostmarkToCome):
        receive(far_east, date(2026, 12, 2), at=morning)

    receive(far_east, date(2026, 12, 1), at=morning)

    assert piece(far_east).posted_on == date(2026, 12, 1)


def test_the_signed_summary_may_come_from_today_there(far_east):
    morning = datetime(2026, 12, 1, 9, tzinfo=NOUMEA)

    receiving.receive_summary(
        registration=far_east, posted_on=date(2026, 12, 1), by=MANAGER, at=morning
    )

    assert again(far_east).summary_posted_on == date(2026, 12, 1)


def test_a_summary_posted_on_the_evening_of_its_filing_may_be_of_the_day_before_in_paris(far_west):
    evening = datetime(2026, 11, 25, 21, tzinfo=CAYENNE)
    Registration.objects.filter(pk=far_west.pk).update(filed_at=evening)
    said = {"registration": again(far_west), "by": MANAGER, "at": evening + timedelta(days=9)}
    with pytest.raises(Refused, match="Indiquez un jour possible"):
        receiving.receive_summary(posted_on=date(2026, 11, 24), **said)

    receiving.receive_summary(posted_on=date(2026, 11, 25), **said)

    assert again(far_west).summary_posted_on == date(2026, 11, 25)


def test_a_request_for_accommodations_on_paper_counts_from_where_its_day_began_first(
    far_east, far_west
):
    day = date(2026, 12, 16)

    assert counted_at(far_east, day) == datetime(2026, 12, 16, tzinfo=NOUMEA)
    assert counted_at(far_west, day) == datetime(2026, 12, 16, tzinfo=ZoneInfo("Europe/Paris"))
