import pytest
from hypothesis import given
from hypothesis import strategies as st

from sporades.core.numbers import BIGINT, INTEGER, in_groups, is_valid, whole, with_check_digit

figures = st.integers(min_value=1_000_000_000, max_value=9_999_999_999)


@given(figures)
def test_a_number_with_its_check_digit_is_valid(figure):
    assert is_valid(with_check_digit(figure))


@given(figures, st.data())
def test_any_single_wrong_digit_is_detected(figure, data):
    number = with_check_digit(figure)
    at = data.draw(st.integers(0, len(number) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != number[at]]))

    assert not is_valid(number[:at] + other + number[at + 1 :])


@given(figures, st.data())
def test_any_swap_of_two_neighbours_is_detected(figure, data):
    number = with_check_digit(figure)
    at = data.draw(st.integers(0, len(number) - 2))
    swapped = number[:at] + number[at + 1] + number[at] + number[at + 2 :]

    assert swapped == number or not is_valid(swapped)


@pytest.mark.parametrize("text", ["", "0", "12a4", "١٢٣٤", " 572", "5724 "])
def test_what_is_not_a_number_is_not_valid(text):
    assert not is_valid(text)


def test_a_number_is_cut_by_threes_to_be_read_aloud():
    assert in_groups("20000000017") == "20\u202f000\u202f000\u202f017"


@pytest.mark.parametrize(
    ("said", "read"),
    [("0", 0), ("12", 12), ("007", 7), ("9" * BIGINT, 10**BIGINT - 1)],
)
def test_figures_are_a_number(said, read):
    assert whole(said) == read


@pytest.mark.parametrize(
    "said", ["", " 1", "-1", "+1", "1.0", "1_000", "x", "²", "٣", "9" * (BIGINT + 1), "9" * 5_000]
)
def test_other_signs_and_more_figures_than_a_row_holds_are_no_number(said):
    assert whole(said) is None


def test_what_an_integer_holds_has_fewer_figures():
    assert whole("9" * INTEGER, most=INTEGER) == 10**INTEGER - 1 < 2**31
    assert whole("9" * (INTEGER + 1), most=INTEGER) is None
    assert 10**BIGINT - 1 < 2**63
