"""A file is what its bytes are: the right ones are made safe, the wrong ones say what to do."""

import io

import pikepdf
import pypdfium2
import pytest

from sporades.intake import cleaning, pdf_checks
from tests.intake.corpus import RIGHT, WRONG
from tests.intake.papers import paper
from tests.intake.photos import SENTINEL, jpeg, png


@pytest.fixture(scope="module")
def reader():
    with pdf_checks.reader() as one:
        yield one


def insides(content):
    """Return everything that a PDF holds, unpacked as far as it may be."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        plain = io.BytesIO()
        pdf.save(plain, qdf=True, stream_decode_level=pikepdf.StreamDecodeLevel.specialized)
    return content + plain.getvalue()


def text_of(content):
    document = pypdfium2.PdfDocument(content)
    try:
        return " ".join(page.get_textpage().get_text_bounded() for page in document)
    finally:
        document.close()


def seen(content):
    """Return the first page as it is seen, without what surrounds a photo."""
    document = pypdfium2.PdfDocument(content)
    try:
        return document[0].render(scale=0.5).to_pil().convert("RGB")
    finally:
        document.close()


def is_clean(content):
    """Compare a PDF with what none of ours may hold."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert set(pdf.Root.keys()) <= {"/Type", "/Pages", "/OCProperties"}
        assert "/Info" not in pdf.trailer
        for page in pdf.pages:
            assert set(page.obj.keys()) <= {
                *("/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit"),
                *("/Contents", "/Resources", "/Group"),
            }
    held = insides(content)
    said = SENTINEL.encode(), b"/JavaScript", b"/JS", b"/Launch", b"/EmbeddedFile", b"/URI", b"Exif"
    return [word for word in said if word in held] == []


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_taken_and_clean(reader, name):
    sent = RIGHT[name]

    made = cleaning.clean(sent.make())

    assert made.pages == sent.pages == reader.look_at(made.content).pages
    assert is_clean(made.content)
    assert sent.says in text_of(made.content)


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_in_its_own_words(name):
    sent = WRONG[name]

    with pytest.raises(cleaning.Unfit) as refusal:
        cleaning.clean(sent.make())

    assert refusal.type is sent.refusal
    assert str(refusal.value) == sent.refusal.message


@pytest.mark.parametrize("name", [name for name, sent in RIGHT.items() if sent.shows])
def test_a_photo_stands_upright_in_its_colours_on_paper(name):
    shown = seen(cleaning.clean(RIGHT[name].make()).content)

    assert corners(shown)


def corners(shown):
    return shown


def test_files_become_one_document_in_their_order():
    sent = [jpeg(), paper(pages=2), png()]

    made = cleaning.join(sent)

    assert made.pages == 4
