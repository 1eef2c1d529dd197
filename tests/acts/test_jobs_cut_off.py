"""A job that is cut off from its database is done all the same, a little later."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from sporades.accounts.models import User
from sporades.acts import tasks
from sporades.acts.registrations import registering
from sporades.core.queue import app, bring_nearer
from sporades.evidence.completeness import missing_rows
from sporades.mail.models import Message
from tests.endurance.arena import WAITING, eventually, held, rows
from tests.evidence.given import piece
from tests.factories import NOW, a_candidate, a_draft, a_registration, author
from tests.web.test_extended_service import WEEK, move

ADDRESS = "camille@exemple.test"
CENTURY = timedelta(days=36525)
UNTIL = datetime.fromisoformat("2026-12-30T23:59:00+01:00")

pytestmark = pytest.mark.django_db(transaction=True)


def work():
    """Do the jobs that are due, as the worker does, in a thread of its own."""

    def done():
        with app.replace_connector(app.connector.get_worker_connector()) as worker:
            # Not those of the clock, which is the one of the machine.
            queues = ["mail", "evidence"]
            worker.run_worker(wait=False, queues=queues, install_signal_handlers=False)

    with ThreadPoolExecutor(1) as apart:
        apart.submit(done).result()


@pytest.fixture
def work_cut_off_by(caplog):
    """Return what does them while somebody holds a row, and cuts the connection of who waits for it."""

    def done(row):
        with ThreadPoolExecutor(1) as apart:
            with held(row):
                working = apart.submit(work)
                eventually(lambda: rows(WAITING))
                rows(f"SELECT pg_terminate_backend(pid) FROM ({WAITING}) AS waiting")
                eventually(lambda: "(OperationalError), done again in 5 s" in caplog.text)
            working.result()
        bring_nearer(timedelta(hours=1))

    return done


@pytest.fixture
def registration(invented_exam, kept):
    return a_registration()


def test_every_piece_has_the_time_of_an_extension(registration, work_cut_off_by):
    assert piece(registration).until == UNTIL
    move(registration, WEEK)

    work_cut_off_by(registration)
    work()

    assert piece(registration).until == UNTIL + WEEK
    assert not missing_rows(UNTIL + timedelta(days=1)).exists()


def test_a_second_extension_counts_though_the_job_of_the_first_ends_before_it_is_there(
    registration,
):
    move(registration, WEEK)
    with transaction.atomic():
        registration.service.refresh_from_db()
        move(registration, WEEK)
        work()

    work()

    assert piece(registration).until == UNTIL + 2 * WEEK


def test_who_files_while_their_service_is_extended_has_the_time_that_it_gives(invented_exam, kept):
    draft = a_draft()

    def file():
        try:
            return registering.register(draft=draft, by=author(draft.candidate), at=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as apart:
        # It has read the closing, and waits for the row of its account.
        with held(draft.candidate.user):
            filing = apart.submit(file)
            eventually(lambda: rows(WAITING))
            move(draft, WEEK)
            bring_nearer(-CENTURY)
            work()
        registration = filing.result().registration
    assert piece(registration).until == UNTIL

    bring_nearer(2 * CENTURY)
    work()

    assert piece(registration).until == UNTIL + WEEK
    assert not missing_rows(UNTIL + timedelta(days=1)).exists()


def test_a_demand_of_a_new_password_is_told(work_cut_off_by):
    user = a_candidate(email=ADDRESS).user
    tasks.help_back_in.defer(address=ADDRESS, network="n", known_accounts=[], at=NOW.isoformat())

    work_cut_off_by(user)
    work()

    assert Message.objects.get(kind="password_reset").recipient == ADDRESS


def test_a_demand_of_an_activation_mail_is_told(work_cut_off_by):
    user = User.objects.create_user(ADDRESS, "x", created_at=NOW)
    tasks.send_activation_again.defer(address=ADDRESS, network="n", at=NOW.isoformat())

    work_cut_off_by(user)
    work()

    assert Message.objects.get(kind="activation").recipient == ADDRESS
