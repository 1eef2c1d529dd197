import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sporades.core.text import JOINERS, UNSEEN, clean, clean_lines, search_key

# A sign of each kind that a font draws as nothing; U+1160 comes of U+3164 and of U+FFA0 decomposed.
UNSEEN_ONES = [
    "\u00ad",
    "\u034f",
    "\u115f",
    "\u1160",
    "\u17b4",
    "\u180b",
    "\u180e",
    "\u200c",
    "\u200d",
    "\u2060",
    "\u3164",
    "\ufe0f",
    "\ufeff",
    "\uffa0",
    "\U0001bca0",
    "\U000e0041",
    "\U000e0100",
    "\U00013441",
    "\ufdd0",
    "\ufdef",
    "\ufffe",
    "\uffff",
    "\U0001fffe",
    "\U000dffff",
    "\U0010ffff",
]


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("Éléonore", "eleonore"),
        ("L'Haÿ-les-Roses", "l hay les roses"),
        ("  Saint‑Étienne ", "saint etienne"),
        ("CŒUR", "coeur"),
        ("Łukasz Straße", "lukasz strasse"),
        ("Ольга", "ольга"),
        ("Fa\u02bbatau", "fa atau"),
        ("Fa\u02bcatau", "fa atau"),
        ("\u02bfAbd al-Ra\u02beuf", "abd al ra uf"),
        ("N\ua78cTsw\ua78b", "n tsw"),
        ("\u0149 Nyoni", "n nyoni"),
        ("Ǿrsted Ǽlfric", "orsted aelfric"),
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


@pytest.mark.parametrize("sign", UNSEEN_ONES, ids=ascii)
def test_a_sign_that_nobody_sees_hides_no_word_and_cuts_none(sign):
    assert clean(f"Du{sign}marlin {sign} Ma{sign}rie") == "Dumarlin Marie"
    assert search_key(f"Du{sign}marlin") == "dumarlin"
    assert search_key(sign) == ""


@given(st.text(st.characters(categories=("L", "M", "Cf")), max_size=20))
@example("\u3164\uffa0")
def test_no_key_holds_a_sign_that_nobody_sees(text):
    assert re.findall(f"[{UNSEEN}]", search_key(text)) == []


@pytest.mark.parametrize(
    "word",
    [
        "\u0d9a\u0dca\u200d\u0dbb\u0dd2\u0dc2\u0dca\u0dab",  # Sinhala: Krishna
        "\u0928\u094d\u200d\u092f",  # Devanagari: a half na before ya
        "\u0995\u09cd\u200c\u09b7",  # Bengali: a ka that keeps its virama in sight
        "\u0639\u0644\u06cc\u200c\u067e\u0648\u0631",  # Persian: Ali-pour, in one word
        "\u0639\u064e\u200c\u067e",  # the same, its vowel written
    ],
)
def test_a_joiner_stays_where_a_script_spells_with_it(word):
    joiner = next(sign for sign in word if sign in JOINERS)

    assert clean(word) == word
    assert clean(word.replace(joiner, f"\u200b{joiner}{joiner}\u00ad")) == word
    assert search_key(word) == search_key(word.replace(joiner, ""))


@pytest.mark.parametrize(
    "word",
    [
        "Ma\u200drie",
        "\u0939\u093f\u200d\u0928",  # after a vowel, no virama
        "\u0915\u094d\u200d",  # nothing follows
        "\u094d\u200d\u0915",  # nothing is before the virama
        "\u0639\u200d\u067e",  # letters that are joined anyway
        "\u0639\u200cM",
        "\u200c\u0639 \u200c\u067e\u200c",
        "\u200c\u200d" * 3,
    ],
)
def test_a_joiner_goes_from_anywhere_else(word):
    assert JOINERS.isdisjoint(clean(word))


@given(
    st.text(
        st.sampled_from("\u200c\u200d\u200b\u0915\u094d\u093f\u0639\u064ea \u0301"), max_size=12
    )
)
def test_cleaning_twice_changes_no_joiner_more(text):
    assert clean(clean(text)) == clean(text)
    assert search_key(search_key(text)) == search_key(text)


def test_many_joiners_are_gone_through_once():
    assert clean("\u0639\u200c\u200d" * 200_000) == "\u200c".join(["\u0639"] * 200_000)
    assert clean("a" + "\u0323" * 100_000 + "\u200d" * 100_000 + "b")[-2:] == "\u0323b"


def test_several_lines_are_cleaned_each_and_stay_lines():
    assert clean_lines("\r\n  Un   mot \r\n\n E\u0301tat\u200b \n") == "Un mot\n\nÉtat"
