"""What a piece holds when several give files for it, or judge it, at the same instant."""

import subprocess
import sys
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from sporades.acts.pieces import providing, verifying
from sporades.acts.registrations import completing
from sporades.acts.registrations.completing import NothingMissing
from sporades.core import files
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.evidence import operations as evidence
from sporades.evidence.models import ArrivingFile, Deposit
from sporades.evidence.states import State
from sporades.mail.models import Message
from sporades.registrations.queries import lock_registration
from tests.endurance.arena import eventually, figure, now, together
from tests.endurance.servers import environment_of
from tests.evidence.given import MANAGER, a_photo, again, give, piece
from tests.factories import a_registration

GIVES = """
import django; django.setup()
from sporades.registrations.models import Registration
from tests.endurance.arena import now
from tests.evidence.given import give
give(Registration.objects.get(pk={registration}), at=now())
"""
"""What the process does that is killed."""

COLLEAGUE = Actor("head", "Camille Ferrand", "user:77")
ROUNDS = range(figure(3, 100))

pytestmark = pytest.mark.usefixtures("kept")


def kinds(outcomes):
    """Name what came of each act, in no order."""
    return sorted(type(one).__name__ for one in outcomes)


def test_two_files_given_at_once_are_two_and_the_last_is_in_force(arena):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        acts = [
            partial(give, registration, photos=[a_photo(colour)], at=now())
            for colour in ("white", "black")
        ]

        outcomes = together(*acts)

        row = piece(registration)
        assert kinds(outcomes) == ["Deposit", "Deposit"]
        assert (row.state, row.deposits.count()) == (State.CHECKING, 2)
        assert row.deposit == row.deposits.order_by("pk").last()


def test_a_button_pressed_several_times_at_once_gives_one_file(arena, kept):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        before = len(kept())

        outcomes = together(*[partial(give, registration, press="une", at=now())] * 3)

        assert kinds(outcomes) == ["Deposit"] * 3
        assert Deposit.objects.filter(evidence__registration=registration).count() == 1
        assert len(kept()) == before + 1


def test_of_a_verdict_and_another_file_at_once_neither_is_lost(arena):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        former = give(registration, at=now())
        evidence.note_scanned(former, is_clean=True, at=now())
        accept = partial(
            verifying.accept, row=piece(registration), seen=former.pk, by=MANAGER, at=now()
        )

        outcomes = together(
            accept, partial(give, registration, photos=[a_photo("black")], at=now())
        )

        row = piece(registration)
        refusals = [one for one in outcomes if isinstance(one, Exception)]
        # Whoever comes first does; the other is told, and what was judged is what was read.
        assert len(refusals) == 1
        assert isinstance(refusals[0], Refused)
        if row.state == State.ACCEPTED:
            assert row.deposit == former
        else:
            assert (row.state, row.deposit == former) == (State.CHECKING, False)


def test_of_two_verdicts_at_once_on_what_was_read_one_stands_and_the_other_is_told(arena):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        given = give(registration, at=now())
        evidence.note_scanned(given, is_clean=True, at=now())
        row = piece(registration)
        read = {"row": row, "mark": row.mark, "seen": given.pk, "at": now()}

        outcomes = together(
            partial(verifying.accept, **read, by=MANAGER),
            partial(verifying.refuse, **read, reason="Floue.", by=COLLEAGUE),
        )

        # A refusal may leave what is found good: only what was read keeps it from doing so.
        assert kinds(outcomes) == ["DecidedSince", "NoneType"]
        assert row.verdicts.count() == 1


def test_each_row_has_its_file_and_each_file_its_row(arena, kept):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        together(*[partial(give, registration, at=now())] * 2)

    named = [one.key.rpartition("/")[2] for one in Deposit.objects.all()]
    assert sorted(named) == sorted(kept())
    assert all(files.get(one.key) for one in Deposit.objects.all())
    assert not ArrivingFile.objects.exists()


def test_a_process_killed_between_the_store_and_the_row_leaves_neither(arena, kept, tmp_path):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        environment = environment_of(arena, tmp_path, FILES_URL=f"file://{tmp_path / 'kept'}")
        with transaction.atomic():
            # It keeps its file, then waits for this lock.
            lock_registration(registration.pk)
            giving = subprocess.Popen(
                [sys.executable, "-c", GIVES.format(registration=registration.pk)], env=environment
            )
            [left] = eventually(lambda: [one for one in kept() if one.endswith(".pdf")])
            giving.kill()
            giving.wait()

        assert not Deposit.objects.exists()
        assert piece(registration).state == State.OWED
        assert ArrivingFile.objects.get().key.endswith(left)
        assert evidence.sweep(older_than=now() + timedelta(seconds=1)) == 1
        assert (kept(), ArrivingFile.objects.count()) == ([], 0)


def test_a_deposit_and_a_declaration_at_once_leave_no_anomaly_beside_a_file_that_came_first(arena):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        until = piece(registration).until

        outcomes = together(
            partial(give, registration, at=until),
            partial(
                completing.declare_incomplete,
                registration=registration,
                by=MANAGER,
                at=until + timedelta(days=1),
            ),
        )

        declared = outcomes[1] is None
        assert declared or isinstance(outcomes[1], NothingMissing)
        found = again(registration)
        # Whichever came first: a file that the antivirus has not looked at ends no anomaly yet.
        assert (found.state == "anomaly") is declared
        assert piece(registration).state == State.CHECKING
        evidence_found = Deposit.objects.get(evidence__registration=registration)
        providing.note_scan(evidence_found, is_clean=True, at=until + timedelta(days=2))
        assert again(registration).state == "registered"


def test_one_registration_declared_by_two_at_once_is_told_once(arena):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        late = piece(registration).until + timedelta(days=1)
        declare = partial(
            completing.declare_incomplete, registration=registration, by=MANAGER, at=late
        )

        outcomes = together(declare, declare)

        assert kinds(outcomes) == ["NoneType", "NothingMissing"]
        assert (
            Message.objects.filter(
                kind="state_changed", recipient=registration.candidate.user.email
            ).count()
            == 1
        )
