"""Files that commands write of people: their owner alone reads them."""

import os
import stat
from pathlib import Path


def write_new(file: Path, content: bytes) -> None:
    """Write a file that was not there.

    Args:
        file: where.
        content: its bytes.

    Raises:
        FileExistsError: something is there, which stays as it is.
    """
    _write(file, content, os.O_EXCL)


def write_over(file: Path, content: bytes) -> None:
    """Write a file, in the place of what it held.

    Args:
        file: where.
        content: its bytes.
    """
    _write(file, content, os.O_TRUNC)


def _write(file: Path, content: bytes, how: int) -> None:
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | how, 0o600)
    with os.fdopen(descriptor, "wb") as opened:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.fchmod(descriptor, 0o600)
        opened.write(content)
