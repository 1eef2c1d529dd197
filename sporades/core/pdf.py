"""From a content and a template to a tagged PDF (PDF/UA-1 and PDF/A-2a), by Typst.

One that carries data beside what it shows is PDF/A-3a.

A template is a file of this package, under `<room>/typst/`; what it prints comes to it as
data and can be nothing but text. The same content at the same instant gives the same bytes.
"""

import io
import json
import threading
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pikepdf
import typst
from django.conf import settings

from sporades.core import signs

TEMPLATES = Path(__file__).resolve().parent.parent
STANDARDS: list[Any] = ["ua-1", "a-2a"]
WITH_DATA: list[Any] = ["ua-1", "a-3a"]
"""Of a paper that carries data beside what it shows: only PDF/A-3 allows any file in it."""
MOST_SIGNS = 400_000
"""A file of this size takes some seconds: printing is bounded by what may be asked of it."""

FEW = 10
GENERATIONS = 11
"""Typst keeps what it laid out for its next ten files: much, after a file of many papers."""

MISSING_SIGNS = (
    f"Le signe {signs.STAND_IN} tient la place d'un caractère que nos polices d'impression n'ont pas. "
    "Le texte exact se lit dans la version en ligne de ce document."
)


SPECIMEN = "SPÉCIMEN"
"""What stands across each page that a rehearsal prints (I8)."""


class CannotPrint(Exception):
    """A template and a content do not make a PDF: a fault of ours, to be repaired."""


def typeset(
    template: str, content: dict[str, Any], *, at: datetime, data: bytes | None = None
) -> bytes:
    """Return the PDF of one content.

    Args:
        template: path of the template from the package, "registrations/typst/summary.typ".
        content: what the template prints: text, numbers, lists and dictionaries of these.
        at: the instant written in the file.
        data: JSON that the template puts in the file, byte for byte (`sys.inputs.data`); the file
            is then PDF/A-3a.

    Raises:
        CannotPrint: the template fails on this content, or it is too long.
    """
    return typeset_all(template, [content], at=at, data=data)


def typeset_all(
    template: str,
    contents: Sequence[dict[str, Any]],
    *,
    at: datetime,
    data: bytes | None = None,
) -> bytes:
    """Return one PDF that holds a paper for each content, each with its own page numbers.

    Papers printed together cost half of papers printed alone. A hundred a file is best: they
    take some 300 MB while they are made, and more take more. Arguments and errors are those of `typeset`.
    """
    printed = json.dumps([_printed(content) for content in contents], ensure_ascii=False)
    if len(printed) > MOST_SIGNS * len(contents):
        message = f"{template}: {len(printed)} signs are too many to print"
        raise CannotPrint(message)
    try:
        made = _compiler().compile(
            TEMPLATES / template,
            format="pdf",
            sys_inputs={
                "contents": printed,
                "specimen": SPECIMEN if is_rehearsed() else "",
                **({} if data is None else {"data": data.decode()}),
            },
            pdf_standards=STANDARDS if data is None else WITH_DATA,
            timestamp=at.astimezone(UTC).replace(microsecond=0),
        )
    except typst.TypstError as error:
        message = f"{template}: {error.message}"
        raise CannotPrint(message) from error
    if len(contents) > FEW:
        _forget()
    if not isinstance(made, bytes):
        message = f"{template}: not one file"
        raise CannotPrint(message)
    return made


def is_rehearsed() -> bool:
    """Return whether nothing that is printed is real."""
    return settings.REHEARSAL is not None


def as_specimen(content: bytes, *, at: datetime) -> bytes:
    """Return a PDF made elsewhere with the mark of a specimen across each of its pages.

    Args:
        content: the PDF.
        at: the instant written in the mark's own file.

    Raises:
        CannotPrint: see `typeset`.
        pikepdf.PdfError: the content is no PDF.
    """
    mark = typeset("core/typst/specimen.typ", {}, at=at)
    marked = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as paper, pikepdf.open(io.BytesIO(mark)) as over:
        for page in paper.pages:
            page.add_overlay(over.pages[0], rect=None)
        paper.save(marked)
    return marked.getvalue()


def _printed(content: dict[str, Any]) -> dict[str, Any]:
    printed, complete = signs.printable(content)
    return printed if complete else {**printed, "missing_signs": MISSING_SIGNS}


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=False, font_paths=[signs.FONTS]
    )


def _forget() -> None:
    """Have Typst let go of what it keeps, which only grows old as files are made."""
    for _ in range(GENERATIONS):
        _compiler().compile(b"", format="pdf")


_threads = threading.local()


def _compiler() -> typst.Compiler:
    # A compiler keeps what it has read and works for one thread at a time; it lets the
    # other threads run meanwhile.
    if not hasattr(_threads, "compiler"):
        _threads.compiler = typst.Compiler(
            root=TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True
        )
    compiler: typst.Compiler = _threads.compiler
    return compiler
