"""What a code shows of a person to whoever holds it: enough to compare, no more (S-52)."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sporades.documents.disclosure import initials, last_signs

LETTERS = st.text(st.characters(categories=["Lu", "Ll"]), min_size=2, max_size=12)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Noémie PÉRESSE-LÉVÊQUE", "N. P.-L."),
        ("Maëlle Anne LE GOFF", "M. A. L. G."),
        ("Loïc D'ARTAGNAN", "L. D."),
        ("ʻAlohi KAʻIULANI", "A. K."),
        ("Александра ЖУКОВА", "А. Ж."),
        ("王小明", "王."),
        ("X", "X."),
        ("", ""),
    ],
)
def test_a_name_is_shown_by_its_initials(name, shown):
    assert initials(name) == shown


@given(st.lists(LETTERS, min_size=1, max_size=5))
def test_no_two_letters_of_a_name_are_ever_shown_together(words):
    assert not re.search(r"[^\W\d_]{2}", initials(" ".join(words)))


@pytest.mark.parametrize(
    ("number", "shown"),
    [("100002417", "…2417"), ("100 002 417", "…2417"), ("2417", "…"), ("", "…")],
)
def test_a_number_is_shown_by_its_last_four_signs(number, shown):
    assert last_signs(number) == shown
