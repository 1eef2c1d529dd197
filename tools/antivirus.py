"""A clamd of our own, which knows one signature: that of the file by which antivirus programs are tried.

It starts at once and takes a few megabytes. What it says of other files proves nothing: a real
service has freshclam's signatures.
"""

import socket
from pathlib import Path

from tools import machine

SIGNATURE = f"Exa.Test.Eicar:0:*:{b'EICAR-STANDARD-ANTIVIRUS-TEST-FILE!'.hex()}\n"
LARGEST = 30_000_000
"""Of a file that it looks at, in bytes."""


def command(folder: Path, port: int, *, largest: int = LARGEST) -> list[str] | None:
    """Write what a clamd needs, and return the command that starts it; nothing where there is none.

    Args:
        folder: where its signatures and its settings are written.
        port: where it listens, on this machine alone.
        largest: the size of a file that it looks at, in bytes.
    """
    program = machine.find("clamd")
    if program is None:
        return None
    base, said = folder / "base", folder / "clamd.conf"
    base.mkdir(parents=True, exist_ok=True)
    (base / "test.ndb").write_text(SIGNATURE)
    said.write_text(
        f"DatabaseDirectory {base}\nTemporaryDirectory {folder}\nTCPSocket {port}\n"
        f"TCPAddr 127.0.0.1\nStreamMaxLength {largest}\nForeground yes\n"
    )
    return [program, "--config-file", str(said)]


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port
