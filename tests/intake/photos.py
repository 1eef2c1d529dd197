"""Photos as telephones and scanners make them, and some that none would make.

Each shows the same thing: red where its upright top left is, blue where its bottom right is.
"""

import io
import struct
import zlib
from functools import cache

from PIL import Image, ImageDraw, PngImagePlugin

SENTINEL = "CHEZ-MOI-48N-2E"
"""What no photo must say of its author, once clean."""

RED, BLUE = (220, 20, 20), (20, 20, 220)
LARGEST = 20_000_000
# The transformation that a photo undoes, by what it says of how it was held.
HELD = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def scene(width=1_200, height=900, mode="RGB"):
    """Return what each photo shows."""
    shown = Image.new("RGB", (width, height), "white")
    drawing = ImageDraw.Draw(shown)
    drawing.rectangle((0, 0, width // 3, height // 3), fill=RED)
    drawing.rectangle((width * 2 // 3, height * 2 // 3, width, height), fill=BLUE)
    return shown if mode == "RGB" else shown.convert(mode)


def written(shown, kind="JPEG", **options):
    made = io.BytesIO()
    shown.save(made, kind, **options)
    return made.getvalue()


def jpeg(width=1_200, height=900, mode="RGB", **options):
    return written(scene(width, height, mode), **options)


def png(width=600, height=800, mode="RGB", **options):
    return written(scene(width, height, mode), "PNG", **options)


def overwritten(content):
    """Return a photo of which some bytes in the middle are others."""
    middle = len(content) // 2
    return content[:middle] + bytes(200) + content[middle + 200 :]


@cache
def grainy(width, height, kind="JPEG", **options):
    """Return a photo that packs as badly as those of telephones."""
    grain = Image.effect_noise((width, height), 60)
    shown = Image.blend(scene(width, height), Image.merge("RGB", [grain] * 3), 0.3)
    return written(shown, kind, **options)


def exif(orientation=1, **more):
    """Return notes: how it was held, by what, where."""
    said = Image.Exif()
    said[274] = orientation
    said[271] = SENTINEL
    said.get_ifd(0x8825).update({1: "N", 2: (48.0, 51.0, 24.0), 3: "E", 29: SENTINEL})
    said.get_ifd(0x8769).update({42036: SENTINEL})
    return said


def held(orientation, kind="JPEG", **size):
    shown = scene(**size)
    turned = HELD[orientation]
    stored = shown.transpose(turned) if turned is not None else shown
    return written(stored, kind, exif=exif(orientation))


def noted():
    """Return a photo that says the same thing in every way there is."""
    xmp = f"<x:xmpmeta xmlns:x='adobe:ns:meta/'>{SENTINEL}</x:xmpmeta>".encode()
    return jpeg(exif=exif(), xmp=xmp, comment=SENTINEL.encode())


def with_segment(content, marker, said):
    """Return a JPEG with one more segment, right after its start."""
    return (
        content[:2] + bytes([0xFF, marker]) + struct.pack(">H", len(said) + 2) + said + content[2:]
    )


def filled(content, size=LARGEST):
    """Return a photo of this many bytes, its end filled as those of some telephones are."""
    return content + bytes(size - len(content))


def several():
    """Return two photos in one file, as telephones with two lenses make them."""
    return written(scene(), "MPO", save_all=True, append_images=[scene(300, 200)], exif=exif())


def on_nothing(mode):
    """Return a picture whose ground is nothing at all."""
    shown = scene(600, 800).convert("RGBA")
    drawing = ImageDraw.Draw(shown)
    drawing.rectangle((0, 700, 100, 800), fill=(0, 0, 0, 0))
    if mode == "P":
        return written(shown.quantize(16), "PNG")
    return written(shown.convert(mode), "PNG")


def one_colour_is_nothing():
    return png(transparency=(255, 255, 255))


def moving():
    shown = [scene(300, 400), scene(300, 400).transpose(Image.Transpose.ROTATE_180)]
    return written(shown[0], "PNG", save_all=True, append_images=shown[1:], duration=100)


def texts(*said, packed=False):
    info = PngImagePlugin.PngInfo()
    for one in said:
        info.add_text("Author", one, zip=packed)
    return png(pnginfo=info)


# --- Written by hand -----------------------------------------------------------------------


def chunk(kind, said):
    return struct.pack(">I", len(said)) + kind + said + struct.pack(">I", zlib.crc32(kind + said))


def by_hand(width, height, rows, *, depth=8, colour=2, interlaced=0, more=b""):
    """Return a PNG of these packed rows, whatever its head says."""
    head = struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced)
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more
    return start + chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b"")


def sixteen_bits():
    """Return a picture in colours of sixteen bits, as scanners make them."""
    shown = scene(300, 400)
    rows = bytearray()
    for line in range(400):
        rows += b"\0"
        for point in shown.crop((0, line, 300, line + 1)).tobytes():
            rows += bytes([point, point])
    return by_hand(300, 400, bytes(rows), depth=16)


def sixteen_bits_of_grey():
    shown = scene(300, 400, "L")
    rows = bytearray()
    for line in range(400):
        rows += b"\0"
        for point in shown.crop((0, line, 300, line + 1)).tobytes():
            rows += bytes([point, 0])
    return by_hand(300, 400, bytes(rows), depth=16, colour=0)


def interlaced():
    """Return a picture that shows itself in seven passes."""
    shown, rows = scene(32, 32), bytearray()
    passes = ((0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2))
    for left, top, across, down in (*passes, (0, 1, 1, 2)):
        for line in range(top, 32, down):
            rows += b"\0"
            for column in range(left, 32, across):
                rows += bytes(shown.getpixel((column, line)))
    return by_hand(32, 32, bytes(rows), interlaced=1)


def monstrous(width=50_000, height=50_000):
    """Return a small file that says that it is a picture of billions of points."""
    return by_hand(width, height, bytes(1_000), depth=1, colour=0)


def larger_than_it_says():
    """Return a picture that goes on for a hundred megabytes after its last line."""
    return by_hand(8, 8, bytes(8 * (1 + 24)) + bytes(100_000_000))


def with_a_bomb(kind):
    """Return a picture with a note that unpacks to a hundred megabytes."""
    packed = zlib.compress(bytes(100_000_000), 9)
    said = {b"zTXt": b"Author\0\0" + packed, b"iCCP": b"profile\0\0" + packed}[kind]
    return by_hand(8, 8, bytes(8 * (1 + 24)), more=chunk(kind, said))


def huge_jpeg():
    """Return a JPEG whose head says that it has billions of points."""
    content = jpeg(64, 64)
    at = content.index(b"\xff\xc0")
    return content[: at + 5] + struct.pack(">HH", 65_000, 65_000) + content[at + 9 :]
