"""What the database holds true, and how a service tells its hours."""

import datetime as dt

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from sporades.exams.models import Exam, Paper, RegistrationService, Regulation, Speciality
from sporades.territory.models import Academy

pytestmark = pytest.mark.django_db

MINUTE = dt.timedelta(minutes=1)
TICK = dt.timedelta(microseconds=1)


@pytest.fixture
def lille(load, essai):
    load(essai)
    return RegistrationService.objects.for_list().get(academy="A09")


def refused(act) -> bool:
    try:
        with transaction.atomic():
            act()
    except (IntegrityError, DatabaseError):
        return True
    return False


def test_a_version_is_never_changed_and_never_removed(load, essai):
    regulation = load(essai).regulation

    assert refused(lambda: Regulation.objects.update(loaded_by="un autre"))
    assert refused(lambda: Regulation.objects.filter(pk=regulation.pk).update(content={}))
    assert refused(lambda: Regulation.objects.all().delete())
    assert Regulation.objects.get().loaded_by == regulation.loaded_by


def test_a_number_of_version_is_used_once(load, essai):
    regulation = load(essai).regulation

    assert refused(
        lambda: Regulation.objects.create(
            domain=regulation.domain,
            session=regulation.session,
            number=1,
            content={},
            source="",
            digest="",
            loaded_at=regulation.loaded_at,
            loaded_by="",
        )
    )


@pytest.mark.parametrize("model", [Exam, Speciality, Paper])
def test_a_code_is_used_once(load, essai, model):
    load(essai)
    row = model.objects.first()
    row.pk = None

    assert refused(row.save)


@pytest.mark.parametrize(
    "change",
    [
        {"closes_at": dt.datetime(2026, 10, 12, 6, tzinfo=dt.UTC)},
        {"closes_at": dt.datetime(2026, 11, 15, 22, 59, 30, tzinfo=dt.UTC)},
        {"opens_at": dt.datetime(2026, 10, 12, 6, 0, 0, 1, tzinfo=dt.UTC)},
        {"zone": ""},
        {"audience": "tout le monde"},
    ],
)
def test_a_service_cannot_have_hours_that_make_no_sense(lille, change):
    assert refused(lambda: RegistrationService.objects.filter(pk=lille.pk).update(**change))


def test_an_academy_has_one_service_for_a_domain_session_and_audience(lille):
    lille.pk = None

    assert refused(lille.save)


# --- Hours -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("instant", "accepted"),
    [
        (dt.datetime(2026, 10, 12, 6, tzinfo=dt.UTC) - TICK, False),
        (dt.datetime(2026, 10, 12, 6, tzinfo=dt.UTC), True),
        (dt.datetime(2026, 11, 15, 22, 59, 59, 999_999, tzinfo=dt.UTC), True),
        (dt.datetime(2026, 11, 15, 23, tzinfo=dt.UTC), False),
    ],
)
def test_a_service_accepts_until_the_end_of_the_minute_displayed(lille, instant, accepted):
    assert lille.accepts(instant) is accepted
    assert lille.has_closed(instant) is (instant > lille.opens_at and not accepted)


def test_a_service_tells_its_hours_in_words_with_their_zone(lille):
    nbsp = "\u00a0"
    assert lille.opening_in_words == f"lundi 12 octobre 2026 à 8{nbsp}h{nbsp}00 (heure de Paris)"
    assert (
        lille.closing_in_words == f"dimanche 15 novembre 2026 à 23{nbsp}h{nbsp}59 (heure de Paris)"
    )


def test_a_service_tells_its_hours_on_the_clock_of_its_reader_too(lille):
    nbsp = "\u00a0"
    assert lille.said(lille.closes_at, "Indian/Reunion") == (
        f"dimanche 15 novembre 2026 à 23{nbsp}h{nbsp}59 (heure de Paris), "
        f"soit le lundi 16 novembre 2026 à 2{nbsp}h{nbsp}59 (heure de La Réunion)"
    )
    assert lille.said(lille.closes_at, "Europe/Paris") == lille.closing_in_words
    # Two zones that show the same hour say it once.
    assert lille.said(lille.closes_at, "Europe/Brussels") == lille.closing_in_words


def test_a_service_of_paris_time_tells_its_academys_hour_until_its_reader_is_known(lille):
    lille.academy = Academy.objects.get(code="A28")

    assert lille.closing_in_words.endswith("(heure de La Réunion)")
    assert lille.said(lille.closes_at, "Europe/Paris").endswith(
        "23\u00a0h\u00a059 (heure de Paris)"
    )


def test_the_time_left_counts_to_the_end_of_the_last_minute(lille):
    assert lille.time_left_in_words(lille.closes_at - 3 * MINUTE) == "4 minutes"
    assert lille.time_left_in_words(lille.closes_at) == "1 minute"


def test_a_service_tells_the_deadlines_of_the_reglementation(load, essai, lille):
    nbsp = "\u00a0"
    pieces = Regulation.objects.get().rules.exam("BREVET").evidence
    noumea = pieces[2]

    assert lille.deadline_in_words(pieces[0].deadline) == (
        f"dimanche 6 décembre 2026 à 17{nbsp}h{nbsp}00 (heure de Paris)"
    )
    assert lille.instant_of(noumea.deadline) == dt.datetime(2027, 3, 1, 22, 59, tzinfo=dt.UTC)


def test_a_row_says_what_it_is(lille):
    assert str(lille) == f"Brevet d'essai, Session 2027, {lille.academy.full_name}"
    assert str(Regulation.objects.get()) == "Brevet d'essai, Session 2027, version 1"
    assert str(Exam.objects.get()) == "Brevet d'essai des îles"
