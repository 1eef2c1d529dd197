"""Numbers are read as people write them, and no otherwise."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from sporades.registrations.fields import NumberField, WholeNumberField


@pytest.mark.parametrize("typed", ["7_0", "٣", "7e1", "sept", "0x7", "7-", "--7", "NaN", "½"])
@pytest.mark.parametrize("field", [WholeNumberField(), NumberField(localize=True)])
def test_what_is_not_written_in_figures_is_no_number(field, typed):
    with pytest.raises(ValidationError):
        field.clean(typed)


@pytest.mark.parametrize(
    ("typed", "read"), [("70", 70), (" 70 ", 70), ("+7", 7), ("-7", -7), ("007", 7)]
)
def test_a_whole_number_is_read_in_figures(typed, read):
    assert WholeNumberField().clean(typed) == read


@pytest.mark.parametrize(
    ("typed", "read"), [("12", "12"), ("12,5", "12.5"), ("12.50", "12.50"), ("-3", "-3")]
)
def test_a_number_is_read_in_figures_with_a_comma_or_a_point(typed, read):
    assert NumberField(localize=True).clean(typed) == Decimal(read)
