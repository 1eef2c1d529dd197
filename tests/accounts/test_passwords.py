"""Which passwords are good enough, and how they are kept."""

import math
import time
import unicodedata

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, check_password, identify_hasher
from django.core.exceptions import ValidationError

from sporades.accounts import passwords
from sporades.accounts.hashers import Argon2id
from sporades.accounts.models import User

ABOUT = ["ines.marchand", "Marchand", "Inès Léa", "Villeneuve-d'Ascq", "14032008", "20080314"]


@pytest.mark.parametrize(
    "password",
    [
        "aaaa bbbb cccc dddd",
        "quatre mots sans rapport",
        "Tr0ub4dor&3-encore",
        " espaces devant et derrière ",
        "x" + "y1z2" * 31,
        "пароль из четырёх слов",
        "🦊🐢🐙 trois animaux",
        "soixante-quatre signes tout juste pour une phrase qui se retient",
        "soleil et brouillard",
        "k7#m2@p9!x4w",
        "une chanson, une chanson",
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
        ("azertyuiop123456", "trop facile à deviner"),
        ("123456!Azertyuiop", "trop facile à deviner"),
        ("a1z2e3r4t5y6", "trop facile à deviner"),
        ("Soleil-2026-2027", "trop facile à deviner"),
        ("soleil2026SOLEIL", "trop facile à deviner"),
        ("bonjourbonjour", "trop facile à deviner"),
        ("pilote pilote pi", "trop facile à deviner"),
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


def test_nobody_has_a_password_by_default(db):
    assert not User.objects.exists()
