"""Mail, its workers killed at their worst moments (R-40)."""

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from threading import Lock

import pytest
from django.db import transaction

from sporades import mail
from sporades.accounts.models import User
from sporades.acts.registrations import registering
from sporades.mail.models import Message
from tests.endurance.arena import PATIENCE, eventually, figure, now, rows
from tests.endurance.servers import environment_of
from tests.factories import a_draft, author
from tests.mail.post_office import PostOffice
from tools.processes import end, spawn

POSTMEN = figure(6, 20)
KILLS = figure(12, 100)
LETTERS = figure(60, 600)
# Where to strike, and whether the letter has been taken by then.
MOMENTS = {"EHLO": False, "MAIL": False, "DATA": False, "TAKEN": True, "QUIT": True}


@pytest.fixture
def office():
    office = PostOffice()
    yield office
    office.close()


def write(count, *, urgent=False, word="rappel"):
    with transaction.atomic():
        return [
            mail.write(
                "password_reset",
                to=f"personne{number}@exemple.test",
                at=now(),
                key=f"{word} {number}",
                about=User(pk=number + 1),
                urgent=urgent,
                link="https://exemple.test/clé",
            )
            for number in range(count)
        ]


def run(command, url, folder, office):
    environment = environment_of(url, folder, MAIL_URL=office.url)
    return spawn(command, log=folder / "log", environment=environment)


class Killer:
    """Kills the postman who stands at the counter, at moments that chance chooses."""

    def __init__(self, office):
        self.lock, self.struck = Lock(), Counter()
        self.left = KILLS
        office.tempers = {
            moment: lambda name, moment=moment: self.look(name, moment) for moment in MOMENTS
        }

    def look(self, name, moment):
        with self.lock:
            if not self.left or random.random() > 0.15:
                return None
            self.left -= 1
            self.struck[moment] += 1
        os.kill(int(name.removesuffix(".test")), signal.SIGKILL)
        # Nobody reads it any more: a letter that was not whole yet is not kept.
        return "451 Interrompu" if moment == "DATA" else None


def fates():
    return Counter(Message.objects.values_list("state", flat=True))


def test_postmen_killed_at_any_moment_lose_no_letter_and_repeat_only_those_in_their_hands(
    arena, tmp_path, office
):
    messages = write(LETTERS)
    killer = Killer(office)
    process = run(
        [sys.executable, "-m", "tests.endurance.postmen", POSTMEN], arena, tmp_path, office
    )
    try:
        process.wait(PATIENCE * 20)
    finally:
        end(process)

    assert fates() == {"sent": LETTERS}
    assert sum(killer.struck.values()) == KILLS
    taken = Counter(office.identifiers)
    assert set(taken) == {message.message_id for message in messages}
    repeats = sum(taken.values()) - LETTERS
    assert repeats <= sum(killer.struck[moment] for moment, is_taken in MOMENTS.items() if is_taken)


def test_many_postmen_that_nobody_disturbs_hand_over_each_letter_exactly_once(
    arena, tmp_path, office
):
    messages = write(LETTERS)
    process = run(
        [sys.executable, "-m", "tests.endurance.postmen", POSTMEN], arena, tmp_path, office
    )
    try:
        process.wait(PATIENCE * 20)
    finally:
        end(process)

    assert Counter(office.identifiers) == dict.fromkeys(
        (message.message_id for message in messages), 1
    )
    assert fates() == {"sent": LETTERS}


@pytest.fixture
def worker(arena, tmp_path, office):
    """Start the worker of a real installation, in its own process."""
    started: list[subprocess.Popen[bytes]] = []

    def start():
        command = [sys.executable, "-m", "sporades", "procrastinate", "worker"]
        started.append(run(command, arena, tmp_path, office))
        return started[-1]

    yield start
    for process in started:
        end(process)


def test_the_worker_hands_over_what_acts_have_written_the_urgent_first(worker, office):
    usual = write(5)
    draft = a_draft(at=now())
    registering.register(draft=draft, by=author(draft.candidate), at=now())
    receipt = Message.objects.get(about_kind="registration")

    worker()

    eventually(lambda: fates() == {"sent": 6})
    assert office.identifiers == [message.message_id for message in [receipt, *usual]]
    later = write(1, urgent=True, word="plus tard")
    eventually(lambda: fates() == {"sent": 7})
    assert office.identifiers[-1] == later[0].message_id


def test_a_worker_killed_with_a_letter_in_its_hands_leaves_it_to_the_next_one(worker, office):
    first, second = write(2)
    office.tempers["DATA"] = "hang"
    victim = worker()
    eventually(
        lambda: (
            rows(
                "SELECT count(*) FROM procrastinate_jobs "
                "WHERE task_name = 'mail.deliver' AND status = 'doing'"
            )
            == [(1,)]
        )
    )
    victim.kill()
    victim.wait()
    office.tempers.clear()
    # The minute in which the letters were last looked for is over.
    rows("DELETE FROM procrastinate_periodic_defers RETURNING id")

    worker()

    eventually(lambda: fates() == {"sent": 2})
    assert sorted(office.identifiers) == sorted([first.message_id, second.message_id])
