"""Secrets of second factors outlive the key that sealed them."""

import base64

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import decrypt
from cryptography.fernet import InvalidToken
from django.core.management import call_command

from sporades.accounts import second_factor
from sporades.accounts.models import User

pytestmark = pytest.mark.django_db
OLD, NEW = "une-ancienne-cle-" * 4, "une-nouvelle-cle-" * 4


@pytest.fixture
def sealed(settings, now):
    """Who has an authenticator application and recovery codes, sealed by the old key."""
    settings.SECRET_KEY = OLD
    user = User.objects.create_user("agent@exemple.test", created_at=now)
    second_factor.enrol_totp(user)
    RecoveryCodes.activate(user)
    return user


def test_secrets_of_second_factors_are_drawn_long_and_codes_have_eight_figures(sealed):
    """160 bits for an application (RFC 4226, 4), 320 for recovery codes, of which each shows 26."""
    kept = {one.type: one for one in Authenticator.objects.all()}
    made = kept["recovery_codes"].wrap().generate_codes()

    assert len(base64.b32decode(decrypt(kept["totp"].data["secret"]))) == 20
    assert len(bytes.fromhex(decrypt(kept["recovery_codes"].data["seed"]))) == 40
    assert {len(code) for code in made if code.isdecimal()} == {8}
    assert len(set(made)) == len(made) == 10


def test_a_code_is_still_the_right_one_after_a_change_of_key(sealed, settings, time_machine, now):
    time_machine.move_to(now, tick=False)
    before = second_factor.current_code(sealed)

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]

    assert second_factor.current_code(sealed) == before


def test_sealed_anew_secrets_no_longer_need_the_old_key(sealed, settings, capsys):
    secrets = {a.type: dict(a.data) for a in Authenticator.objects.all()}
    seed = decrypt(secrets["recovery_codes"]["seed"])
    secret = decrypt(secrets["totp"]["secret"])

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    call_command("resceller")
    settings.SECRET_KEY_FALLBACKS = []

    kept = {a.type: a.data for a in Authenticator.objects.all()}
    assert decrypt(kept["totp"]["secret"]) == secret
    assert decrypt(kept["recovery_codes"]["seed"]) == seed
    assert capsys.readouterr().out.startswith("2 secrets scellés")


def test_without_the_old_key_nothing_is_lost_by_trying(sealed, settings):
    before = {a.pk: a.data for a in Authenticator.objects.all()}
    settings.SECRET_KEY = NEW

    with pytest.raises(InvalidToken):
        second_factor.reseal()

    assert {a.pk: a.data for a in Authenticator.objects.all()} == before
