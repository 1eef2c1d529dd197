"""Children that never outlive the one who started them."""

import contextlib
import ctypes
import fcntl
import os
import queue
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def die_with_parent(sign: signal.Signals) -> None:
    """Ask the kernel to send this process a signal when its parent ends, where it can."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, int(sign), 0, 0, 0)


def spawn(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    end: signal.Signals = signal.SIGTERM,
    user: tuple[int, int] | None = None,
    folder: Path | None = None,
) -> subprocess.Popen[bytes]:
    """Start a child in its own session, so that a Ctrl-C reaches its parent alone.

    Arguments: the command; the file that receives what it prints; its whole environment;
    the signal that asks it to end, sent by the kernel if we are killed; the user and group
    to become, when we are root; the folder to start in.
    Returns the running child.
    """
    parent = os.getpid()

    def last_steps() -> None:
        die_with_parent(end)
        if os.getppid() != parent:  # We were killed before the kernel was asked.
            os._exit(1)

    uid, gid = user or (None, None)
    with log.open("ab") as output:
        return subprocess.Popen(
            [str(word) for word in command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=dict(environment),
            cwd=folder,
            user=uid,
            group=gid,
            extra_groups=None if user is None else [],
            start_new_session=True,
            preexec_fn=last_steps,  # noqa: PLW1509 no thread runs yet; nothing else asks the kernel
        )


def end(
    child: subprocess.Popen[bytes],
    *,
    sign: signal.Signals = signal.SIGTERM,
    patience: float = 10,
) -> None:
    """Ask a child to end; after some patience, end it and whatever it started."""
    if child.poll() is None:
        child.send_signal(sign)
        with contextlib.suppress(subprocess.TimeoutExpired):
            child.wait(patience)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child.pid, signal.SIGKILL)
    child.wait()


@contextlib.contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Keep a folder for ourselves; the kernel lets go of it when we end, however we end.

    Raises BlockingIOError when another program holds it.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


class StopRequest:
    """A request to stop, made from the handler of a signal and awaited by the program.

    A terminal, `make` and a supervisor may all signal in the same instant: a handler may be
    interrupted by another, which a lock would not survive (`threading.Event` holds one).
    """

    def __init__(self) -> None:
        """Nobody has asked yet."""
        self._asked: queue.SimpleQueue[None] = queue.SimpleQueue()

    def make(self) -> None:
        """Ask to stop; any number of times."""
        self._asked.put(None)

    def wait(self, seconds: float) -> bool:
        """Wait a little; tell whether somebody has asked to stop, now or before."""
        try:
            self._asked.get(timeout=seconds)
        except queue.Empty:
            return False
        self.make()
        return True


def on_request_to_stop(act: Callable[[], object]) -> None:
    """Call `act` on Ctrl-C, on `kill`, and when the terminal closes."""
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(sign, lambda *_: act())


def last_line(log: Path) -> str:
    """Return the last line of a log that says something."""
    lines = log.read_text(errors="replace").splitlines() if log.exists() else []
    return next((line.strip() for line in reversed(lines) if line.strip()), "")
