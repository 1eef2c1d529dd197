"""The second factor: secrets sealed in the database, codes for those who set accounts up."""

import base64
import hashlib
import time
from collections.abc import Collection
from datetime import datetime

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from allauth.mfa.utils import decrypt
from allauth.socialaccount.models import SocialAccount
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.db import transaction
from fido2.webauthn import RegistrationResponse

from sporades.accounts.models import COPIED, SECOND_FACTORS, User
from sporades.accounts.operations import lock
from sporades.core.french import local_day

PERIOD = 30
WAYS = {
    Authenticator.Type.TOTP: "application de codes",
    Authenticator.Type.WEBAUTHN: "clé d'accès",
    Authenticator.Type.RECOVERY_CODES: "codes de secours",
}
COUNT = "count"
"""Where the data of a passkey keep how many times it said that it was used."""
SEALED = {"secret", "seed"}
"""What allauth keeps sealed of an authenticator application, and of recovery codes."""


class SecondFactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """allauth's second factor, in French and with sealed secrets."""

    error_messages = {
        "add_email_blocked": "Retirez d'abord la double authentification.",
        "cannot_delete_authenticator": "Ce moyen de connexion ne peut pas être retiré.",
        "cannot_generate_recovery_codes": "Activez d'abord la double authentification.",
        "incorrect_code": "Ce code n'est pas le bon, ou il a déjà servi. Attendez le suivant.",
        "unverified_email": "Activez d'abord votre compte.",
    }

    def encrypt(self, text: str) -> str:
        """Return a secret as it is kept."""
        return _seal().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return a secret that was kept."""
        return _seal().decrypt(encrypted_text.encode()).decode()

    def is_mfa_enabled(self, user: User, types: Collection[str] | None = None) -> bool:
        """Return whether an account has a second factor, of these types.

        A page that only shows is asked about each type, twice: it looks once.
        """
        request = self.request
        if request is None or request.method != "GET" or not user.is_authenticated:
            enabled: bool = super().is_mfa_enabled(user, types)
            return enabled
        held = request.__dict__.setdefault("second_factors", {})
        if user.pk not in held:
            owned = Authenticator.objects.filter(user_id=user.pk)
            held[user.pk] = set(owned.values_list("type", flat=True))
        return bool(held[user.pk] if types is None else held[user.pk] & set(types))

    def get_totp_issuer(self) -> str:
        """Name the service in the authenticator application."""
        return settings.SERVICE_NAME

    def _get_site_name(self) -> str:
        return settings.SERVICE_NAME

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:  # noqa: A002 - allauth's name
        """Propose a name for a passkey."""
        count = Authenticator.objects.filter(user=user, type=type).count()
        return "Clé d'accès" if not count else f"Clé d'accès {count + 1}"


def ways_left(user: User) -> list[str]:
    """Return the words for what signs in to an account, its password aside."""
    held = set(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    ways = [words for kind, words in WAYS.items() if kind in held]
    if SocialAccount.objects.filter(user=user).exists():
        ways.append("FranceConnect")
    return ways


def remove(user: User) -> bool:
    """Remove the second factors of an account; return whether it had any."""
    return bool(Authenticator.objects.filter(user=user).delete()[0])


def must_keep_one(user: User, *, at: datetime) -> bool:
    """Return whether an account always has a second factor: that of whoever has a role now."""
    return bool(user.memberships_on(local_day(at, settings.TIME_ZONE)))


def is_last(removed: Authenticator) -> bool:
    """Return whether an account has no second factor but this one. Hold the account first."""
    held = Authenticator.objects.filter(user=removed.user_id, type__in=SECOND_FACTORS)
    return not held.exclude(pk=removed.pk).exists()


@transaction.atomic
def replace_totp(replaced: Authenticator, *, secret: str) -> Authenticator | None:
    """Put another authenticator application in the place of one, in one go.

    Args:
        replaced: the application that goes.
        secret: that of the one that comes, which has shown a code.

    Returns:
        The one that came; nothing where the other was gone already.
    """
    lock(replaced.user)
    gone, _ = Authenticator.objects.filter(pk=replaced.pk).delete()
    return TOTP.activate(replaced.user, secret).instance if gone else None


def enrol_totp(user: User) -> str:
    """Give an account an authenticator application by command; return its secret."""
    secret: str = generate_totp_secret()
    Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).delete()
    TOTP.activate(user, secret)
    return secret


def current_code(user: User) -> str:
    """Return the code that the account's authenticator application shows now.

    Raises:
        Authenticator.DoesNotExist: the account has none.
    """
    authenticator = Authenticator.objects.get(user=user, type=Authenticator.Type.TOTP)
    secret = decrypt(authenticator.data["secret"])
    code: str = format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD))
    return code


@transaction.atomic
def reseal() -> int:
    """Seal every kept secret by the key of today; return how many there are.

    Raises:
        InvalidToken: one was sealed by a key that is known no more.
    """
    seal, count = _seal(), 0
    for authenticator in Authenticator.objects.select_for_update():
        for name in SEALED & authenticator.data.keys():
            kept = authenticator.data[name].encode()
            authenticator.data[name] = seal.rotate(kept).decode()
            count += 1
        authenticator.save(update_fields=["data"])
    return count


def _seal() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return MultiFernet([Fernet(_derived(str(key))) for key in keys])


def _derived(key: str) -> bytes:
    digest = hashlib.sha256(b"sporades.accounts.second_factor\0" + key.encode()).digest()
    return base64.urlsafe_b64encode(digest)


@transaction.atomic
def counts_on(key: Authenticator, count: int) -> bool:
    """Note how many times a passkey says that it was used, or that there is another of it.

    Args:
        key: the passkey.
        count: what it says; of one that does not count, nothing but 0.

    Returns:
        False where it had said as much already: there is another of it, which was copied
        (WebAuthn, § 6.1.1).

    Raises:
        Authenticator.DoesNotExist: its owner has removed it meanwhile.
    """
    kept = Authenticator.objects.select_for_update(no_key=True).get(pk=key.pk)
    before = kept.data[COUNT] if COUNT in kept.data else _count_when_added(kept)
    if before and count <= before:
        kept.data[COPIED] = True
        kept.save(update_fields=["data"])
        return False
    if count != before:
        kept.data[COUNT] = key.data[COUNT] = count
        kept.save(update_fields=["data"])
    return True


def _count_when_added(key: Authenticator) -> int:
    made = RegistrationResponse.from_dict(key.data["credential"]).response.attestation_object
    return int(made.auth_data.counter)
