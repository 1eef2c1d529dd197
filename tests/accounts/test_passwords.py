"""Which passwords are good enough, and how they are kept."""

import csv
import math
import time
import unicodedata
from itertools import chain

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, identify_hasher
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from sporades.accounts import operations as accounts
from sporades.accounts import passwords
from sporades.accounts.hashers import Argon2id
from sporades.accounts.models import User
from sporades.core.text import search_key
from sporades.territory import operations
from tests.factories import PASSWORD, a_candidate

OLD, HASHED_BY_OLD = PBKDF2PasswordHasher(), "django.contrib.auth.hashers.PBKDF2PasswordHasher"
ABOUT = ["ines.marchand", "Marchand", "Inès Léa", "Villeneuve-d'Ascq", "14032008", "20080314"]


@pytest.mark.parametrize(
    "password",
    [
        "aaaa bbbb cccc dddd",
        "quatre mots sans rapport",
        "Tr0ub4dor&3-encore",
        " espaces devant et derrière ",
        "x" + "y1z2" * 31,
        "x" + "y1z2" * 63 + "abc",
        "пароль из четырёх слов",
        "🦊🐢🐙 trois animaux",
        "soixante-quatre signes tout juste pour une phrase qui se retient",
        "soleil et brouillard",
        "k7#m2@p9!x4w",
        "une chanson, une chanson",
        "cinq mots tout à fait neufs",
        "mon examen sera une promenade",
        "la lune de Lille à midi",
        "0rage sur l'étang",
        ";A~81=8>L.Ah",
        "!G}~-''T&A*)",
    ],
)
def test_long_and_unlikely_is_enough_without_any_rule_of_composition(password):
    passwords.check(password, about=ABOUT)


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("onze signes", "il en faut au moins 12"),
        ("qwerty123456", "trop facile à deviner"),
        ("QWERTY123456", "trop facile à deviner"),
        ("azertyuiopqs", "trop facile à deviner"),
        ("987654321098", "trop facile à deviner"),
        ("abababababab", "trop facile à deviner"),
        ("aaaaaaaaaaaabbbb", "trop facile à deviner"),
        ("telechargement", "trop facile à deviner"),
        ("iloveyou4ever", "trop facile à deviner"),
        ("somanypickles27", "trop facile à deviner"),
        ("azertyuiop123456", "trop facile à deviner"),
        ("123456!Azertyuiop", "trop facile à deviner"),
        ("a1z2e3r4t5y6", "trop facile à deviner"),
        ("Soleil-2026-2027", "trop facile à deviner"),
        ("soleil2026SOLEIL", "trop facile à deviner"),
        ("bonjourbonjour", "trop facile à deviner"),
        ("pilote pilote pi", "trop facile à deviner"),
        ("Baccalaureat2027", "trop facile à deviner"),
        ("Baccalauréat 2027", "trop facile à deviner"),
        ("concours2026!!", "trop facile à deviner"),
        ("examen2027examen", "trop facile à deviner"),
        ("Parcoursup2026!", "trop facile à deviner"),
        ("bac2027bac!!", "trop facile à deviner"),
        ("doudou123456", "trop facile à deviner"),
        ("loulou20082008", "trop facile à deviner"),
        ("jetaimemaman2008", "trop facile à deviner"),
        ("je t'aime, maman", "trop facile à deviner"),
        ("marinelille59000", "trop facile à deviner"),
        ("noemie140308!!", "trop facile à deviner"),
        ("Lille2027!!!!", "trop facile à deviner"),
        ("l1ll3-2027-l1ll3", "trop facile à deviner"),
        ("Ch0c0l@t2027", "trop facile à deviner"),
        ("@lexandr@2008", "trop facile à deviner"),
        ("$oleil2026!!!", "trop facile à deviner"),
        ("0livier59000", "trop facile à deviner"),
        ("azerty-Marine-59", "trop facile à deviner"),
        ("P@ssw0rd2026!", "contient « password »"),
        ("m@rch4nd, toujours", "contient « marchand »"),
        ("Cyclades2026!", "contient « cyclades »"),
        ("vive-SPORADES-2026", "contient « Sporades »"),
        ("le mot de passe 2026", "contient « motdepasse »"),
        ("toujours-marchand-2026", "contient « marchand »"),
        ("ines.marchand.59", "contient « ines.marchand »"),
        ("jadore inès et léa", "contient « ines »"),
        ("à villeneuve d'ascq", "contient « Villeneuve-d'Ascq »"),
        ("née le 14-03-2008 !", "contient « 14032008 »"),
        ("y" * 3 + "abc" * 90, "dépasse 256 caractères"),
    ],
)
def test_a_password_that_others_would_guess_is_refused_with_the_reason(password, why):
    with pytest.raises(ValidationError) as refusal:
        passwords.check(password, about=ABOUT)

    assert why in " ".join(refusal.value.messages)


@pytest.mark.parametrize(
    ("password", "about", "said"),
    [
        (
            "leadupontleger",
            "lea.dupont",
            "« lea.dupont », à quelques signes, espaces ou accents près :",
        ),
        ("m@rch4nd, toujours", "marchand", "« marchand », à quelques signes"),
        ("lea.dupont-leger", "lea.dupont", "« lea.dupont » :"),
        ("TOUJOURS-marchand", "Marchand", "« Marchand » :"),
    ],
)
def test_what_a_password_contains_is_said_as_it_is_typed_or_said_to_be_near(password, about, said):
    with pytest.raises(ValidationError) as refusal:
        passwords.check(password, about=[about])

    assert f"Votre mot de passe contient {said}" in refusal.value.messages[0]


def test_of_several_reasons_the_first_to_mend_is_said_alone():
    with pytest.raises(ValidationError) as refusal:
        passwords.check("motdepasse")

    assert refusal.value.messages == [
        "Votre mot de passe compte 10 caractères : il en faut au moins 12."
    ]


def test_staff_needs_sixteen_characters():
    passwords.check("quinze signes !", about=ABOUT)

    with pytest.raises(ValidationError, match="au moins 16"):
        passwords.check("quinze signes !", about=ABOUT, is_staff=True)


def test_the_list_of_known_passwords_holds_more_than_three_thousand_that_are_long_enough():
    assert passwords.LIST.stat().st_size / passwords.DIGEST > 3_000


def french_words():
    """Return the words of the list by the heading that they stand under."""
    found, heading = {}, ""
    for line in passwords.FRENCH_WORDS.read_text(encoding="utf-8").splitlines():
        if line.startswith("# "):
            heading = line.removeprefix("# ")
        elif line:
            found.setdefault(heading, []).extend(
                word.strip() for word in line.removesuffix(",").split(",")
            )
    return found


WORDS = list(chain.from_iterable(french_words().values()))


def test_each_word_of_the_french_list_stands_there_once():
    keys = [search_key(word).replace(" ", "") for word in WORDS]

    assert min(len(key) for key in keys) > 1
    assert sorted({key for key in keys if keys.count(key) > 1}) == []


def test_the_french_list_knows_all_academies_and_towns_that_exist():
    headings = french_words()
    with (operations.DATA / "communes.csv").open(encoding="utf-8") as lines:
        communes = {row["name"] for row in csv.DictReader(lines)}
    with (operations.DATA / "academies.csv").open(encoding="utf-8") as lines:
        academies = {row["name"] for row in csv.DictReader(lines)}

    assert set(headings["Academies and vice-rectorates"]) == academies
    assert set(headings["Large towns"]) - communes == set()


@given(st.lists(st.sampled_from(WORDS), min_size=5, max_size=9, unique=True))
def test_a_phrase_of_five_words_is_accepted_even_of_those_that_are_on_the_list(words):
    passwords.check(" ".join(words))


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=2), st.integers(2000, 2030))
def test_a_word_of_the_list_or_two_of_them_and_a_year_are_refused(words, year):
    with pytest.raises(ValidationError):
        passwords.check("".join([*words, str(year), "!!!!!!"]))


def test_the_shortest_password_has_more_than_fifty_bits():
    assert math.log2(26) * passwords.SHORTEST > 50


def test_a_password_is_hashed_with_argon2id_at_the_cost_decided():
    encoded = Argon2id().encode("quatre mots sans rapport", "selselselsel")

    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_an_old_hash_is_made_anew_at_the_next_sign_in(settings):
    settings.PASSWORD_HASHERS = [
        "sporades.accounts.hashers.Argon2id",
        "django.contrib.auth.hashers.PBKDF2PasswordHasher",
    ]
    kept = []

    assert check_password(
        "quatre mots sans rapport",
        PBKDF2PasswordHasher().encode("quatre mots sans rapport", "selselselsel", 1_000),
        setter=kept.append,
    )
    assert kept == ["quatre mots sans rapport"]
    assert identify_hasher(Argon2id().encode("x", "selselselsel")).algorithm == "argon2"


def with_an_old_hash(user):
    user.password = OLD.encode(PASSWORD, "selselselsel", 1_000)
    user.save(update_fields=["password"])
    return User.objects.get(pk=user.pk)


def test_what_a_sign_in_makes_anew_is_kept(db, settings):
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, HASHED_BY_OLD]
    user = with_an_old_hash(a_candidate().user)

    assert user.check_password(PASSWORD)

    kept = User.objects.get(pk=user.pk)
    assert not kept.password.startswith(OLD.algorithm)
    assert kept.password == user.password
    assert kept.check_password(PASSWORD)


def test_a_sign_in_under_way_does_not_put_back_the_password_that_its_owner_has_just_changed(
    db, settings
):
    settings.PASSWORD_HASHERS = [*settings.PASSWORD_HASHERS, HASHED_BY_OLD]
    read_before = with_an_old_hash(a_candidate().user)
    accounts.choose_password(
        User.objects.get(pk=read_before.pk), password_hash=accounts.hashed("une autre phrase à moi")
    )

    read_before.check_password(PASSWORD)

    user = User.objects.get(pk=read_before.pk)
    assert user.check_password("une autre phrase à moi")
    assert not user.check_password(PASSWORD)


def test_verifying_costs_between_10_and_100_milliseconds_of_processor():
    """S-11 asks for 20 to 100 ms on the processor of production; this one is not it.

    The cost is decided by memory and passes, and the figure follows the processor: 19 to 21 ms
    where docs/performance.md was measured. Half of the floor is left to faster ones. What counts
    is processor time, the best of several: another program that runs beside changes neither.
    """
    encoded = Argon2id().encode("quatre mots sans rapport", "selselselsel")
    times = []
    for _ in range(9):
        begun = time.process_time()
        Argon2id().verify("quatre mots sans rapport", encoded)
        times.append(time.process_time() - begun)

    assert 0.010 < min(times) < 0.100


def test_accents_are_the_same_however_a_keyboard_composes_them():
    user = User()

    user.set_password(unicodedata.normalize("NFD", "été à la plage, déjà"))

    assert user.check_password(unicodedata.normalize("NFC", "été à la plage, déjà"))
    assert not user.check_password("été à la plage, deja")
    assert not user.check_password(" été à la plage, déjà")


def test_a_password_is_looked_at_as_it_was_typed_to_its_last_sign():
    user = User()
    longest = ("Un air, un lac; " * 16)[: passwords.LONGEST]

    user.set_password(longest)

    assert user.check_password(longest)
    assert not user.check_password(longest[:-1])
    assert not user.check_password(longest + " ")
    assert not user.check_password(longest.lower())


def test_nobody_has_a_password_by_default(db):
    assert not User.objects.exists()
