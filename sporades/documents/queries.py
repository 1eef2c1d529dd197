"""Questions that a reader asks about documents."""

from datetime import datetime
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery

from sporades.core.prepared import prepared
from sporades.documents import kinds
from sporades.documents.codes import digest_of, normalised
from sporades.documents.models import ArchivedCode, DocumentVersion


def by_code(typed: str, *, at: datetime) -> DocumentVersion | None:
    """Return the version that a code names, as soon as it is published and for ever after.

    A withdrawn one is returned too, to be told as such. Before its publication a version
    does not exist, whoever holds its code.

    Args:
        typed: the code as somebody typed it.
        at: now.
    """
    found = (
        DocumentVersion.objects.published_by(at)
        .filter(code=normalised(typed))
        .select_related("document", "publication_line__publication")
        .first()
    )
    if found is not None:
        found.withdrawn_at = taken_back_at(found)
    return found


def archived_code(typed: str) -> ArchivedCode | None:
    """Return what is kept of a code whose document was archived with its registration, if any.

    Args:
        typed: the code as somebody typed it.
    """
    return ArchivedCode.objects.filter(digest=digest_of(normalised(typed))).first()


def taken_back_at(version: DocumentVersion) -> datetime | None:
    """Return when a version was taken back, by itself or with all that was published with it."""
    if version.withdrawn_at is not None:
        return version.withdrawn_at
    line = getattr(version, "publication_line", None)
    with_all: datetime | None = line.publication.withdrawn_at if line else None
    return with_all


def replacement_of(version: DocumentVersion, *, at: datetime) -> DocumentVersion | None:
    """Return the last version that replaces this one, published by now, or nothing."""
    if version.kind.stands_alone:
        return None
    return (
        DocumentVersion.objects.published_by(at)
        .filter(document=version.document_id, number__gt=version.number)
        .order_by("-number")
        .first()
    )


@prepared(DocumentVersion)
def documents_in(folder: int, at: datetime) -> QuerySet[DocumentVersion]:
    """Return what the list of a folder shows at an instant."""
    return DocumentVersion.objects.for_folder(folder, at)


def replaced_in(folder: int, at: datetime) -> list[DocumentVersion]:
    """Return the replaced versions that their holder may still read, each with `replaced_at`.

    Args:
        folder: where.
        at: now.
    """
    later = DocumentVersion.objects.published_by(at).filter(
        document=OuterRef("document"), number__gt=OuterRef("number")
    )
    found: QuerySet[Any] = (
        DocumentVersion.objects.visible_at(at)
        .filter(document__folder=folder, document__kind__in=kinds.staying_readable())
        .annotate(later_at=Subquery(later.order_by("number").values("published_at")[:1]))
        .filter(later_at__isnull=False)
        .select_related("document")
        .order_by("-published_at", "-number")
    )
    versions: list[DocumentVersion] = []
    for one in found:
        one.replaced_at = one.later_at
        versions.append(one)
    return versions


@prepared(DocumentVersion)
def unread_documents_of(holder: int, at: datetime) -> QuerySet[DocumentVersion]:
    """Return what an account may read at an instant and has not opened, without its content."""
    found = DocumentVersion.objects.latest_visible(at).select_related("document")
    return found.filter(document__folder__holder=holder, opened_at=None).defer("content")
