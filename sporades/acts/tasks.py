"""Jobs that time alone makes due."""

from django.utils import timezone

from sporades.accounts import limits
from sporades.accounts import operations as accounts
from sporades.acts import joining
from sporades.core.queue import app


@app.periodic(cron="*/10 * * * *")
@app.task(name="acts.forget_accounts", queueing_lock="acts.forget_accounts", pass_context=False)
def forget_accounts(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Delete the accounts that nobody activated, and what no limit or link needs any more."""
    now = timezone.now()
    joining.delete_unactivated(at=now)
    accounts.forget_old_changes(at=now)
    limits.forget_old(at=now)


@app.periodic(cron="40 5 * * *")
@app.task(name="acts.forget_unused", queueing_lock="acts.forget_unused", pass_context=False)
def forget_unused(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Erase the accounts without a registration after six months, warned thirty days before."""
    now = timezone.now()
    joining.erase_unused(at=now)
    joining.warn_unused(at=now)
