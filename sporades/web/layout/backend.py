"""How a signed-in reader is loaded: account, candidate and identity in one query, a role in two."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, QuerySet

from sporades.accounts.models import SECOND_FACTORS, Membership, User
from sporades.core.prepared import prepared


@prepared(User)
def _reader(pk: int) -> QuerySet[User]:
    memberships = Membership.objects.filter(user=OuterRef("pk"))
    factors = Authenticator.objects.filter(user=OuterRef("pk"), type__in=SECOND_FACTORS)
    return (
        User.objects.select_related("candidate__identity")
        .annotate(is_staff_member=Exists(memberships), has_second_factor=Exists(factors))
        .filter(pk=pk, is_active=True)
    )


@prepared(Membership)
def _memberships(user: int) -> QuerySet[Membership]:
    return Membership.objects.filter(user=user)


def _with_memberships(user: User) -> User:
    """Give an account its memberships, as `prefetch_related_objects` would."""
    kept = user.memberships.all()
    kept._result_cache = _memberships(user=user.pk)  # noqa: SLF001 - what a queryset is made of
    for one in kept:
        one.user = user
    user._prefetched_objects_cache = {"memberships": kept}  # noqa: SLF001 - what an account is made of
    return user


class Backend(AuthenticationBackend):
    """allauth's backend, with everything that the header of a page needs."""

    def get_user(self, user_id: Any) -> User | None:
        """Return the account of a session, if it may still sign in."""
        for user in _reader(pk=user_id):
            return _with_memberships(user) if user.is_staff_member else user
        return None
