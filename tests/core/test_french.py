from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sporades.core.french import (
    ZONES,
    at_most_in_words,
    day_in_words,
    days_in_words,
    ended,
    exact_in_words,
    instant_in_words,
    listed,
    listed_apart,
    of_named,
    size_in_words,
    time_left_in_words,
    time_until_in_words,
    wait_in_words,
    zone_in_words,
)

NBSP = "\u00a0"
PARIS = ZoneInfo("Europe/Paris")


@pytest.mark.parametrize(
    ("zone", "words"),
    [
        ("Europe/Paris", "dimanche 15 novembre 2026 à 23 h 59 (heure de Paris)"),
        ("Indian/Reunion", "lundi 16 novembre 2026 à 2 h 59 (heure de La Réunion)"),
        ("Indian/Mayotte", "lundi 16 novembre 2026 à 1 h 59 (heure de Mayotte)"),
        ("America/Guadeloupe", "dimanche 15 novembre 2026 à 18 h 59 (heure de la Guadeloupe)"),
        ("America/Martinique", "dimanche 15 novembre 2026 à 18 h 59 (heure de la Martinique)"),
        ("America/Cayenne", "dimanche 15 novembre 2026 à 19 h 59 (heure de la Guyane)"),
        (
            "America/Miquelon",
            "dimanche 15 novembre 2026 à 19 h 59 (heure de Saint-Pierre-et-Miquelon)",
        ),
        ("Pacific/Noumea", "lundi 16 novembre 2026 à 9 h 59 (heure de Nouméa)"),
        ("Pacific/Tahiti", "dimanche 15 novembre 2026 à 12 h 59 (heure de Tahiti)"),
        ("Pacific/Wallis", "lundi 16 novembre 2026 à 10 h 59 (heure de Wallis-et-Futuna)"),
    ],
)
def test_an_instant_is_said_with_its_day_its_hour_and_its_zone(zone, words):
    instant = datetime(2026, 11, 15, 22, 59, tzinfo=UTC)

    assert instant_in_words(instant, zone).replace(NBSP, " ") == words


def test_every_zone_has_a_name():
    assert [zone for zone in ZONES if zone_in_words(zone).startswith("fuseau")] == []


@pytest.mark.parametrize(
    ("hour", "words"),
    [(0, "avant le changement d'heure"), (1, "après le changement d'heure")],
)
def test_the_hour_that_happens_twice_says_which_one_it_is(hour, words):
    instant = datetime(2026, 10, 25, hour, 30, tzinfo=UTC)

    assert instant_in_words(instant, "Europe/Paris").replace(NBSP, " ") == (
        f"dimanche 25 octobre 2026 à 2 h 30, {words} (heure de Paris)"
    )


def test_the_first_of_a_month_is_written_1er():
    assert day_in_words(date(2027, 3, 1), weekday=True) == "lundi 1er mars 2027"


@pytest.mark.parametrize(
    ("first", "last", "words"),
    [
        (date(2026, 11, 18), date(2026, 11, 29), "entre le 18 et le 29 novembre 2026"),
        (date(2026, 10, 1), date(2026, 11, 29), "entre le 1er octobre et le 29 novembre 2026"),
        (date(2026, 12, 31), date(2027, 1, 2), "entre le 31 décembre 2026 et le 2 janvier 2027"),
        (
            date(2025, 11, 18),
            date(2026, 11, 29),
            "entre le 18 novembre 2025 et le 29 novembre 2026",
        ),
        (date(2026, 11, 29), date(2026, 11, 29), "le 29 novembre 2026"),
    ],
)
def test_two_days_are_said_without_what_they_share(first, last, words):
    assert days_in_words(first, last) == words


@pytest.mark.parametrize(
    ("left", "words"),
    [
        (timedelta(days=3, hours=5), "3 jours"),
        (timedelta(days=1, hours=2), "1 jour et 2 heures"),
        (timedelta(days=1), "1 jour"),
        (timedelta(hours=5, minutes=10), "5 heures et 10 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(seconds=59), "moins d'une minute"),
        (timedelta(seconds=-1), "moins d'une minute"),
    ],
)
def test_the_time_left_is_said_in_words(left, words):
    assert time_left_in_words(left) == words


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(seconds=0), "une minute"),
        (timedelta(seconds=59), "une minute"),
        (timedelta(minutes=1), "une minute"),
        (timedelta(minutes=1, seconds=1), "2 minutes"),
        (timedelta(minutes=59, microseconds=1), "1 heure"),
    ],
)
def test_a_wait_fits_after_dans_and_is_never_too_short(wait, words):
    assert wait_in_words(wait) == words


@pytest.mark.parametrize(
    ("delay", "words"),
    [
        (timedelta(), "1 minute"),
        (timedelta(seconds=61), "2 minutes"),
        (timedelta(hours=5), "5 heures"),
        (timedelta(hours=23, minutes=59, seconds=1), "1 jour"),
        (timedelta(days=1, minutes=1), "1 jour et 1 heure"),
        (timedelta(days=1, hours=23, minutes=1), "2 jours"),
        (timedelta(days=3), "3 jours"),
        (timedelta(days=2, hours=13), "2 jours et 13 heures"),
        (timedelta(days=3, seconds=1), "3 jours et 1 heure"),
        (timedelta(days=9, hours=22, seconds=1), "9 jours et 23 heures"),
        (timedelta(days=9, hours=23, seconds=1), "10 jours"),
        (timedelta(days=10), "10 jours"),
        (timedelta(days=10, seconds=1), "11 jours"),
    ],
)
def test_what_a_delay_does_not_exceed_is_never_too_short(delay, words):
    assert at_most_in_words(delay) == words


@pytest.mark.parametrize(
    ("words", "text"),
    [([], ""), (["a"], "a"), (["a", "b"], "a et b"), (["a", "b", "c"], "a, b et c")],
)
def test_words_are_listed_as_in_a_sentence(words, text):
    assert listed(words) == text


def test_names_with_a_comma_of_their_own_stand_apart():
    assert listed_apart(["Français", "Mathématiques"]) == "Français et Mathématiques"
    assert listed_apart(["Français, histoire", "Arts"]) == "Français, histoire ; Arts"


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("", ""),
        ("il manque le verso", "il manque le verso."),
        ("Vide !", "Vide !"),
        ("A.", "A."),
        ("Il écrit : « Oui. »", "Il écrit : « Oui. »"),
        ("Il écrit : «\u00a0Oui\u00a0!\u00a0»", "Il écrit : «\u00a0Oui\u00a0!\u00a0»"),
        ("Il propose « un tiers »", "Il propose « un tiers »."),
    ],
)
def test_a_sentence_that_was_typed_ends(typed, words):
    assert ended(typed) == words


@pytest.mark.parametrize(
    ("size", "words"), [(5_000_000, "5 Mo"), (100_000_000, "100 Mo"), (500_000, "500 Ko")]
)
def test_the_size_of_a_file_is_said(size, words):
    assert size_in_words(size) == words


def test_an_hour_that_comes_twice_is_said_apart_whatever_was_said_just_before():
    first = datetime(2026, 10, 25, 2, 30, tzinfo=ZoneInfo("Europe/Paris"))

    said = [instant_in_words(first.replace(fold=fold), "Europe/Paris") for fold in (0, 1, 0)]

    assert ["avant" in one for one in said] == [True, False, True]


def test_an_instant_said_exactly_is_no_other_on_the_night_that_clocks_go_back():
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)

    said = [exact_in_words(first + timedelta(hours=hour), "Europe/Paris") for hour in (0, 1, 2)]

    assert [one.replace(NBSP, " ") for one in said] == [
        "25 octobre 2026 à 2 h 30 min 00,000 s, avant le changement d'heure (heure de Paris)",
        "25 octobre 2026 à 2 h 30 min 00,000 s, après le changement d'heure (heure de Paris)",
        "25 octobre 2026 à 3 h 30 min 00,000 s (heure de Paris)",
    ]


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Ismaël BENALI", "d'Ismaël BENALI"),
        ("Aristide", "d'Aristide"),
        ("Émile", "d'Émile"),
        ("Œdipe", "d'Œdipe"),
        ("Yves", "d'Yves"),
        ("Yann", "de Yann"),
        ("Hugo", "de Hugo"),
        ("Maël", "de Maël"),
        ("", "de "),
    ],
)
def test_de_is_elided_before_a_name_that_begins_with_a_vowel(name, said):
    assert of_named(name) == said


def test_an_instant_of_the_same_day_is_said_to_be_today_by_the_clock_that_counts():
    closing = datetime(2026, 12, 1, 22, 59, tzinfo=UTC)
    said = {
        zone: instant_in_words(closing, zone, now=closing - timedelta(hours=2)).replace(NBSP, " ")
        for zone in ("Europe/Paris", "Indian/Reunion")
    }

    assert said["Europe/Paris"] == "aujourd'hui à 23 h 59 (heure de Paris)"
    assert said["Indian/Reunion"].startswith("aujourd'hui à 2 h 59")
    the_day_before = closing - timedelta(days=1)
    assert instant_in_words(closing, "Europe/Paris", now=the_day_before).startswith("mardi 1er")


@pytest.mark.parametrize(
    ("opening", "words"),
    [
        (datetime(2026, 12, 7, 8, tzinfo=PARIS), "5 jours"),
        (datetime(2026, 12, 8, 12, tzinfo=PARIS), "6 jours"),
        (datetime(2026, 12, 4, 0, tzinfo=PARIS), "2 jours"),
        (datetime(2026, 12, 3, 16, tzinfo=PARIS), "1 jour et 1 heure"),
        (datetime(2026, 12, 2, 17, tzinfo=PARIS), "2 heures"),
    ],
)
def test_what_is_to_come_is_counted_on_the_calendar_of_its_zone(opening, words):
    at = datetime(2026, 12, 2, 15, tzinfo=PARIS)

    assert time_until_in_words(opening, at, "Europe/Paris") == words
