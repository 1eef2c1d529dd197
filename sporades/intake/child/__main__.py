"""Reads what comes from outside: `python -P -m sporades.intake.child MEMORY SECONDS`.

It says that it is ready, then answers each demand: one line of JSON that says what is asked
(`mode`), of which page where it is of one (`page`) and by how much it is turned (`turned`), and how
many bytes each file has (`sizes`), then their bytes. An answer is one line of JSON, what was found or the name of the refusal, then as many bytes as its `size`, if any.
"""

import contextlib
import json
import math
import resource
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pikepdf

from sporades.intake.child import cleaning, looking
from sporades.intake.child.refusing import GUESSED, Unfit

Said = dict[str, Any]


def _answer(mode: str, files: Sequence[bytes], page: int, turned: int) -> tuple[Said, bytes]:
    """Return what is said of files, and what is made of them."""
    if mode == "draw":
        from sporades.intake.child import drawing  # noqa: PLC0415 - others do without its library

        image = drawing.drawn(files[0], page, turned)
        return {"size": len(image)}, image
    if mode == "words":
        from sporades.intake.child import wording  # noqa: PLC0415 - as above

        return {"words": wording.words(files[0])}, b""
    if mode == "look":
        return looking.look(files[0]), b""
    made, pages, doubts = cleaning.cleaned(files)
    return {"pages": pages, "size": len(made), "doubts": doubts}, made


def _answer_or_refusal(
    mode: str, files: Sequence[bytes], page: int, turned: int
) -> tuple[Said, bytes]:
    try:
        return _answer(mode, files, page, turned)
    except Unfit as trouble:
        return {"unfit": trouble.name, "place": trouble.place}, b""
    except pikepdf.PasswordError:
        return {"unfit": "Locked"}, b""
    except MemoryError:
        return {"unfit": "TooHeavy"}, b""
    except Exception:  # noqa: BLE001 - whatever a file breaks, it is not one that can be read
        return {"unfit": "NotAPdf"}, b""


def _bound_process(memory: int) -> None:
    # Whoever stops the service stops its own work first: this process ends when nobody asks
    # it any more, and is killed when it is too long.
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    # A system that does not know this bound has the two of time.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _peak() -> int:
    """Return the most address space that this process has had, in bytes; 0 where nothing says."""
    try:
        said = Path("/proc/self/status").read_text()
    except OSError:
        return 0
    return next((int(line.split()[1]) * 1_024 for line in said.splitlines() if "VmPeak" in line), 0)


def _bound_next(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    most = math.ceil(used.ru_utime + used.ru_stime) + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (most, resource.RLIM_INFINITY))


def main(memory: int, seconds: int) -> None:
    """Answer until nobody asks any more.

    Args:
        memory: how much address space this process may have, in bytes.
        seconds: how much processor one file may take.
    """
    _bound_process(memory)
    given, told = sys.stdin.buffer, sys.stdout.buffer
    # What grows by doubling is refused its next step from a third of what is left on.
    much = _peak() + (memory - _peak()) // 3
    told.write(b'{"ready": true}\n')
    told.flush()
    while line := given.readline():
        asked = json.loads(line)
        files = [given.read(size) for size in asked["sizes"]]
        _bound_next(seconds * len(files))
        said, made = _answer_or_refusal(asked["mode"], files, asked["page"], asked["turned"])
        # Where memory lacks, the library gives up an object, and calls the file damaged.
        if said.get("unfit") in GUESSED and _peak() > much:
            said, made = {"unfit": "TooHeavy"}, b""
        told.write(json.dumps(said).encode() + b"\n" + made)
        told.flush()


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
