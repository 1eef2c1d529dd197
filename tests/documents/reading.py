"""Read papers as people do: a PDF as a screen reader says it, a page as a browser shows it.

Rooms that issue documents compare them with `twins_differ`.
"""

import ctypes
import difflib
import io
import unicodedata
from collections import defaultdict
from html.parser import HTMLParser

import pikepdf
import pypdfium2
from django.template.loader import render_to_string
from pypdfium2 import raw

from sporades.core import signs
from sporades.documents import operations
from sporades.documents.models import DocumentVersion
from sporades.web.layout.context import frame
from tests.spaces import plain

INLINE_TAGS = {"/Span", "/Strong", "/Em", "/Link"}
INLINE_ELEMENTS = {"a", "b", "em", "i", "span", "strong"}
BULLET = "•"


def twins_differ(version: DocumentVersion) -> list[str]:
    """Return the words that the PDF and the page of a version do not share, in order; [] is right."""
    printed, _ = signs.printable(page_text(twin(version)))
    return differences(words(pdf_text(operations.printed(version))), words(printed))


def twin(version: DocumentVersion) -> str:
    """Return the page of a version."""
    return render_to_string(version.twin_template, {**version.twin_context(), "layout": frame()})


def differences(first: list[str], second: list[str]) -> list[str]:
    """Return what one list of words has and the other has not: « - » the first, « + » the second."""
    return [line for line in difflib.ndiff(first, second) if line.startswith(("- ", "+ "))]


def words(text: str) -> list[str]:
    """Return the words of a text, in one normal form.

    Words of right-to-left scripts that follow each other are sorted: a PDF keeps them as they
    stand on the line, a page as they are read.
    """
    seen = "".join(
        sign
        for sign in unicodedata.normalize("NFC", plain(text))
        if unicodedata.category(sign) != "Cf"
    )
    sorted_words: list[str] = []
    backwards: list[str] = []
    for word in seen.split():
        if word == BULLET:
            continue
        if any(unicodedata.bidirectional(sign) in {"R", "AL"} for sign in word):
            backwards.append(word)
            continue
        sorted_words += [*sorted(backwards), word]
        backwards = []
    return sorted_words + sorted(backwards)


# --- Pages ---------------------------------------------------------------------------------


class _Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._open = 0

    def handle_starttag(self, tag, attrs):
        if tag in {"h1", "article"}:
            self._open += 1
        self._separate(tag)

    def handle_endtag(self, tag):
        if tag in {"h1", "article"}:
            self._open -= 1
        self._separate(tag)

    def handle_data(self, data):
        if self._open:
            self.parts.append(data)

    def _separate(self, tag):
        if tag not in INLINE_ELEMENTS:
            self.parts.append(" ")


def page_text(html: str) -> str:
    """Return what a page says: its first title and its article."""
    page = _Page()
    page.feed(html)
    return "".join(page.parts)


# --- PDF -----------------------------------------------------------------------------------


def pdf_text(pdf: bytes) -> str:
    """Return what a PDF says, in the order of its structure; headers and footers are not read."""
    drawn = _drawn(pdf)
    parts: list[str] = []
    with pikepdf.open(io.BytesIO(pdf)) as file:
        pages = {page.objgen: number for number, page in enumerate(file.pages)}
        _read(file.Root.StructTreeRoot.K, None, pages, drawn, parts)
    return "".join(parts)


def drawn_text(pdf: bytes) -> str:
    """Return what stands on the pages of a PDF, headers and footers included, as it is seen."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
    finally:
        document.close()


def starts_of(word: str, pdf: bytes) -> list[float]:
    """Return where a word begins on its line, in points, each time that a PDF has it."""
    return [left for left, _ in _places_of(word, pdf)]


def heights_of(word: str, pdf: bytes) -> list[float]:
    """Return how high above the foot of its page a word stands, in points, each time it does."""
    return [bottom for _, bottom in _places_of(word, pdf)]


def _places_of(word: str, pdf: bytes) -> list[tuple[float, float]]:
    document = pypdfium2.PdfDocument(pdf)
    found = []
    try:
        for page in document:
            text_page = page.get_textpage()
            search = text_page.search(word, match_case=True, match_whole_word=True)
            while place := search.get_next():
                left, bottom, _, _ = text_page.get_charbox(place[0])
                found.append((round(left, 1), round(bottom, 1)))
    finally:
        document.close()
    return found


def farthest(pdf: bytes) -> float:
    """Return where the sign that stands farthest to the right ends, in points."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        pages = [page.get_textpage() for page in document]
        return max(
            text.get_charbox(place)[2] for text in pages for place in range(text.count_chars())
        )
    finally:
        document.close()


def page_count(pdf: bytes) -> int:
    """Return how many pages a PDF has."""
    with pikepdf.open(io.BytesIO(pdf)) as file:
        return len(file.pages)


def _drawn(pdf: bytes) -> dict[tuple[int, int], str]:
    """Return the text of each marked content, by page and mark."""
    texts: dict[tuple[int, int], str] = defaultdict(str)
    document = pypdfium2.PdfDocument(pdf)
    try:
        for number in range(len(document)):
            page = document[number]
            text_page = page.get_textpage()
            for item in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]):
                mark = raw.FPDFPageObj_GetMarkedContentID(item.raw)
                # The library keeps quiet about a space drawn alone, and marks a hyphen at the end
                # of a line.
                said = _text_of(item, text_page) or " "
                texts[number, mark] += said.replace("\x02", "-")
            text_page.close()
            page.close()
    finally:
        document.close()
    return texts


def _text_of(item: pypdfium2.PdfObject, text_page: pypdfium2.PdfTextPage) -> str:
    size = raw.FPDFTextObj_GetText(item.raw, text_page.raw, None, 0)
    buffer = ctypes.create_string_buffer(size)
    pointer = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
    raw.FPDFTextObj_GetText(item.raw, text_page.raw, pointer, size)
    return buffer.raw.decode("utf-16-le").rstrip("\0")


def _read(node, page, pages, drawn, parts) -> None:
    if isinstance(node, pikepdf.Array):
        for child in node:
            _read(child, page, pages, drawn, parts)
    elif isinstance(node, int):
        parts.append(drawn.get((page, int(node)), ""))
    elif "/S" in node:
        page = pages[node.Pg.objgen] if "/Pg" in node else page
        is_inline = str(node.S) in INLINE_TAGS and "/Placement" not in str(node.get("/A", ""))
        parts.append("" if is_inline else " ")
        if "/K" in node:
            _read(node.K, page, pages, drawn, parts)
        parts.append("" if is_inline else " ")
    elif "/MCID" in node:
        page = pages[node.Pg.objgen] if "/Pg" in node else page
        parts.append(drawn.get((page, int(node.MCID)), ""))


def data_in(file, *, named):
    """Return the data that a PDF carries under a name, byte for byte."""
    with pikepdf.open(io.BytesIO(file)) as paper:
        return paper.attachments[named].get_file().read_bytes()
