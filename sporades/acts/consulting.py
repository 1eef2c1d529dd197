"""Read what is kept of somebody: a first opening is kept (F5), and who looked is known (S-60)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import CharField, Q, QuerySet
from django.db.models.functions import Cast

from sporades import journal
from sporades.accommodations.answering import ANSWER
from sporades.accommodations.notification import NOTIFICATION
from sporades.accounts import sign_ins
from sporades.accounts.models import SignIn
from sporades.acts.accommodating import follow_reading, follow_reading_of_answer
from sporades.acts.identities.asking import requests_on
from sporades.acts.identities.correcting import corrections_on
from sporades.acts.people import holders
from sporades.acts.pieces import owing
from sporades.acts.registrations.moving import moves_of
from sporades.acts.registrations.standing_in import WAIVING
from sporades.acts.registrations.unsaved import TAKEN_UP
from sporades.acts.requests.late import FULFILLED
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.evidence.models import Evidence
from sporades.evidence.operations import note_looked
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about, is_noted
from sporades.notices import queries as notices
from sporades.registrations.models import Draft, Registration
from sporades.registrations.models.request import Asked

ONE_READING = timedelta(hours=1)
"""Whoever goes through the tabs of a file, and comes back to it, has consulted it once."""


@transaction.atomic
def open_document(*, version: DocumentVersion, by: Actor, at: datetime) -> None:
    """Note that the holder opened a document, the first time only.

    While the database is only read nothing is noted of any reading (R-05).

    Raises:
        DocumentVersion.DoesNotExist: it was dropped, or put off, since it was found.
    """
    if version.opened_at is not None or notices.is_database_read_only():
        return
    documents.keep_in_sight(version, at=at)
    documents.mark_opened(version, at=at)
    if version.document.kind == NOTIFICATION.slug:
        follow_reading(notification=version)
    elif version.document.kind == ANSWER.slug:
        follow_reading_of_answer(answer=version)
    document = version.document
    after = {"title": document.title}
    journal.record(
        "document opened", by=by, on=version, at=at, academy=document.academy, after=after
    )


def open_pdf(*, version: DocumentVersion, by: Actor, at: datetime) -> bytes:
    """Return the PDF of a document, printed now if it was not yet.

    Raises:
        BeingPrepared: its seal could not be put, or the store does not answer.
        DocumentVersion.DoesNotExist: see `open_document`.
    """
    content = documents.printed(version)
    open_document(version=version, by=by, at=at)
    return content


@transaction.atomic
def read_sign_ins(email: str, *, reason: str, by: Actor, at: datetime) -> list[SignIn]:
    """Return who signed in to an account, and what was refused there, the last first (S-60).

    Args:
        email: the address of the account, however it is typed.
        reason: why they are read, kept in the journal.
        by: who reads.
        at: the instant.

    Raises:
        NoAccount: no account has this address.
    """
    user = holders.account_at(email)
    journal.record("sign-ins read", by=by, on=user, at=at, after={"reason": reason})
    return sign_ins.of(user)


OF_DRAFTS = (
    *WAIVING,
    "late registration requested",
    "late request accepted",
    "late request refused",
    "late request taken back",
)
"""What is done in a draft and is told with the registration that it becomes."""


def acts_in_drafts(registration: Registration) -> QuerySet[Entry]:
    """Return what was noted and asked in the drafts of which a registration was filed, or taken up in them.

    It rests on that. What was noted in a draft that was left is of no registration.
    """
    filed = Draft.objects.filter(filed_as__registration=registration)
    keys = [str(key) for key in filed.values_list("pk", flat=True)]
    theirs = Draft.objects.of_candidates().filter(candidate=registration.candidate_id)
    noted = Q(verb__in=OF_DRAFTS, object_id__in=keys)
    if registration.waived:
        # A derogation comes along with the answers of a registration that was left.
        before = Draft.objects.filter(
            filed_as__registration__candidate=registration.candidate_id,
            filed_as__registration__exam=registration.exam_id,
            filed_as__filed_at__lte=registration.filed_at,
        )
        carried = [str(key) for key in before.values_list("pk", flat=True)]
        noted |= Q(verb__in=WAIVING, object_id__in=carried)
    # What its candidate had typed, and asked for, stays a draft of theirs.
    used = Q(verb=TAKEN_UP, payload__after__draft__in=keys) | Q(
        verb=FULFILLED, payload__after__number=registration.number
    )
    typed = Q(object_id__in=theirs.annotate(key=Cast("pk", CharField())).values("key"))
    done: QuerySet[Entry] = Entry.objects.filter(noted | used & typed, object_kind="draft")
    return done


def acts_on(registration: Registration) -> QuerySet[Entry]:
    """Return the acts on a registration, its documents and its candidate's civil data.

    What the office noted in a draft that was filed is among them. Those on what the candidate asked
    to correct in these are among them, and those that held its erasure up.
    """
    papers = DocumentVersion.objects.filter(document__folder=registration.folder_id).only("pk")
    civil = corrections_on(registration) | requests_on(registration)
    # Of holds there are few, and none is left once it is lifted: its act says of which it was.
    held = Entry.objects.filter(object_kind="hold", payload__after__number=registration.number)
    own = entries_about(registration, *papers)
    return own | civil | held | acts_in_drafts(registration)


def consult_file(*, registration: Registration, by: Actor, at: datetime) -> None:
    """Note that a member of staff looks at the file of a registration, once an hour in the academy that has it."""
    if notices.is_database_read_only():
        return
    since = at - ONE_READING
    if registration.is_placed:
        came_at = moves_of(registration).values_list("at", flat=True).first()
        since = max(filter(None, [since, came_at]))
    if not is_noted("file read", on=registration, by=by, since=since):
        journal.record("file read", by=by, on=registration, at=at, academy=registration.academy_id)


def look_at_piece(*, row: Evidence, by: Actor, at: datetime) -> None:
    """Say to colleagues that somebody has a piece open: they are not proposed it meanwhile."""
    if not notices.is_database_read_only():
        note_looked(row, by=by, at=at)


def consult_piece(*, registration: Registration, row: Evidence, by: Actor, at: datetime) -> None:
    """Note that a member of staff opens the file of a piece, or pages of it, once an hour.

    Args:
        registration: whose piece it is.
        row: the piece; another file in force is another reading.
        by: who opens it.
        at: the instant.
    """
    if notices.is_database_read_only():
        return
    after: dict[str, object] = {
        "piece": row.code,
        "label": row.label,
        "deposit": row.deposit_id,
    }
    if not is_noted(owing.READ, on=registration, by=by, since=at - ONE_READING, after=after):
        journal.record(
            owing.READ,
            by=by,
            on=registration,
            at=at,
            academy=registration.academy_id,
            after=after,
        )


def consult_record(*, candidate: Candidate, academy: str, by: Actor, at: datetime) -> None:
    """Note that a member of staff looks at the record of a candidate, once an hour."""
    if notices.is_database_read_only():
        return
    if not is_noted("record read", on=candidate, by=by, since=at - ONE_READING):
        journal.record("record read", by=by, on=candidate, at=at, academy=academy)


def consult_pdf(*, version: DocumentVersion, by: Actor, at: datetime) -> bytes:
    """Return the PDF of a document to a member of staff: for its holder it stays unopened.

    Raises:
        BeingPrepared: its seal could not be put, or the store does not answer.
    """
    content = documents.printed(version)
    consult_document(version=version, by=by, at=at)
    return content


def consult_document(*, version: DocumentVersion, by: Actor, at: datetime) -> None:
    """Note that a member of staff reads a document, on the screen or on paper, each time."""
    if not notices.is_database_read_only():
        # Without its title: its candidate reads who read, and nothing of what is to be published.
        journal.record("document read", by=by, on=version, at=at, academy=version.document.academy)


def consult_proof(*, request: Asked, by: Actor, at: datetime) -> None:
    """Note that a member of staff looks at what a candidate joined to a request of any kind."""
    if notices.is_database_read_only():
        return
    academy = request.service.academy_id
    journal.record("proof read", by=by, on=request.about, at=at, academy=academy)
