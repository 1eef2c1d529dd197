"""The demo: everything a person needs to try the service, from one command.

    python -m tools.demo              prepare, serve, and stop everything on Ctrl-C
    python -m tools.demo reset        forget its data
    python -m tools.demo code WHO     print the current code of a person's second factor
    python -m tools.demo check FILE   say what is wrong in a réglementation file
    python -m tools.demo run …        run one of an operator's commands on its data

PORT and HOST say where it listens (HOST=, the address of this machine: for its network), PEOPLE
how many people are invented once it answers.
"""

import contextlib
import errno
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tools import antivirus, keys, postgres
from tools.binaries import Unavailable
from tools.processes import (
    StopRequest,
    die_with_parent,
    end,
    holding,
    last_line,
    on_request_to_stop,
    spawn,
)

FOLDER = Path("var/demo").absolute()
DATABASE = FOLDER / "postgresql"
LOGS = FOLDER / "logs"
CONNECTION = FOLDER / "connexion.json"
WEB_WORKERS = 2
LOCAL = {"127.0.0.1", "0.0.0.0", "localhost"}  # noqa: S104 only if a person says so
LAST_PORT = 65535
PATIENCE = 60
NO_ANTIVIRUS = (
    "Aucun antivirus (clamd) : les pièces que vous déposez attendent « En vérification », et "
    "personne ne les ouvre. « apt-get install clamav-daemon » l'apporte."
)
SPORADES = (sys.executable, "-m", "sporades")


class Stopped(Exception):
    """Somebody asked the demo to end."""


class Failed(Exception):
    """The demo cannot go on; the message says why, for a person."""


class Supervisor:
    """Starts the parts of the demo, watches them, stops them in the opposite order."""

    def __init__(
        self, asked_to_stop: StopRequest, environment: Mapping[str, str], *, logs: Path = LOGS
    ) -> None:
        self.asked_to_stop = asked_to_stop
        self.environment = environment
        self.logs = logs
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def run(self, label: str, command: Sequence[str]) -> None:
        """Run a command to its end. Raises Failed if it fails, Stopped if asked to stop."""
        self.start(label, command)
        self.finish(label)

    def finish(self, label: str) -> None:
        """Wait for a command's end. Raises Failed if it fails, Stopped if asked to stop."""
        child = self.children[label]
        while child.poll() is None:
            self.pause(0.05)
        if child.returncode:
            raise Failed(f"La préparation a échoué. {self.account_for(label)}")
        del self.children[label]

    def start(
        self, label: str, command: Sequence[str], *, if_killed: signal.Signals = signal.SIGTERM
    ) -> subprocess.Popen[bytes]:
        """Start a command and leave it running; say what ends it if we are killed."""
        log = self.logs / f"{label}.log"
        if log.exists():
            log.replace(log.with_suffix(".log.1"))
        child = spawn(command, log=log, environment=self.environment, end=if_killed)
        self.children[label] = child
        return child

    def watch(self) -> None:
        """Raise Failed as soon as a part has ended by itself."""
        for label, child in self.children.items():
            if child.poll() is not None:
                raise Failed(
                    f"La démonstration s'arrête : {label} a pris fin (code {child.returncode}). "
                    f"{self.account_for(label)}"
                )

    def pause(self, seconds: float = 0.1) -> None:
        """Wait a little. Raises Stopped if asked to stop."""
        if self.asked_to_stop.wait(seconds):
            raise Stopped

    def account_for(self, label: str) -> str:
        """Return where a part writes, and the last thing it wrote."""
        log = self.logs / f"{label}.log"
        return f"Dernière ligne de {log.relative_to(Path.cwd())} : {last_line(log)}"

    def stop(self) -> None:
        """End the parts, the last started first."""
        for child in reversed(self.children.values()):
            end(child)


def serve() -> None:
    """Prepare the demo and serve it until asked to stop. Raises Failed, Stopped, Unavailable."""
    asked_to_stop = StopRequest()
    on_request_to_stop(asked_to_stop.make)
    if "MAKELEVEL" in os.environ:
        die_with_parent(signal.SIGTERM)
    with held():
        (host, port), loading = where(), [*SPORADES, "demo", "load", *crowd()]
        LOGS.mkdir(exist_ok=True)
        print("Préparation de la démonstration… (la première fois, environ une minute)", flush=True)
        with postgres.running(DATABASE) as server:
            said = settings(server.url, host=host, port=port)
            supervisor = Supervisor(asked_to_stop, {**os.environ, **said})
            try:
                _serve(supervisor, server, said, where=(host, port), loading=loading)
            finally:
                supervisor.stop()
                CONNECTION.unlink(missing_ok=True)


def _serve(
    supervisor: Supervisor,
    server: postgres.Server,
    said: Mapping[str, str],
    *,
    where: tuple[str, int],
    loading: Sequence[str],
) -> None:
    start_antivirus(supervisor)
    supervisor.start("statiques", [*SPORADES, "collectstatic", "--no-input"])
    supervisor.run("chargement", loading)
    supervisor.finish("statiques")
    # Without its database, a worker asked to end waits for it: only a kill is sure.
    worker = [*SPORADES, "procrastinate", "worker"]
    supervisor.start("travaux", worker, if_killed=signal.SIGKILL)
    supervisor.start("web", web(*where))
    wait_until_ready(supervisor, *where)
    told = {name: supervisor.environment.get(name, "") for name in (*said, "CLAMD_URL")}
    keys.write(CONNECTION, json.dumps(told).encode())
    print(f"Sporades est prêt : {said['SITE_URL']}", flush=True)
    print(f"Les mails envoyés se lisent ici : {said['SITE_URL']}/demo/courriels/", flush=True)
    while True:
        supervisor.watch()
        if not server.is_alive:
            log = (DATABASE / "log").relative_to(Path.cwd())
            raise Failed(f"PostgreSQL s'est arrêté : voyez {log}.")
        supervisor.pause(0.5)


def start_antivirus(supervisor: Supervisor) -> None:
    """Start a clamd of the demo's own where one is installed, and say plainly where none looks."""
    if supervisor.environment.get("CLAMD_URL"):
        return
    port = antivirus.free_port()
    command = antivirus.command(FOLDER / "antivirus", port)
    if command is None:
        print(NO_ANTIVIRUS, flush=True)
        return
    child = supervisor.start("antivirus", command)
    deadline = time.monotonic() + PATIENCE
    while not _answers("127.0.0.1", port):
        if child.poll() is not None or time.monotonic() > deadline:
            end(supervisor.children.pop("antivirus"))
            print(f"{NO_ANTIVIRUS} {supervisor.account_for('antivirus')}", flush=True)
            return
        supervisor.pause()
    supervisor.environment = {**supervisor.environment, "CLAMD_URL": f"tcp://127.0.0.1:{port}"}


def web(host: str, port: int) -> list[str]:
    """Return the command of the web server."""
    return [
        str(Path(sys.executable).with_name("granian")),
        "--interface=wsgi",
        f"--host={host}",
        f"--port={port}",
        f"--workers={WEB_WORKERS}",
        "--blocking-threads=2",
        "--respawn-failed-workers",
        "--workers-kill-timeout=5",
        "--http=1",
        "--http1-header-read-timeout=10000",
        "--no-ws",
        "config.wsgi:application",
    ]


def settings(database_url: str, *, host: str, port: int) -> dict[str, str]:
    """Return what a deployer would say of the demo; secrets are made if need be."""
    mails, safe = FOLDER / "mails", FOLDER / "secrets"
    files, medical = FOLDER / "files", FOLDER / "medical"
    for store in (files, medical):
        store.mkdir(parents=True, exist_ok=True)
    password = keys.text(safe / "seal-password")
    return {
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "SPORADES_DEMO": "1",
        "DATABASE_URL": database_url,
        "SITE_URL": f"http://{host if host not in LOCAL else 'localhost'}:{port}",
        "SECRET_KEY": keys.text(safe / "secret-key"),
        "MAIL_URL": f"eml://{mails}",
        "FILES_URL": f"file://{files}",
        "MEDICAL_FILES_URL": f"file://{medical}",
        "MEDICAL_KEYS": keys.medical(safe / "medical-keys"),
        "STATIC_ROOT": str(FOLDER / "static"),
        "SEAL_KEY_FILE": str(keys.seal(safe / "seal.p12", password=password)),
        "SEAL_KEY_PASSWORD": password,
    }


def crowd() -> list[str]:
    """Return how the command that loads the demo is told how many to invent. Raises Failed."""
    asked = os.environ.get("PEOPLE") or ""
    if asked and not (asked.isascii() and asked.isdecimal()):
        raise Failed(f"PEOPLE={asked} n'est pas un nombre : écrivez par exemple PEOPLE=500.")
    return ["--crowd", asked] if asked else []


def where() -> tuple[str, int]:
    """Return the host and the port to listen on; 0 asks for any port. Raises Failed."""
    host = os.environ.get("HOST") or "127.0.0.1"
    asked = os.environ.get("PORT") or "8000"
    if not asked.isdecimal() or int(asked) > LAST_PORT:
        raise Failed(
            f"PORT={asked} n'est pas un numéro de port : donnez un nombre, par exemple PORT=8001."
        )
    port = int(asked)
    taken = Failed(
        f"Le port {port} est déjà pris : choisissez-en un autre, par exemple « make demo PORT={port + 1} »."
    )
    # The browser may read "localhost" as ::1, where somebody else could answer for us.
    if port and any(_answers(address, port) for address in ("127.0.0.1", "::1")):
        raise taken
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise taken from None
            raise Failed(f"Impossible d'écouter sur {host}:{port} : {error.strerror}.") from None
        return host, probe.getsockname()[1]


def _answers(address: str, port: int) -> bool:
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return False
    return True


def wait_until_ready(supervisor: Supervisor, host: str, port: int) -> None:
    """Wait until the service says that it is ready. Raises Failed, Stopped."""
    address = f"http://{'127.0.0.1' if host in LOCAL else host}:{port}/-/pret"
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        supervisor.watch()
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        supervisor.pause()
    raise Failed(f"Le service ne répond pas. {supervisor.account_for('web')}")


@contextlib.contextmanager
def held() -> Iterator[None]:
    """Keep the demo's folder for ourselves. Raises Failed if a demo runs already."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        with holding(FOLDER):
            yield
    except BlockingIOError:
        raise Failed("La démonstration tourne déjà : arrêtez-la d'abord par Ctrl-C.") from None


def reset() -> None:
    """Forget all the demo's data. Raises Failed while it runs."""
    with held():
        postgres.forget(DATABASE)
        shutil.rmtree(FOLDER)
    print("Les données de la démonstration sont oubliées.")


def code(who: str) -> int:
    """Print the current code of a person's second factor; return the command's exit code."""
    if not who:
        raise Failed("Dites de qui : make demo-code WHO=administrateur@demo.test")
    return _in_demo("demo", "code", who)


def check(words: Sequence[str]) -> int:
    """Check réglementation files against the demo's data; return the command's exit code."""
    if not words:
        raise Failed("Dites quel fichier : make check-reglementation FILE=cap.yaml")
    return _in_demo("reglementation", "check", *words)


def run(words: Sequence[str]) -> int:
    """Run an operator's command on the demo's data; return the command's exit code."""
    if not words:
        raise Failed("Dites quoi : make demo-run ARGS='agent invite claude@demo.test …'")
    return _in_demo(*words)


def _in_demo(*words: str) -> int:
    """Run one of our commands in the demo that runs. Raises Failed if none does."""
    if not CONNECTION.exists():
        raise Failed("La démonstration ne tourne pas : lancez d'abord « make demo ».")
    environment = {**os.environ, **json.loads(CONNECTION.read_text())}
    return subprocess.run([*SPORADES, *words], env=environment, check=False).returncode


def main(words: list[str]) -> int:
    """Run one of the commands said at the top of this file."""
    try:
        match words:
            case []:
                serve()
            case ["reset"]:
                reset()
            case ["code", who]:
                return code(who)
            case ["check" | "run" as what, *words]:
                return (check if what == "check" else run)(words)
            case _:
                print(__doc__)
                return 2
    except Stopped:
        print("Sporades est arrêté.", flush=True)
    except (Failed, Unavailable) as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    except PermissionError as refused:
        sys.stderr.write(f"{refused.filename} appartient à un autre utilisateur.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
