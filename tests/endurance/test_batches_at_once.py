"""A worker goes through several lines of a batch at the same time: each is still alone."""

from collections import Counter
from threading import Thread

import pytest
from django.db import OperationalError, connection, transaction

from sporades.accounts.models import Membership, User
from sporades.accounts.permissions import Permission, reach
from sporades.acts.registrations import deciding
from sporades.batches import operations
from sporades.batches.actions import ACTIONS, DECIDED
from sporades.batches.models import Batch, BatchLine
from sporades.batches.states import BatchState
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.states import FLAG, State
from tests.endurance.arena import eventually, now, rows, together
from tests.factories import OPERATOR, a_candidate, a_registration

LINES = 12


@pytest.fixture
def batch(arena):
    """Launch the validation of some registrations."""
    for number in range(LINES):
        a_registration(a_candidate(email=f"p{number}@exemple.test"), at=now())
    user = User.objects.create_user("agent@exemple.test", "x", created_at=now())
    user.memberships.create(
        role=Membership.Role.MANAGER, full_name="Camille Agent", academies=["A09"]
    )
    allowed = reach(user.memberships.all(), Permission.DECIDE)
    made = operations.prepare(
        registrations=Registration.objects.all(),
        action=ACTIONS["validate"],
        reason="",
        reach=allowed,
        by=user,
        at=now(),
    )
    operations.launch(batch=made, by=allowed.perimeters[0].member, at=now())
    return made


def first_line():
    """Return the line that is taken first."""
    return BatchLine.objects.order_by("pk")[0]


def each_once():
    """Return whether each registration was decided of once, and its candidate told once."""
    decided = Counter(Entry.objects.filter(verb="registration validated").values_list("object_id"))
    told = Counter(Message.objects.filter(kind="state_changed").values_list("recipient"))
    return set(decided.values()) == set(told.values()) == {1} and len(decided) == len(told) == LINES


def in_the_background(batch):
    """Go on with it in a thread of its own, as a worker does."""

    def go_on():
        try:
            operations.go_on(str(batch.pk), at=now())
        finally:
            connection.close()

    thread = Thread(target=go_on)
    thread.start()
    return thread


def test_a_line_that_waits_for_a_colleague_holds_up_no_other(batch):
    with transaction.atomic():
        held = first_line().registration_id
        Registration.objects.select_for_update().get(pk=held)
        worker = in_the_background(batch)
        eventually(lambda: batch.counts() == {"done": LINES - 1, "refused": 0, "waiting": 1})
    worker.join()

    assert batch.counts() == {"done": LINES, "refused": 0, "waiting": 0}
    assert Batch.objects.get().state == BatchState.DONE
    assert each_once()


def test_what_a_colleague_decides_while_a_line_waits_for_them_is_not_decided_over(batch):
    with transaction.atomic():
        held = Registration.objects.whole().get(pk=first_line().registration_id)
        deciding.decide_within(
            registration=held, decision=FLAG, reason="Diplôme absent.", by=OPERATOR, at=now()
        )
        worker = in_the_background(batch)
        eventually(lambda: batch.counts() == {"done": LINES - 1, "refused": 0, "waiting": 1})
    worker.join()

    assert first_line().why == DECIDED
    held.refresh_from_db(fields=["state"])
    assert held.state == State.ANOMALY


def test_what_is_under_way_when_it_is_stopped_is_done_and_nothing_else_is(batch):
    with transaction.atomic():
        lines = BatchLine.objects.order_by("pk").values_list("registration_id", flat=True)
        list(Registration.objects.select_for_update().filter(pk__in=list(lines[2:])))
        worker = in_the_background(batch)
        # The first two are done, and as many as are taken at a time wait for us.
        eventually(lambda: batch.counts()["done"] == 2)
        eventually(lambda: len(waiting_for_us()) == operations.running.AT_A_TIME)
        stop_apart(batch)
    worker.join()

    assert batch.counts() == {
        "done": 2 + operations.running.AT_A_TIME,
        "refused": 0,
        "waiting": LINES - 2 - operations.running.AT_A_TIME,
    }
    batch.refresh_from_db()
    operations.resume(batch=batch, by=batch.author, at=now())
    assert operations.go_on(str(batch.pk), at=now()) is False
    assert Batch.objects.get().state == BatchState.DONE
    assert each_once()


def waiting_for_us():
    """Return the connections that wait for what this one holds."""
    return rows(
        "SELECT pid FROM pg_stat_activity WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid))"
        " AND datname = current_database()"
    )


def stop_apart(batch):
    """Stop it on another connection, at once."""
    [stopped] = together(lambda: operations.stop(batch=batch, by=batch.author, at=now()))
    assert stopped is None


def test_two_workers_that_both_believe_to_be_alone_do_no_line_twice(batch):
    # As when the connection that holds the batch is cut off, and its worker goes on.
    outcomes = together(*[lambda: operations.running._go_on(str(batch.pk), at=now())] * 2)

    assert outcomes == [False, False]
    assert batch.counts() == {"done": LINES, "refused": 0, "waiting": 0}
    assert Entry.objects.filter(verb="batch ended").count() == 1
    assert each_once()


def test_a_line_that_is_cut_off_fails_the_job_and_is_alone_to_be_undone(batch):
    failing = first_line().registration_id
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION fails() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'on purpose' USING ERRCODE = '57014'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER fails BEFORE UPDATE ON registrations_registration FOR EACH ROW"
            f" WHEN (OLD.id = {failing}) EXECUTE FUNCTION fails()"
        )
    # As often as a process has places for helpers: none is lost.
    for _ in range(operations.running.AT_A_TIME):
        with pytest.raises(OperationalError):
            operations.go_on(str(batch.pk), at=now())
    assert first_line().outcome == "waiting"

    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER fails ON registrations_registration")
    test_a_line_that_waits_for_a_colleague_holds_up_no_other(batch)
