"""Names: every legal sign of every script, and nothing else."""

import unicodedata

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from sporades.candidates.names import (
    BETWEEN_LETTERS,
    capitalised,
    capitalised_family,
    check_is_no_address,
    cleaned_name,
    family_names,
    is_same_person,
)
from sporades.core.text import clean

LETTERS = st.characters(
    categories=("Lu", "Ll", "Lo", "Lt", "Lm"),
    # Letters that are drawn as nothing.
    exclude_characters="\u115f\u1160\u3164\uffa0\U00013441\U00013442",
)
NAMES = (
    st.lists(st.text(LETTERS, min_size=1, max_size=12), min_size=1, max_size=4)
    .flatmap(
        lambda parts: st.sampled_from([*sorted(BETWEEN_LETTERS - {"."}), ". ", ".-"]).map(
            lambda sign: sign.join(parts)
        )
    )
    .filter(lambda name: not any(part in name.casefold() for part in ("http", "www.")))
)


@pytest.mark.parametrize(
    "name",
    [
        "Le Goff",
        "d'Ornano",
        "D’Ornano",
        "Kahananui ʻOlelo",
        "Saint-Exupéry",
        "Dupont--Martin",
        "Nguyễn Thị Ánh",
        "Œdipe",
        "Ægidius",
        "Łukasz Żółć",
        "Jr. Martin",
        "J.-P. Martin",
        "M.-A.",
        "J. R. R. Tolkien",
        "St. Clair",
        "Gal·la",
        "Мария Иванова",
        "محمد بن علي",
        "李小龙",
        "அருண்",
        "\u0d9a\u0dca\u200d\u0dbb\u0dd2\u0dc2\u0dca\u0dab",  # Sinhala, with its joiner
        "\u0639\u0644\u06cc\u200c\u067e\u0648\u0631",  # Persian, with its non-joiner
        "Ng",
        "O",
        "X Æ",
    ],
)
def test_a_name_of_any_script_is_kept_as_it_is(name):
    assert cleaned_name(name) == name


@given(NAMES)
def test_letters_of_any_script_and_what_stands_between_them_are_accepted(name):
    assert cleaned_name(name) == clean(name)


@given(NAMES)
def test_a_name_written_with_decomposed_accents_is_the_same_name(name):
    assert cleaned_name(unicodedata.normalize("NFD", name)) == cleaned_name(name)


@given(NAMES, st.sampled_from("0123456789²٣"))
def test_a_digit_is_refused_with_its_own_words(name, digit):
    with pytest.raises(ValidationError, match="ne contient pas de chiffre"):
        cleaned_name(name + digit)


@given(NAMES, st.sampled_from('<>&";=@/\\{}[]()*%$€#_|~^`!?:+'))
def test_a_sign_of_markup_is_refused_and_named(name, sign):
    with pytest.raises(ValidationError) as refusal:
        cleaned_name(f"{name}{sign}")

    assert sign in refusal.value.messages[0]


@pytest.mark.parametrize(
    "name",
    [
        "Du.pont",
        "Dupont www.piege",
        "piege.fr",
        "Дупон.рф",
        "Dupont httpspiege",
        "J.P. Martin",
        "Dupon\u0323\u0301.fr",
    ],
)
def test_a_name_is_no_address_of_a_page(name):
    with pytest.raises(ValidationError, match="adresse"):
        cleaned_name(name)


@pytest.mark.parametrize(
    "typed", ["https://piege", "moi@piege", "piege2.fr", "192.0.2.1", "WWW.piege"]
)
def test_no_address_passes_for_the_words_in_which_a_parent_is_named(typed):
    check_is_no_address("inconnu")
    check_is_no_address("M. Jean-Marie LE GOFF (2e mari)")

    with pytest.raises(ValidationError, match="adresse"):
        check_is_no_address(typed)


@pytest.mark.parametrize("name", ["-", "'", ". .", "--"])
def test_a_name_has_a_letter(name):
    with pytest.raises(ValidationError, match="au moins une lettre"):
        cleaned_name(name)


@pytest.mark.parametrize(
    "name", ["\u3164", "\u1160", "\uffa0 \u115f", "\u034f", "\u200b", "-\ufe0f"]
)
def test_a_name_has_a_letter_that_is_seen(name):
    with pytest.raises(ValidationError, match="au moins une lettre"):
        cleaned_name(name)


def test_what_was_left_empty_is_no_name():
    assert cleaned_name("  ") == ""


def test_spaces_are_single_and_unseen_signs_go():
    assert cleaned_name("  Jean \u00a0 Pa\ufe0ful\u200b ") == "Jean Paul"


@pytest.mark.parametrize(
    "name",
    [
        "Nguyễn Thị Hương",
        unicodedata.normalize("NFD", "Nguyễn Thị Hương"),
        "ศิริพร ตั้งใจ ผู้",
        "क्षत्रिय श्रीकृष्ण",
        "שָׁלוֹם בֶּן־דָּוִד".replace("־", "-"),
        "مُحَمَّدٌ عَبْدُ ٱللَّٰهِ",
        "བསྒྲུབས",
    ],
)
def test_the_marks_that_a_script_writes_on_a_letter_are_accepted(name):
    assert cleaned_name(name) == clean(name)


def test_marks_that_would_print_over_other_lines_are_refused_with_what_to_do():
    with pytest.raises(ValidationError, match="accents ou signes se suivent"):
        cleaned_name("Z" + "\u0334\u0301\u0302\u0303\u0330" * 4)


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Anne Le Goff", "LE GOFF Anne", True),
        ("Anne Le Goff", "Anne-Marie Le Goff", True),
        ("Le Goff", "Anne Le Goff", True),
        ("Anne Le Goff", "Paul Le Goff", False),
        ("Anne Le Goff", "", False),
        ("", "", False),
    ],
)
def test_two_names_are_one_person_s_where_no_word_of_the_shorter_is_missing(one, other, is_same):
    assert (is_same_person(one, other), is_same_person(other, one)) == (is_same, is_same)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("lea", "Lea"),
        ("éloïse anne-marie", "Éloïse Anne-Marie"),
        ("j.-p.", "J.-P."),
        ("d'arcy", "D'arcy"),
        ("Anne-marie", "Anne-marie"),
        ("LÉA", "LÉA"),
        ("ნინო", "ნინო"),
        ("ßigrid", "ßigrid"),
        ("ŉa", "ŉa"),
        ("李", "李"),
    ],
)
def test_first_names_have_their_capitals_where_none_was_typed(typed, kept):
    assert capitalised(typed) == kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("benali", "Benali"),
        ("le goff-quéméneur", "Le Goff-Quéméneur"),
        ("n'guessan", "N'Guessan"),
        ("n’guessan", "N’Guessan"),
        ("o'brien", "O'Brien"),
        ("éluard", "Éluard"),
        ("d'artagnan", "d'Artagnan"),
        ("d’hooghe", "d’Hooghe"),
        ("de la tour", "de La Tour"),
        ("de", "De"),
        ("martin d'orgeval", "Martin d'Orgeval"),
        ("dell'acqua", "Dell'Acqua"),
        ("ßtest", "ßtest"),
        ("Benali", "Benali"),
        ("BENALI", "BENALI"),
        ("van Der meer", "van Der meer"),
        ("بن علي", "بن علي"),
        ("", ""),
    ],
)
def test_a_family_name_has_its_capitals_where_none_was_typed(typed, kept):
    assert capitalised_family(typed) == kept


@pytest.mark.parametrize(
    ("birth_name", "usage_name", "both"),
    [
        ("Jourdain", "Quéméner", "Jourdain (Quéméner)"),
        ("Jourdain", "", "Jourdain"),
        ("Jourdain", "JOURDAIN", "Jourdain"),
        ("Jourdain", "Jourdain-Quéméner", "Jourdain (Jourdain-Quéméner)"),
    ],
)
def test_a_list_says_the_name_of_use_beside_the_family_name(birth_name, usage_name, both):
    assert family_names(birth_name, usage_name) == both
