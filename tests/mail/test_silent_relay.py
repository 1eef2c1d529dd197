"""A mail server that hangs, or takes its time, keeps a worker from nothing else (R-34)."""

import socket
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection
from procrastinate.periodic import PeriodicRegistry

from config import environment
from sporades.core.queue import app
from sporades.mail import conversation, relay, tasks
from sporades.mail.models import Message
from tests.factories import NOW
from tests.mail.test_delivery import a_message

MINUTE = timedelta(minutes=1)
LATER = timedelta(days=5)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("stopped_clock")]


class Silent:
    """A server that takes connections and never greets, as one that was stopped does."""

    def __init__(self, line):
        line.bind(("127.0.0.1", 0))
        line.listen(200)
        line.setblocking(False)
        self._line, self._waited = line, 0
        self.url = f"smtp://127.0.0.1:{line.getsockname()[1]}"

    @property
    def waited_for(self):
        """How many conversations were waited for so far."""
        while True:
            try:
                self._line.accept()[0].close()
            except BlockingIOError:
                return self._waited
            self._waited += 1


@pytest.fixture
def hand_to(settings, monkeypatch):
    """Return what makes this installation hand its mail to a server."""

    def hand(server):
        monkeypatch.setenv("MAIL_URL", server.url)
        mailer = environment.mailer("MAIL_URL")
        mailer["OPTIONS"]["timeout"] = 0.5
        settings.MAILERS = {"default": mailer}

    return hand


@pytest.fixture
def silent(hand_to):
    with socket.socket() as line:
        server = Silent(line)
        hand_to(server)
        yield server


def some(count, *, begin=0, urgent=False):
    return [a_message(key=f"mail {begin + n}", urgent=urgent) for n in range(count)]


def work():
    """Do the jobs of the mail that are due, as the worker does, in a thread of its own."""

    def done():
        own = app.connector.get_worker_connector()
        with app.replace_connector(own) as worker, pytest.MonkeyPatch.context() as patch:
            # Not those of the clock, which is the one of the machine.
            patch.setattr(worker, "periodic_registry", PeriodicRegistry())
            worker.run_worker(
                wait=False,
                queues=["mail"],
                install_signal_handlers=False,
                delete_jobs="successful",
            )

    with ThreadPoolExecutor(1) as apart:
        apart.submit(done).result()


def jobs():
    """The jobs that wait, as the worker takes them up."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'"
            " ORDER BY priority DESC, id"
        )
        return [name for (name,) in cursor.fetchall()]


def fates():
    return [one.state for one in Message.objects.order_by("pk")]


def said(caplog):
    return [one.getMessage() for one in caplog.records if one.name == "sporades.mail.relay"]


def test_a_worker_waits_once_for_a_server_that_hangs_whatever_the_mails(silent):
    some(30)

    work()

    assert silent.waited_for == 1
    assert (fates(), jobs()) == (["waiting"] * 30, [])


def test_once_a_minute_one_mail_is_tried_and_one_line_says_that_none_leaves(
    silent, stopped_clock, caplog
):
    some(12)
    work()

    for minute in range(1, 4):
        stopped_clock.move_to(NOW + minute * MINUTE)
        tasks.sweep(0)
        tasks.go_on()
        some(3, begin=100 * minute)
        work()

    assert silent.waited_for == 4
    why = "the mail server hangs or does not let us in (SMTPServerDisconnected)"
    counts = (12, 12, 15, 18)
    assert said(caplog) == [f"No mail leaves, {count} wait: {why}" for count in counts]


def test_who_is_back_gets_within_a_minute_each_mail_once_however_long_it_was_away(
    silent, hand_to, office, stopped_clock, caplog
):
    messages = some(5)
    hand_to(silent)
    for at in (NOW, NOW + MINUTE, NOW + LATER):
        stopped_clock.move_to(at)
        tasks.sweep(0)
    assert fates() == ["waiting"] * 5
    hand_to(office)
    work()
    assert office.letters == []

    stopped_clock.move_to(NOW + LATER + MINUTE)
    tasks.sweep(0)

    assert sorted(office.identifiers) == sorted(one.message_id for one in messages)
    assert fates() == ["sent"] * 5
    assert said(caplog)[-1] == "The mail server answers again: mails leave"
    later = some(1, begin=5)
    work()
    assert office.identifiers[5:] == [one.message_id for one in later]


def test_a_server_that_hangs_over_a_message_leaves_as_much_time_to_all_else(office, stopped_clock):
    some(3)
    office.tempers["DATA"] = "hang"

    work()
    tasks.sweep(0)

    assert [one.attempts for one in Message.objects.order_by("pk")] == [1, 0, 0]
    office.tempers.clear()
    stopped_clock.move_to(NOW + timedelta(seconds=10))
    tasks.sweep(0)
    # The first was tried: it has its pause.
    assert fates() == ["waiting", "sent", "sent"]


def test_what_a_machine_ahead_of_the_others_has_written_waits_for_no_hour(office):
    a_message(at=NOW + timedelta(hours=2))

    work()

    assert fates() == ["sent"]


def test_a_server_that_thinks_over_a_text_longer_than_a_greeting_may_take_gets_it_once(
    office, hand_to, monkeypatch
):
    monkeypatch.setattr(conversation, "ANSWERS_WITHIN", 60)
    hand_to(office)
    office.tempers["TAKEN"] = lambda _: Event().wait(1) and None
    [message] = some(1)

    tasks.sweep(0)
    tasks.sweep(0)

    assert office.identifiers == [message.message_id]
    assert fates() == ["sent"]


@pytest.mark.parametrize("answer", ["450 Boite occupee", "550 Boite inconnue"])
def test_an_address_that_is_refused_keeps_no_other_mail(office, answer):
    some(3)
    office.tempers["RCPT"] = answer

    work()

    assert [one.attempts for one in Message.objects.all()] == [1, 1, 1]


def test_a_server_that_is_slow_gives_place_to_all_else_after_each_mail(office, monkeypatch):
    monkeypatch.setattr(relay, "SLOW", -1)
    monkeypatch.setattr(tasks, "SLICE", -1)
    usual = some(3)
    tasks.deliver(usual[0].pk)
    assert fates() == ["sent", "waiting", "waiting"]

    tasks.deliver(usual[1].pk)
    tasks.deliver(usual[2].pk)

    # Nothing more is tried before what is urgent and what is not: the rest waits behind.
    assert fates() == ["sent", "waiting", "waiting"]
    [urgent] = some(1, begin=3, urgent=True)
    assert jobs() == ["mail.deliver"] * 4 + ["mail.go_on"]
    work()
    assert office.identifiers == [one.message_id for one in (usual[0], urgent, usual[1], usual[2])]
    assert jobs() == []


def test_a_sweep_leaves_what_it_has_no_time_for_to_what_waits(office, monkeypatch):
    monkeypatch.setattr(tasks, "SLICE", -1)
    some(3)

    tasks.sweep(0)
    tasks.sweep(0)

    assert fates() == ["sent", "sent", "waiting"]
    assert jobs() == ["mail.deliver"] * 3 + ["mail.go_on"]
