"""A page of a PDF that is kept, as an image."""

import io

import pytest
from PIL import Image

from sporades.intake import cleaning, drawing
from sporades.intake.drawing import Undrawable
from sporades.intake.reading import Bounds, TooHeavy
from tests.evidence.given import a_photo


def test_a_page_is_drawn_wide_enough_to_be_read():
    kept = cleaning.join([a_photo("black", width=600, height=800)]).content

    image = Image.open(io.BytesIO(drawing.page_of(kept, 1)))

    assert (image.format, image.width) == ("JPEG", 1_240)


@pytest.mark.parametrize("page", [-5, 2])
def test_a_page_that_is_not_there_is_not_drawn(page):
    kept = cleaning.join([a_photo()]).content

    with pytest.raises(Undrawable):
        drawing.page_of(kept, page)


def test_what_is_no_pdf_is_not_drawn():
    with pytest.raises(Undrawable):
        drawing.page_of(b"Bonjour", 1)


def test_what_takes_more_than_its_bounds_is_not_drawn():
    kept = cleaning.join([a_photo()]).content

    with pytest.raises(TooHeavy):
        drawing.page_of(kept, 1, Bounds(patience=0.001))
