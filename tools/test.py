"""Run the tests, with all they need: `python -m tools.test [ARGUMENTS OF PYTEST]`.

The tests find the server in DATABASE_URL, folders for files in FILES_URL and MEDICAL_FILES_URL, and in
SPORADES_CHROMIUM the browser to start. Nothing is printed after pytest's last line.
"""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from tools import machine, postgres
from tools.binaries import Unavailable
from tools.processes import die_with_parent, holding

FOLDER = Path("var/test")
MOST_WORKERS = 8
# Data of tests need not survive a power cut; they do survive a killed server, which is tested.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "300",
}


def main(arguments: list[str]) -> int:
    """Run pytest with these arguments; return its exit code."""
    try:
        browser = machine.prepare()
        forget_the_dead()
        folder = FOLDER / str(os.getpid())
        folder.mkdir(parents=True)
        with holding(folder):
            with postgres.running(folder / "postgresql", settings=SETTINGS) as server:
                environment = {
                    **os.environ,
                    "DATABASE_URL": server.url,
                    "FILES_URL": f"file://{(folder / 'files').absolute()}",
                    "MEDICAL_FILES_URL": f"file://{(folder / 'medical').absolute()}",
                    "SPORADES_CHROMIUM": browser,
                }
                code = _run([*_workers(), *arguments], environment)
            _forget(folder)
    except (machine.Missing, Unavailable) as reason:
        sys.stderr.write(f"{reason}\n")
        return 1
    return code


def forget_the_dead() -> None:
    """Remove what test runs that were killed left behind; those under way are held."""
    for folder in FOLDER.glob("*"):
        with contextlib.suppress(BlockingIOError), holding(folder):
            _forget(folder)


def _forget(folder: Path) -> None:
    postgres.forget(folder / "postgresql")
    shutil.rmtree(folder)


def _workers() -> list[str]:
    """Return how pytest shares the tests: one worker more than cores that we may use.

    A test waits for its database, its browser or its server: the other works meanwhile.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return ["-n", str(min((cores or 1) + 1, MOST_WORKERS)), "--dist", "worksteal"]


def _run(arguments: list[str], environment: dict[str, str]) -> int:
    """Run pytest to its end; asked to stop, let it end first, then go on to stop the server."""
    command = [sys.executable, "-m", "pytest", *arguments]
    with subprocess.Popen(
        command,
        env=environment,
        preexec_fn=_hear,  # noqa: PLW1509 no thread runs
    ) as child:
        # The terminal sends Ctrl-C to pytest too; the other requests reach only us.
        signal.signal(signal.SIGINT, lambda *_: None)
        for sign in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, lambda *_: child.send_signal(signal.SIGINT))
        return child.wait()


def _hear() -> None:
    """Let a request to stop be heard: a shell starts what it puts in the background deaf to Ctrl-C."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    die_with_parent(signal.SIGINT)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
