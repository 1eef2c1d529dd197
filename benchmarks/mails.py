"""Mails handed over by one worker to a relay of another town, which answers on loopback."""

import socketserver
import threading
import time

from django.contrib.auth import get_user_model
from django.test.utils import override_settings
from django.utils import timezone

from benchmarks.figures import Figure, Target, figure
from benchmarks.load import Seen
from benchmarks.processors import Spent
from sporades import mail
from sporades.mail import tasks
from sporades.mail.models import Message

FAR = 0.015
"""How many seconds each of its answers takes: as from one end of the country to the other."""
EACH_OF_TWO_WORKERS = 30_000 / 1_800 / 2
"""How many mails a second, for 30,000 in half an hour (R-42)."""


class _Talk(socketserver.StreamRequestHandler):
    """One conversation (RFC 5321)."""

    server: "_Relay"

    def handle(self) -> None:
        self.server.conversations += 1
        self._answer("220 relay.test")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self._answer("354 Go on")
                while self.rfile.readline() not in {b".\r\n", b""}:
                    pass
                self.server.taken.append(time.perf_counter())
            self._answer("221 Bye" if verb == b"QUIT" else "250 OK")
            if verb == b"QUIT":
                return

    def _answer(self, words: str) -> None:
        time.sleep(FAR)
        self.wfile.write(f"{words}\r\n".encode())


class _Relay(socketserver.ThreadingTCPServer):
    """Takes each mail; `taken` says when."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.taken: list[float] = []
        self.conversations = 0


def handed_over(count: int) -> Figure:
    """Hand over mails that wait, as the jobs of one worker do.

    Args:
        count: how many.
    """
    _write(count)
    with _Relay() as relay:
        threading.Thread(target=relay.serve_forever, daemon=True).start()
        options = {"host": "127.0.0.1", "port": relay.server_address[1], "timeout": 5}
        mailer = {"BACKEND": "sporades.mail.conversation.Backend", "OPTIONS": options}
        start, spent, job = time.perf_counter(), time.process_time(), 0
        with override_settings(MAILERS={"default": mailer}):
            # Each job hands over some at least, or something is wrong.
            while job < count and Message.objects.due(timezone.now()).exists():
                tasks.go_on()
                job += 1
        wall, cost = time.perf_counter() - start, time.process_time() - spent
        relay.shutdown()
    instants = [start, *relay.taken]
    acts = [after - before for before, after in zip(instants, relay.taken, strict=False)]
    made = figure(
        "mails",
        f"Mails à un relais dont chaque réponse prend {1000 * FAR:g} ms",
        Seen(acts=acts, requests=list(acts), wall=wall),
        Spent(cost, None),
        concurrency=1,
        target=Target("per_second", least=EACH_OF_TWO_WORKERS),
    )
    made.requests_per_core = None
    made.errors = abs(count - len(relay.taken))
    made.first_error = f"{len(relay.taken)} mails sur {count}" if made.errors else ""
    made.more = {"conversations": relay.conversations}
    return made


def _write(count: int) -> None:
    about, at = get_user_model()(pk=1), timezone.now()
    for number in range(count):
        mail.write(
            "password_reset",
            to=f"personne{number}@exemple.test",
            at=at,
            key=f"mesure {number}",
            about=about,
            is_first=True,
            link="https://exemple.test/clé",
        )
