"""Tokens of « Mot de passe oublié »."""

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.tokens import PasswordResetTokenGenerator


class ResetTokens(PasswordResetTokenGenerator):
    """Good for one hour, once, and only the last one asked for."""

    def _make_hash_value(self, user: AbstractBaseUser, timestamp: int) -> str:
        asked = getattr(user, "reset_asked_at", None)
        usual = super()._make_hash_value(user, timestamp)  # type: ignore[arg-type]
        return f"{usual} {asked.timestamp() if asked else ''}"
