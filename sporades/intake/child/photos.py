"""Makes a page of a photo: upright, without what it says of its author, no larger than needed."""

import io

import pikepdf
from PIL import Image, ImageChops

from sporades.intake.child.limits import MOST_PIXELS
from sporades.intake.child.refusing import Unfit

A4 = (595.276, 841.89)
"""In points, upright."""

SIDES = (1_654, 2_339)
"""The same in pixels, at 200 to the inch: what a scanner gives."""

QUALITY = 85
GAP = 1.5
"""How much larger than needed a photo is read, at most double this, before it is shrunk well."""

TURNED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""What is done to a photo, by what it says of how it was held."""

_ORIENTATION = 274

# Ours comes first, and says it in its own words.
Image.MAX_IMAGE_PIXELS = None


LEGIBLE = 400
"""Of the longest side, in pixels: with fewer, nobody reads a paper."""

PLAIN = 32
"""How far from one another the greys of a photo are at most, of 255, where nothing is seen on it."""


def add(made: pikepdf.Pdf, content: bytes) -> tuple[bool, bool]:
    """Add a page that shows a photo; return whether nothing is seen on it, and whether it is too small.

    Args:
        made: the PDF.
        content: a JPEG or a PNG.

    Raises:
        Unfit: it cannot be read whole, or has too many pixels.
    """
    try:
        shown, longest = _shown(content)
    except (Unfit, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - whatever a photo breaks, it is not one that can be read
        raise Unfit("DamagedPhoto") from None
    _draw(made, shown)
    greys = [grey for grey, points in enumerate(shown.convert("L").histogram()) if points]
    return greys[-1] - greys[0] < PLAIN, longest < LEGIBLE


def _shown(content: bytes) -> tuple[Image.Image, int]:
    with Image.open(io.BytesIO(content), formats=("JPEG", "PNG")) as photo:
        width, height = photo.size
        if width * height > MOST_PIXELS:
            raise Unfit("TooManyPixels")
        turned = TURNED.get(_orientation(photo))
        if photo.format == "PNG":
            _check_sums(content)
        shown = _shrunk(photo)
    upright = shown.transpose(turned) if turned is not None else shown
    return upright, max(width, height)


def _check_sums(content: bytes) -> None:
    """Refuse a PNG of which a part is not what its sum says: the library would draw it black."""
    with Image.open(io.BytesIO(content), formats=("PNG",)) as photo:
        photo.verify()


def _orientation(photo: Image.Image) -> int:
    try:
        said = photo.getexif().get(_ORIENTATION)
    except Exception:  # noqa: BLE001 - a photo whose notes are broken is still a photo
        return 1
    return said if isinstance(said, int) else 1


def _shrunk(photo: Image.Image) -> Image.Image:
    """Return it in grey or in colours, on white, as large as a page needs."""
    if photo.mode == "P":
        photo = photo.convert("RGBA" if photo.has_transparency_data else "RGB")
    elif photo.mode == "1":
        photo = photo.convert("L")
    elif photo.mode.startswith("I"):
        # Its sixteen bits would be cut, not shrunk, to eight.
        photo = photo.point(lambda value: value * (1 / 256)).convert("L")
    elif photo.mode in {"L", "RGB"} and photo.has_transparency_data:
        photo = photo.convert("LA" if photo.mode == "L" else "RGBA")
    if photo.mode in {"LA", "RGBA"}:
        return _on_white(photo)
    _shrink(photo)
    return photo if photo.mode in {"L", "RGB"} else photo.convert("RGB")


def _on_white(photo: Image.Image) -> Image.Image:
    """Return one of which some is nothing; each colour in its turn, for it takes much memory."""
    photo.paste("white", mask=ImageChops.invert(photo.getchannel("A")))
    colours = [_shrunk(photo.getchannel(name)) for name in photo.getbands()[:-1]]
    return Image.merge("RGB" if len(colours) > 1 else "L", colours)


def _shrink(photo: Image.Image) -> None:
    is_wide = photo.width > photo.height
    photo.thumbnail(SIDES[::-1] if is_wide else SIDES, reducing_gap=GAP)
    # One that is small enough has not been read yet.
    photo.load()


def _draw(made: pikepdf.Pdf, photo: Image.Image) -> None:
    jpeg = io.BytesIO()
    photo.info = {}
    photo.save(jpeg, "JPEG", quality=QUALITY)
    paper = A4[::-1] if photo.width > photo.height else A4
    scale = min(side / pixels for side, pixels in zip(paper, photo.size, strict=True))
    width, height = (pixels * scale for pixels in photo.size)
    left, bottom = (paper[0] - width) / 2, (paper[1] - height) / 2
    image = made.make_stream(
        jpeg.getvalue(),
        Type=pikepdf.Name.XObject,
        Subtype=pikepdf.Name.Image,
        Width=photo.width,
        Height=photo.height,
        ColorSpace=pikepdf.Name.DeviceGray if photo.mode == "L" else pikepdf.Name.DeviceRGB,
        BitsPerComponent=8,
        Filter=pikepdf.Name.DCTDecode,
    )
    page = made.add_blank_page(page_size=paper)
    page.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Photo=image))
    page.Contents = made.make_stream(
        b"q %.3f 0 0 %.3f %.3f %.3f cm /Photo Do Q" % (width, height, left, bottom)
    )
