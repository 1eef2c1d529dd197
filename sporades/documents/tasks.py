"""The job that prints documents before anybody asks for them."""

from datetime import timedelta

from django.utils import timezone
from procrastinate import BaseRetryStrategy, RetryDecision
from procrastinate.jobs import Job

from sporades.core import files
from sporades.core.queue import app
from sporades.documents import operations
from sporades.documents.models import DocumentVersion

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(hours=1)


class UntilPrinted(BaseRetryStrategy):
    """Try again for ever, less and less often: a seal or a store that is down comes back."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision:  # noqa: ARG002 - the queue gives both
        """Return when to try again."""
        doublings = min(job.attempts, 12)
        wait = min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
        return RetryDecision(retry_in={"seconds": int(wait.total_seconds())})


@app.periodic(cron="20 5 * * *")
@app.task(name="documents.sweep", queueing_lock="documents.sweep", pass_context=False)
def sweep(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Remove the parts of files that killed writers left."""
    files.sweep(at=timezone.now())


@app.task(name="documents.print", queue="documents", retry=UntilPrinted())
def print_version(version_id: int) -> None:
    """Print one version, unless it was asked for meanwhile, or erased."""
    version = DocumentVersion.objects.select_related("document").filter(pk=version_id).first()
    if version is not None and not version.pdf_key:
        operations.printed(version)
