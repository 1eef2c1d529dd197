"""A page of a PDF that is kept, as an image."""

import io

import pytest
from PIL import Image

from sporades.intake import cleaning, drawing
from sporades.intake.drawing import Undrawable
from sporades.intake.reading import Bounds
from tests.documents.summaries import a_pdf
from tests.evidence.given import a_photo
from tests.intake import pdfs


def test_a_page_is_drawn_wide_enough_to_be_read():
    kept = cleaning.join([a_photo("black", width=600, height=800)]).content

    image = Image.open(io.BytesIO(drawing.page_of(kept, 1)))

    assert (image.format, image.width) == ("JPEG", 1_240)


@pytest.mark.parametrize(("turned", "whole"), [(90, False), (180, True), (270, False)])
def test_a_page_is_drawn_turned_and_as_wide(turned, whole):
    kept = cleaning.join([a_photo("black", width=600, height=800)]).content
    upright = Image.open(io.BytesIO(drawing.page_of(kept, 1)))

    image = Image.open(io.BytesIO(drawing.page_of(kept, 1, turned=turned)))

    assert image.width == 1_240
    assert (image.height == upright.height) is whole
    assert (image.height < image.width) is not whole


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

    with pytest.raises(Undrawable):
        drawing.page_of(kept, 1, Bounds(patience=0.001))


def test_of_a_file_one_page_of_which_is_too_heavy_no_page_is_drawn_again(children):
    kept = cleaning.clean(pdfs.dear_to_draw(pages=3)).content
    children.clear()
    bounds = Bounds(seconds=1)

    for page in (1, 2, 3, 1):
        with pytest.raises(Undrawable):
            drawing.page_of(kept, page, bounds)

    assert len(children) == 1
    assert drawing.page_of(cleaning.clean(a_pdf()).content, 1, bounds)


def test_files_that_were_too_heavy_are_remembered_up_to_a_number(children, monkeypatch):
    monkeypatch.setattr(drawing, "REMEMBERED", 1)
    files = [cleaning.join([a_photo(colour)]).content for colour in ("black", "white")]
    children.clear()

    for content in (*files, files[1], files[0]):
        with pytest.raises(Undrawable):
            drawing.page_of(content, 1, Bounds(patience=0.001, starting=61))

    assert len(children) == 3
