"""Where an account is open: asked in two questions, however many devices there are."""

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.auth import HASH_SESSION_KEY
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef

from sporades.accounts.models import User


def open_sessions(user: User, *, at: datetime) -> list[UserSession]:
    """Return the sessions in which an account is open, the newest first.

    A session that a new password has ended is not among them.
    """
    listed = list(UserSession.objects.filter(user=user).order_by("-created_at", "-pk"))
    keys = [one.session_key for one in listed]
    kept = Session.objects.filter(session_key__in=keys, expire_date__gt=at)
    shown = {one.session_key: one.get_decoded().get(HASH_SESSION_KEY) for one in kept}
    right = {user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()}
    return [one for one in listed if shown.get(one.session_key) in right]


def end_sessions(user: User) -> None:
    """Sign an account out of every device."""
    for session in UserSession.objects.filter(user=user):
        session.end()


def forget_closed(*, at: datetime) -> int:
    """Delete what is listed of sessions that are over: networks, devices; return how many."""
    kept = Session.objects.filter(session_key=OuterRef("session_key"), expire_date__gt=at)
    deleted: int = UserSession.objects.filter(~Exists(kept)).delete()[0]
    return deleted


def forget_expired(*, at: datetime) -> int:
    """Delete the sessions whose time is over, those of strangers too; return how many."""
    return Session.objects.filter(expire_date__lte=at).delete()[0]
