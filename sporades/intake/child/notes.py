"""Takes away what an image says of itself, and leaves its pixels as they are.

A photo that a program has put in a PDF keeps where and when it was taken.
"""

import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from sporades.intake.child.refusing import Unfit

_SPOKEN = re.compile(rb"Exif\0|ns\.adobe\.com|Photoshop|http://", re.IGNORECASE)
"""What is found in an image that says something."""

_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_NEEDED = {0xE0: b"JFIF\0", 0xE2: b"ICC_PROFILE\0", 0xEE: b"Adobe"}
"""Of the segments that programs add to a JPEG, those that say how to show it."""

_ADDED = frozenset({*range(0xE0, 0xF0), 0xFE})
_NEXT = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
"""The next segment: among pixels, 0xFF is followed by nothing else."""

_BOXES = frozenset({b"uuid", b"xml ", b"uinf"})


def take_away(made: pikepdf.Pdf, image: Any) -> None:
    """Take away what an image of a PDF says of itself.

    Args:
        made: the PDF.
        image: one of its streams.

    Raises:
        Unfit: it says something, and is not written so that it may be taken away.
    """
    filters = image.get("/Filter", pikepdf.Array())
    filters = [*filters] if isinstance(filters, pikepdf.Array) else [filters]
    if not filters or str(filters[-1]) not in _BARE:
        return
    packed = _unwrapped(made, image, filters[:-1])
    try:
        bare = b"".join(_BARE[str(filters[-1])](packed))
    except (IndexError, ValueError):
        if _SPOKEN.search(packed):
            raise Unfit("Unreadable") from None
        return
    if bare != packed:
        image.write(bare, filter=filters[-1], decode_parms=_parameters(image)[-1])


def _parameters(image: Any) -> list[Any]:
    said = image.get("/DecodeParms")
    return [*said] if isinstance(said, pikepdf.Array) else [said]


def _unwrapped(made: pikepdf.Pdf, image: Any, filters: list[Any]) -> bytes:
    """Return an image as its own format packs it, out of what packs it again."""
    raw: bytes = image.read_raw_bytes()
    if not filters:
        return raw
    wrapped = made.make_stream(raw, Filter=pikepdf.Array(filters))
    parameters = _parameters(image)[:-1]
    if any(parameters):
        wrapped.DecodeParms = pikepdf.Array(parameters)
    return bytes(wrapped.read_bytes())


def _segments(jpeg: bytes) -> Iterator[bytes]:
    """Give the segments of a JPEG that show it."""
    if jpeg[:2] != bytes([0xFF, _START]):
        raise ValueError
    yield jpeg[:2]
    at = 2
    while jpeg[at + 1] != _END:
        if jpeg[at] != 0xFF:  # noqa: PLR2004 - what begins a segment
            raise ValueError
        if jpeg[at + 1] == 0xFF:  # noqa: PLR2004 - it may be said several times
            at += 1
            continue
        marker, size = jpeg[at + 1], int.from_bytes(jpeg[at + 2 : at + 4])
        end = at + 2 + size
        if size < 2 or end > len(jpeg):  # noqa: PLR2004 - its size counts itself
            raise ValueError
        if marker not in _ADDED or jpeg.startswith(_NEEDED.get(marker, b"?"), at + 4):
            yield jpeg[at:end]
        at = end
        if marker == _SCAN:
            found = _NEXT.search(jpeg, at)
            pixels = found.start() if found else len(jpeg)
            yield jpeg[at:pixels]
            if not found:
                # Readers show one that is not ended.
                break
            at = pixels
    yield bytes([0xFF, _END])


def _boxes(jpeg_2000: bytes) -> Iterator[bytes]:
    """Give the boxes of a JPEG 2000 that show it; of bare pixels, all."""
    if jpeg_2000.startswith(b"\xff\x4f"):
        yield jpeg_2000
        return
    at = 0
    while at < len(jpeg_2000):
        size, kind = int.from_bytes(jpeg_2000[at : at + 4]), jpeg_2000[at + 4 : at + 8]
        if size == 1:
            size = int.from_bytes(jpeg_2000[at + 8 : at + 16])
        size = size or len(jpeg_2000) - at
        if size < 8:  # noqa: PLR2004 - its size and its kind
            raise ValueError
        if kind not in _BOXES:
            yield jpeg_2000[at : at + size]
        at += size


_BARE = {"/DCTDecode": _segments, "/JPXDecode": _boxes}
