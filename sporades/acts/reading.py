"""Open a document: its first opening is kept (F5), and the journal knows of it."""

from datetime import datetime

from django.db import transaction

from sporades import journal
from sporades.core.actors import Actor
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion


@transaction.atomic
def open_document(*, version: DocumentVersion, by: Actor, at: datetime) -> None:
    """Note that the holder opened a document, the first time only."""
    if version.opened_at is not None:
        return
    documents.mark_opened(version, at=at)
    journal.record("document opened", by=by, on=version, at=at, academy=version.academy)


def open_pdf(*, version: DocumentVersion, by: Actor, at: datetime) -> bytes:
    """Return the PDF of a document, printed now if it was not yet.

    Raises:
        BeingPrepared: its seal could not be put, or the store does not answer.
    """
    content = documents.printed(version)
    open_document(version=version, by=by, at=at)
    return content
