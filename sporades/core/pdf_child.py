"""Looks at PDFs that come from outside, in a process of its own: `python -P pdf_child.py`.

What is read may be made to hurt whoever reads it. This process holds no secret, no database
and no file; it is bounded, and whoever started it (`pdf_checks`) kills it without loss. It
therefore imports nothing of ours.

It says « ready », then for each file that it is given (its size on eight bytes, its bytes)
answers one line of JSON: how many pages it has, or the name of the refusal.
"""

import contextlib
import io
import json
import math
import resource
import signal
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pikepdf

SIZE = 8
"""How many bytes say the size of a file."""

MOST_PAGES = 2_000
SIDES = (72, 5_000)
"""The least and the most of a page's side, in points: an inch, and the side of a poster."""

ACTS = frozenset(
    {
        "/GoTo3DView",
        "/GoToE",
        "/GoToR",
        "/ImportData",
        "/JavaScript",
        "/Launch",
        "/Movie",
        "/Rendition",
        "/Thread",
        "/RichMediaExecute",
        "/Sound",
        "/SubmitForm",
    }
)
"""The actions that do more than move within the document, or follow a link of the web."""

HOLDS = frozenset(
    {
        "/AA",
        "/AF",
        "/Collection",
        "/EF",
        "/EmbeddedFiles",
        "/JS",
        "/JavaScript",
        "/Launch",
        "/RichMedia",
        "/RichMediaContent",
        "/RichMediaSettings",
        "/XFA",
    }
)
"""What names a program, an attachment or an active form, wherever it stands."""

SCHEMES = ("http", "https", "mailto")
"""Where a link may lead: anything else opens something of the reader's own machine."""

PLAYS = frozenset({"/3D", "/FileAttachment", "/Movie", "/RichMedia", "/Screen", "/Sound"})
"""The annotations that are more than a link or a mark."""


class _Unfit(Exception):
    """It may not be published; its argument is the name of the refusal."""


def look(content: bytes) -> dict[str, object]:
    """Return `{"pages": how many}`, or `{"unfit": the name of a class of pdf_checks}`.

    Args:
        content: the bytes of the file.
    """
    try:
        return {"pages": _pages(content)}
    except _Unfit as trouble:
        return {"unfit": str(trouble)}
    except pikepdf.PasswordError:
        return {"unfit": "Locked"}
    except MemoryError:
        return {"unfit": "TooHeavy"}
    except Exception:  # noqa: BLE001 - whatever a file breaks, it is not one that can be read
        return {"unfit": "NotAPdf"}


def _pages(content: bytes) -> int:
    with pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True) as pdf:
        if pdf.is_encrypted:
            raise _Unfit("Locked")
        # The trailer is no object, and may hold the catalogue itself.
        if any(_acts(one) for one in (pdf.trailer, *_direct([pdf.trailer]))):
            raise _Unfit("Acts")
        if any(_acts(one) for one in pdf.objects):
            raise _Unfit("Acts")
        # What we read one way another program may read otherwise.
        if pdf.get_warnings():
            raise _Unfit("Damaged")
        pages = len(pdf.pages)
        if not pages:
            raise _Unfit("NotAPdf")
        if pages > MOST_PAGES or not all(_is_page_of_paper(page) for page in pdf.pages):
            raise _Unfit("PagesWrong")
        return pages


def _acts(one: object) -> bool:
    """Return whether an object, or one that it holds directly, does something by itself."""
    if isinstance(one, pikepdf.Array):
        return any(_acts(held) for held in _direct(one))
    if not isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
        return False
    keys = set(one.keys())
    return (
        bool(keys & HOLDS)
        or _name(one, "/S") in ACTS
        or _name(one, "/Subtype") in PLAYS
        or _leaves_the_web(one)
        or _moves_its_links(one)
        or ("/OpenAction" in keys and _opens_elsewhere(one["/OpenAction"]))
        # The bytes of such a stream stand in another file.
        or (isinstance(one, pikepdf.Stream) and "/F" in keys)
        or any(_acts(held) for held in _direct(one.values()))
    )


def _name(one: Any, key: str) -> str:
    held = one.get(key)
    return str(held) if isinstance(held, pikepdf.Name) else ""


def _leaves_the_web(action: Any) -> bool:
    if _name(action, "/S") != "/URI":
        return False
    scheme, colon, _ = str(action.get("/URI", "")).partition(":")
    # Without a scheme it leads from where the reader is, or from what the document says it is.
    return not colon or scheme.strip().casefold() not in SCHEMES


def _moves_its_links(catalogue: Any) -> bool:
    """Return whether something says from where the links of the document lead."""
    said = catalogue.get("/URI")
    return isinstance(said, pikepdf.Dictionary) and "/Base" in said


def _opens_elsewhere(action: object) -> bool:
    """Return whether what is done when a document opens is more than showing one of its pages."""
    if not isinstance(action, pikepdf.Dictionary):
        return False
    return _name(action, "/S") != "/GoTo" or "/Next" in action


def _direct(held: Iterable[object]) -> Iterator[object]:
    """Give what stands there itself; what is pointed to is looked at in its own turn."""
    return (one for one in held if not (isinstance(one, pikepdf.Object) and one.is_indirect))


def _is_page_of_paper(page: pikepdf.Page) -> bool:
    left, bottom, right, top = (float(side) for side in page.mediabox)
    unit = float(page.obj.get("/UserUnit", 1))
    least, most = SIDES
    return all(least <= math.fabs(side) * unit <= most for side in (right - left, top - bottom))


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
    told.write(b"ready\n")
    told.flush()
    while size := given.read(SIZE):
        content = given.read(int.from_bytes(size))
        _bound_next(seconds)
        answer = look(content)
        # Where memory lacks, the library gives up an object, and calls the file damaged.
        if answer.get("unfit") in ("NotAPdf", "Damaged") and _peak() > much:
            answer = {"unfit": "TooHeavy"}
        told.write(json.dumps(answer).encode() + b"\n")
        told.flush()


if __name__ == "__main__":
    main(*(int(word) for word in sys.argv[1:]))
