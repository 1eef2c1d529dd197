"""The job that prints documents before anybody asks for them."""

from django.utils import timezone

from sporades.core import files
from sporades.core.queue import UNTIL_DONE, app
from sporades.documents import operations
from sporades.documents.models import DocumentVersion


@app.periodic(cron="20 5 * * *")
@app.task(name="documents.sweep", queueing_lock="documents.sweep", pass_context=False)
def sweep(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Remove the parts of files that killed writers left."""
    files.sweep(at=timezone.now())


@app.task(name="documents.print", queue="documents", retry=UNTIL_DONE)
def print_version(version_id: int) -> None:
    """Print one version, unless it was asked for meanwhile, or erased."""
    version = DocumentVersion.objects.select_related("document").filter(pk=version_id).first()
    if version is not None and not version.pdf_key:
        operations.printed(version)
