"""Questions that a reader asks about documents."""

from datetime import datetime

from sporades.documents.codes import normalised
from sporades.documents.models import DocumentVersion


def by_code(typed: str, *, at: datetime) -> DocumentVersion | None:
    """Return the version that a code names, as soon as it is published and for ever after.

    A withdrawn one is returned too, to be told as such. Before its publication a version
    does not exist, whoever holds its code.

    Args:
        typed: the code as somebody typed it.
        at: now.
    """
    return (
        DocumentVersion.objects.published_by(at)
        .filter(code=normalised(typed))
        .select_related("document")
        .first()
    )


def replacement_of(version: DocumentVersion, *, at: datetime) -> DocumentVersion | None:
    """Return the last version that replaces this one, published by now, or nothing."""
    return (
        DocumentVersion.objects.published_by(at)
        .filter(document=version.document_id, number__gt=version.number)
        .order_by("-number")
        .first()
    )
