"""Web servers of our own, each in its process, and a browser to ask them."""

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.conf import settings
from django.test import Client
from django.utils import timezone

from sporades.accounts.models import User
from sporades.accounts.second_factor import enrol_totp
from sporades.candidates.models import Candidate
from tests.endurance.arena import PATIENCE, eventually
from tests.web.guide import BACKEND, HOST
from tools.antivirus import free_port
from tools.processes import end, last_line, spawn


def environment_of(url: str, folder: Path, **more: str) -> dict[str, str]:
    """Return what a deployer would say of an installation on this database."""
    said = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.endurance.settings",
        "DATABASE_URL": url,
        "SITE_URL": f"https://{HOST}",
        "SECRET_KEY": settings.SECRET_KEY,
        "MAIL_URL": "smtp://127.0.0.1:1",
        "FILES_URL": f"file://{folder / 'files'}",
        "MEDICAL_FILES_URL": f"file://{folder / 'medical'}",
        "PYTHONUNBUFFERED": "1",
        **more,
    }
    for name in ("FILES_URL", "MEDICAL_FILES_URL"):
        if said[name].startswith("file://"):
            Path(said[name].removeprefix("file://")).mkdir(parents=True, exist_ok=True)
    return said


@dataclass
class Web:
    """A web server that runs: granian, as the demo starts it."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def workers(self) -> list[int]:
        """The processes that answer; their parent only watches them."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split() if _is_worker(pid)]

    def answers(self) -> bool:
        """Whether it listens; fails when it has ended."""
        assert self.process.poll() is None, last_line(self.log)
        return self.listens() and bool(self.workers)

    def listens(self) -> bool:
        """Whether it takes who comes."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def stop(self) -> None:
        """End it and its workers."""
        end(self.process, patience=5)


def _is_worker(pid: str) -> bool:
    with contextlib.suppress(OSError):
        return b"resource_tracker" not in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def start_web(
    url: str,
    folder: Path,
    *,
    application: str = "config.wsgi:application",
    workers: int = 1,
    threads: int = 2,
    port: int | None = None,
    **more: str,
) -> Web:
    """Start a web server, on a free port unless it is said; `Web.answers` says when it is there."""
    port = port or free_port()
    log = folder / f"web-{port}.log"
    command = [
        str(Path(sys.executable).with_name("granian")),
        "--interface=wsgi",
        "--host=127.0.0.1",
        f"--port={port}",
        f"--workers={workers}",
        f"--blocking-threads={threads}",
        "--workers-kill-timeout=30",
        "--no-ws",
        application,
    ]
    environment = environment_of(f"{url}?pool={threads}", folder, **more)
    return Web(port, spawn(command, log=log, environment=environment), log)


@contextmanager
def a_web(url: str, folder: Path, **options: object) -> Iterator[Web]:
    """Hold a web server for the length of a block."""
    web = start_web(url, folder, **options)
    try:
        eventually(web.answers)
        yield web
    finally:
        web.stop()


@contextmanager
def a_mortal_web(url: str, folder: Path) -> Iterator[Web]:
    """Hold a web server whose process may be killed: another one takes its place at once."""
    log = folder / "mortal-web.log"
    command = [sys.executable, "-m", "tests.endurance.forking"]
    process = spawn(command, log=log, environment=environment_of(f"{url}?pool=2", folder))
    try:
        eventually(lambda: process.poll() is not None or "PORT" in log.read_text())
        yield Web(int(last_line(log).removeprefix("PORT ")), process, log)
    finally:
        end(process)


@dataclass(frozen=True)
class Answer:
    """What a server answered."""

    status: int
    location: str | None
    content: bytes = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def text(self) -> str:
        """What it says, where it is a page."""
        return self.content.decode()


@dataclass
class Browser:
    """A candidate's browser: cookies, the token of the last page read, no script."""

    cookies: dict[str, str]
    token: str = ""

    def get(self, web: Web, path: str) -> Answer:
        """Read a page."""
        answer = self.send(web, "GET", path)
        found = re.search(rb'name="csrfmiddlewaretoken" value="(\w+)"', answer.content)
        self.token = found[1].decode() if found else self.token
        return answer

    def post(self, web: Web, path: str, answers: Mapping[str, str] = {}, **headers: str) -> Answer:
        """Send the form of the last page read."""
        return self.send(web, "POST", path, self.body(answers), headers)

    def body(self, answers: Mapping[str, str] = {}) -> str:
        """Return what a form sends."""
        return urlencode({"csrfmiddlewaretoken": self.token, **answers}, doseq=True)

    def headers(self, **more: str) -> dict[str, str]:
        """Return what goes with every request."""
        return {
            "Host": HOST,
            "Origin": f"https://{HOST}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
            **more,
        }

    def send(
        self,
        web: Web,
        method: str,
        path: str,
        body: str | bytes = "",
        headers: Mapping[str, str] = {},
    ) -> Answer:
        """Send any request."""
        line = http.client.HTTPConnection("127.0.0.1", web.port, timeout=PATIENCE)
        try:
            line.request(method, path, body, self.headers(**headers))
            said = line.getresponse()
            for name, value in said.getheaders():
                if name.lower() == "set-cookie":
                    cookie, _, content = value.partition(";")[0].partition("=")
                    self.cookies[cookie] = content
            return Answer(said.status, said.getheader("Location"), said.read(), said.headers)
        finally:
            line.close()


def a_browser(candidate: Candidate) -> Browser:
    """Return a browser in which a candidate has signed in."""
    return _of(_signed_in(candidate.user))


def a_browser_of_the_office(user: User) -> Browser:
    """Return a browser in which a member of the office has signed in with two factors."""
    client = _signed_in(user)
    enrol_totp(user)
    session, at = client.session, timezone.now()
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        {"method": "password", "at": at.timestamp(), "username": user.email},
        {"method": "mfa", "at": at.timestamp(), "type": "totp"},
    ]
    session["account_authentication_methods_user"] = str(user.pk)
    session["seen_at"] = session["since"] = at.isoformat()
    session.save()
    return _of(client)


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def _of(client: Client) -> Browser:
    return Browser({name: morsel.value for name, morsel in client.cookies.items()})
