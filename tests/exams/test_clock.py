"""Instants of the réglementation: what a clock shows in a zone, and what it never shows."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sporades.core.french import ZONES
from sporades.exams.schema.clock import Deadline, NoSuchInstant, instant


def utc(*parts: int) -> dt.datetime:
    return dt.datetime(*parts, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Paris", utc(2026, 11, 15, 22, 59)),
        ("Indian/Reunion", utc(2026, 11, 15, 19, 59)),
        ("Indian/Mayotte", utc(2026, 11, 15, 20, 59)),
        ("America/Guadeloupe", utc(2026, 11, 16, 3, 59)),
        ("America/Martinique", utc(2026, 11, 16, 3, 59)),
        ("America/Cayenne", utc(2026, 11, 16, 2, 59)),
        ("America/Miquelon", utc(2026, 11, 16, 2, 59)),
        ("Pacific/Noumea", utc(2026, 11, 15, 12, 59)),
        ("Pacific/Tahiti", utc(2026, 11, 16, 9, 59)),
        ("Pacific/Wallis", utc(2026, 11, 15, 11, 59)),
    ],
)
def test_the_same_hour_is_another_instant_in_each_zone(zone, expected):
    assert instant("2026-11-15 23:59", zone) == instant("2026-11-15T23:59", zone) == expected


def test_every_zone_that_can_be_said_is_tried_above():
    marks = test_the_same_hour_is_another_instant_in_each_zone.pytestmark
    assert {zone for zone, _ in marks[0].args[1]} == set(ZONES)


def test_the_hour_that_the_clocks_skip_does_not_exist():
    with pytest.raises(NoSuchInstant, match="cette heure n'existe pas : le 2027-03-28"):
        instant("2027-03-28 02:30", "Europe/Paris")


def test_the_hour_that_happens_twice_must_say_which():
    with pytest.raises(NoSuchInstant, match="cette heure existe deux fois : le 2026-10-25"):
        instant("2026-10-25 02:30", "Europe/Paris")

    assert instant("2026-10-25 02:30, avant le changement d'heure", "Europe/Paris") == utc(
        2026, 10, 25, 0, 30
    )
    assert instant("2026-10-25 02:30, après le changement d'heure", "Europe/Paris") == utc(
        2026, 10, 25, 1, 30
    )


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2027-03-28 01:59", utc(2027, 3, 28, 0, 59)),
        ("2027-03-28 03:00", utc(2027, 3, 28, 1, 0)),
        ("2028-02-29 12:00", utc(2028, 2, 29, 11, 0)),
        ("2027-01-01 00:00", utc(2026, 12, 31, 23, 0)),
    ],
)
def test_what_is_around_a_jump_or_the_end_of_a_year_is_plain(written, expected):
    assert instant(written, "Europe/Paris") == expected


@pytest.mark.parametrize("day", ["2027-02-29", "2026-13-01", "2026-04-31"])
def test_a_day_that_is_not_in_the_calendar_is_refused(day):
    with pytest.raises(NoSuchInstant, match="n'existe pas dans le calendrier"):
        instant(f"{day} 12:00", "Europe/Paris")


@pytest.mark.parametrize("written", ["2026-11-15 24:00", "2026-11-15 12:60"])
def test_an_hour_that_no_clock_shows_is_refused(written):
    with pytest.raises(NoSuchInstant, match="n'existe pas dans le calendrier"):
        instant(written, "Europe/Paris")


# What a clock on the wall shows: no zone yet.
FIRST, LAST = dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1)  # noqa: DTZ001


@given(
    minute=st.datetimes(FIRST, LAST).map(lambda shown: shown.replace(second=0, microsecond=0)),
    zone=st.sampled_from(ZONES),
)
def test_an_instant_read_shows_again_what_was_written(minute, zone):
    written = f"{minute:%Y-%m-%d %H:%M}"
    try:
        read = instant(written, zone)
    except NoSuchInstant:
        early, late = (minute.replace(tzinfo=ZoneInfo(zone), fold=fold) for fold in (0, 1))
        assert early.utcoffset() != late.utcoffset()
    else:
        assert f"{read.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M}" == written


# --- Deadlines -------------------------------------------------------------------------------

CLOSING = utc(2026, 11, 15, 22, 59)


def deadline(**keys) -> Deadline:
    return Deadline(**keys)


def test_a_deadline_may_count_from_the_closing():
    due = deadline(jours_apres_fermeture=21, heure="17:00")

    assert due.instant(closing=CLOSING, zone="Europe/Paris") == utc(2026, 12, 6, 16, 0)


def test_the_day_of_the_closing_is_the_one_of_the_service():
    due = deadline(jours_apres_fermeture=1, heure="12:00")
    # In Nouméa it is already the sixteenth.
    assert due.instant(closing=CLOSING, zone="Pacific/Noumea") == utc(2026, 11, 17, 1, 0)


def test_a_deadline_may_be_a_fixed_day_on_a_clock_of_its_own():
    due = deadline(le=dt.date(2027, 3, 1), fuseau="Europe/Paris")

    assert due.instant(closing=CLOSING, zone="Pacific/Noumea") == utc(2027, 3, 1, 22, 59)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        # Skipped: read as the hour after. Twice: the second passage.
        (dt.date(2027, 3, 28), utc(2027, 3, 28, 1, 30)),
        (dt.date(2026, 10, 25), utc(2026, 10, 25, 1, 30)),
    ],
)
def test_where_the_clocks_jump_a_deadline_favours_the_candidate(day, expected):
    due = deadline(le=day, heure="02:30")

    assert due.as_written(closing=CLOSING, zone="Europe/Paris") == expected


@pytest.mark.parametrize("day", [dt.date(2026, 11, 15), dt.date(2026, 11, 1)])
def test_a_fixed_day_is_never_before_the_closing_as_it_is_now(day):
    due = deadline(le=day, heure="12:00")

    assert due.as_written(closing=CLOSING, zone="Europe/Paris") < CLOSING
    assert due.instant(closing=CLOSING, zone="Europe/Paris") == CLOSING
