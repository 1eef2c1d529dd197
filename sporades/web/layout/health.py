"""Whether this process lives, and whether it can serve."""

from datetime import UTC, datetime
from http import HTTPStatus
from threading import Event

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse

from sporades.core import clock, seal, standing
from sporades.notices import queries as notices
from sporades.web.layout import outage

_migrated = Event()
"""Whether the tables were once seen to be of this code: asked again only until they are."""


def alive(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process does."""
    return _said("vivant", HTTPStatus.OK)


def ready(request: HttpRequest) -> HttpResponse:
    """Answer 200 when the database answers and is migrated, 503 otherwise.

    Stores and mails are not asked: registrations work without them. Clocks that differ are said, and
    close nothing: which one is wrong is not known here, and all machines would go at once. So is a
    certificate of the seal that is over, or will soon be, and a database that is only read: nobody
    else would see it come, or last.
    """
    with outage.attempt() as is_asked:
        if not is_asked:
            return _said("base de données injoignable", HTTPStatus.SERVICE_UNAVAILABLE)
        try:
            is_migrated = _is_migrated()
            gap = clock.gap_in_words(connection)
            is_read_only = notices.is_database_read_only()
        except DatabaseError as failure:
            outage.note(failure)
            return _said("base de données injoignable", HTTPStatus.SERVICE_UNAVAILABLE)
    if not is_migrated:
        said = "base de données à mettre à jour : sporades migrate"
        return _said(said, HTTPStatus.SERVICE_UNAVAILABLE)
    now = datetime.now(UTC)
    mode = "la base n'est qu'en lecture" if is_read_only else ""
    room = "la base n'a plus de place sur son disque" if notices.is_disk_full() else ""
    told = (mode, room, gap, seal.outdated_in_words(now), seal.ending_in_words(now))
    but = [one for one in told if one]
    return _said(f"prêt, mais {', '.join(but)}" if but else "prêt", HTTPStatus.OK)


def _is_migrated() -> bool:
    if not _migrated.is_set():
        try:
            if standing.migrations_left(connection):
                return False
        except standing.TooOldError:
            return False  # `migrate` says the way.
        _migrated.set()
    return True


def _said(what: str, status: int) -> HttpResponse:
    answer = HttpResponse(f"{what}\n", status=status, content_type="text/plain; charset=utf-8")
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        answer.headers["Retry-After"] = "10"
    return answer
