"""Take one document, or one archive, out of a publication that nobody has read (I5)."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from sporades.accounts.models import User
from sporades.core.actors import Actor
from sporades.core.transitions import move
from sporades.documents.models import DocumentVersion
from sporades.publications.locking import hold_all, locked_unread
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.operations import telling
from sporades.publications.operations.counting import are_many, queue
from sporades.publications.operations.deciding import refuse_seen
from sporades.publications.queries import ARCHIVE_TAKEN_OUT, DOCUMENT_TAKEN_OUT
from sporades.publications.recording import record, record_line
from sporades.publications.refusals import (
    GIVEN_BEFORE,
    TAKEN_OUT,
    TAKEN_OUT_WITH,
    AlreadyMoved,
    AlreadyRead,
    NotTheirOwn,
    StillFilling,
    TakenOutAlready,
)
from sporades.publications.standing import refuse, still_given
from sporades.publications.states import HELD, TAKE_OUT, LineOutcome

LINE_TAKEN_OUT = "document taken out"
"""The act on the registration whose document it is."""

GONE = "retirée"
"""What is said, beside its name, of an archive that was taken out."""


@transaction.atomic
def take_out(*, line: PublicationLine, by: Actor, at: datetime) -> Publication:
    """Take one document out: its line says so, its registration is without it.

    What a second person was to approve, or has, is not what is left: it is to be proposed again.

    Args:
        line: whose document is to be read.
        by: who takes it out.
        at: the instant.

    Returns:
        The publication as it is now.

    Raises:
        StillFilling: its files are being read.
        AlreadyMoved: it is under way, withdrawn or dropped.
        AlreadyRead: its instant has come, or somebody has seen one of its documents.
        TakenOutAlready: the line has no such document any more.
    """
    found = _unread(line.publication, at=at)
    this = found.lines.filter(pk=line.pk, outcome__in=HELD)
    hold_all(this)
    held = this.select_related("publication", "registration", "version").first()
    if held is None:
        raise TakenOutAlready
    held.why = TAKEN_OUT
    record_line(LINE_TAKEN_OUT, held, by=by, at=at)
    _refuse(found, this, TAKEN_OUT)
    _leave(found, DOCUMENT_TAKEN_OUT, by=by, at=at)
    return found


@transaction.atomic
def take_archive_out(
    *, publication: Publication, number: int, user: User, by: Actor, at: datetime
) -> Publication:
    """Take out all the documents that one archive gave, and what was refused of it alone.

    Each registration that has no document any more keeps a line that says so, until another archive
    gives it one.

    Args:
        publication: deposited, and begun by whoever takes it out.
        number: of the archive, the first being 1.
        user: who takes it out.
        by: the same, in the role that allows it.
        at: the instant.

    Returns:
        The publication as it is now.

    Raises:
        NotTheirOwn: somebody else deposited it.
        TakenOutAlready: nothing of it is left.
        StillFilling, AlreadyMoved, AlreadyRead: see `take_out`.
    """
    found = _unread(publication, at=at)
    if found.asked_by_id != user.pk:
        raise NotTheirOwn
    theirs = found.lines.filter(archive=number)
    held = theirs.filter(outcome__in=HELD)
    if not held.exists():
        raise TakenOutAlready
    named = found.archive_in_words(number)
    # Of nobody, or of who has their document by another archive: they lack nothing.
    others = PublicationLine.objects.filter(publication=found, outcome__in=HELD)
    has_another = Exists(others.filter(registration=OuterRef("registration")))
    theirs.filter(Q(registration=None) | has_another, outcome=LineOutcome.REFUSED).delete()
    _refuse(found, held, TAKEN_OUT_WITH.format(named))
    name = found.archive_names[number - 1]
    found.archive_names[number - 1] = ", ".join(filter(None, (name, GONE)))
    found.save(update_fields=["archive_names"])
    _leave(found, ARCHIVE_TAKEN_OUT, reason=named, by=by, at=at)
    return found


def _refuse(publication: Publication, held: QuerySet[PublicationLine], why: str) -> None:
    """Refuse the lines of what is taken out, and forget what was refused because of them.

    Their registrations have no document any more: of each, one line says so.
    """
    whose = list(held.values_list("registration", flat=True))
    refuse(held, why)
    others = publication.lines.filter(registration__in=whose, outcome=LineOutcome.REFUSED)
    others.filter(why__startswith=GIVEN_BEFORE).delete()


def _unread(publication: Publication, *, at: datetime) -> Publication:
    """Lock a publication that nobody outside has read; who opens one of its documents waits."""
    found = locked_unread(publication)
    if found.is_filling:
        raise StillFilling
    if not (found.is_in_preparation or found.state in TAKE_OUT.sources):
        raise AlreadyMoved
    if found.is_decided:
        # Whoever was waited for may have held it beyond its instant.
        if not found.is_scheduled(max(at, timezone.now())):
            raise AlreadyRead
        refuse_seen(found, AlreadyRead)
    return found


def _leave(
    publication: Publication, verb: str, *, reason: str = "", by: Actor, at: datetime
) -> None:
    """Keep and tell what is done to a locked publication, and let go what others agreed to.

    Of what one person decides alone, the other documents are read at the instant that was decided.
    """
    authors = {
        publication.asked_by: publication.asked_name,
        publication.proposed_by: publication.proposed_name,
        publication.decided_by: publication.decided_name,
    }
    was = publication.publish_at.isoformat() if publication.publish_at else ""
    given = publication.lines.filter(outcome=LineOutcome.PUBLISHED)
    is_void = publication.is_proposed or (
        publication.is_decided and (publication.publishes.needs_approval or not given.exists())
    )
    if is_void:
        _prepare_anew(publication, at=at)
    before = was if is_void else ""
    record(verb, publication, reason=reason, before=before, by=by, at=at)
    telling.tell_authors(publication, "taken out", authors, by=by, at=at)


def _prepare_anew(publication: Publication, *, at: datetime) -> None:
    """Have what is left in preparation again; many documents lose their instant in parts, unseen."""
    given = publication.lines.filter(outcome=LineOutcome.PUBLISHED)
    are_judged_later = are_many(given)
    given.update(outcome=LineOutcome.PREPARED)
    if are_judged_later:
        queue(publication)
    else:
        # What is held back stays so: as another may be prepared in its place, it cannot wait as one.
        given = still_given(publication.lines.all())
        DocumentVersion.objects.filter(publication_line__in=given).update(published_at=None)
    move(
        publication,
        TAKE_OUT,
        publish_at=None,
        proposed_by=None,
        proposed_name="",
        concerns=None,
        decided_at=None,
        decided_by=None,
        decided_name="",
        moved_at=at,
    )
