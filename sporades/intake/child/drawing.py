"""Draws one page of a PDF as an image: what reads beside it runs no program and needs no viewer."""

import io

import pypdfium2

WIDEST, HIGHEST = 1_240, 3_508
"""Of an image, in pixels: an A4 page at 150 dots per inch, and the longest that is read."""


def drawn(content: bytes, page: int, turned: int) -> bytes:
    """Return a page as a JPEG.

    Args:
        content: the PDF.
        page: which, from 1.
        turned: by how many degrees, clockwise: 0, 90, 180 or 270.

    Raises:
        pypdfium2.PdfiumError, IndexError: it cannot be drawn, or there is none.
    """
    with pypdfium2.PdfDocument(content) as pdf:
        one = pdf[page - 1]
        width, height = one.get_size()
        if turned % 180:
            width, height = height, width
        scale = min(WIDEST / width, HIGHEST / height)
        image = one.render(scale=scale, rotation=turned).to_pil()
    made = io.BytesIO()
    image.convert("RGB").save(made, "JPEG", quality=82)
    return made.getvalue()
