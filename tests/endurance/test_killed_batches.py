"""A batch whose worker is killed again and again: each line is done once, none is forgotten."""

import random
import signal
import sys
from collections import Counter
from contextlib import contextmanager
from datetime import timedelta

import psycopg
import pytest

from sporades.accounts.models import Membership, User
from sporades.accounts.permissions import Permission, reach
from sporades.batches import operations
from sporades.batches.actions import ACTIONS
from sporades.batches.models import Batch, BatchLine
from sporades.batches.states import BatchState, Outcome
from sporades.journal.models import Entry
from sporades.journal.queries import once
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.endurance.arena import eventually, figure, now
from tests.endurance.servers import environment_of
from tests.factories import a_candidate, a_registration
from tools.processes import end, spawn

LINES = figure(24, 300)
KILLS = figure(4, 50)


def a_batch(arena, prepare):
    """Launch a batch on many registrations."""
    for number in range(LINES):
        a_registration(a_candidate(email=f"p{number}@exemple.test"), at=now())
    user = User.objects.create_user("agent@exemple.test", "x", created_at=now())
    Membership.objects.create(
        user=user, role="manager", full_name="Camille Agent", academies=["A09"]
    )
    allowed = reach(user.memberships.all(), Permission.DECIDE)
    made = prepare(
        registrations=Registration.objects.all(),
        reach=allowed,
        by=user,
        at=now(),
    )
    operations.launch(batch=made, by=allowed.perimeters[0].member, at=now())
    return made


def validating(**options):
    """Prepare to validate."""
    return operations.prepare(action=ACTIONS["validate"], reason="", **options)


def writing(**options):
    """Prepare to write."""
    text = "{prénoms}, apportez une pièce d'identité."
    return operations.prepare_message(subject="Votre centre", text=text, **options)


def asking(**options):
    """Prepare to ask for a piece that no réglementation lists."""
    day = (now() + timedelta(days=30)).date()
    action = ACTIONS["ask-piece"]
    return operations.prepare(action=action, reason="", label="Attestation", until=day, **options)


def granting(**options):
    """Prepare to leave more time for all that is still to be sent."""
    day = (now() + timedelta(days=89)).date()
    return operations.prepare(action=ACTIONS["grant-all"], reason="", until=day, **options)


def moving(**options):
    """Prepare to give them to another academy."""
    action = ACTIONS["move"]
    return operations.prepare(action=action, reason="Regroupées.", academy="A25", **options)


def waiting_of(batch):
    """Return the keys of the lines that wait, in the order in which they are gone through."""
    lines = BatchLine.objects.filter(batch=batch, outcome=Outcome.WAITING)
    return list(lines.order_by("pk").values_list("pk", flat=True))


@contextmanager
def held(arena, lines):
    """Hold lines, so that whoever reaches them waits."""
    with psycopg.connect(arena) as connection:
        connection.execute(
            f"SELECT FROM {BatchLine._meta.db_table} WHERE id = ANY(%s) FOR UPDATE", [lines]
        )
        yield


@pytest.mark.parametrize(
    ("prepare", "verb", "kind"),
    [
        (validating, "registration validated", "state_changed"),
        (writing, "candidate written to", "message_of_service"),
        (asking, "piece asked for", "piece_asked_for"),
        (granting, "pieces given time", "pieces_given_time"),
        (moving, "registration moved", "registration_moved"),
    ],
)
def test_each_registration_is_gone_through_once_and_told_once(arena, tmp_path, prepare, verb, kind):
    batch, killed = a_batch(arena, prepare), 0

    def start():
        return spawn(
            [sys.executable, "-m", "tests.endurance.batchers", str(batch.pk)],
            log=tmp_path / "log",
            environment=environment_of(arena, tmp_path),
        )

    while killed < KILLS and (waiting := waiting_of(batch)):
        # Some lines further each time, so that the last ones are reached by the last kills.
        further = random.randint(0, max(1, 2 * LINES // KILLS - 1))
        until = LINES - len(waiting) + min(further, len(waiting) - 1)
        process = start()
        try:
            # The lines that follow are held, so that the worker is there when it is killed.
            with held(arena, waiting[further:] or waiting[-1:]):
                eventually(lambda until=until: batch.counts()["done"] >= until)
                if killed % 2:
                    process.send_signal(signal.SIGKILL)
            process.send_signal(signal.SIGKILL)
            process.wait()
            killed += 1
        finally:
            end(process)
    process = start()
    try:
        process.wait(300)
    finally:
        end(process)

    assert killed >= KILLS // 3
    assert batch.counts() == {"done": LINES, "refused": 0, "waiting": 0}
    assert Batch.objects.get().state == BatchState.DONE
    told = Counter(Message.objects.filter(kind=kind).values_list("recipient", flat=True))
    acts = once(Entry.objects.filter(verb=verb))
    decided = Counter(acts.values_list("object_id", flat=True))
    assert set(told.values()) == set(decided.values()) == {1}
    assert len(told) == len(decided) == LINES
