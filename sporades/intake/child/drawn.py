"""Keeps, of what pages draw with, what is drawn: no note on it, no layer that was hidden."""

import math
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from sporades.intake.child import notes
from sporades.intake.child.limits import MOST_PIXELS
from sporades.intake.child.refusing import Unfit

MOST_BITS = MOST_PIXELS * 8
"""Of an image, by colour: one in black and white has more pixels than a photo."""

MOST_SWOLLEN = 400_000_000
"""What everything but images takes once unpacked, in bytes."""

NOTES = frozenset(
    {"/AA", "/AF", "/Alternates", "/LastModified", "/Measure", "/Metadata", "/OPI", "/PieceInfo"}
    | {"/PtData", "/Ref", "/StructParent", "/StructParents", "/Usage"}
)
"""What is said of a drawing, and is not drawn."""

MAPS = frozenset(
    {"/CharProcs", "/ColorSpace", "/Colorants", "/ExtGState", "/Font", "/Pattern", "/Properties"}
    | {"/Shading", "/XObject"}
)
"""What holds things by names of their author's own, which may be those of notes."""

_INLINE = re.compile(rb"\bBI\s(.{,300}?)\sID\s", re.DOTALL)
_SIDE = rb"/(?:%s)\s+(\d+)"
_WIDTH, _HEIGHT = (re.compile(_SIDE % word) for word in (rb"W|Width", rb"H|Height"))


def keep_only(made: pikepdf.Pdf, first: int) -> None:
    """Take away what pages draw with and do not draw.

    Args:
        made: the PDF that is made.
        first: the first of these pages, from 0.

    Raises:
        Unfit: an image is too large, or something swells.
    """
    swollen = 0
    waiting: list[tuple[Any, bool]] = [(page.obj, False) for page in made.pages[first:]]
    seen = set()
    while waiting:
        one, is_map = waiting.pop()
        if not isinstance(one, pikepdf.Object):
            continue
        if one.is_indirect:
            if one.objgen in seen:
                continue
            seen.add(one.objgen)
        if isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)) and not is_map:
            for key in NOTES & set(one.keys()):
                del one[key]
        if isinstance(one, pikepdf.Stream):
            swollen += _looked_at(made, one)
            if swollen > MOST_SWOLLEN:
                raise Unfit("TooHeavy")
        waiting += _held(one)


def _held(one: Any) -> Iterator[tuple[Any, bool]]:
    """Give what an object holds, and whether it is a map."""
    if isinstance(one, pikepdf.Array):
        yield from ((held, False) for held in list(one))
    elif isinstance(one, (pikepdf.Dictionary, pikepdf.Stream)):
        for key, held in one.items():
            if key != "/Parent":
                yield held, key in MAPS and isinstance(held, pikepdf.Dictionary)


def _looked_at(made: pikepdf.Pdf, stream: Any) -> int:
    """Look at what a stream draws; return how many bytes it has once unpacked."""
    if stream.get("/Subtype") == pikepdf.Name.Image:
        bits = 1 if stream.get("/ImageMask") is True else int(stream.get("/BitsPerComponent", 8))
        if int(stream.get("/Width", 0)) * int(stream.get("/Height", 0)) * bits > MOST_BITS:
            raise Unfit("TooManyPixels")
        notes.take_away(made, stream)
        # Whoever shows it unpacks as many points as it says, and no more.
        return 0
    try:
        unpacked = memoryview(stream.get_stream_buffer())
    except pikepdf.PdfError:
        # What no reader unpacks either.
        return 0
    if any(_is_too_large(found[1]) for found in _INLINE.finditer(unpacked)):
        raise Unfit("TooManyPixels")
    return unpacked.nbytes


def _is_too_large(image: bytes) -> bool:
    sides = [found for found in (_WIDTH.search(image), _HEIGHT.search(image)) if found]
    return math.prod(int(found[1]) for found in sides) * 8 > MOST_BITS if sides else False


def hide_layers(made: pikepdf.Pdf, pdf: pikepdf.Pdf) -> None:
    """Keep hidden the layers that were hidden when the document was opened.

    Args:
        made: the PDF that is made, with the pages.
        pdf: the one that they come from.
    """
    said: Any = pdf.Root.get("/OCProperties", pikepdf.Dictionary())
    layers = [one for one in said.get("/OCGs", []) if one.is_indirect]
    shown = said.get("/D", pikepdf.Dictionary())
    names = ("/ON", "/OFF")
    is_on, is_off = ({one.objgen for one in shown.get(name, [])} for name in names)
    if shown.get("/BaseState") == pikepdf.Name.OFF:
        hidden = [one for one in layers if one.objgen not in is_on]
    else:
        hidden = [one for one in layers if one.objgen in is_off]
    if not hidden:
        return
    ours = made.Root.get("/OCProperties") or pikepdf.Dictionary(
        OCGs=pikepdf.Array(), D=pikepdf.Dictionary(OFF=pikepdf.Array())
    )
    for one in hidden:
        layer = made.copy_foreign(one)
        for key in NOTES & set(layer.keys()):
            del layer[key]
        ours.OCGs.append(layer)
        ours.D.OFF.append(layer)
    made.Root.OCProperties = ours
