"""A real clamd for the tests, which knows the signature of the test of antivirus programs."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools import antivirus
from tools.antivirus import LARGEST, free_port


@contextmanager
def running(folder: Path, *, largest: int = LARGEST) -> Iterator[int]:
    """Run it for the length of a block; give its port.

    Args:
        folder: where its settings and its signatures are written.
        largest: the size of a file that it looks at, in bytes.
    """
    port = free_port()
    command = antivirus.command(folder, port, largest=largest)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as clamd:
        try:
            assert any(b"Self checking" in line for line in clamd.stdout)
            yield port
        finally:
            clamd.kill()
