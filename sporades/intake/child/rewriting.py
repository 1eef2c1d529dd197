"""Copies the pages of a PDF, and nothing that is not drawn on them.

What is refused is what its author must know of: a lock, an attached file, a program that is
started. The rest goes without a word: scripts, actions, links, bookmarks, notes on the author.
"""

import io
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pikepdf
from pikepdf.form import ExtendedAppearanceStreamGenerator

from sporades.intake.child import drawn
from sporades.intake.child.limits import MOST_PAGES
from sporades.intake.child.reading import is_of_paper, name_of
from sporades.intake.child.refusing import Unfit

SIDES = (20, 14_400)
"""The least and the most of a page's side, in points: a stamp, and what the norm allows."""

KEPT = frozenset(
    {"/Contents", "/CropBox", "/Group", "/MediaBox", "/Parent", "/Resources", "/Rotate", "/Type"}
    | {"/UserUnit"}
)
"""What a page keeps: how large it is, and what is drawn on it."""

_FILES = frozenset({"/DOS", "/F", "/Mac", "/UF", "/Unix"})
"""By what names a file that a PDF holds is kept."""

_LOST_PAGES = "Pages tree"
"""What the library warns of where it has left pages out."""

_END = b"%%EOF"
_WEB = re.compile(rb"<(?:!doctype|html|script|svg)", re.IGNORECASE)
_SNIFFED = 1_024
"""How many bytes browsers look at, to know what a file is."""


def add(made: pikepdf.Pdf, content: bytes, opened: ExitStack) -> None:
    """Add the pages of a PDF.

    Args:
        made: the PDF that is made.
        content: the one that was sent.
        opened: what keeps it open for as long as the other needs it.

    Raises:
        Unfit: it is not taken.
        pikepdf.PdfError: it cannot be read.
    """
    whole = _between_its_ends(content)
    first = len(made.pages)
    try:
        _add(made, _opened(whole, opened))
    except pikepdf.PasswordError:
        raise
    except pikepdf.PdfError:
        # What was read of it before the damage goes.
        del made.pages[first:]
        pdf = _opened(whole, opened, repairs=True)
        if not _is_whole(pdf):
            raise Unfit("Unreadable") from None
        _add(made, pdf)


def _opened(content: bytes, opened: ExitStack, *, repairs: bool = False) -> pikepdf.Pdf:
    """Return a PDF that is open; one that only forbids to copy or to print, without its lock."""
    pdf = opened.enter_context(
        pikepdf.open(io.BytesIO(content), attempt_recovery=repairs, suppress_warnings=True)
    )
    if not pdf.is_encrypted:
        return pdf
    plain = io.BytesIO()
    pdf.save(plain, encryption=False, stream_decode_level=pikepdf.StreamDecodeLevel.none)
    return opened.enter_context(
        pikepdf.open(plain, attempt_recovery=repairs, suppress_warnings=True)
    )


def _is_whole(pdf: pikepdf.Pdf) -> bool:
    """Return whether a PDF that was repaired has all its pages, each with what it draws."""
    pages = list(pdf.pages)
    has_lost_some = any(_LOST_PAGES in str(one) for one in pdf.get_warnings())
    return not has_lost_some and all(_draws(page) for page in pages)


def _draws(page: pikepdf.Page) -> bool:
    """Return whether a page that was repaired has kept what it draws, and what it draws with."""
    drawn = page.obj.get("/Contents")
    streams = list(drawn) if isinstance(drawn, pikepdf.Array) else [drawn]
    if not any(isinstance(one, pikepdf.Stream) and one.read_raw_bytes() for one in streams):
        return False
    kept: Any = page.obj.get("/Resources", pikepdf.Dictionary())
    held = (kept.get(kind, pikepdf.Dictionary()) for kind in ("/XObject", "/Font"))
    return all(one is not None for each in held for one in each.values())


def _add(made: pikepdf.Pdf, pdf: pikepdf.Pdf) -> None:
    _look_at_pages(pdf)
    for one in _dictionaries(pdf):
        if fault := _fault(one):
            raise Unfit(fault)
    _draw_fields(pdf)
    pdf.flatten_annotations("all")
    for page in pdf.pages:
        for key in set(page.obj.keys()) - KEPT:
            del page.obj[key]
    first = len(made.pages)
    made.pages.extend(pdf.pages)
    drawn.keep_only(made, first)
    drawn.hide_layers(made, pdf)


def _between_its_ends(content: bytes) -> bytes:
    """Return a PDF without the blanks that follow it; refuse what is cut, or also something else."""
    if _WEB.search(content, 0, _SNIFFED):
        raise Unfit("Hides")
    start, end, after = content.rpartition(_END)
    after = after.strip(b"\0\t\n\f\r ")
    if not end or b" obj" in after:
        raise Unfit("Incomplete")
    if after:
        raise Unfit("Hides")
    return start + end


def _look_at_pages(pdf: pikepdf.Pdf) -> None:
    if not pdf.pages:
        raise Unfit("Unreadable")
    if len(pdf.pages) > MOST_PAGES:
        raise Unfit("TooManyPages")
    if not all(is_of_paper(page, SIDES) for page in pdf.pages):
        raise Unfit("SizesWrong")


def _dictionaries(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Give every dictionary of a file, however deep it stands; of a stream, its own."""
    waiting: list[Any] = [pdf.trailer, *pdf.objects]
    while waiting:
        one = waiting.pop()
        held: list[Any] = []
        if isinstance(one, pikepdf.Array):
            held.extend(one)
        elif isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
            yield one
            held.extend(one.values())
        # What is pointed to comes in its own turn.
        waiting += (
            child for child in held if isinstance(child, pikepdf.Object) and not child.is_indirect
        )


def _fault(one: Any) -> str:
    """Return the name of the refusal that a dictionary deserves, if it does."""
    keys = set(one.keys())
    files = one.get("/EF")
    if isinstance(files, pikepdf.Dictionary) and set(files.keys()) <= _FILES:
        return "Holds"
    if keys & {"/Collection", "/EmbeddedFiles"} or name_of(one, "/Subtype") == "/FileAttachment":
        return "Holds"
    if isinstance(one, pikepdf.Stream) and "/F" in keys:
        return "Holds"
    if name_of(one, "/S") == "/Launch" or name_of(one, "/Subtype") == "/PS":
        return "Launches"
    if one.get("/NeedsRendering") is True:
        return "Dynamic"
    return ""


def _draw_fields(pdf: pikepdf.Pdf) -> None:
    """Draw what was typed in a form and that its program has left to readers to draw."""
    form = pdf.acroform
    generator = ExtendedAppearanceStreamGenerator(pdf, form)
    for field in form.fields:
        widgets = form.get_annotations_for_field(field)
        is_drawn = not form.needs_appearances and all("/AP" in one.obj for one in widgets)
        if is_drawn or not (field.is_text or field.is_choice):
            continue
        try:
            (generator.generate_text if field.is_text else generator.generate_choice)(field)
        except Exception:  # noqa: BLE001 - of a font that says too little, there is a simpler way
            for widget in widgets:
                field.generate_appearance(widget)
        if field.value_as_string and not all("/AP" in one.obj for one in widgets):
            raise Unfit("Dynamic")
    if form.exists:
        form.needs_appearances = False
