"""A demand of a mail whose worker is killed is done by another one, and told once."""

import signal
import sys
from contextlib import contextmanager, suppress

import psycopg
import pytest
from procrastinate.exceptions import AlreadyEnqueued

from sporades.accounts.models import User
from sporades.acts import tasks
from sporades.mail.models import Message
from tests.endurance.arena import WAITING, eventually, now, rows
from tests.endurance.servers import environment_of
from tests.factories import a_candidate
from tests.mail.post_office import PostOffice
from tools.processes import end, spawn

ADDRESS = "camille@exemple.test"


@pytest.fixture
def office():
    office = PostOffice()
    yield office
    office.close()


@pytest.fixture
def worker(arena, tmp_path, office):
    """Start the worker of a real installation, in its own process."""
    started = []

    def start():
        command = [sys.executable, "-m", "sporades", "procrastinate", "worker"]
        environment = environment_of(arena, tmp_path, MAIL_URL=office.url)
        started.append(spawn(command, log=tmp_path / "log", environment=environment))
        return started[-1]

    yield start
    for process in started:
        end(process)


def left():
    """Return the state of the job of the demand, nothing once it is done."""
    return rows(
        "SELECT status::text FROM procrastinate_jobs WHERE task_name IN (%s, %s)",
        tasks.HELP_BACK_IN,
        tasks.SEND_ACTIVATION_AGAIN,
    )


@contextmanager
def nothing_counted(arena):
    """Let whoever counts a mail wait: what is done of a demand before it is written."""
    with psycopg.connect(arena) as other:
        other.execute("LOCK TABLE accounts_attempt IN SHARE MODE")
        yield


def before_the_mail(process, told, arena):
    """Kill a worker when it has the demand in its hands, and nothing is written."""
    with nothing_counted(arena):
        eventually(lambda: rows(WAITING))
        kill(process)
    assert not told.exists()


def after_the_mail(process, told, arena):
    """Kill a worker when the mail is written, and the job not known to be done."""
    with psycopg.connect(arena) as other:
        with nothing_counted(arena):
            eventually(lambda: rows(WAITING))
            other.execute("SELECT FROM procrastinate_jobs WHERE status = 'doing' FOR UPDATE")
        eventually(lambda: told.exists() and rows(WAITING))
        kill(process)
        # Its last word would be heard once the job is let go.
        rows(f"SELECT pg_terminate_backend(pid) FROM ({WAITING}) AS waiting")
        eventually(lambda: not rows(WAITING))


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.wait()


def look_for_what_is_left():
    """Let the heart of the worker that was killed have stopped long ago."""
    rows("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour' RETURNING id")
    with suppress(AlreadyEnqueued):
        tasks.sweep_jobs.defer(timestamp=0)


def help_back_in():
    """Ask for a new password."""
    a_candidate(email=ADDRESS)
    tasks.help_back_in.defer(address=ADDRESS, network="n", known_accounts=[], at=now().isoformat())
    return "password_reset"


def send_activation_again():
    """Ask for the mail of an account that is not activated."""
    User.objects.create_user(ADDRESS, "x", created_at=now())
    tasks.send_activation_again.defer(address=ADDRESS, network="n", at=now().isoformat())
    return "activation"


@pytest.mark.parametrize("ask", [help_back_in, send_activation_again])
@pytest.mark.parametrize("strike", [before_the_mail, after_the_mail])
def test_a_demand_is_told_once_whenever_its_worker_is_killed(worker, arena, ask, strike):
    kind = ask()
    told = Message.objects.filter(kind=kind, recipient=ADDRESS)
    strike(worker(), told, arena)
    assert left() == [("doing",)]

    worker()
    look_for_what_is_left()

    eventually(lambda: not left())
    assert told.count() == 1
    assert [one.recipient for one in Message.objects.all()] == [ADDRESS]
