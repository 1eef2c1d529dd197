"""Birth dates that can be, whole or in part."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from sporades.candidates.births import BirthDateField, checked
from sporades.candidates.models import Candidate, Identity, is_minor_on
from sporades.candidates.words import birth_date_in_words
from sporades.exams.rules.facts import Facts
from tests.factories import a_record

TODAY = date(2026, 11, 25)
BIRTHS = st.dates(date(1907, 1, 1), date(2016, 11, 24))


@given(BIRTHS)
def test_a_plausible_date_is_accepted(day):
    parts = (day.day, day.month, day.year)

    assert checked(parts, is_partial=False, on=TODAY) == parts


@given(BIRTHS)
def test_a_part_that_the_register_lacks_never_blocks(day):
    assert checked((None, day.month, day.year), is_partial=True, on=TODAY)
    assert checked((None, None, day.year), is_partial=True, on=TODAY)


@pytest.mark.parametrize(
    ("typed", "month"),
    [("2", 2), ("février", 2), ("FEVRIER", 2), ("fév.", 2), ("juillet", 7), ("août", 8)],
)
def test_a_month_may_be_written_by_its_name(typed, month):
    assert BirthDateField().clean(["14", typed, "2008"]) == (14, month, 2008)


@pytest.mark.parametrize("typed", ["fé", "jui", "brumaire"])
def test_a_name_that_is_no_month_s_is_refused(typed):
    with pytest.raises(ValidationError, match="en chiffres"):
        BirthDateField().clean(["14", typed, "2008"])


def test_a_sign_that_is_not_seen_is_refused_once_in_our_words():
    with pytest.raises(ValidationError) as refused:
        BirthDateField().clean(["\0", "\0", "2008"])

    [said] = refused.value.messages
    assert said == "Écrivez le jour, le mois et l'année en chiffres, par exemple 14 03 2008."


@given(st.integers(1, 31), st.integers(1, 12), st.integers(1907, 2015))
def test_a_day_exists_or_is_refused(day, month, year):
    try:
        date(year, month, day)
    except ValueError:
        with pytest.raises(ValidationError, match="n'existe pas"):
            checked((day, month, year), is_partial=False, on=TODAY)
    else:
        assert checked((day, month, year), is_partial=False, on=TODAY)


@given(st.integers(0, 5_000))
def test_the_future_is_refused(days):
    day = TODAY + timedelta(days=days + 1)

    with pytest.raises(ValidationError, match="dans le futur"):
        checked((day.day, day.month, day.year), is_partial=False, on=TODAY)


@pytest.mark.parametrize(
    ("parts", "is_partial", "words"),
    [
        ((29, 2, 2007), False, "n'existe pas"),
        ((14, 13, 2008), False, "un mois de 1 à 12"),
        ((14, 3, 8), False, "sur quatre chiffres"),
        ((3, 13, 66), False, "Indiquez un mois de 1 à 12, et l'année sur quatre chiffres"),
        (
            (None, 3, 2008),
            False,
            "^..Indiquez le jour. Si votre état civil ne l'indique pas, cochez la case",
        ),
        (
            (None, None, 2008),
            False,
            "Indiquez le jour et le mois. Si votre état civil ne les indique",
        ),
        ((14, None, 2008), False, "^..Indiquez le mois...$"),
        ((14, 3, None), False, "^..Indiquez l'année...$"),
        ((None, None, None), False, "Indiquez le jour, le mois et l'année, par exemple"),
        ((None, None, None), True, "Indiquez au moins l'année, par exemple 2008."),
        ((None, 3, None), True, "Indiquez au moins l'année, par exemple 2008."),
        ((14, 3, 2008), True, "décochez la case"),
        ((14, None, 2008), True, "Indiquez aussi le mois"),
        ((26, 11, 2016), False, "vous auriez 9 ans"),
        ((1, 1, 1905), False, "vous auriez 121 ans"),
        ((1, 1, 1904), False, "Vérifiez l'année de naissance : elle est trop ancienne"),
        ((14, 3, 1800), False, "Vérifiez l'année de naissance : elle est trop ancienne"),
        ((14, 3, 20080), False, "Vérifiez l'année de naissance : cette date est dans le futur"),
        ((31, 2, 2031), False, "Vérifiez l'année de naissance : cette date est dans le futur"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_do(parts, is_partial, words):
    with pytest.raises(ValidationError, match=words):
        checked(parts, is_partial=is_partial, on=TODAY)


def test_leap_days_are_days():
    assert checked((29, 2, 2008), is_partial=False, on=TODAY) == (29, 2, 2008)


@pytest.mark.parametrize(
    ("day", "month", "words", "latest"),
    [
        (14, 3, "14 mars 2008", date(2008, 3, 14)),
        (None, 2, "février 2008 (jour inconnu)", date(2008, 2, 29)),
        (None, 12, "décembre 2008 (jour inconnu)", date(2008, 12, 31)),
        (None, None, "2008 (jour et mois inconnus)", date(2008, 12, 31)),
    ],
)
def test_a_date_reads_as_what_is_known_of_it(day, month, words, latest):
    identity = Identity(birth_year=2008, birth_month=month, birth_day=day)

    assert birth_date_in_words(identity) == words
    assert identity.latest_birth_date == latest


@pytest.mark.parametrize(
    "born",
    [
        (2008, 2, 28),
        (2008, 2, 29),
        (2008, 3, 1),
        (2008, 2, None),
        (2008, 12, None),
        (2008, None, None),
        (2009, 1, 1),
    ],
)
def test_the_database_reads_who_is_a_minor_as_we_do(db, born):
    parts = dict(zip(("birth_year", "birth_month", "birth_day"), born, strict=True))
    identity = a_record(**parts).identity
    days = [
        date(year, month, day)
        for year in (2025, 2026, 2027)
        for month, day in ((2, 27), (2, 28), (3, 1), (12, 30), (12, 31), (1, 1))
    ]

    for day in days:
        facts = Facts(on=day, session_year=day.year, birth_date=identity.latest_birth_date)
        found = Candidate.objects.filter(is_minor_on("identity", day))
        assert found.exists() is facts.is_minor_on(day), day
