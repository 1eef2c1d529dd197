"""Issue, publish, print, withdraw documents, and note that they were opened."""

import io
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

import segno
from django.conf import settings
from django.db import transaction
from django.db.models import F, Max, Q, QuerySet
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import Least

from sporades.core import files, pdf, seal
from sporades.core.digests import canonical, digest
from sporades.core.french import local_day
from sporades.core.leaving import leave
from sporades.core.links import link_to
from sporades.core.locks import lock_value
from sporades.core.queue import app
from sporades.core.refusals import Refused
from sporades.documents import kinds, queries
from sporades.documents.codes import digest_of, in_groups, new_code
from sporades.documents.models import (
    DROPPED,
    REFUSED,
    ArchivedCode,
    Document,
    DocumentVersion,
    DocumentVersionQuerySet,
    Folder,
)
from sporades.notices import queries as notices

logger = logging.getLogger(__name__)

JUST_PUBLISHED = timedelta(minutes=10)
"""For how long after an instant an act may still go on that came before it: no request lasts that."""

READ_OF_A_PUBLICATION = "reading of a publication"
"""What its readers share, and whoever drops it or puts it off holds alone."""


class AlreadyPrepared(Refused):
    """A document has a version that waits for its publication already."""

    message = (
        "Un document de cette nature est déjà préparé pour cette inscription, et pas encore "
        "publié : publiez-le ou abandonnez-le d'abord."
    )


class BeingPrepared(Refused):
    """The file cannot be given yet: its seal could not be put, or the store does not answer."""

    message = (
        "Le document est en cours de préparation. Il sera disponible dans quelques minutes, "
        "sans rien faire de plus : revenez un peu plus tard."
    )
    title = "Document en cours de préparation"
    retry_after = timedelta(minutes=2)


class Unsealed(BeingPrepared):
    """Its seal is due, and could not be put."""


class Unprintable(BeingPrepared):
    """Its template and its content do not make a PDF: a fault of ours, to be repaired."""

    message = (
        "Ce document ne peut pas être imprimé. Le service technique en est prévenu : revenez "
        "plus tard."
    )
    title = "Document indisponible"
    retry_after = timedelta(hours=1)


class Lost(Unprintable):
    """The file that was deposited cannot be read, and nothing can make it anew."""

    message = (
        "Le fichier de ce document ne peut pas être lu. Le service technique en est prévenu : "
        "revenez plus tard."
    )


@transaction.atomic(savepoint=False)
def issue(
    folder: Folder,
    kind: kinds.Kind,
    source: object,
    *,
    number: int | None = None,
    at: datetime,
    published_at: datetime | None = None,
) -> DocumentVersion:
    """Freeze what a document says, in a new version, and queue its printing.

    To what the kind says are added `heading` (its title), `version`, `zone` (unless said),
    `issuer` (`service`, `authority`), `code`, `verify_url` and `verify_page`.

    Args:
        folder: where the document stands.
        kind: what it is.
        source: what causes it; the kind's `content` reads it, now and never again.
        number: the registration's version, for a kind that is numbered by it.
        at: the instant of the act.
        published_at: from when it may be read; at once for a kind that is published by its
            issue, else not until a publication is decided.

    Returns:
        The version; the one already issued when this number says the same already.

    Raises:
        IntegrityError: this number was issued and says something else.
        AlreadyPrepared: a version waits for its publication, decided or not; one of a publication
            that was dropped, or that was taken out of one, is deleted, before the job that goes
            through them all comes to it.
    """
    said = kind.content(source)
    document = _document(folder, kind)
    waiting = document.versions.to_come(at).but_held_back()
    if not kind.published_by_issue and waiting.exists():
        _forget_dropped(document)
        if waiting.exists():
            raise AlreadyPrepared
    if kind.numbered_by == "own":
        last = document.versions.aggregate(last=Max("number"))["last"] or 0
        number = last + 1
    elif number is None:
        message = f"{kind.slug} carries the number of the registration's version"
        raise ValueError(message)
    else:
        issued = document.versions.filter(number=number).first()
        if issued is not None and _says(issued, said):
            return issued
    code = new_code()
    content = {
        "zone": settings.TIME_ZONE,
        **said,
        "heading": kind.title,
        "version": number,
        "issuer": {"service": settings.SERVICE_NAME, "authority": settings.DEPLOYER_NAME},
        "code": in_groups(code),
        "verify_url": link_to("public:verify_document", code),
        "verify_page": link_to("public:verify").split("://", 1)[1],
    }
    version = DocumentVersion.objects.create(
        document=document,
        number=number,
        academy=folder.academy,
        content=content,
        digest=digest(content),
        code=code,
        issued_at=at,
        published_at=published_at or (at if kind.published_by_issue else None),
    )
    _queue_printing(version)
    return version


def take_back(folder: Folder, kind: kinds.Kind, *, at: datetime) -> None:
    """Withdraw the last version of a document, if there is one that stands."""
    versions = DocumentVersion.objects.filter(document__folder=folder, document__kind=kind.slug)
    last = versions.order_by("-number").first()
    if last is not None and last.withdrawn_at is None:
        withdraw(last, at=at)


def give_folders(folders: Iterable[int], *, holder: int | None) -> None:
    """Give folders, by their keys, to the account of this key, or to none."""
    Folder.objects.filter(pk__in=folders).update(holder=holder)


def move_folder(folder: int, *, academy: str) -> None:
    """Give a folder and its documents to another academy.

    What was issued keeps the academy that issued it: it is never rewritten.

    Args:
        folder: its key.
        academy: the code of the academy that has it from now on.
    """
    Folder.objects.filter(pk=folder).update(academy=academy)
    Document.objects.filter(folder=folder).update(academy=academy)


def name_folder(folder: int, *, label: str) -> None:
    """Give a folder another name; what was issued keeps the one that it says."""
    Folder.objects.filter(pk=folder).update(label=label)


def withdraw(version: DocumentVersion, *, at: datetime) -> None:
    """Take a published version back; its code says so from now on."""
    DocumentVersion.objects.filter(pk=version.pk).update(withdrawn_at=at)
    version.refresh_from_db(fields=["withdrawn_at"])


def hold_back(folder: int, *, of: Iterable[str] | None = None, at: datetime) -> None:
    """Let nobody read what was to be read from a later instant on; `release` lets it be read.

    What it was made from has changed. Whoever decided of its publication looks at it again when the
    instant comes.

    Args:
        folder: the key of the folder.
        of: the kinds that it concerns; all of them unless said.
        at: the instant.
    """
    held = DocumentVersion.objects.filter(document__folder=folder)
    if of is not None:
        held = held.filter(document__kind__in=of)
    keep_from_sight(held.filter(withdrawn_at=None), at=at)


def keep_from_sight(versions: DocumentVersionQuerySet, *, at: datetime) -> None:
    """Hold back, among some versions, those that have an instant and that nobody may read yet.

    Args:
        versions: among which.
        at: the instant. It is noted as one before that from which they were to be read, which tells
            them from what was read and taken back: those that a publication keeps for the others
            may have theirs behind them.
    """
    to_come = versions.to_come(at).filter(published_at__isnull=False)
    to_come.update(withdrawn_at=Least(at, F("published_at") - timedelta(microseconds=1)))


def release(version: DocumentVersion) -> None:
    """Let a version be read that was held back, from its instant on."""
    DocumentVersion.objects.filter(pk=version.pk).update(withdrawn_at=None)
    version.refresh_from_db(fields=["withdrawn_at"])


def keep_unread(versions: QuerySet[DocumentVersion]) -> None:
    """Hold back versions that nobody has read, whatever their instant: `discard` may have them."""
    given = versions.filter(published_at__isnull=False)
    given.update(withdrawn_at=F("published_at") - timedelta(microseconds=1))


@transaction.atomic
def discard(versions: QuerySet[DocumentVersion]) -> int:
    """Delete versions that were never published, with their files; return how many.

    Whoever holds the code of one finds nothing: it never existed for its reader.
    """
    unpublished = versions.filter(Q(published_at=None) | Q(withdrawn_at__lt=F("published_at")))
    # Locked: what was just printed has its key, and its file goes too.
    held = unpublished.select_for_update().values_list("pdf_key", KeyTransform("file", "content"))
    keys = {key for kept in held for key in kept if key}
    count, _ = unpublished.delete()
    leave(keys)
    return count


def keep_in_sight(version: DocumentVersion, *, at: datetime) -> None:
    """Have whoever drops or puts off what was just published wait until the transaction ends.

    Readers share it, and wait for nobody else. It is no lock of a row: on the evening of results
    thousands would stand in its list, before whoever tells of them.

    Args:
        version: what somebody is about to read.
        at: the instant.

    Raises:
        DocumentVersion.DoesNotExist: it was dropped, or put off, since it was found.
    """
    is_recent = version.published_at is not None and at - version.published_at < JUST_PUBLISHED
    if version.kind.published_by_issue or not is_recent:
        return
    this = DocumentVersion.objects.filter(pk=version.pk)
    publication = this.values_list("publication_line__publication", flat=True).first()
    if publication is None:
        return
    lock_value(READ_OF_A_PUBLICATION, str(publication), shared=True)
    if not this.visible_at(at).exists():
        raise DocumentVersion.DoesNotExist


def _forget_dropped(document: Document) -> None:
    """Delete the versions of a locked document that were dropped, or taken out: nobody has seen them."""
    dropped = document.versions.filter(
        Q(publication_line__publication__state=DROPPED) | Q(publication_line__outcome=REFUSED)
    )
    unseen = DocumentVersion.objects.filter(pk__in=list(dropped.values_list("pk", flat=True)))
    keep_unread(unseen)
    discard(unseen)


def mark_opened(version: DocumentVersion, *, at: datetime) -> None:
    """Note that its holder opened a version; the first time is the one that is kept."""
    DocumentVersion.objects.filter(pk=version.pk, opened_at=None).update(opened_at=at)
    version.refresh_from_db(fields=["opened_at"])


def printed(version: DocumentVersion) -> bytes:
    """Return the PDF of a version: kept when first printed, with its seal where there is one.

    A kept file that is missing or damaged is printed anew from the frozen content; so is one
    that was printed before there was a key. The former file then leaves the store.

    While the database is only read (R-05) what was never printed is printed for its reader alone.

    Raises:
        BeingPrepared: the store of files does not answer; a job tries again.
        Unsealed, Unprintable, Lost: see each.
    """
    with files.forgotten_if_undone() as kept:
        return _printed(version, kept)


def on_paper(version: DocumentVersion) -> bytes:
    """Return the PDF of a version, to be posted: without its seal where that cannot be put.

    Nobody reads a seal on paper: whoever has nothing else waits for none.

    Raises:
        BeingPrepared, Unprintable, Lost: see `printed`.
        pdf.CannotPrint: as it does not print.
    """
    try:
        return printed(version)
    except Unsealed:
        logger.exception("Document version %s is posted without its seal", version.pk)
        return _unsealed(version)


def _printed(version: DocumentVersion, kept: list[str]) -> bytes:
    """See `printed`; add to what is kept the file that this printing has made."""
    may_keep = not notices.is_database_read_only()
    if may_keep:
        # Not the row: whoever opens its page notes it there, and the store may hang meanwhile.
        lock_value("printing", str(version.pk))
    version.refresh_from_db(fields=["pdf_key", "sealed"])
    if version.pdf_key and (version.sealed or not seal.is_configured()):
        try:
            return files.get(version.pdf_key)
        except files.Unreadable:
            logger.exception("The file of document version %s is printed anew", version.pk)
        except files.OutOfReach as failure:
            raise BeingPrepared from failure
    content = _print(version)
    if not may_keep:
        return content
    version.sealed, former = seal.is_configured(), version.pdf_key
    try:
        version.pdf_key = _kept_as(version) or files.put(content, suffix=".pdf")
    except files.OutOfReach as failure:
        raise BeingPrepared from failure
    given = version.content.get("file")
    if version.pdf_key not in {former, given}:
        kept.append(version.pdf_key)
    mine = DocumentVersion.objects.filter(pk=version.pk)
    if not mine.update(pdf_key=version.pdf_key, sealed=version.sealed):
        raise DocumentVersion.DoesNotExist  # discarded meanwhile: what was kept goes too
    if former not in {"", version.pdf_key, given}:
        # It names a person, and no row names it any more.
        leave([former])
    return content


def _print(version: DocumentVersion) -> bytes:
    try:
        printed = _unsealed(version)
    except pdf.CannotPrint as failure:
        logger.exception("Document version %s cannot be printed", version.pk)
        raise Unprintable from failure
    if not seal.is_configured():
        return printed
    try:
        return seal.seal(printed)
    except seal.SealFailed as failure:
        raise Unsealed from failure


def _unsealed(version: DocumentVersion) -> bytes:
    if not version.kind.is_deposited:
        return _typeset(version)
    deposited = _deposited(version)
    return pdf.as_specimen(deposited, at=version.issued_at) if pdf.is_rehearsed() else deposited


def _kept_as(version: DocumentVersion) -> str:
    """Return the key of a deposited file that no seal has changed, or nothing."""
    is_as_deposited = version.kind.is_deposited and not (version.sealed or pdf.is_rehearsed())
    return version.content["file"] if is_as_deposited else ""


def _typeset(version: DocumentVersion) -> bytes:
    content = {**version.content, "qr": qr_code(version.content["verify_url"])}
    return pdf.typeset(version.kind.template, content, at=version.issued_at)


def _deposited(version: DocumentVersion) -> bytes:
    try:
        return files.get(version.content["file"])
    except files.Unreadable as failure:
        logger.exception("The file deposited for document version %s is lost", version.pk)
        raise Lost from failure
    except files.OutOfReach as failure:
        raise BeingPrepared from failure


def qr_code(address: str) -> str:
    """Return the drawing (SVG) of the code that leads to an address."""
    # One mask for all: trying the eight of them, as the norm wishes, costs four times the rest.
    drawn = io.BytesIO()
    segno.make(address, error="m", micro=False, boost_error=False, mask=3).save(
        drawn, kind="svg", border=0, xmldecl=False, omitsize=True
    )
    return drawn.getvalue().decode()


def _document(folder: Folder, kind: kinds.Kind) -> Document:
    """Return the document of a kind in a folder, locked until the end of the transaction.

    One statement makes it or locks the one that is there: an update locks its row, and gives its key.
    """
    [document] = Document.objects.bulk_create(
        [Document(folder=folder, kind=kind.slug, academy=folder.academy)],
        update_conflicts=True,
        unique_fields=["folder", "kind"],
        update_fields=["kind"],  # as it is: its academy is not for a folder read earlier to say
    )
    return document


def _says(version: DocumentVersion, said: kinds.Content) -> bool:
    kept = {key: version.content.get(key) for key in said}
    return canonical(kept) == canonical(said)


def _queue_printing(version: DocumentVersion) -> None:
    app.configure_task("documents.print", queue="documents").defer(version_id=version.pk)


def keep_codes(folder: int, *, has_ended: bool, at: datetime) -> None:
    """Keep that the codes of a folder that is archived were given: of nobody, and for ever.

    Of what was never published there was no code to show.

    Args:
        folder: the key of the folder.
        has_ended: whether its registration stood no more: its papers prove no registration.
        at: the instant.
    """
    versions = DocumentVersion.objects.published_by(at).filter(document__folder=folder)
    kept = []
    for one in versions.select_related("document").order_by("pk"):
        taken_back, replaced = queries.taken_back_at(one), queries.replacement_of(one, at=at)
        if taken_back is not None and taken_back <= at:
            fate = ArchivedCode.Fate.WITHDRAWN
        elif replaced is not None:
            fate = ArchivedCode.Fate.REPLACED
        else:
            fate = ArchivedCode.Fate.LEFT if has_ended else ArchivedCode.Fate.STOOD
        kept.append(
            ArchivedCode(
                digest=digest_of(one.code),
                kind=one.kind.verified_as,
                issuer=one.content["issuer"]["authority"],
                issued_on=local_day(one.issued_at, one.content["zone"]),
                fate=fate,
            )
        )
    ArchivedCode.objects.bulk_create(kept)
