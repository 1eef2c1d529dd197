"""Looks at a PDF that is kept as it came: it may do nothing but being read."""

import io
from collections.abc import Iterable, Iterator
from typing import Any

import pikepdf

from sporades.intake.child.reading import is_of_paper, name_of
from sporades.intake.child.refusing import Unfit

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


def look(content: bytes) -> dict[str, Any]:
    """Return how many pages has a PDF that does nothing but being read, and what a voice finds in it.

    Args:
        content: the bytes of the file.

    Raises:
        Unfit: it does more, or cannot be read.
        pikepdf.PasswordError: a password keeps it.
    """
    with pikepdf.open(io.BytesIO(content), attempt_recovery=False, suppress_warnings=True) as pdf:
        if pdf.is_encrypted:
            raise Unfit("Locked")
        # The trailer is no object, and may hold the catalogue itself.
        if any(_acts(one) for one in (pdf.trailer, *_direct([pdf.trailer]))):
            raise Unfit("Acts")
        if any(_acts(one) for one in pdf.objects):
            raise Unfit("Acts")
        # What we read one way another program may read otherwise.
        if pdf.get_warnings():
            raise Unfit("Damaged")
        pages = len(pdf.pages)
        if not pages:
            raise Unfit("NotAPdf")
        if pages > MOST_PAGES or not all(is_of_paper(page, SIDES) for page in pdf.pages):
            raise Unfit("PagesWrong")
        return {
            "pages": pages,
            "has_text": any(_names_fonts(one) for one in pdf.objects),
            "is_tagged": _is_tagged(pdf),
        }


def _names_fonts(one: object) -> bool:
    """Return whether an object, or one that it holds directly, names a font: no text is without."""
    if isinstance(one, pikepdf.Array):
        return any(_names_fonts(held) for held in _direct(one))
    if not isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
        return False
    fonts = one.get("/Font")
    return (
        name_of(one, "/Type") == "/Font"
        or (isinstance(fonts, pikepdf.Dictionary) and bool(fonts.keys()))
        or any(_names_fonts(held) for held in _direct(one.values()))
    )


def _is_tagged(pdf: pikepdf.Pdf) -> bool:
    marks = pdf.Root.get("/MarkInfo")
    said: Any = marks.get("/Marked") if isinstance(marks, pikepdf.Dictionary) else None
    return said is True and "/StructTreeRoot" in pdf.Root


def _acts(one: object) -> bool:
    """Return whether an object, or one that it holds directly, does something by itself."""
    if isinstance(one, pikepdf.Array):
        return any(_acts(held) for held in _direct(one))
    if not isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
        return False
    keys = set(one.keys())
    return (
        bool(keys & HOLDS)
        or name_of(one, "/S") in ACTS
        or name_of(one, "/Subtype") in PLAYS
        or _leaves_the_web(one)
        or _moves_its_links(one)
        or ("/OpenAction" in keys and _opens_elsewhere(one["/OpenAction"]))
        # The bytes of such a stream stand in another file.
        or (isinstance(one, pikepdf.Stream) and "/F" in keys)
        or any(_acts(held) for held in _direct(one.values()))
    )


def _leaves_the_web(action: Any) -> bool:
    if name_of(action, "/S") != "/URI":
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
    return name_of(action, "/S") != "/GoTo" or "/Next" in action


def _direct(held: Iterable[object]) -> Iterator[object]:
    """Give what stands there itself; what is pointed to is looked at in its own turn."""
    return (one for one in held if not (isinstance(one, pikepdf.Object) and one.is_indirect))
