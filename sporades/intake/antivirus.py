"""What the antivirus says of a file: clamd, asked over TCP.

Whoever gives a file to somebody asks first, and gives nothing that was not found clean: a file
of which nothing is known waits. Two commands of clamd's protocol are spoken, INSTREAM and PING (`man
clamd`); docs/adr/0028-what-is-sent.md says why no library does it.

One that hangs was waited for half a minute by each file, in a worker that does one thing at a time
(R-34). Once it says nothing to a PING either, it is asked by that alone, once a minute: the files
wait, each until its room sweeps what nobody looked at.
"""

import logging
import re
import socket
import time
from dataclasses import dataclass

from django.conf import settings

PATIENCE = 30.0
"""How many seconds it may take to let us in, to take a file and to answer."""

LIVES_WITHIN = 5.0
"""How many seconds it may take to say that it lives."""

ASKED_AGAIN_AFTER = 60.0
"""How many seconds one that hangs is left alone for."""

_LONGEST = 1_024
_SIZE = 4
_SAID = re.compile(rb"stream: (?:OK|(.+) FOUND)\0")
type _Address = tuple[str, int]
_silent_until: dict[_Address, float] = {}
"""Until when each that hung is not asked again, by this process's clock."""

logger = logging.getLogger(__name__)


class Unreachable(Exception):
    """There is no antivirus, or it does not say anything of this file: nothing is known of it."""


@dataclass(frozen=True)
class Verdict:
    """What the antivirus says of a file.

    Attributes:
        signature: the name of what it has found; nothing in a clean file.
    """

    signature: str = ""

    @property
    def is_clean(self) -> bool:
        """Whether it has found nothing."""
        return not self.signature


def scan(content: bytes, patience: float = PATIENCE) -> Verdict:
    """Return what the antivirus says of a file.

    Args:
        content: its bytes.
        patience: how long it may take, in seconds.

    Raises:
        Unreachable: nothing is known of it.
    """
    clamd: _Address | None = settings.CLAMD
    if clamd is None:
        raise Unreachable("CLAMD_URL is not set")
    if clamd in _silent_until and not _lives(clamd):
        raise Unreachable("it hangs")
    try:
        answer = _told(clamd, _asked(content), patience)
    except TimeoutError as trouble:
        # A file that takes it too long says nothing of the others.
        _lives(clamd)
        raise Unreachable from trouble
    except OSError as trouble:
        raise Unreachable from trouble
    if not (said := _SAID.fullmatch(answer)):
        raise Unreachable(repr(answer))
    return Verdict((said[1] or b"").decode(errors="replace"))


def _lives(clamd: _Address) -> bool:
    """Return whether it answers at all; one that did not is asked again a minute later."""
    now = time.monotonic()
    if now < _silent_until.get(clamd, now):
        return False
    try:
        _told(clamd, b"zPING\0", LIVES_WITHIN)
    except TimeoutError:
        _silent_until[clamd] = time.monotonic() + ASKED_AGAIN_AFTER
        logger.warning("The antivirus hangs: no file is looked at")
        return False
    except OSError:
        pass  # it is down: who asks it is told so at once
    _silent_until.pop(clamd, None)
    return True


def _told(clamd: _Address, asked: bytes, patience: float) -> bytes:
    """Return what it answers, whole or cut. Raises OSError, TimeoutError when it takes too long."""
    until = time.monotonic() + patience
    with socket.create_connection(clamd, timeout=patience) as line:
        line.settimeout(_left(until))
        line.sendall(asked)
        return _answer(line, until)


def _asked(content: bytes) -> bytes:
    """Return what is said to clamd: a command, pieces that each say their size, one of none."""
    piece = len(content).to_bytes(_SIZE) + content if content else b""
    return b"zINSTREAM\0" + piece + bytes(_SIZE)


def _answer(clamd: socket.socket, until: float) -> bytes:
    """Return what clamd answers, whole or cut."""
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST:
        clamd.settimeout(_left(until))
        if not (more := clamd.recv(_LONGEST)):
            break
        answer += more
    return answer


def _left(until: float) -> float:
    """Return how many seconds are left. Raises TimeoutError."""
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left
