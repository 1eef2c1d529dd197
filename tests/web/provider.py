"""The OpenID Connect provider of `identity_provider.py`, in a process of its own."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROGRAM = Path(__file__).with_name("identity_provider.py")


@contextmanager
def running(folder: Path, *, back: str, signed_out: str) -> Iterator[str]:
    """Start a provider; return its issuer.

    Args:
        folder: where it keeps what it needs.
        back: the address that it sends people back to.
        signed_out: the one that it sends them to after signing out.
    """
    process = subprocess.Popen(
        [sys.executable, str(PROGRAM), str(folder), back, signed_out],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield f"http://127.0.0.1:{process.stdout.readline().strip()}/o"
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()
