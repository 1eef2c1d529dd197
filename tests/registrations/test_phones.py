"""Telephone numbers: those that can be dialled are accepted, however they are written."""

import pytest

from sporades.core.phones import EXAMPLES, LANDLINE_EXAMPLES, as_dialled, phone_in_words
from sporades.registrations.dossier import dossier_of
from sporades.registrations.sections import IDENTIFICATION
from sporades.registrations.sections.identification import OWN_ADDRESS
from tests.factories import NOW, a_candidate, a_draft, a_record

MINOR = {"birth_year": 2012}


def identification(draft):
    answers = {row.section: row.answers for row in draft.answers.all()}
    return IDENTIFICATION.judged(dossier_of(draft, day=NOW.date(), answers=answers))


@pytest.mark.parametrize(
    "number",
    [
        "06 12 34 56",
        "06 39 98 12 3",
        "06 39 98 12 34 5",
        "0000000000",
        "123456",
        "87 12 34 56",
        "+33 06 39 98 12 34",
        "+33 6 39 98 12 3",
        "+0 639981234",
        "+123456",
        "06 39 98 12 3O",
        "٠٦٣٩٩٨١٢٣٤",
    ],
)
def test_a_number_that_cannot_be_dialled_is_refused_with_an_example(number):
    form = identification(a_draft(identification={"mobile": number}))

    assert form.errors == {"mobile": [EXAMPLES]}


def test_the_example_of_a_landline_is_one():
    form = identification(a_draft(identification={"phone": "03 20"}))

    assert form.errors == {"phone": [LANDLINE_EXAMPLES]}
    assert "par exemple 03 53 01 12 34" in LANDLINE_EXAMPLES


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("06.39.98.12.34", "0639981234"),
        ("06-39-98-12-34", "0639981234"),
        ("0692 12 34 56", "0692123456"),
        ("+33 6 39 98 12 34", "+33639981234"),
        ("+33 (0)6 39 98 12 34", "+33639981234"),
        ("0033 6 39 98 12 34", "+33639981234"),
        ("00 32 470 12 34 56", "+32470123456"),
        ("+687 26 55 55", "+687265555"),
        ("+44 20 7946 0000", "+442079460000"),
    ],
)
def test_a_number_that_can_be_dialled_is_kept_without_its_spaces(typed, kept):
    form = identification(a_draft(identification={"mobile": typed}))

    assert form.errors == {}
    assert form.cleaned_data["mobile"] == kept


@pytest.mark.parametrize(
    ("postcode", "number", "is_refused"),
    [
        ("98800", "26 55 55", False),
        ("98600", "72 25 25", False),
        ("97500", "41 10 10", False),
        ("98714", "40 47 84 00", False),
        ("98714", "47 84 00", True),
        ("98800", "40 47 84 00", True),
        ("97110", "41 10 10", True),
    ],
)
def test_a_short_number_goes_with_an_address_where_it_is_dialled(postcode, number, is_refused):
    form = identification(a_draft(identification={"mobile": number, "postcode": postcode}))

    assert ("mobile" in form.errors) == is_refused


def test_the_number_of_a_guardian_is_judged_alike():
    candidate = a_candidate(**MINOR)
    guardian = {"guardian_name": "Le Goff Yann", "guardian_phone": "06 12 34 56"}

    form = identification(a_draft(candidate, identification=guardian))

    assert form.errors == {"guardian_phone": [EXAMPLES]}


def test_when_no_number_is_given_both_are_marked():
    form = identification(a_draft(identification={"mobile": ""}))

    words = ["Indiquez un numéro de téléphone, fixe ou mobile."]
    assert form.errors == {"phone": words, "mobile": words}


@pytest.mark.parametrize("typed", ["Zoe@Exemple.test", "zoe+parent@exemple.test"])
def test_the_address_of_a_guardian_is_not_the_candidates_own(typed):
    candidate = a_candidate(email="zoe@exemple.test", birth_year=2009)
    guardian = {"guardian_name": "Le Goff Yann", "guardian_phone": "06 39 98 12 35"}

    form = identification(a_draft(candidate, identification={**guardian, "guardian_email": typed}))

    assert form.errors == {"guardian_email": [OWN_ADDRESS]}


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("0639981234", "06 39 98 12 34"),
        ("+687265555", "+687 26 55 55"),
        ("+33639981234", "+33 6 39 98 12 34"),
        ("+32470123456", "+32 470 12 34 56"),
        ("+12025550123", "+1 202 555 0123"),
        ("+385912345678", "+385 912 345 678"),
        ("+35312345678", "+353 12 345 678"),
        ("412345", "412345"),
    ],
)
def test_a_number_is_written_in_groups_wherever_it_is_dialled(number, said):
    assert phone_in_words(number) == said
    assert as_dialled(said) == number


def test_one_of_the_two_is_due_of_who_has_an_account_and_none_of_who_writes(invented_exam):
    bare = {"mobile": None, "phone": None}
    own, written = (
        identification(a_draft(one, identification=bare)) for one in (a_candidate(), a_record())
    )

    assert set(own.errors) == {"mobile", "phone"}
    assert written.errors == {}
    assert written.fieldsets()[2][0] == "Vos téléphones"
