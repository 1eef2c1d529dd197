"""The process that reads what comes from outside, bounded, and killed beyond.

A few kilobytes may be made to take gigabytes or hours of whoever opens them: only `child` does.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from sporades.core.refusals import Refused

LARGEST = 5_000_000
"""Of one file that is kept, in bytes: a candidate reads it on a telephone."""

LARGEST_PHOTO = 20_000_000
"""Of a photo that comes: what is kept of it is made anew, as large as a page needs."""

LARGEST_TOGETHER = 40_000_000
"""Of files that come together: five people hold theirs in memory at once (`turn`)."""

HELD_AT_ONCE = 5
"""How many people hold at the same time, in this process, the files that they have sent."""

WAITING = 2
"""How long a file may be read, in seconds, before nobody who only looks at a page waits behind it any
more: each who does holds one of the few threads that answer pages."""

_CHILD = "sporades.intake.child"
_ROOT = Path(__file__).parent.parent.parent
_PASSED = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONPYCACHEPREFIX")
"""What the child knows of our environment: none of the service's secrets."""


class Unfit(Refused):
    """A file that is not taken; it says what to do instead.

    Attributes:
        place: which of the files that came together it is, from 0; nothing where it is no one of
            them, or nobody knows.
    """

    place: int | None = None


class Unready(Exception):
    """The process that reads does not start: nothing is known of the file."""


class TooLarge(Unfit):
    """It is larger than a document of ours."""

    message = "Ce fichier dépasse 5 Mo."


class TooHeavy(Unfit):
    """It takes more memory or more time than any document of its size."""

    message = (
        "Ce fichier demande trop de mémoire ou de temps pour être lu : imprimez-le de nouveau en "
        "PDF simple."
    )


class TooBusy(Unfit):
    """Too many files are being read; this one may be a good one."""

    message = "Trop de fichiers sont lus en ce moment : réessayez dans une minute."


@dataclass(frozen=True)
class Bounds:
    """What reading one file may take.

    Attributes:
        memory: of the process that reads it, in bytes.
        seconds: of processor, whole.
        patience: of the clock on the wall, in seconds.
        starting: before the process is ready, in seconds of the same clock.
    """

    memory: int = 512_000_000
    seconds: int = 10
    patience: float = 30
    starting: float = 60


BOUNDS = Bounds()


@dataclass(frozen=True)
class Answer:
    """What the process says of files.

    Attributes:
        said: by name.
        made: the bytes that it has made, if any.
    """

    said: dict[str, Any]
    made: bytes = b""

    @property
    def is_too_heavy(self) -> bool:
        """Whether the process has gone beyond its bounds, or ended for it."""
        return not self.said or self.said.get("unfit") == TooHeavy.__name__


class Process:
    """Reads files, one demand after another, started when first needed."""

    def __init__(self, bounds: Bounds) -> None:
        """Keep what one file may take."""
        self._bounds = bounds
        self._child: subprocess.Popen[bytes] | None = None

    def ask(self, mode: str, files: Sequence[bytes], *, page: int = 0, turned: int = 0) -> Answer:
        """Return what the process says of files that go together.

        Args:
            mode: what is asked of them, one of `child`'s.
            files: their bytes.
            page: of which page it is asked, from 1, where it is of one.
            turned: by how many degrees that page is turned, clockwise.

        Raises:
            TooHeavy: they take more than their bounds.
            Unready: nothing is known of them.
        """
        has_read_others = self._child is not None
        answer = self._answer(mode, files, page, turned)
        if answer.is_too_heavy and has_read_others:
            # What others have left in that process is not counted against these.
            answer = self._answer(mode, files, page, turned)
        if answer.is_too_heavy:
            raise TooHeavy
        return answer

    def end(self) -> None:
        """End the process, whatever it is doing, and wait until it is no more."""
        child, self._child = self._child, None
        if child is not None:
            with contextlib.suppress(BrokenPipeError), child:
                child.kill()

    def _answer(self, mode: str, files: Sequence[bytes], page: int, turned: int) -> Answer:
        """Return what the process says; nothing when that was the end of it."""
        child = self._child = self._child or self._started()
        said = {"mode": mode, "page": page, "turned": turned, "sizes": [len(one) for one in files]}
        head = json.dumps(said).encode()
        answer = _told(child, [head, b"\n", *files], within=self._bounds.patience * len(files))
        if answer.is_too_heavy:
            self.end()
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        bounds = self._bounds
        passed = {name: os.environ[name] for name in _PASSED if name in os.environ}
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH")]))
        try:
            self._child = child = subprocess.Popen(
                [sys.executable, "-P", "-m", _CHILD, str(bounds.memory), str(bounds.seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**passed, "PYTHONPATH": path},
                start_new_session=True,
            )
        except OSError as trouble:
            raise Unready from trouble
        if not _told(child, [], within=bounds.starting).said:
            self.end()
            raise Unready
        return child


@contextmanager
def process(bounds: Bounds = BOUNDS) -> Iterator[Process]:
    """Give what reads many files in one process, which ends with the block.

    Args:
        bounds: what each file may take.
    """
    made = Process(bounds)
    try:
        yield made
    finally:
        made.end()


class _Place:
    """Where one file at a time is read or drawn, for somebody who waits."""

    def __init__(self) -> None:
        self._left = threading.Condition()
        self._taken_at: float | None = None

    @contextmanager
    def taken(self, patience: float | None) -> Iterator[None]:
        """Take it, in the block.

        Args:
            patience: how long one waits for it, in seconds; nothing: until whoever has it has had
                it for `WAITING`.

        Raises:
            TooBusy: it was not free in that time.
        """
        came_at = time.monotonic()
        with self._left:
            while self._taken_at is not None:
                until = self._taken_at + WAITING if patience is None else came_at + patience
                waiting = until - time.monotonic()
                if waiting <= 0:
                    raise TooBusy
                self._left.wait(waiting)
            self._taken_at = time.monotonic()
        try:
            yield
        finally:
            with self._left:
                self._taken_at = None
                self._left.notify()


_turns = threading.BoundedSemaphore(HELD_AT_ONCE)
_place = _Place()


@contextmanager
def turn(bounds: Bounds = BOUNDS) -> Iterator[None]:
    """Let few people at once hold in memory the files that they have sent: the others wait.

    Args:
        bounds: what one file may take.

    Raises:
        TooBusy: it is nobody's turn for as long as one file may take.
    """
    if not _turns.acquire(timeout=bounds.patience):
        raise TooBusy
    try:
        yield
    finally:
        _turns.release()


@contextmanager
def for_who_waits(bounds: Bounds = BOUNDS, *, only_looks: bool = False) -> Iterator[Process]:
    """Give a process of its own to somebody who waits for the answer.

    Whoever sends a file waits for their turn as long as one file may take: refused for what others
    send, on the evening of a closing, they would have to press again and again.

    Args:
        bounds: what each file may take.
        only_looks: whether they only look at a page, which comes as well later.

    Raises:
        TooBusy: another file is being read, and has been for longer than they wait.
    """
    patience = None if only_looks else bounds.patience
    with _place.taken(patience), process(bounds) as one:
        yield one


def _told(child: subprocess.Popen[bytes], said: Sequence[bytes], *, within: float) -> Answer:
    """Say something to a process and return its answer.

    What it answers is nothing when it ends meanwhile, or is killed because it is late.
    """
    is_late = threading.Event()

    def end() -> None:
        is_late.set()
        child.kill()

    given, told = cast("IO[bytes]", child.stdin), cast("IO[bytes]", child.stdout)
    timer = threading.Timer(within, end)
    timer.start()
    try:
        given.writelines(said)
        given.flush()
        answer = _heard(told)
    except BrokenPipeError:
        answer = Answer({})
    finally:
        # Once it is over, nobody kills a process that goes on to another file.
        timer.cancel()
        timer.join()
    return Answer({}) if is_late.is_set() else answer


def _heard(told: IO[bytes]) -> Answer:
    line = told.readline()
    if not line.endswith(b"\n"):
        return Answer({})
    said: dict[str, Any] = json.loads(line)
    size = said.get("size", 0)
    made = told.read(size)
    return Answer(said, made) if len(made) == size else Answer({})
