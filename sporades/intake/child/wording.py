"""Reads the words of the first pages of a PDF, as a viewer that searches it does."""

import pypdfium2

FIRST_PAGES = 3
"""Where a paper names who it is for."""
MOST_SIGNS = 20_000


def words(content: bytes) -> str:
    """Return what can be searched in the first pages; nothing of what is an image.

    Args:
        content: the PDF.

    Raises:
        pypdfium2.PdfiumError: it cannot be read.
    """
    with pypdfium2.PdfDocument(content) as pdf:
        pages = [pdf[place] for place in range(min(FIRST_PAGES, len(pdf)))]
        return "\n".join(page.get_textpage().get_text_range() for page in pages)[:MOST_SIGNS]
