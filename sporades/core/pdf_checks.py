"""What is looked at in a PDF that comes from outside, before it is given to anybody.

It is read in another process (`pdf_child`), which has little memory and little time: a few
kilobytes may be made to take gigabytes or hours of whoever opens them.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, cast

from sporades.core.refusals import Refused

LARGEST = 5_000_000
"""Of one document, in bytes: a candidate reads it on a telephone."""

AT_ONCE = 4
"""How many files this process has read at the same time, for people who wait."""

_CHILD = Path(__file__).with_name("pdf_child.py")
_SIZE = 8
_PASSED = ("LANG", "LC_ALL", "LD_LIBRARY_PATH", "PATH", "PYTHONPATH", "PYTHONPYCACHEPREFIX")
"""What the child knows of our environment: none of the service's secrets."""


class Unfit(Refused):
    """A file that is not published, nor kept as a proof."""


class Unready(Exception):
    """The process that reads does not start: nothing is known of the file."""


class NotAPdf(Unfit):
    """It cannot be read as a PDF."""

    message = "Ce fichier n'est pas un PDF lisible."


class Damaged(Unfit):
    """It is not written as the norm says: each program would read it in its own way."""

    message = "Ce PDF est abîmé : imprimez-le de nouveau en PDF simple."


class TooLarge(Unfit):
    """It is larger than a document of ours."""

    message = "Ce fichier dépasse 5 Mo."


class TooHeavy(Unfit):
    """It takes more memory or more time than any document of its size."""

    message = (
        "Ce PDF demande trop de mémoire ou de temps pour être lu : imprimez-le de nouveau en PDF "
        "simple."
    )


class TooBusy(Unfit):
    """Too many files are being read; this one may be a good one."""

    message = "Trop de fichiers sont lus en ce moment : réessayez dans une minute."


class Locked(Unfit):
    """A password or a right stands in its way."""

    message = "Ce PDF est protégé par un mot de passe ou par des droits : enregistrez-le sans."


class Acts(Unfit):
    """It does more than being read."""

    message = (
        "Ce PDF contient un programme, un formulaire actif ou une pièce jointe : imprimez-le en "
        "PDF simple."
    )


class PagesWrong(Unfit):
    """Nobody would print it."""

    message = (
        "Ce PDF a plus de 2 000 pages, ou des pages d'une taille hors de l'ordinaire : "
        "imprimez-le de nouveau en PDF."
    )


_UNFIT: dict[str, type[Unfit]] = {
    one.__name__: one for one in (NotAPdf, Damaged, TooHeavy, Locked, Acts, PagesWrong)
}


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
class Looked:
    """What was found in a PDF.

    Attributes:
        pages: how many it has.
    """

    pages: int


class Reader:
    """Looks at one PDF after another in a process of its own, started when first needed."""

    def __init__(self, bounds: Bounds) -> None:
        """Keep what one file may take."""
        self._bounds = bounds
        self._child: subprocess.Popen[bytes] | None = None

    def look_at(self, content: bytes) -> Looked:
        """Return what is found in a PDF that may be published.

        Args:
            content: the bytes of the file.

        Raises:
            Unfit: it may not; each of its classes says why.
            Unready: nothing is known of it.
        """
        _sieve(content)
        has_read_others = self._child is not None
        answer = self._answer(content)
        if _is_too_heavy(answer) and has_read_others:
            # What others have left in that process is not counted against this one.
            answer = self._answer(content)
        if _is_too_heavy(answer):
            raise TooHeavy
        if "unfit" in answer:
            raise _UNFIT[answer["unfit"]]
        return Looked(answer["pages"])

    def end(self) -> None:
        """End the process, whatever it is doing, and wait until it is no more."""
        child, self._child = self._child, None
        if child is not None:
            with contextlib.suppress(BrokenPipeError), child:
                child.kill()

    def _answer(self, content: bytes) -> dict[str, Any]:
        """Return what the process says of a file; nothing when that was the end of it."""
        child = self._child = self._child or self._started()
        said = len(content).to_bytes(_SIZE) + content
        line = _told(child, said, within=self._bounds.patience)
        answer: dict[str, Any] = json.loads(line) if line.endswith(b"\n") else {}
        if _is_too_heavy(answer):
            self.end()
        return answer

    def _started(self) -> subprocess.Popen[bytes]:
        bounds = self._bounds
        try:
            self._child = child = subprocess.Popen(
                [sys.executable, "-P", str(_CHILD), str(bounds.memory), str(bounds.seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in _PASSED if name in os.environ},
                start_new_session=True,
            )
        except OSError as trouble:
            raise Unready from trouble
        if _told(child, b"", within=bounds.starting) != b"ready\n":
            self.end()
            raise Unready
        return child


@contextmanager
def reader(bounds: Bounds = BOUNDS) -> Iterator[Reader]:
    """Give what looks at many files in one process, which ends with the block.

    Args:
        bounds: what each file may take.
    """
    made = Reader(bounds)
    try:
        yield made
    finally:
        made.end()


_places = threading.BoundedSemaphore(AT_ONCE)


def look_at(content: bytes, bounds: Bounds = BOUNDS) -> Looked:
    """Return what is found in one PDF, for somebody who waits.

    Args:
        content: the bytes of the file.
        bounds: what it may take.

    Raises:
        Unfit: it may not be published; each of its classes says why.
        Unready: nothing is known of it.
    """
    _sieve(content)
    if not _places.acquire(timeout=bounds.patience):
        raise TooBusy
    try:
        with reader(bounds) as one:
            return one.look_at(content)
    finally:
        _places.release()


def _sieve(content: bytes) -> None:
    """Refuse what needs no reading to be refused."""
    if len(content) > LARGEST:
        raise TooLarge
    if not content.startswith(b"%PDF-"):
        raise NotAPdf


def _is_too_heavy(answer: dict[str, Any]) -> bool:
    return not answer or answer.get("unfit") == TooHeavy.__name__


def _told(child: subprocess.Popen[bytes], said: bytes, *, within: float) -> bytes:
    """Say something to a process and return the line that it answers.

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
        given.write(said)
        given.flush()
        line = told.readline()
    except BrokenPipeError:
        line = b""
    finally:
        # Once it is over, nobody kills a process that goes on to another file.
        timer.cancel()
        timer.join()
    return b"" if is_late.is_set() else line
