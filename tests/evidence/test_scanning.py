"""What was given is looked at by a job, and again until something is known of it (R-35)."""

import socket
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from procrastinate.contrib.django.models import ProcrastinateJob

from sporades.acts.pieces import providing
from sporades.acts.registrations.deciding import decide
from sporades.evidence.completeness import lost_since_validated
from sporades.evidence.models import Deposit
from sporades.evidence.states import State
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.states import VALIDATE
from tests.evidence.given import BAC, MANAGER, a_photo, again, give, piece
from tests.evidence.test_following_a_version import asks_again, asks_no_more
from tests.factories import NOW, a_registration
from tests.jobs import work

CLEAN, INFECTED = b"stream: OK\0", b"stream: Essai.Virus FOUND\0"
LATER = NOW + timedelta(minutes=11)

pytestmark = pytest.mark.usefixtures("kept")


@contextmanager
def an_antivirus(settings, words):
    """Answer once in the place of clamd."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        settings.CLAMD = listening.getsockname()

        def serve():
            with listening.accept()[0] as one:
                while not one.recv(4_096).endswith(bytes(4)):
                    pass
                one.sendall(words)

        answering = threading.Thread(target=serve)
        answering.start()
        yield
        answering.join()


def jobs():
    """Return how many files wait to be looked at."""
    return ProcrastinateJob.objects.filter(task_name="evidence.scan", status="todo").count()


@pytest.mark.parametrize(
    ("words", "state", "is_clean"),
    [(CLEAN, State.DEPOSITED, True), (INFECTED, State.REFUSED, False)],
    ids=["clean", "infected"],
)
def test_the_job_of_a_deposit_keeps_what_the_antivirus_says(
    registration, settings, words, state, is_clean
):
    give(registration)

    with time_machine.travel(NOW, tick=False), an_antivirus(settings, words):
        work("evidence")

    assert (piece(registration).state, Deposit.objects.get().is_clean) == (state, is_clean)


def test_what_is_found_in_one_file_says_nothing_of_another(registration):
    other = a_registration()
    waits, found = give(other), give(registration)

    providing.note_scan(found, is_clean=True, at=NOW)

    waits.refresh_from_db()
    assert (waits.scanned_at, waits.is_clean) == (None, None)
    assert (piece(registration).state, piece(other).state) == (State.DEPOSITED, State.CHECKING)


def test_a_virus_is_told_to_the_candidate_and_named_in_the_journal(registration, settings):
    give(registration)

    with time_machine.travel(NOW, tick=False), an_antivirus(settings, INFECTED):
        work("evidence")

    after = Entry.objects.get(verb="piece found infected").payload["after"]
    assert after["signature"] == "Essai.Virus"
    assert Message.objects.filter(kind="piece_refused").count() == 1


def test_a_virus_that_is_found_in_what_was_validated_meanwhile_is_seen_by_its_office(registration):
    given = give(registration)
    validated_at = NOW + timedelta(seconds=1)
    decide(
        registration=again(registration),
        decision=VALIDATE,
        reason="",
        by=MANAGER,
        at=validated_at,
    )

    # The job gives the instant at which it began.
    providing.note_scan(given, is_clean=False, at=NOW)

    assert piece(registration).decided_at > validated_at
    assert Registration.objects.filter(lost_since_validated()).get() == registration


def test_without_an_antivirus_a_file_waits_and_is_looked_at_again(registration, settings):
    settings.CLAMD = None
    give(registration)
    work("evidence")
    assert (piece(registration).state, jobs()) == (State.CHECKING, 0)

    providing.scan_again(older_than=NOW)
    assert jobs() == 0
    providing.scan_again(older_than=LATER)
    providing.scan_again(older_than=LATER)

    assert jobs() == 1
    with time_machine.travel(LATER, tick=False), an_antivirus(settings, CLEAN):
        work("evidence")
    assert piece(registration).state == State.DEPOSITED


def test_what_was_replaced_meanwhile_decides_nothing(registration, settings):
    former = give(registration)
    give(registration, photos=[a_photo("black")])

    with an_antivirus(settings, INFECTED):
        providing.scan(former.pk, at=NOW)

    former.refresh_from_db()
    assert (former.is_clean, piece(registration).state) == (False, State.CHECKING)
    assert not Message.objects.filter(kind="piece_refused").exists()


def test_a_virus_is_known_also_where_the_piece_is_asked_for_no_more(registration, settings):
    asks_again(registration)
    given = give(again(registration), BAC)
    asks_no_more(again(registration))

    with an_antivirus(settings, INFECTED):
        providing.scan(given.pk, at=NOW)

    given.refresh_from_db()
    assert given.is_clean is False
    assert not Message.objects.filter(kind="piece_refused").exists()
