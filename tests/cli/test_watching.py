"""`sporades surveillance`: each thing that stops is said, and nothing that goes its way is (R-71)."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from sporades import mail
from sporades.acts.registrations import moving
from sporades.cli import watching
from sporades.core.silent import SILENT_FOR
from sporades.exams.models import RegistrationService
from sporades.journal import sealing
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.factories import NOW, OPERATOR, a_candidate, a_draft, a_mail, a_registration

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def _installation(invented_exam, stopped_clock):
    """One worker lives; whatever setting up did is sealed, and its mails are gone."""
    execute("DELETE FROM procrastinate_periodic_defers")
    execute("DELETE FROM procrastinate_jobs")
    execute("DELETE FROM procrastinate_workers")
    execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (clock_timestamp())")


def execute(sql, *parameters):
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchall() if cursor.description else []


def wrong(look, *, at=NOW):
    """Return what is said of one thing where somebody has to look at it, nothing where it is well."""
    found = look(at)
    return found.said if found.is_wrong else ""


def a_job(*, since, task="mail.deliver", queue="mail", status="todo", priority=0, scheduled=None):
    """Queue a job since so long, by the database's clock, scheduled so long ago or never."""
    [(key,)] = execute(
        """
        INSERT INTO procrastinate_jobs (queue_name, task_name, priority, status, scheduled_at)
        VALUES (%s, %s, %s, %s::procrastinate_job_status, clock_timestamp() - %s::interval)
        RETURNING id
        """,
        queue,
        task,
        priority,
        status,
        scheduled,
    )
    execute("DELETE FROM procrastinate_events WHERE job_id = %s", key)
    execute(
        "INSERT INTO procrastinate_events (job_id, type, at) "
        "VALUES (%s, %s::procrastinate_job_event_type, clock_timestamp() - %s::interval)",
        key,
        "failed" if status == "failed" else "deferred",
        since,
    )


def mails(count, *, state, age=MINUTE):
    for number in range(count):
        message = a_mail(f"ana{number}@exemple.test", at=NOW - age)
        message.state = state
        message.sent_at = NOW - age if state == Message.State.SENT else None
        message.save()


def test_a_worker_that_gives_no_sign_is_said():
    assert not wrong(watching._workers)

    execute(
        "UPDATE procrastinate_workers SET last_heartbeat = clock_timestamp() - %s", SILENT_FOR * 2
    )

    assert wrong(watching._workers).startswith("Workers : aucun.")


@pytest.mark.parametrize(
    ("job", "said"),
    [
        ({"since": watching.JOBS_WAIT + MINUTE}, "Tâches en retard : mail (1, depuis 16 minutes)."),
        ({"since": watching.JOBS_WAIT - MINUTE}, ""),
        # One that is done again later, or at an hour of its own, is not late before it.
        ({"since": timedelta(days=1), "scheduled": -MINUTE}, ""),
        (
            {"since": timedelta(days=1), "scheduled": timedelta(hours=2)},
            "Tâches en retard : mail (1, depuis 2 heures).",
        ),
        ({"since": timedelta(hours=2), "priority": -10}, ""),
        (
            {"since": timedelta(hours=13), "priority": -10, "queue": "batches"},
            "Tâches en retard : batches (1, depuis 13 heures).",
        ),
        ({"since": timedelta(days=1), "status": "failed"}, ""),
    ],
)
def test_jobs_that_are_due_for_long_are_said_by_queue(job, said):
    a_job(**job)

    assert wrong(watching._jobs_that_wait) == said


def test_jobs_that_failed_lately_are_said_by_name():
    assert not wrong(watching._jobs_that_failed)

    a_job(since=timedelta(hours=3), task="evidence.scan", status="failed")
    assert not wrong(watching._jobs_that_failed)

    a_job(since=MINUTE, task="evidence.scan", status="failed")
    a_job(since=MINUTE, task="evidence.scan", status="failed")
    said = wrong(watching._jobs_that_failed)
    assert said.startswith("Tâches qui ont échoué depuis une heure : evidence.scan (2).")


def test_mails_that_do_not_leave_are_said_not_those_that_are_behind_others():
    Message.objects.all().delete()
    assert not wrong(watching._mails_that_wait)

    mails(3, state=Message.State.WAITING, age=watching.MAILS_WAIT + MINUTE)
    said = wrong(watching._mails_that_wait)
    assert said.startswith("Courriels à envoyer : 3, le plus ancien écrit il y a 11 minutes.")

    mail.write(
        "password_changed",
        to="bea@exemple.test",
        at=NOW,
        key="bea",
        about=a_candidate().user,
        when="maintenant",
        reset="là",
    )
    Message.objects.filter(key="bea").update(state=Message.State.SENT, sent_at=NOW - MINUTE)
    assert not wrong(watching._mails_that_wait)


def test_a_mail_that_its_recipient_puts_off_wakes_nobody_unless_nobody_tries_it_again():
    Message.objects.all().delete()
    mails(1, state=Message.State.WAITING, age=timedelta(days=1))
    Message.objects.update(attempts=9, next_try_at=NOW + 30 * MINUTE)
    assert not wrong(watching._mails_that_wait)

    Message.objects.update(next_try_at=NOW - 2 * watching.MAILS_MOVE)
    assert wrong(watching._mails_that_wait)


@pytest.mark.parametrize(
    ("refused", "sent", "is_wrong"), [(9, 0, False), (10, 0, True), (10, 90, True), (10, 91, False)]
)
def test_many_refused_mails_are_said_a_few_are_not(refused, sent, is_wrong):
    Message.objects.all().delete()
    mails(refused, state=Message.State.REFUSED)
    mails(sent, state=Message.State.SENT, age=2 * MINUTE)

    assert bool(wrong(watching._mails_refused)) == is_wrong


def test_nobody_who_files_while_many_fill_is_said(monkeypatch):
    monkeypatch.setattr(watching, "FILLING", 2)
    a_registration(at=NOW - watching.FILED_OVER)
    a_draft(at=NOW - watching.FILED_OVER)
    a_draft()
    assert not wrong(watching._filings)

    a_draft()
    assert "2 personnes saisissent, et rien n'a été enregistré" in wrong(watching._filings)

    a_registration()
    assert not wrong(watching._filings)


def test_what_the_office_does_meanwhile_is_filed_by_nobody(monkeypatch):
    monkeypatch.setattr(watching, "FILLING", 2)
    filed = a_registration(at=NOW - 2 * watching.FILED_OVER)
    a_draft()
    a_draft()

    moving.move_for_good(
        registration=filed, academy="A25", reason="Il habite là.", by=OPERATOR, at=NOW
    )

    assert "2 personnes saisissent, et rien n'a été enregistré" in wrong(watching._filings)


def test_what_is_filled_while_nothing_is_open_is_filed_by_nobody(monkeypatch):
    monkeypatch.setattr(watching, "FILLING", 1)
    a_draft()
    assert wrong(watching._filings)

    RegistrationService.objects.update(opens_at=NOW - 2 * MINUTE, closes_at=NOW - MINUTE)

    assert not wrong(watching._filings)


def test_acts_that_nobody_seals_are_said():
    a_registration()
    assert Entry.objects.filter(seal=None).exists()
    assert not wrong(watching._acts_unsealed)

    late = NOW + watching.UNSEALED + MINUTE
    assert wrong(watching._acts_unsealed, at=late) == (
        "Journal : des actes ne sont pas scellés, depuis 11 minutes."
    )

    sealing.seal(at=late)
    assert not wrong(watching._acts_unsealed, at=late)


def shadow(view, **columns):
    """Put a view of one row in the place of PostgreSQL's own, for this connection."""
    named = ", ".join(f"{value} AS {name}" for name, value in columns.items())
    execute(f"CREATE TEMPORARY VIEW {view} AS SELECT {named}")


@pytest.mark.parametrize(
    ("archived", "failed", "said"),
    [
        ("1 minute", None, ""),
        ("1 minute", "2 minutes", ""),
        ("2 minutes", "1 minute", "dernier segment il y a 2 minutes. Le suivant échoue"),
        ("11 minutes", None, "dernier segment il y a 11 minutes."),
        (None, "1 minute", "vide. Le suivant échoue"),
        (None, None, "vide."),
    ],
)
def test_an_archive_of_the_log_that_stops_is_said(archived, failed, said):
    assert "archive_mode" in watching._archive_of_the_log(NOW).said
    shadow("pg_settings", name="'archive_mode'", setting="'on'")
    ago = {
        name: f"clock_timestamp() - interval '{value}'" if value else "NULL::timestamptz"
        for name, value in {"last_archived_time": archived, "last_failed_time": failed}.items()
    }
    shadow("pg_stat_archiver", **ago)

    found = wrong(watching._archive_of_the_log)

    assert bool(found) == bool(said)
    assert said in found


@pytest.mark.parametrize(
    ("state", "lag", "said", "is_wrong"),
    [
        ("'streaming'", "interval '2 seconds'", "Répliques : 1 à jour.", False),
        ("'streaming'", "NULL::interval", "Répliques : 1 à jour.", False),
        ("'streaming'", "interval '3 minutes'", "Répliques en retard : secours (3 minutes).", True),
        ("'catchup'", "NULL::interval", "Répliques en retard : secours (catchup).", True),
        ("NULL::text", "NULL::interval", "ce rôle ne lit pas leur retard", False),
    ],
)
def test_a_replica_that_lags_is_said(state, lag, said, is_wrong):
    assert watching._replicas(NOW).said == "Répliques : aucune n'est reliée à cette base."
    shadow("pg_stat_replication", application_name="'secours'", state=state, replay_lag=lag)

    found = watching._replicas(NOW)

    assert (said in found.said, found.is_wrong) == (True, is_wrong)


def test_the_command_says_first_what_is_well_and_ends_with_a_status_on_what_is_not():
    Message.objects.all().delete()
    said = StringIO()
    call_command("surveillance", stdout=said)
    assert said.getvalue().count("\n") == len(watching.LOOKS)
    assert said.getvalue().startswith("Workers : 1 au travail.\n")

    execute("DELETE FROM procrastinate_workers")
    with pytest.raises(CommandError, match=r"^À regarder\. Workers : aucun"):
        call_command("surveillance", stdout=StringIO())
