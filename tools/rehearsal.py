"""A campaign played beforehand: our own réglementations, invented candidates, another instant.

    python -m tools.rehearsal play AT [FILE…]   make, serve, and on Ctrl-C end and drop everything
    python -m tools.rehearsal night          pass the night: its jobs, then the morning
    python -m tools.rehearsal code WHO          print the current code of a person's second factor
    python -m tools.rehearsal end               drop what one that was killed left

AT is an instant by the clock of Paris, 2027-01-12T08:00; FILEs are réglementations to be put in
force in it. DATABASE_URL names the installation that it is a copy of, the demo that runs
otherwise; REHEARSAL_DATABASE_URL a database of its own, where our role may make none. PORT and
HOST say where it listens, PEOPLE how many are invented. Nothing is written in the installation.
"""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from zoneinfo import ZoneInfo

import psycopg
from psycopg import sql

from config.environment import REHEARSED
from tools import demo, keys
from tools.demo import SPORADES, Failed, Stopped, Supervisor
from tools.processes import StopRequest, holding, on_request_to_stop

FOLDER = Path("var/rehearsal").absolute()
CONNECTION = FOLDER / "connexion.json"
COPY = FOLDER / "reglementations.json"
LOGS = FOLDER / "logs"
NIGHT = FOLDER / "nuit"
"""Asks the rehearsal that runs to pass the night."""
MORNING = time(7)
PARIS = ZoneInfo("Europe/Paris")
MARK = "Répétition de Sporades"
PEOPLE = "60"
SAID = (
    "SERVICE_NAME",
    "DEPLOYER_NAME",
    "DEPLOYER_ADDRESS",
    "PUBLICATION_DIRECTOR",
    "HOST_NAME",
    "PRIVACY_CONTACT",
    "ACCESSIBILITY_SCHEME_URL",
    "ACCESSIBILITY_PLAN_URL",
    "BRAND_FOLDER",
    "BRAND_WORDS",
    "RETENTION_ACTIVE_YEARS",
    "RETENTION_ARCHIVE_YEARS",
)
"""What a rehearsal says as the installation does; nothing else of its environment is passed on."""
MACHINE = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPYCACHEPREFIX", "VIRTUAL_ENV")


def real_environment() -> dict[str, str]:
    """Return the environment of the installation that is copied. Raises Failed."""
    if os.environ.get("DATABASE_URL"):
        return dict(os.environ)
    if demo.CONNECTION.exists():
        return {**os.environ, **json.loads(demo.CONNECTION.read_text())}
    raise Failed(
        "Dites de quelle installation : donnez ses variables (DATABASE_URL…), ou lancez « make demo »."
    )


def own_url(real: str, given: str = "") -> str:
    """Return the address of the rehearsal's database: never the real one. Raises Failed.

    Args:
        real: the address of the installation's database.
        given: that of one of its own, if somebody gives it.
    """
    parts = urlsplit(given or real)
    url = given or urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}{REHEARSED}"))
    if not urlsplit(url).path.endswith(REHEARSED):
        raise Failed(f"Le nom de la base d'une répétition finit par {REHEARSED}.")
    if urlsplit(url).path == urlsplit(real).path:
        raise Failed("La base donnée pour la répétition est celle de l'installation.")
    return url


def ahead(typed: str, *, now: datetime) -> int:
    """Return how many seconds ahead of now an instant is. Raises Failed."""
    try:
        instant = datetime.fromisoformat(typed)
    except ValueError:
        raise Failed(
            f"AT={typed} n'est pas un instant : écrivez-le ainsi, à l'heure de Paris, AT=2027-01-12T08:00."
        ) from None
    at = instant if instant.tzinfo else instant.replace(tzinfo=PARIS)
    return round((at - now).total_seconds())


def morning_after(now: datetime) -> datetime:
    """Return the end of the night that comes: seven o'clock by the clock of Paris."""
    here = now.astimezone(PARIS)
    day = here.date() if here.time() < MORNING else here.date() + timedelta(days=1)
    return datetime.combine(day, MORNING, tzinfo=PARIS)


def make_database(url: str) -> None:
    """Make the database anew; one that is no rehearsal's is left alone. Raises Failed."""
    with _server(url) as (connection, name):
        known = _comment(connection, name)
        if known is not None:
            if known != MARK:
                raise Failed(f"La base {name} existe et n'est pas celle d'une répétition.")
            _drop(connection, name)
        try:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        except psycopg.errors.InsufficientPrivilege:
            raise Failed(
                "Ce rôle ne peut pas créer de base : donnez-lui CREATEDB, ou donnez dans "
                f"REHEARSAL_DATABASE_URL l'adresse d'un rôle qui le peut, le nom de la base finissant par {REHEARSED}."
            ) from None
        connection.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(name), sql.Literal(MARK))
        )


def drop_database(url: str) -> None:
    """Drop the database of a rehearsal, if there is one: no other."""
    with _server(url) as (connection, name):
        if _comment(connection, name) == MARK:
            _drop(connection, name)


@contextlib.contextmanager
def _server(url: str) -> Iterator[tuple[psycopg.Connection[tuple[object, ...]], str]]:
    """Speak to the server of a database, from beside it; return the name of the database."""
    parts = urlsplit(url)
    options = re.sub(r"(?:^|&)(?:pool|prepare)=[^&]*", "", parts.query)
    beside = urlunsplit(parts._replace(path="/postgres", query=options))
    with psycopg.connect(beside, autocommit=True) as connection:
        yield connection, parts.path.strip("/")


def _comment(connection: psycopg.Connection[tuple[object, ...]], name: str) -> str | None:
    """Return what is said of a database, nothing (empty) where nothing is, None if there is none."""
    asked = "SELECT coalesce(shobj_description(oid, 'pg_database'), '') FROM pg_database WHERE datname = %s"
    found = connection.execute(asked, [name]).fetchone()
    return str(found[0]) if found else None


def _drop(connection: psycopg.Connection[tuple[object, ...]], name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def settings(
    real: Mapping[str, str], url: str, *, seconds: int, host: str, port: int
) -> dict[str, str]:
    """Return the whole environment of a rehearsal: nothing in it leads to anything real."""
    safe = FOLDER / "secrets"
    files, medical = FOLDER / "files", FOLDER / "medical"
    for store in (files, medical):
        store.mkdir(parents=True, exist_ok=True)
    return {
        **{name: real[name] for name in (*MACHINE, *SAID) if real.get(name)},
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "SPORADES_DEMO": "1",
        "SPORADES_REHEARSAL": str(seconds),
        "DATABASE_URL": url,
        "SITE_URL": f"http://{host if host not in demo.LOCAL else 'localhost'}:{port}",
        "SECRET_KEY": keys.text(safe / "secret-key"),
        "MAIL_URL": f"eml://{FOLDER / 'mails'}",
        "FILES_URL": f"file://{files}",
        "MEDICAL_FILES_URL": f"file://{medical}",
        "MEDICAL_KEYS": keys.medical(safe / "medical-keys"),
        "STATIC_ROOT": str(FOLDER / "static"),
    }


def play(typed: str, files: Sequence[str]) -> None:
    """Make a rehearsal and serve it until asked to stop, then drop it. Raises Failed, Stopped."""
    real = real_environment()
    url = own_url(real["DATABASE_URL"], os.environ.get("REHEARSAL_DATABASE_URL", ""))
    seconds = ahead(typed, now=datetime.now(UTC))
    asked_to_stop = StopRequest()
    on_request_to_stop(asked_to_stop.make)
    with _held():
        host, port = demo.where()
        LOGS.mkdir(exist_ok=True)
        said = settings(real, url, seconds=seconds, host=host, port=port)
        print("Préparation de la répétition…", flush=True)
        _copy(real)
        make_database(url)
        keys.write(CONNECTION, json.dumps(said).encode())
        supervisor = Supervisor(asked_to_stop, said, logs=LOGS)
        try:
            _serve(supervisor, said, files, where=(host, port))
        finally:
            supervisor.stop()
            _forget(url)


def _copy(real: Mapping[str, str]) -> None:
    """Write what is registered for in the installation, whose database refuses us any change."""
    only_reading = {**real, "PGOPTIONS": "-c default_transaction_read_only=on"}
    command = [*SPORADES, "repetition", "exporter", str(COPY)]
    answer = subprocess.run(command, env=only_reading, capture_output=True, text=True, check=False)
    if answer.returncode:
        said = answer.stderr.strip().splitlines() or ["aucune raison n'est donnée"]
        raise Failed(f"L'installation n'a pas pu être lue : {said[-1]}")


def _serve(
    supervisor: Supervisor,
    said: dict[str, str],
    files: Sequence[str],
    *,
    where: tuple[str, int],
) -> None:
    supervisor.start("statiques", [*SPORADES, "collectstatic", "--no-input"])
    supervisor.run("migrations", [*SPORADES, "migrate", "--no-input"])
    people = ["--candidats", os.environ.get("PEOPLE") or PEOPLE]
    added = ["--reglementation", *files] if files else []
    supervisor.run("chargement", [*SPORADES, "repetition", "charger", str(COPY), *people, *added])
    supervisor.finish("statiques")
    _open(supervisor, where)
    print((LOGS / "chargement.log").read_text().strip())
    print(f"La répétition est prête : {said['SITE_URL']}")
    print(f"Les mails se lisent ici : {said['SITE_URL']}/demo/courriels/")
    print("« make rehearsal-night » y passe la nuit. Ctrl-C y met fin et efface tout.", flush=True)
    while True:
        supervisor.watch()
        if NIGHT.exists():
            _pass_the_night(supervisor, said, where)
            NIGHT.unlink()
        supervisor.pause(0.5)


def _open(supervisor: Supervisor, where: tuple[str, int]) -> None:
    worker = [*SPORADES, "procrastinate", "worker"]
    supervisor.start("travaux", worker, if_killed=signal.SIGKILL)
    supervisor.start("web", demo.web(*where))
    demo.wait_until_ready(supervisor, *where)


def _pass_the_night(supervisor: Supervisor, said: dict[str, str], where: tuple[str, int]) -> None:
    """Shut, live through the night at once, and open again in the morning."""
    evening = datetime.now(UTC) + timedelta(seconds=int(said["SPORADES_REHEARSAL"]))
    morning = morning_after(evening)
    print("La nuit se joue : personne n'est servi pendant ce temps.", flush=True)
    supervisor.stop()
    supervisor.children.clear()
    supervisor.run("nuit", [*SPORADES, "repetition", "nuit", morning.isoformat()])
    seconds = round((morning - datetime.now(UTC)).total_seconds())
    said["SPORADES_REHEARSAL"] = str(seconds)
    keys.write(CONNECTION, json.dumps(said).encode())
    _open(supervisor, where)
    print((LOGS / "nuit.log").read_text().strip())
    print(f"C'est le matin du {morning:%d/%m/%Y}, sept heures à Paris.", flush=True)


def ask_for_the_night() -> None:
    """Ask the rehearsal that runs to pass the night. Raises Failed when there is none."""
    if CONNECTION.exists():
        try:
            with holding(FOLDER):
                pass
        except BlockingIOError:
            NIGHT.touch()
            print("La nuit va se jouer : la fenêtre de la répétition le dit, puis dit le matin.")
            return
    raise Failed("Aucune répétition n'est en cours.")


@contextlib.contextmanager
def _held() -> Iterator[None]:
    FOLDER.mkdir(parents=True, exist_ok=True)
    try:
        with holding(FOLDER):
            yield
    except BlockingIOError:
        raise Failed("Une répétition est déjà en cours : arrêtez-la d'abord par Ctrl-C.") from None


def end_of_rehearsal() -> None:
    """Drop what a rehearsal that was killed left. Raises Failed while one runs."""
    with _held():
        if CONNECTION.exists():
            _forget(json.loads(CONNECTION.read_text())["DATABASE_URL"])
    print("Il ne reste rien d'une répétition.")


def _forget(url: str) -> None:
    """Drop the database, then what named it."""
    drop_database(url)
    shutil.rmtree(FOLDER)


def code(who: str) -> int:
    """Print the current code of a person's second factor; return the command's exit code."""
    if not CONNECTION.exists():
        raise Failed("Aucune répétition n'est en cours.")
    environment = json.loads(CONNECTION.read_text())
    return subprocess.run([*SPORADES, "demo", "code", who], env=environment, check=False).returncode


def main(words: list[str]) -> int:
    """Run one of the commands said at the top of this file."""
    try:
        match words:
            case ["play", typed, *files] if typed:
                play(typed, files)
            case ["code", who] if who:
                return code(who)
            case ["night"]:
                ask_for_the_night()
            case ["end"]:
                end_of_rehearsal()
            case _:
                print(__doc__)
                return 2
    except Stopped:
        print("La répétition est finie, tout en est effacé.", flush=True)
    except Failed as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    except psycopg.OperationalError as trouble:
        first = next(iter(str(trouble).splitlines()), "")
        sys.stderr.write(f"Le serveur de la base ne répond pas : {first}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
