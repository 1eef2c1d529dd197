"""What the antivirus says of a file: clamd, asked over TCP.

Whoever gives a file to somebody asks first, and gives nothing that was not found clean: a file
of which nothing is known waits. One command of clamd's protocol is spoken, INSTREAM (`man clamd`);
docs/adr/0028-what-is-sent.md says why no library does it.
"""

import re
import socket
import time
from dataclasses import dataclass

from django.conf import settings

PATIENCE = 30.0
"""How many seconds it may take to let us in, to take a file and to answer."""

_LONGEST = 1_024
_SIZE = 4
_SAID = re.compile(rb"stream: (?:OK|(.+) FOUND)\0")


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
    if settings.CLAMD is None:
        raise Unreachable("CLAMD_URL is not set")
    until = time.monotonic() + patience
    try:
        with socket.create_connection(settings.CLAMD, timeout=patience) as clamd:
            clamd.settimeout(_left(until))
            clamd.sendall(_asked(content))
            answer = _answer(clamd, until)
    except OSError as trouble:
        raise Unreachable from trouble
    if not (said := _SAID.fullmatch(answer)):
        raise Unreachable(repr(answer))
    return Verdict((said[1] or b"").decode(errors="replace"))


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
