"""Makes one safe PDF of the files that were sent, in their order."""

import io
from collections.abc import Sequence
from contextlib import ExitStack

import pikepdf

from sporades.intake.child import photos, rewriting
from sporades.intake.child.limits import MOST_PAGES
from sporades.intake.child.refusing import Unfit

PDF = b"%PDF-"


class Found:
    """What is odd in the files that were added.

    Attributes:
        plain: how many photos show nothing.
        is_small: whether a photo is too small to be read.
    """

    plain = 0
    is_small = False

    def doubts(self, made: pikepdf.Pdf) -> list[str]:
        """Return what is to be said of a PDF: that nothing is seen on any page, that one is too small."""
        empty = sum(not _is_drawn_on(page) for page in made.pages)
        is_blank = self.plain + empty == len(made.pages)
        return [name for name, is_so in (("blank", is_blank), ("small", self.is_small)) if is_so]


def _is_drawn_on(page: pikepdf.Page) -> bool:
    """Return whether a page has any drawing; what is packed stays so."""
    found = page.obj.get("/Contents")
    if found is None:
        return False
    streams = list(found) if isinstance(found, pikepdf.Array) else [found]
    return any(one.read_raw_bytes().strip() for one in streams)


def cleaned(files: Sequence[bytes]) -> tuple[bytes, int, list[str]]:
    """Return the bytes of a PDF, how many pages it has, and what is odd in it.

    Args:
        files: PDFs and photos, each known by its first bytes.

    Raises:
        Unfit: one of them is not taken; it says which.
    """
    with ExitStack() as opened:
        made, found = opened.enter_context(pikepdf.new()), Found()
        for place, content in enumerate(files):
            if fault := _fault_of_adding(made, content, opened, found):
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
        return written.getvalue(), len(made.pages), found.doubts(made)


def _fault_of_adding(made: pikepdf.Pdf, content: bytes, opened: ExitStack, found: Found) -> str:
    """Add the pages of a file; return the name of the refusal, if there is one."""
    try:
        if content.startswith(PDF):
            rewriting.add(made, content, opened)
        else:
            is_plain, is_small = photos.add(made, content)
            found.plain += is_plain
            found.is_small |= is_small
    except Unfit as fault:
        return fault.name
    except pikepdf.PasswordError:
        return "Locked"
    except MemoryError:
        raise
    except Exception:  # noqa: BLE001 - whatever a file breaks, it is not one that can be read
        return "Unreadable"
    return ""
