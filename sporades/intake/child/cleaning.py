"""Makes one safe PDF of the files that were sent, in their order."""

import io
from collections.abc import Sequence
from contextlib import ExitStack

import pikepdf

from sporades.intake.child import photos, rewriting
from sporades.intake.child.limits import MOST_PAGES
from sporades.intake.child.refusing import Unfit

PDF = b"%PDF-"


def cleaned(files: Sequence[bytes]) -> tuple[bytes, int]:
    """Return the bytes of a PDF, and how many pages it has.

    Args:
        files: PDFs and photos, each known by its first bytes.

    Raises:
        Unfit: one of them is not taken; it says which.
    """
    with ExitStack() as opened:
        made = opened.enter_context(pikepdf.new())
        for place, content in enumerate(files):
            if fault := _fault_of_adding(made, content, opened):
                raise Unfit(fault, place)
            if len(made.pages) > MOST_PAGES:
                # Of several, it is their pages together.
                raise Unfit("TooManyPages", place if len(files) == 1 else None)
        written = io.BytesIO()
        made.save(
            written,
            min_version="1.7",
            # What is packed stays so: some of it unpacks to gigabytes.
            stream_decode_level=pikepdf.StreamDecodeLevel.none,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            deterministic_id=True,
        )
        return written.getvalue(), len(made.pages)


def _fault_of_adding(made: pikepdf.Pdf, content: bytes, opened: ExitStack) -> str:
    """Add the pages of a file; return the name of the refusal, if there is one."""
    try:
        if content.startswith(PDF):
            rewriting.add(made, content, opened)
        else:
            photos.add(made, content)
    except Unfit as fault:
        return fault.name
    except pikepdf.PasswordError:
        return "Locked"
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever a file breaks, it is not one that can be read
        return "Unreadable"
    return ""
