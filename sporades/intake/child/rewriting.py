"""Copies the pages of a PDF, and nothing that is not drawn on them."""

import io
import math
from contextlib import ExitStack
from typing import Any

import pikepdf

from sporades.intake.child.refusing import Unfit

SIDES = (20, 14_400)
"""The least and the most of a page's side, in points: a stamp, and what the norm allows."""

KEPT = frozenset(
    {"/Contents", "/CropBox", "/Group", "/MediaBox", "/Parent", "/Resources", "/Rotate", "/Type"}
    | {"/UserUnit"}
)
"""What a page keeps: how large it is, and what is drawn on it."""


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
    pdf = opened.enter_context(
        pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True)
    )
    if pdf.is_encrypted:
        raise Unfit("Locked")
    pages = len(pdf.pages)
    if not pages:
        raise Unfit("Unreadable")
    if not all(_is_of_paper(page) for page in pdf.pages):
        raise Unfit("SizesWrong")
    if "/AcroForm" in pdf.Root:
        pdf.generate_appearance_streams()
    pdf.flatten_annotations("all")
    for page in pdf.pages:
        for key in set(page.obj.keys()) - KEPT:
            del page.obj[key]
    made.pages.extend(pdf.pages)


def _is_of_paper(page: pikepdf.Page) -> bool:
    left, bottom, right, top = (float(side) for side in page.mediabox)
    unit = float(_held(page.obj, "/UserUnit", 1))
    least, most = SIDES
    return all(least <= math.fabs(side) * unit <= most for side in (right - left, top - bottom))


def _held(one: Any, key: str, default: Any) -> Any:
    return one.get(key, default)
