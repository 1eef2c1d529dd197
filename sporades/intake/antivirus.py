"""What the antivirus says of a file: clamd, asked over TCP.

Whoever gives a file to somebody asks first, and gives nothing that was not found clean: a file
of which nothing is known waits.
"""

import io
from dataclasses import dataclass

from clamdpy import ClamdNetworkSocket
from clamdpy.exceptions import ClamdException
from django.conf import settings

from sporades.intake.reading import LARGEST

PATIENCE = 30.0
"""How many seconds it may take to let us in, to take a file, to answer."""

_AT_ONCE = 10 * LARGEST
"""A file is sent in one piece, for which there is one patience."""


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
        patience: how long each step may take, in seconds.

    Raises:
        Unreachable: nothing is known of it.
    """
    if settings.CLAMD is None:
        raise Unreachable("CLAMD_URL is not set")
    host, port = settings.CLAMD
    clamd = ClamdNetworkSocket(host, port, timeout=patience, max_chunk_size=_AT_ONCE)
    try:
        result = clamd.instream(io.BytesIO(content))
    except (ClamdException, OSError, UnicodeDecodeError) as trouble:
        raise Unreachable from trouble
    if result.status == "ERROR" or (result.status == "FOUND") != bool(result.reason):
        raise Unreachable(result.reason)
    return Verdict(result.reason or "")
