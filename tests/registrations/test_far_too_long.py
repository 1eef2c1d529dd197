"""What is far longer than its field takes costs nobody anything: its signs are not looked at."""

import sys
from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from sporades.candidates.births import BirthDateField
from sporades.registrations.fields import (
    CalendarField,
    CleanCharField,
    CleanLinesField,
    EnvelopeField,
    MarkField,
    NumberField,
    WholeNumberField,
)
from sporades.registrations.sections.communes import PostcodeField
from sporades.registrations.sections.phones import PhoneField
from sporades.threads.forms import MessageForm
from sporades.web.account.forms import AddressForm, SignUpForm, SlipForm
from sporades.web.layout.wording import say_what_to_do
from sporades.web.office.services.instant_forms import LocalInstantField
from sporades.web.public.verify import CodeForm

SIGNS = 400_000
MOST_CALLS = 40_000
"""Of functions, for a field: it has two looks at the most signs that are looked at."""
TYPED = {
    "joiners": "ب\u200c" * (SIGNS // 2),
    "marks": "a" + "\u0301" * SIGNS,
    "lines": "x" + "\n " * (SIGNS // 2) + "x",
    "figures": "1" * SIGNS,
    "day": f"1 {'é' * SIGNS} 2008",
}
each = pytest.mark.parametrize("typed", TYPED.values(), ids=TYPED)


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam."""


def calls_of(act):
    """Return how many functions, of Python or not, an act calls."""
    count = 0

    def noted(_, event, __):
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(noted)
    try:
        act()
    finally:
        sys.setprofile(None)
    return count


FIELDS = [
    CleanCharField(max_length=40),
    CleanCharField(),
    CleanLinesField(max_length=1_000),
    EnvelopeField(max_length=38),
    CalendarField(),
    WholeNumberField(),
    NumberField(),
    MarkField(out_of=Decimal(20)),
    PhoneField(),
    PostcodeField(max_length=10),
    LocalInstantField(),
]


@each
@pytest.mark.parametrize("field", FIELDS, ids=lambda one: type(one).__name__)
def test_a_field_refuses_it_at_once(field, typed):
    def judge():
        with pytest.raises(ValidationError):
            field.clean(typed)

    assert calls_of(judge) < MOST_CALLS


@each
@pytest.mark.parametrize("place", range(3))
def test_so_does_each_part_of_a_birth_date(typed, place):
    said = ["14", "03", "2008"]
    said[place] = typed

    def judge():
        with pytest.raises(ValidationError, match="en chiffres"):
            BirthDateField().clean(said)

    assert calls_of(judge) < MOST_CALLS


@pytest.mark.django_db
@each
@pytest.mark.parametrize(
    "make",
    [
        lambda said: SlipForm(said, on=date(2026, 11, 25)),
        lambda said: SignUpForm(said, on=date(2026, 11, 25)),
        AddressForm,
        CodeForm,
        MessageForm,
    ],
    ids=["slip", "sign-up", "address", "code", "message"],
)
def test_so_does_each_field_of_a_form_that_many_may_send(make, typed):
    for name, field in make(None).fields.items():
        parts = ("_day", "_month", "_year") if isinstance(field, BirthDateField) else ("",)
        for part in parts:
            form = make({f"{name}{part}": typed})
            assert calls_of(form.is_valid) < 2 * MOST_CALLS, name
            assert not form.is_valid()


def test_by_how_much_it_is_too_long_is_said():
    field = CleanCharField(max_length=40)
    say_what_to_do(field, "Code reçu")

    with pytest.raises(ValidationError, match="elle a 400000 signes, pour 40 au plus"):
        field.clean(TYPED["joiners"])
    with pytest.raises(ValidationError) as refused:
        CleanCharField().clean(TYPED["joiners"])
    assert refused.value.messages == ["Raccourcissez cette réponse : 20\u202f000 signes au plus."]


def test_what_is_a_little_too_long_is_cleaned_first():
    field = CleanCharField(max_length=40)

    assert field.clean(f"Le {' ' * 500} Goff") == "Le Goff"
    with pytest.raises(ValidationError, match="41"):
        field.clean(f"a\u200b{'b' * 40}")
