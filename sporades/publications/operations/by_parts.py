"""Go through a publication of many documents, some at a time (R-07, R-27, R-37).

Who reads them is said of all at once by the row of the publication: nobody while it is under way or
once it is dropped, nobody since it was withdrawn. One transaction goes through some of its lines,
and holds what their candidates wait for that long alone. A worker that is killed leaves lines that
are gone through and others that wait: their outcome says how far it is.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from sporades.core.actors import SYSTEM
from sporades.core.locks import alone
from sporades.core.transitions import move
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.publications.locking import hold_some, locked
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.operations import counting, telling
from sporades.publications.operations.deciding import give_their_instant
from sporades.publications.operations.preparing import forget, take_back
from sporades.publications.recording import record
from sporades.publications.standing import prepared_of, set_aside, still_given, to_delete
from sporades.publications.states import (
    FIND_NOTHING,
    LET_OUT,
    UNREAD,
    LineOutcome,
    PublicationState,
)

IN_ONE_JOB = 10
"""How many transactions one job does: whoever is urgent does not wait long behind."""

UNDECIDED = (PublicationState.PREPARING, PublicationState.PROPOSED)
"""The states in which no document has an instant, but where many were put off: until they lose it."""


def go_on(pk: str, *, at: datetime) -> bool:
    """Go through some lines of a publication that is under way; return whether others wait.

    Args:
        pk: the publication's key.
        at: the instant.
    """
    with alone("publication by parts", pk) as is_held:
        return is_held and all(go_through_some(pk, at=at) for _ in range(IN_ONE_JOB))


def take_up_again(*, older_than: datetime) -> int:
    """Queue again the publications whose worker was killed; return how many."""
    lines = PublicationLine.objects.filter(publication=OuterRef("pk"))
    read = lines.filter(outcome=LineOutcome.PUBLISHED)
    unread = lines.filter(outcome__in=UNREAD)
    waiting = Publication.objects.filter(
        Q(state=PublicationState.PUBLISHING)
        | Q(Exists(read), state=PublicationState.WITHDRAWN)
        | Q(Exists(unread), state=PublicationState.DROPPED)
        # Asked of what was decided by parts alone.
        | Q(Exists(still_given(lines)), state__in=UNDECIDED, within__isnull=False)
        | Q(Exists(to_delete(lines))),
        moved_at__lt=older_than,
    )
    for publication in waiting:
        counting.queue(publication)
    return len(waiting)


@transaction.atomic
def go_through_some(pk: str, *, at: datetime) -> bool:
    """Do to some lines of a publication what was decided of all; after the last one, end it.

    Args:
        pk: the publication's key.
        at: the instant.

    Returns:
        Whether others wait.
    """
    found = locked(Publication(pk=pk))
    match found.state:
        case PublicationState.PUBLISHING:
            wait = _publish_some(found, at=at)
        case PublicationState.WITHDRAWN:
            wait = _take_back_some(found, at=at)
        case PublicationState.DROPPED:
            wait = _forget_some(found)
        case PublicationState.PROPOSED | PublicationState.PREPARING:
            wait = _wait_again_some(found)
        case _:
            wait = False
    return wait or _delete_some(found)


def _publish_some(publication: Publication, *, at: datetime) -> bool:
    """Judge some lines and give them their instant; after the last one, let all be read."""
    waiting = prepared_of(publication)
    some = waiting.filter(pk__in=_held(waiting))
    set_aside(publication, some, within=publication.judged_within)
    give_their_instant(some, publication.publish_at)
    if waiting.exists():
        Publication.objects.filter(pk=publication.pk).update(moved_at=at)
        return True
    _finish(publication, at=at)
    return False


def _take_back_some(publication: Publication, *, at: datetime) -> bool:
    """Note at some lines that all are taken back; after the last one, tell who was told."""
    read = publication.lines.filter(outcome=LineOutcome.PUBLISHED)
    some = _first(read)
    take_back(some, publication)
    if read.exists():
        return True
    telling.queue(publication, at)
    return False


def _forget_some(publication: Publication) -> bool:
    """Delete some documents of what is dropped."""
    unread = publication.lines.filter(outcome__in=UNREAD)
    forget(_first(unread))
    return unread.exists()


def _wait_again_some(publication: Publication) -> bool:
    """Take from some documents of what is decided anew the instant that they were given."""
    given = still_given(publication.lines.all())
    some = _first(given).values_list("version", flat=True)
    DocumentVersion.objects.filter(pk__in=list(some)).update(published_at=None)
    return given.exists()


def _delete_some(publication: Publication) -> bool:
    """Delete some documents of lines that were refused together."""
    refused = to_delete(publication.lines.all())
    some = _first(refused).values_list("version", flat=True)
    deleted = documents.discard(DocumentVersion.objects.filter(pk__in=list(some)))
    # What could not be deleted is left to the sweep: a job would never end.
    return deleted > 0 and refused.exists()


def _first(lines: QuerySet[PublicationLine]) -> QuerySet[PublicationLine]:
    """Return the first lines, those left out whose document somebody is writing."""
    first = lines.order_by("pk").values_list("pk", "version")[: counting.AT_ONCE]
    return lines.filter(pk__in=_unwritten(list(first)))


def _held(lines: QuerySet[PublicationLine]) -> list[int]:
    """Return the keys of the first lines, those left out of which others hold anything."""
    waiting = lines.order_by("pk").values_list("pk", "version", "registration")
    first: list[tuple[int, int | None, int | None]] = list(waiting[: counting.AT_ONCE])
    held = hold_some([registration for *_, registration in first if registration])
    return _unwritten([(pk, version) for pk, version, of in first if of is None or of in held])


def _unwritten(lines: list[tuple[int, int | None]]) -> list[int]:
    """Lock the documents of some lines that nobody else holds; where all are held, wait for one.

    Args:
        lines: the key of each, and that of its document.

    Returns:
        The keys of the lines of those that are locked; the first one, where none is.
    """
    rows = DocumentVersion.objects.select_for_update(skip_locked=True)
    keys = [version for _, version in lines if version]
    free = set(rows.filter(pk__in=keys).order_by("pk").values_list("pk", flat=True))
    some = [pk for pk, version in lines if version is None or version in free]
    return some or [pk for pk, _ in lines[:1]]


def _finish(publication: Publication, *, at: datetime) -> None:
    """Let all that was given its instant be read; where nothing holds, prepare it anew.

    What could be read of nobody at its instant has that at which it can: the days of a delay to
    contest it are counted from there.
    """
    given = publication.lines.filter(outcome=LineOutcome.PUBLISHED)
    if publication.publish_at is not None and given.exists():
        instant = max(publication.publish_at, at, timezone.now())
        if instant > publication.publish_at:
            DocumentVersion.objects.filter(publication_line__in=given).update(published_at=instant)
        move(publication, LET_OUT, publish_at=instant, moved_at=at)
        record("publication completed", publication, by=SYSTEM, at=at)
        telling.tell_refused(publication, at=at)
        telling.queue(publication, instant)
        return
    authors = {
        publication.asked_by: publication.asked_name,
        publication.proposed_by: publication.proposed_name,
        publication.decided_by: publication.decided_name,
    }
    nobody = {
        "publish_at": None,
        "proposed_by": None,
        "proposed_name": "",
        "concerns": None,
        "decided_at": None,
        "decided_by": None,
        "decided_name": "",
    }
    move(publication, FIND_NOTHING, moved_at=at, **nobody)
    record("publication found empty", publication, by=SYSTEM, at=at)
    telling.tell_authors(publication, "found empty", authors, by=SYSTEM, at=at)
