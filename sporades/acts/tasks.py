"""Jobs: what time alone makes due, and what must not show by its length whom it concerns."""

from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.utils import timezone
from procrastinate import JobContext, builtin_tasks

from sporades.accommodations import operations as accommodations
from sporades.accounts import limits, sessions, sign_ins
from sporades.accounts import operations as accounts
from sporades.acts import accommodating
from sporades.acts.agents import appointing, inviting
from sporades.acts.identities import correcting
from sporades.acts.medical import awaiting_opinions, confiding, relieving, scanning
from sporades.acts.people import changing, enrolling, forgetting, joining
from sporades.acts.pieces import owing, providing, reminding
from sporades.acts.registrations import completing
from sporades.acts.requests import completing as completing_requests
from sporades.acts.requests import late, proofs, telling
from sporades.acts.services import announcing, closing_moved, opening
from sporades.candidates import claims
from sporades.core import apart, files
from sporades.core.queue import UNTIL_DONE, WHEN_BACK, Again, app, defer_once, take_up_stalled
from sporades.drawers import operations as drawers
from sporades.evidence import operations as evidence
from sporades.exams.operations import openings
from sporades.intake import antivirus
from sporades.journal import operations as journal
from sporades.medical import operations as medical
from sporades.medical import sealing
from sporades.notices import operations as notices
from sporades.searches import operations as searches

HELP_BACK_IN, SEND_ACTIVATION_AGAIN = "acts.help_back_in", "acts.send_activation_again"
JOBS_KEPT_HOURS = 48
PATIENCE = timedelta(minutes=5)
"""After how long those who are not told of a moved closing are looked for."""
WHILE_OF_USE = Again(within=timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT))
"""A demand of a mail is given up, with its address, when who is waiting has long asked again."""
ASK_SOME = "evidence.ask_some"
FLAG_SOME = "evidence.flag_some"
REMIND_ON = "acts.remind_on"
ASKED_AT_ONCE = 500
"""For how many registrations one job asks: mails do not wait behind them all."""
SCAN_AGAIN_AFTER = timedelta(minutes=10)
"""After how long a file that nobody has looked at is looked at again."""
ARRIVED_WITHIN = timedelta(hours=1)
"""How long a file may be on its way: after it, what has no row is erased."""


@app.periodic(cron="*/10 * * * *")
@app.task(name="acts.forget_accounts", queueing_lock="acts.forget_accounts", pass_context=False)
def forget_accounts(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Delete the accounts that nobody activated, and what no limit or link needs any more."""
    now = timezone.now()
    apart.steps(
        partial(forgetting.delete_unactivated, at=now),
        partial(accounts.forget_old_changes, at=now),
        partial(appointing.forget_old, at=now),
        partial(sessions.forget_expired, at=now),
        partial(sessions.forget_closed, at=now),
        partial(sign_ins.forget_old, at=now),
        partial(limits.forget_old, at=now),
        partial(claims.forget_old, at=now),
        partial(notices.forget_settled, at=now),
        partial(searches.forget_passing, at=now),
    )


@app.periodic(cron="55 4 * * *")
@app.task(name="acts.forget_provenance", queueing_lock="acts.forget_provenance", pass_context=False)
def forget_provenance(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Forget where the acts of more than a year ago came from."""
    journal.forget_provenance(at=timezone.now())


@app.periodic(cron="25 * * * *")
@app.task(name="acts.forget_jobs", queueing_lock="acts.forget_jobs", pass_context=True)
async def forget_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Delete the jobs that ended two days ago, failed ones too: some were given an address."""
    await builtin_tasks.remove_old_jobs(
        context,
        max_hours=JOBS_KEPT_HOURS,
        remove_failed=True,
        remove_cancelled=True,
        remove_aborted=True,
    )


@app.periodic(cron="40 5 * * *")
@app.task(name="acts.forget_unused", queueing_lock="acts.forget_unused", pass_context=False)
def forget_unused(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Erase the accounts without a registration after six months, warned thirty days before.

    So are the records that the office made, and for which it began nothing.
    Those of members of staff are closed after as long.
    """
    now = timezone.now()
    apart.steps(
        partial(forgetting.erase_unused, at=now),
        partial(forgetting.warn_unused, at=now),
        partial(enrolling.erase_unused, at=now),
        partial(inviting.close_dormant, at=now),
    )


@app.periodic(cron="20 1 * * *")
@app.task(name="acts.relieve_doctors", queueing_lock="acts.relieve_doctors", pass_context=False)
def relieve_doctors(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Give back the requests for accommodations of doctors whose role, or perimeter, has ended."""
    relieving.relieve(at=timezone.now())


@app.periodic(cron="0 6 * * *")
@app.task(name="acts.tell_doctors", queueing_lock="acts.tell_doctors", pass_context=False)
def tell_doctors(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Tell the doctors to whom requests were entrusted that they wait: one mail a day at most."""
    awaiting_opinions.tell_doctors(at=timezone.now())


@app.periodic(cron="10 6 * * *")
@app.task(name="acts.tell_silence", queueing_lock="acts.tell_silence", pass_context=False)
def tell_silence(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Tell those whose appeal, or request, nobody has answered in time what silence has decided."""
    now = timezone.now()
    apart.steps(
        partial(accommodating.tell_of_silence, at=now),
        partial(accommodating.tell_of_unanswered, at=now),
        partial(telling.tell_of_silence, at=now),
        partial(late.tell_of_silence, at=now),
    )


@app.periodic(cron="* * * * *")
@app.task(name="acts.tell_openings", queueing_lock="acts.tell_openings", pass_context=False)
def tell_openings(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Write to those who asked to know when a service opens."""
    announcing.tell_openings(at=timezone.now())


@app.periodic(cron="*/15 * * * *")
@app.task(name="acts.remind_drafts", queueing_lock="acts.remind_drafts", pass_context=False)
def remind_drafts(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Remind those whose draft is not filed that its service closes soon, or is offered no more, or again."""
    now = timezone.now()
    apart.steps(
        partial(announcing.tell_gone, at=now),
        partial(announcing.tell_offered_again, at=now),
        partial(_remind, "drafts", at=now),
    )


@app.periodic(cron="*/15 * * * *")
@app.task(name="acts.remind_unread", queueing_lock="acts.remind_unread", pass_context=False)
def remind_unread(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Remind of the documents that were not opened in five days."""
    _remind("documents", at=timezone.now())


@app.task(name=REMIND_ON, queue="batches", priority=-5, retry=WHEN_BACK)
def remind_on(what: str) -> None:
    """Remind some more of those who are due, and leave the next ones to another job."""
    _remind(what, at=timezone.now())


@app.task(name=reminding.REMIND_ON, queue="batches", priority=-5, retry=WHEN_BACK)
def remind_pieces_on(after: str, again: str) -> None:
    """Remind of the pieces some more of those who are due, and leave the next ones to another job."""
    reminding.remind_pieces(at=timezone.now(), after=int(after), is_again=bool(again))


def _remind(what: str, *, at: datetime) -> None:
    """Remind some of those who are due; where anybody was, there may be more: another job looks."""
    reminders = {
        "documents": announcing.remind_unread,
        "drafts": announcing.remind_drafts,
    }
    if reminders[what](at=at):
        defer_once(REMIND_ON, queue="batches", what=what)


@app.task(name=opening.TELL, queue="mail", priority=5, retry=WHEN_BACK)
def tell_change(change: int | str, after: str) -> None:
    """Write to those whose draft a moved closing concerns, some hundred at once."""
    last = closing_moved.tell_change(int(change), after=after, at=timezone.now())
    if last:
        tell_change.defer(change=change, after=last)


@app.periodic(cron="*/5 * * * *")
@app.task(name="acts.sweep_changes", queueing_lock="acts.sweep_changes", pass_context=False)
def sweep_changes(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Take up the moved closings of which a killed worker has not told everybody."""
    closing_moved.take_up_again(older_than=timezone.now() - PATIENCE)


@app.periodic(cron="*/5 * * * *")
@app.task(name="acts.sweep_jobs", queueing_lock="acts.sweep_jobs", pass_context=True)
async def sweep_jobs(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Take up the jobs that a killed worker left: of some of them nothing else tells."""
    await take_up_stalled(context)


@app.task(name=HELP_BACK_IN, queue="mail", priority=10, retry=WHILE_OF_USE)
def help_back_in(address: str, network: str, known_accounts: list[int], at: str) -> None:
    """Send to whoever forgot a password what helps: known or not, the page took the same time."""
    changing.help_back_in(
        address, network=network, known_accounts=known_accounts, at=datetime.fromisoformat(at)
    )


@app.task(name=SEND_ACTIVATION_AGAIN, queue="mail", priority=10, retry=WHILE_OF_USE)
def send_activation_again(address: str, network: str, at: str) -> None:
    """Send the activation mail once more, if the address waits for one."""
    joining.send_activation_again(address, network=network, at=datetime.fromisoformat(at))


@app.task(name=owing.SCAN, queue="evidence", retry=WHEN_BACK)
def scan(deposit: str) -> None:
    """Have a file looked at; without an antivirus it waits, and is looked at again later."""
    with suppress(antivirus.Unreachable):
        providing.scan(int(deposit), at=timezone.now())


@app.task(name=proofs.SCAN_PROOF, queue="evidence", retry=WHEN_BACK)
def scan_proof(kind: str, request: str) -> None:
    """Have the proof of a request looked at; without an antivirus it waits."""
    with suppress(antivirus.Unreachable):
        proofs.scan_proof(kind, int(request), at=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="evidence.sweep", queueing_lock="evidence.sweep", pass_context=False)
def sweep_evidence(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Take up the files that nobody has looked at, and erase those that were never whole."""
    now = timezone.now()
    apart.steps(
        partial(providing.scan_again, older_than=now - SCAN_AGAIN_AFTER),
        partial(proofs.scan_proofs_again, older_than=now - SCAN_AGAIN_AFTER),
        partial(evidence.sweep, older_than=now - ARRIVED_WITHIN),
        partial(drawers.forget_uploads, at=now),
    )


@app.task(name=correcting.LOOK_AGAIN, queue="evidence", retry=UNTIL_DONE)
def look_again_at_incomplete(registration: int) -> None:
    """End an incompleteness whose pieces other civil data ask for no more, or say which still lack."""
    completing.look_again(registration, at=timezone.now())


@app.task(name=confiding.SCAN, queue="evidence", retry=WHEN_BACK)
def scan_confided(paper: str) -> None:
    """Have a paper looked at; without an antivirus or its key it waits, and is looked at again."""
    with suppress(antivirus.Unreachable, sealing.Unreadable):
        scanning.scan(UUID(paper), at=timezone.now())


@app.periodic(cron="*/10 * * * *")
@app.task(name="medical.sweep", queueing_lock="medical.sweep", pass_context=False)
def sweep_confided(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Take up the papers that nobody has looked at, erase the files, and parts of files, without a row."""
    now = timezone.now()
    apart.steps(
        partial(scanning.scan_again, older_than=now - SCAN_AGAIN_AFTER),
        partial(medical.sweep, older_than=now - ARRIVED_WITHIN),
        partial(files.sweep, at=now, store=medical.STORE),
    )


@app.task(name=opening.FOLLOW, queue="evidence", priority=5, retry=UNTIL_DONE)
def follow_dates(service: str, after: str) -> None:
    """Let the pieces and the requests of some registrations follow the dates of their service.

    The next ones are for another job.
    """
    at, begun = timezone.now(), int(after)
    openings.note_told(int(service), at=at)
    last = evidence.follow_dates(int(service), after=begun, most=ASKED_AT_ONCE)
    if last:
        accommodations.follow_dates(int(service), after=begun, last=last, at=at)
        defer_once(opening.FOLLOW, queue="evidence", service=service, after=str(last))


@app.periodic(cron="*/15 * * * *")
@app.task(name="acts.remind_pieces", queueing_lock="acts.remind_pieces", pass_context=False)
def remind_pieces(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Remind, seven days then two days before, of the pieces that are still to be sent.

    Before that, what could not be given in its last minute is kept as due later.
    """
    now = timezone.now()
    apart.steps(partial(_follow_reading, at=now), partial(reminding.remind_pieces, at=now))


def _follow_reading(*, at: datetime) -> None:
    after = 0
    while after := evidence.follow_reading(after=after, most=ASKED_AT_ONCE, at=at):
        pass


@app.periodic(cron="*/15 6-20 * * *")
@app.task(name="acts.remind_requests", queueing_lock="acts.remind_requests", pass_context=False)
def remind_requests(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Remind, seven days then two days before, who declared a handicap and has sent no request.

    And, three days then ten days after, who has to send theirs again; once, after seven, who was
    asked for what another request lacks.

    Some at a time, by day: whoever does not fit in one job is reminded by the next.
    """
    now = timezone.now()
    apart.steps(
        partial(accommodating.remind_requests, at=now),
        partial(completing_requests.remind_incomplete, at=now),
    )


@app.task(name=ASK_SOME, queue="batches", priority=-5, retry=UNTIL_DONE)
def ask_some(after: str) -> None:
    """Ask for the pieces of some registrations that stood before, and leave the next ones to another job."""
    last = evidence.ask_some(after=int(after), most=ASKED_AT_ONCE, at=timezone.now())
    if last:
        defer_once(ASK_SOME, queue="batches", after=str(last))


@app.periodic(cron="25 * * * *")
@app.task(name="evidence.flag_incomplete", queueing_lock="evidence.flag", pass_context=False)
def flag_incomplete(timestamp: int) -> None:  # noqa: ARG001 - given by the queue
    """Look for registrations that lack pieces, where the réglementation puts them in anomaly."""
    defer_once(FLAG_SOME, queue="batches", after="0")


@app.task(name=FLAG_SOME, queue="batches", priority=-5, retry=WHEN_BACK)
def flag_some(after: str) -> None:
    """Look at some of them, and leave the next ones to another job."""
    last = completing.flag_some(after=int(after), most=ASKED_AT_ONCE, at=timezone.now())
    if last:
        defer_once(FLAG_SOME, queue="batches", after=str(last))
