"""Sessions as Django keeps them in the database, read by a prepared question."""

from datetime import datetime

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends import db
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.models import Session
from django.db import InterfaceError, InternalError, OperationalError
from django.db.models import QuerySet
from django.utils import timezone

from sporades.core.prepared import prepared
from sporades.notices import queries as notices
from sporades.web.layout.kept import KEPT, KEPT_FOR_A_STRANGER


@prepared(Session)
def _session(key: str, at: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=at)


class SessionStore(db.SessionStore):
    """One session."""

    def get_session_cookie_age(self) -> int:
        """Return for how long it is kept, in seconds: answers of a stranger less than an account."""
        if KEPT in self and SESSION_KEY not in self:
            return int(KEPT_FOR_A_STRANGER.total_seconds())
        return super().get_session_cookie_age()

    def _get_session_from_db(self) -> Session | None:
        for found in _session(key=self.session_key, at=timezone.now()):
            return found
        self._session_key = None
        return None

    def save(self, must_create: bool = False) -> None:  # noqa: FBT001, FBT002 - Django's own signature
        """Keep the session; while nothing can be written, what was noted in it is let go (R-05).

        Raises:
            UpdateError: it was closed meanwhile.
            OperationalError, InterfaceError: the database is out of reach: nobody closed it.
        """
        if notices.is_database_read_only():
            return
        try:
            super().save(must_create)
        except (UpdateError, InternalError) as failure:
            notices.forget()
            if notices.is_database_read_only():
                return
            if isinstance(cause := failure.__context__, OperationalError | InterfaceError):
                raise cause from None
            raise
