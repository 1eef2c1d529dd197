"""Where it all happens: a database of our own, web servers, a worker; none of it stays."""

import contextlib
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from benchmarks.browser import SITE
from tools import keys
from tools.processes import end, spawn

WORKERS = os.cpu_count() or 1
THREADS = 2
PATIENCE = 60
PATIENCE_WITH_JOBS = 300
UNDONE = "select count(*) from procrastinate_jobs where status in ('todo', 'doing')"


@contextmanager
def a_database(server: str, template: str) -> Iterator[str]:
    """Copy a database of a server, and drop the copy afterwards; give its address."""
    name = f"sporades_bench_{os.getpid()}"
    named = (sql.Identifier(one) for one in (name, template))
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("create database {} template {}").format(*named))
    try:
        yield urlunsplit(urlsplit(server)._replace(path=f"/{name}"))
    finally:
        drop = sql.SQL("drop database {} with (force)").format(sql.Identifier(name))
        with psycopg.connect(server, autocommit=True) as admin:
            _until(lambda: _done(admin, drop), f"la base {name} ne peut pas être supprimée")


def _done(admin: psycopg.Connection, drop: sql.Composed) -> bool:
    """Drop a database; the server's own cleaner may be there, whom only its owner sends away."""
    try:
        admin.execute(drop)
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def environment(url: str, folder: Path) -> dict[str, str]:
    """Return what a deployer would say of a real installation: no demo, a seal, https."""
    password = keys.text(folder / "seal-password")
    for store in ("files", "medical"):
        (folder / store).mkdir(parents=True, exist_ok=True)
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "SPORADES_DEMO": "",
        "SECRET_KEY": keys.text(folder / "secret-key"),
        "SITE_URL": f"https://{SITE}",
        "DEPLOYER_NAME": "Autorité de mesure",
        "DATABASE_URL": url,
        "MAIL_URL": f"eml://{folder / 'mails'}",
        "MAIL_FROM": "Sporades <ne-pas-repondre@exemple.test>",
        "FILES_URL": f"file://{folder / 'files'}",
        "MEDICAL_FILES_URL": f"file://{folder / 'medical'}",
        "MEDICAL_KEYS": keys.medical(folder / "medical-keys"),
        "STATIC_ROOT": str(folder / "static"),
        "SEAL_KEY_FILE": str(keys.seal(folder / "seal.p12", password=password)),
        "SEAL_KEY_PASSWORD": password,
        "TRUSTED_PROXIES": "",
        "FRANCECONNECT_URL": "",
    }


@dataclass(frozen=True)
class Web:
    """A web server that answers.

    Attributes:
        port: where.
        name: what its connections to the database are called.
        process: its first process, which leads the session of the others.
    """

    port: int
    name: str
    process: subprocess.Popen[bytes]


@contextmanager
def a_web(name: str, said: Mapping[str, str], folder: Path) -> Iterator[Web]:
    """Serve for the length of a block, as in production."""
    with socket.socket() as held:
        # The server shares its port between its processes, hence with us: nobody else takes it.
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        held.bind(("127.0.0.1", 0))
        yield from _serving(name, held.getsockname()[1], said, folder)


def _serving(name: str, port: int, said: Mapping[str, str], folder: Path) -> Iterator[Web]:
    command = [
        str(Path(sys.executable).with_name("granian")),
        "--interface=wsgi",
        "--host=127.0.0.1",
        f"--port={port}",
        f"--workers={WORKERS}",
        f"--blocking-threads={THREADS}",
        "--workers-kill-timeout=2",
        "--no-ws",
        "config.wsgi:application",
    ]
    with _started(name, command, said, folder) as process:
        web = Web(port, name, process)
        _until(lambda: _answers(web, folder), f"{name} ne répond pas")
        yield web


@contextmanager
def a_worker(said: Mapping[str, str], folder: Path) -> Iterator[Callable[[], None]]:
    """Do the jobs for the length of a block; give what waits until none is left."""
    command = [sys.executable, "-m", "sporades", "procrastinate", "worker"]
    url = said["DATABASE_URL"]

    def catch_up() -> None:
        with psycopg.connect(url, autocommit=True) as connection:
            _until(
                lambda: connection.execute(UNDONE).fetchone() == (0,),
                "des travaux restent",
                PATIENCE_WITH_JOBS,
            )

    with _started("worker", command, said, folder):
        yield catch_up


@contextmanager
def _started(
    name: str, command: list[str], said: Mapping[str, str], folder: Path
) -> Iterator[subprocess.Popen[bytes]]:
    url = said["DATABASE_URL"]
    named = f"{url}{'&' if '?' in url else '?'}application_name={name}"
    environment = {**said, "DATABASE_URL": named}
    process = spawn(command, log=folder / f"{name}.log", environment=environment)
    try:
        yield process
    finally:
        end(process)


def _answers(web: Web, folder: Path) -> bool:
    if web.process.poll() is not None:
        said = (folder / f"{web.name}.log").read_text(errors="replace")
        raise SystemExit(f"{web.name} s'est arrêté :\n{said}")
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", web.port), 1):
        return True
    return False


def _until(look: Callable[[], bool], complaint: str, patience: float = PATIENCE) -> None:
    deadline = time.monotonic() + patience
    while not look():
        if time.monotonic() > deadline:
            raise SystemExit(f"Après {patience:g} secondes, {complaint}.")
        time.sleep(0.05)
