"""Prepare documents, drop what nobody has seen, take back what was published (I5)."""

from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from sporades.accounts.asking import clock_of
from sporades.accounts.models import User
from sporades.accounts.permissions import Reach
from sporades.core.actors import Actor
from sporades.core.leaving import leave
from sporades.core.refusals import ReasonMissing, Refused
from sporades.core.transitions import move
from sporades.documents import kinds
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.notices import queries as notices
from sporades.publications.attestation import Attested
from sporades.publications.deposited import Decision
from sporades.publications.locking import hold, hold_line, in_preparation, locked, locked_unread
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.operations import telling
from sporades.publications.operations.counting import are_many, queue
from sporades.publications.operations.deciding import refuse_seen, take_out_of_sight
from sporades.publications.recording import record, record_line
from sporades.publications.refusals import AlreadyRead, DecisionUnsaid, OfHealth
from sporades.publications.standing import give_way
from sporades.publications.states import DROP, UNREAD, WITHDRAW, LineOutcome
from sporades.registrations.models import Registration

PREPARED = "document prepared"


def begin(
    *,
    kind: kinds.Kind,
    by: User,
    author: Actor,
    reach: Reach,
    at: datetime,
    decision: Decision | None = None,
    key: UUID | None = None,
) -> Publication:
    """Begin to gather documents of one kind. Nobody outside the office sees any.

    Args:
        kind: what is prepared.
        by: who prepares.
        author: the same, in the role that allows it.
        reach: where they may.
        at: the instant.
        decision: who decided what they say, of a kind that is a decision.
        key: its key, where the press that begins it names it; one of its own otherwise.

    Raises:
        DecisionUnsaid: the kind is a decision, and nobody is said to have taken it.
    """
    if kind.is_decision and decision is None:
        raise DecisionUnsaid
    publication: Publication = Publication.objects.create(
        asked_by=by,
        asked_name=author.name,
        asked_role=author.kind,
        perimeters=reach.as_json(),
        asked_at=at,
        moved_at=at,
        kind=kind.slug,
        zone=clock_of(reach),
        **({"pk": key} if key else {}),
        **(asdict(decision) if decision else {}),
    )
    record("publication begun", publication, by=author, at=at)
    return publication


@transaction.atomic
def prepare_one(
    *, publication: UUID, registration: Registration, by: Actor, at: datetime
) -> PublicationLine:
    """Prepare the document of a registration, from what stands now.

    Raises:
        NotInPreparation: the publication has been proposed, published or dropped.
        AlreadyPrepared: the registration has one of this kind that waits.
        Refused: the registration does not stand.
    """
    into = in_preparation(publication)
    hold(registration)
    return _issued(into, registration, Attested(registration, at), by=by, at=at)


@transaction.atomic
def prepare_alone(
    *,
    kind: kinds.Kind,
    registration: Registration,
    by: User,
    author: Actor,
    reach: Reach,
    at: datetime,
) -> Publication:
    """Prepare the document of one registration in a publication of its own, from what stands now.

    Args:
        kind: what is prepared, one of `attestation.PREPARED`.
        registration: whose it is.
        by: who prepares.
        author: the same, in the role that allows it.
        reach: where they may.
        at: the instant.

    Raises:
        AlreadyPrepared: the registration has one of this kind that waits.
        Refused: the registration does not stand.
    """
    made = begin(kind=kind, by=by, author=author, reach=reach, at=at)
    prepare_one(publication=made.pk, registration=registration, by=author, at=at)
    return made


def add(
    *,
    publication: Publication,
    line: PublicationLine | None = None,
    registration: Registration,
    source: object,
    by: Actor,
    at: datetime,
) -> PublicationLine:
    """Add a deposited document to a publication, in the transaction of its caller.

    Args:
        publication: in preparation.
        line: the one that waits for it, if there is one.
        registration: whose it is.
        source: what the kind's content reads.
        by: who deposits.
        at: the instant.

    Raises:
        NotInPreparation, AlreadyPrepared, Refused: see `prepare_one`.
        AlreadyTaken: the line does not wait any more.
    """
    into = in_preparation(publication.pk)
    if line is not None:
        hold_line(line)
    hold(registration)
    return _issued(into, registration, source, line=line, by=by, at=at)


@transaction.atomic
def drop(*, publication: Publication, by: Actor, at: datetime) -> None:
    """Drop what nobody outside the office has seen: its documents never existed.

    Whoever began it or proposed it is told, when another drops it.

    Raises:
        AlreadyRead: its instant has come, or somebody has seen one of its documents.
        Refused: it has been withdrawn or dropped.
    """
    found = locked_unread(publication)
    # Whoever was waited for may have held it beyond its instant.
    if found.is_decided and not found.is_scheduled(max(at, timezone.now())):
        raise AlreadyRead
    if are_many(found.lines.filter(outcome__in=UNREAD)):
        # Its state hides them from here on.
        refuse_seen(found, AlreadyRead)
        queue(publication)
    else:
        _unpublish(found, at=at)
    move(publication, DROP, publish_at=None, archive_key="", moved_at=at)
    record("publication dropped", publication, by=by, at=at)
    _tell_dropped(found, by=by, at=at)
    leave(filter(None, [found.archive_key]))


@transaction.atomic
def withdraw(*, publication: Publication, reason: str, by: Actor, at: datetime) -> None:
    """Take back every document of a publication; who was told of theirs, or read it, is told why.

    Raises:
        ReasonMissing: nothing is said.
        Refused: it is not published.
    """
    if not reason:
        raise ReasonMissing
    if locked(publication).is_scheduled(at):
        raise Refused("Ces documents ne sont pas encore publiés : abandonnez la publication.")
    # From here on nobody reads any of them.
    move(publication, WITHDRAW, why=reason, withdrawn_at=at, moved_at=at)
    published = publication.lines.filter(outcome=LineOutcome.PUBLISHED)
    if are_many(published):
        queue(publication)
    else:
        take_back(published, publication)
        telling.queue(publication, at)
    record("publication withdrawn", publication, reason=reason, by=by, at=at)


def take_back(lines: QuerySet[PublicationLine], publication: Publication) -> None:
    """Note, at documents that are read and at their lines, that their publication is withdrawn.

    One that was held back stays so: nobody has read it, and its code names nothing.
    """
    versions = DocumentVersion.objects.filter(publication_line__in=lines)
    versions.but_held_back().update(withdrawn_at=publication.withdrawn_at)
    lines.update(outcome=LineOutcome.WITHDRAWN, why=publication.why)


def forget(lines: QuerySet[PublicationLine]) -> None:
    """Delete lines whose documents nobody outside has seen, and these with them."""
    versions = DocumentVersion.objects.filter(publication_line__in=lines)
    kept = list(versions.values_list("pk", flat=True))
    unseen = DocumentVersion.objects.filter(pk__in=kept)
    documents.keep_unread(unseen)
    lines.delete()
    documents.discard(unseen)


@transaction.atomic
def withdraw_one(*, line: PublicationLine, reason: str, by: Actor, at: datetime) -> None:
    """Take back one document of a publication; its candidate is told why.

    Raises:
        ReasonMissing: nothing is said.
        Refused: it is not read, or no longer.
    """
    if not reason:
        raise ReasonMissing
    publication = locked(line.publication)
    moved = publication.lines.filter(pk=line.pk, outcome=LineOutcome.PUBLISHED)
    may = publication.may_be_withdrawn(at)
    if not may or not moved.update(outcome=LineOutcome.WITHDRAWN, why=reason):
        raise Refused("Ce document n'est pas publié, ou plus.")
    DocumentVersion.objects.filter(publication_line=line.pk).update(withdrawn_at=at)
    publication.lines.filter(pk=line.pk).update(withdrawal_told_at=at)
    line.refresh_from_db()
    telling.tell_withdrawal(line, by=by, at=at)


def _issued(
    publication: Publication,
    registration: Registration,
    source: object,
    *,
    line: PublicationLine | None = None,
    by: Actor,
    at: datetime,
) -> PublicationLine:
    give_way(registration, publication)
    version = documents.issue(registration.folder, publication.publishes, source, at=at)
    line = line or PublicationLine(publication=publication, number=registration.number)
    line.registration, line.of_version = registration, registration.version
    line.version, line.outcome = version, LineOutcome.PREPARED
    line.prepared_by = by.identifier
    line.save()
    record_line(PREPARED, line, by=by, at=at)
    return line


def _unpublish(publication: Publication, *, at: datetime) -> None:
    """Forget the documents that nobody outside has seen. Raises AlreadyRead."""
    take_out_of_sight(publication, AlreadyRead, at=at)
    forget(publication.lines.filter(outcome__in=UNREAD))


def _tell_dropped(publication: Publication, *, by: Actor, at: datetime) -> None:
    authors = {
        publication.asked_by: publication.asked_name,
        publication.proposed_by: publication.proposed_name,
    }
    telling.tell_authors(publication, "dropped", authors, by=by, at=at)


def take_refusals(*, publication: Publication, by: Actor, at: datetime) -> None:
    """Note that the list of what a publication refused is taken out.

    Args:
        publication: which.
        by: who takes it.
        at: the instant.

    Raises:
        OfHealth: the list says something of health.
    """
    if publication.says_of_health:
        raise OfHealth
    if not notices.is_database_read_only():
        record("publication refusals taken", publication, by=by, at=at)
