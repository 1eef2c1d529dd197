"""How a signed-in reader is loaded: account, candidate and identity in one query."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from sporades.accounts.models import User


class Backend(AuthenticationBackend):
    """allauth's backend, with everything that the header of a page needs."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the account of a session, if it may still sign in."""
        return (
            User.objects.select_related("candidate__identity")
            .prefetch_related("memberships")
            .filter(pk=user_id, is_active=True)
            .first()
        )
