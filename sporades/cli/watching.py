"""What goes wrong without anybody being told, each thing with the line that says it (R-71)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Min, Q

from sporades.core.actors import CANDIDATE
from sporades.core.french import listed, time_left_in_words
from sporades.core.silent import SILENT_FOR
from sporades.exams.models import RegistrationService
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Draft, Version

MAILS_WAIT = timedelta(minutes=10)
"""From which age a mail that waits is looked at: the relay is then down, or no worker works."""
MAILS_MOVE = timedelta(minutes=5)
"""Within which one of many must have left, for those that wait to be behind it and not stuck."""
REFUSALS_OVER = timedelta(hours=1)
MAILS_READ = 2_000
"""Of the last ones, how many say how the relay is."""
MANY_REFUSED = 10
"""Below which refused mails are mistyped addresses."""
PART_REFUSED = 10
"""One in how many is too many: a relay that is barred refuses most, people mistype one in a hundred."""
JOBS_WAIT = timedelta(minutes=15)
LIGHT_JOBS_WAIT = timedelta(hours=12)
"""Of what everything else overtakes: a night."""
FAILURES_OVER = timedelta(hours=1)
UNSEALED = timedelta(minutes=10)
UNARCHIVED = timedelta(minutes=10)
"""While the worker runs a segment goes each minute or so."""
FILED_OVER = timedelta(minutes=30)
FILLING = 20
"""Of so many who answer in half an hour, one at least files, unless nobody can."""
BEHIND = timedelta(minutes=1)


@dataclass(frozen=True)
class Watch:
    """One thing that is looked at, as it is now.

    Attributes:
        said: what was found, in French.
        is_wrong: whether somebody has to look at it.
    """

    said: str
    is_wrong: bool = False


def watches(*, at: datetime) -> Iterator[Watch]:
    """Look at each thing in turn; it writes nothing, and takes no lock.

    Args:
        at: the instant, by the clock of the web. What the queue stamps goes by the database's own.
    """
    for look in LOOKS:
        yield look(at)


def _mails_that_wait(at: datetime) -> Watch:
    waiting = Message.objects.filter(state=Message.State.WAITING)
    # One that was tried lately is put off by its recipient's server, whatever its age.
    due = waiting.filter(Q(attempts=0) | Q(next_try_at__lte=at - MAILS_MOVE))
    found = due.aggregate(count=Count("pk"), first=Min("written_at"))
    if not found["count"]:
        return Watch("Courriels : aucun n'est en retard.")
    age = at - found["first"]
    said = f"Courriels à envoyer : {found['count']}, le plus ancien écrit il y a {_age(age)}."
    if age < MAILS_WAIT or Message.objects.filter(sent_at__gt=at - MAILS_MOVE).exists():
        return Watch(said)
    return Watch(f"{said} Aucun ne part : le relais, ou le worker, est arrêté.", is_wrong=True)


def _mails_refused(at: datetime) -> Watch:
    # By their keys: no index has the hour of all mails, and the last ones are those of this hour.
    last = Message.objects.order_by("-pk").values_list("state", "written_at")[:MAILS_READ]
    states = [state for state, written_at in last if written_at > at - REFUSALS_OVER]
    refused = states.count(Message.State.REFUSED)
    settled = refused + states.count(Message.State.SENT)
    said = f"Derniers courriels tentés : {settled}, dont refusés : {refused}."
    if refused < MANY_REFUSED or refused * PART_REFUSED < settled:
        return Watch(said)
    return Watch(f"{said} Réparez le relais, puis « mail refus --renvoyer ».", is_wrong=True)


def _workers(_: datetime) -> Watch:
    # By the clock that stamps the signs: a rehearsal's own is at another instant.
    [(alive,)] = _rows(
        "SELECT count(*) FROM procrastinate_workers WHERE clock_timestamp() - last_heartbeat < %s",
        SILENT_FOR,
    )
    if alive:
        return Watch(f"Workers : {alive} au travail.")
    return Watch("Workers : aucun. Rien ne part, rien n'est imprimé.", is_wrong=True)


def _jobs_that_wait(_: datetime) -> Watch:
    late = _rows(
        """
        SELECT job.queue_name, count(*), max(clock_timestamp() - due.since)
        FROM procrastinate_jobs job
        CROSS JOIN LATERAL (
            SELECT greatest(job.scheduled_at, max(event.at)) AS since
            FROM procrastinate_events event WHERE event.job_id = job.id
        ) due
        WHERE job.status NOT IN ('doing', 'succeeded', 'failed', 'cancelled', 'aborted')
          AND due.since < clock_timestamp() - CASE WHEN job.priority < 0 THEN %s ELSE %s END
        GROUP BY job.queue_name ORDER BY job.queue_name
        """,
        LIGHT_JOBS_WAIT,
        JOBS_WAIT,
    )
    if not late:
        return Watch("Tâches : aucune n'est en retard.")
    said = listed([f"{queue} ({count}, depuis {_age(age)})" for queue, count, age in late])
    return Watch(f"Tâches en retard : {said}.", is_wrong=True)


def _jobs_that_failed(_: datetime) -> Watch:
    failed = _rows(
        """
        SELECT job.task_name, count(DISTINCT job.id)
        FROM procrastinate_jobs job JOIN procrastinate_events event ON event.job_id = job.id
        WHERE job.status = 'failed' AND event.type = 'failed'
          AND event.at > clock_timestamp() - %s::interval
        GROUP BY job.task_name ORDER BY job.task_name
        """,
        FAILURES_OVER,
    )
    if not failed:
        return Watch("Tâches : aucune n'a échoué depuis une heure.")
    said = listed([f"{task} ({count})" for task, count in failed])
    return Watch(
        f"Tâches qui ont échoué depuis une heure : {said}. Le journal du worker dit pourquoi.",
        is_wrong=True,
    )


def _acts_unsealed(at: datetime) -> Watch:
    oldest = Entry.objects.filter(seal=None).order_by("pk").values_list("at", flat=True).first()
    if oldest is None or at - oldest < UNSEALED:
        return Watch("Journal : scellé.")
    return Watch(
        f"Journal : des actes ne sont pas scellés, depuis {_age(at - oldest)}.", is_wrong=True
    )


def _filings(at: datetime) -> Watch:
    """Look whether those who fill get to file, while something is open."""
    open_ones = RegistrationService.objects.filter(opens_at__lte=at, closes_at__gt=at)
    since = at - FILED_OVER
    filling = (
        Draft.objects.unfiled().of_candidates().filter(service__in=open_ones, answered_at__gt=since)
    )
    people = filling.values("candidate").distinct().count()
    # By its key too. What the office makes, as a move or a correction does, is filed by nobody.
    theirs = Version.objects.filter(author_kind=CANDIDATE).order_by("-pk")
    last = theirs.values_list("filed_at", flat=True).first()
    if people < FILLING or (last and last > since):
        return Watch(f"Inscriptions : personnes qui saisissent depuis une demi-heure : {people}.")
    return Watch(
        f"Inscriptions : depuis une demi-heure {people} personnes saisissent, et rien n'a été "
        "enregistré. Quelque chose les en empêche-t-il ?",
        is_wrong=True,
    )


def _archive_of_the_log(_: datetime) -> Watch:
    [(mode, age, fails)] = _rows(
        """
        SELECT pg_settings.setting, clock_timestamp() - last_archived_time,
               coalesce(last_failed_time > last_archived_time, last_failed_time IS NOT NULL)
        FROM pg_stat_archiver JOIN pg_settings ON pg_settings.name = 'archive_mode'
        """
    )
    if mode == "off":
        return Watch("Archive du WAL : PostgreSQL n'en tient pas (archive_mode).")
    said = (
        f"Archive du WAL : dernier segment il y a {_age(age)}." if age else "Archive du WAL : vide."
    )
    if fails:
        return Watch(
            f"{said} Le suivant échoue : le journal de PostgreSQL dit pourquoi.", is_wrong=True
        )
    return Watch(said, is_wrong=age is None or age > UNARCHIVED)


def _replicas(_: datetime) -> Watch:
    found = _rows("SELECT application_name, state, replay_lag FROM pg_stat_replication ORDER BY 1")
    if not found:
        return Watch("Répliques : aucune n'est reliée à cette base.")
    if any(state is None for _, state, _ in found):
        return Watch("Répliques : ce rôle ne lit pas leur retard (GRANT pg_monitor).")
    behind = [
        f"{name} ({_age(lag)})" if lag else f"{name} ({state})"
        for name, state, lag in found
        if state != "streaming" or (lag and lag > BEHIND)
    ]
    if not behind:
        return Watch(f"Répliques : {len(found)} à jour.")
    return Watch(f"Répliques en retard : {listed(behind)}.", is_wrong=True)


LOOKS: tuple[Callable[[datetime], Watch], ...] = (
    _workers,
    _jobs_that_wait,
    _jobs_that_failed,
    _mails_that_wait,
    _mails_refused,
    _filings,
    _acts_unsealed,
    _archive_of_the_log,
    _replicas,
)


def _age(age: timedelta) -> str:
    return time_left_in_words(max(age, timedelta(seconds=1)))


def _rows(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
