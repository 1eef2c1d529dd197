import pytest
from hypothesis import given
from hypothesis import strategies as st

from sporades.core.text import clean, clean_lines, search_key


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Éléonore", "eleonore"),
        ("L'Haÿ-les-Roses", "l hay les roses"),
        ("  Saint‑Étienne ", "saint etienne"),
        ("CŒUR", "coeur"),
        ("Łukasz Straße", "lukasz strasse"),
        ("Ольга", "ольга"),
        ("", ""),
    ],
)
def test_names_are_found_without_accents_hyphens_or_capitals(typed, key):
    assert search_key(typed) == key


@given(st.text(max_size=60))
def test_a_key_is_its_own_key(text):
    assert search_key(search_key(text)) == search_key(text)


@given(st.text(max_size=60))
def test_cleaning_twice_changes_nothing_more(text):
    assert clean(clean(text)) == clean(text)


def test_unseen_signs_and_spaces_go():
    assert clean(" \u200bMarie\u202e \u00a0 Anne\n") == "Marie Anne"


def test_several_lines_are_cleaned_each_and_stay_lines():
    assert clean_lines("\r\n  Un   mot \r\n\n E\u0301tat\u200b \n") == "Un mot\n\nÉtat"
