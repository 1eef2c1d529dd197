"""A file is what its bytes are: the right ones are made safe, the wrong ones say what to do."""

import io
import os
import re
from pathlib import Path

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from sporades.intake import cleaning, reading
from tests.intake import papers, pdfs, photos
from tests.intake.corpus import RIGHT, WRONG
from tests.intake.papers import paper
from tests.intake.photos import SENTINEL, jpeg, png

NEVER = (
    *(SENTINEL.encode(), b"Exif", b"EICAR", b"<script"),
    *(b"/AcroForm", b"/Annots", b"/EmbeddedFile", b"/JavaScript", b"/Launch", b"/XFA"),
    *(b"/PieceInfo", b"/SubmitForm", b"/URI"),
    # Three signs alone stand by chance among the points of one photo in twenty.
    *(b"/JS" + after for after in (b" ", b"\n", b"(", b"<")),
)


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


def corners(content):
    """Return the colours of a photo on its page: above then below, from left to right."""
    document = pypdfium2.PdfDocument(content)
    try:
        [drawn] = document[0].get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])
        left, bottom, right, top = drawn.get_bounds()
        height = document[0].get_height()
        shown = document[0].render().to_pil().convert("RGB")
    finally:
        document.close()
    across, down = (right - left) / 8, (top - bottom) / 8
    return tuple(
        colour(shown, x, y)
        for y in (height - top + down, height - bottom - down)
        for x in (left + across, right - across)
    )


def colour(shown, x, y):
    """Return the colour that an eye sees there."""
    around = shown.crop((int(x) - 3, int(y) - 3, int(x) + 4, int(y) + 4))
    red, green, blue = (
        value > 150 for value in around.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    )
    return {
        (True, False, False): "red",
        (False, False, True): "blue",
        (True, True, True): "white",
        (False, False, False): "dark",
    }.get((red, green, blue), "other")


def found_in(content):
    """Return what a PDF holds that none of ours may."""
    kept = {"/Type", "/Parent", "/MediaBox", "/CropBox", "/Rotate", "/UserUnit", "/Group"}
    with pikepdf.open(io.BytesIO(content)) as pdf:
        said = set(pdf.Root.keys()) - {"/Type", "/Pages", "/OCProperties"}
        said |= set(pdf.trailer.keys()) & {"/Info", "/Encrypt"}
        for page in pdf.pages:
            said |= set(page.obj.keys()) - kept - {"/Contents", "/Resources"}
        said |= set(pdf.get_warnings())
    held = insides(content)
    return sorted(said | {word.decode() for word in NEVER if word in held})


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_taken_and_clean(name):
    sent = RIGHT[name]

    made = cleaning.clean(sent.make())

    assert (made.pages, found_in(made.content)) == (sent.pages, [])
    assert sent.says in text_of(made.content)
    assert not sent.shows or corners(made.content) == sent.shows


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_in_its_own_words(name):
    sent = WRONG[name]

    with pytest.raises(cleaning.Unfit) as refusal:
        cleaning.clean(sent.make())

    assert refusal.type is sent.refusal
    assert str(refusal.value) == sent.refusal.message


def test_a_layer_that_was_hidden_stays_hidden():
    made = cleaning.clean(paper(papers.layered))

    document = pypdfium2.PdfDocument(made.content)
    shown = document[0].render().to_pil().convert("RGB")
    document.close()
    assert [colour(shown, 300, 100), colour(shown, 300, 700)] == ["white", "red"]


def test_layers_of_several_papers_stay_hidden_together():
    made = cleaning.join([paper(papers.layered), paper(papers.layered)])

    document = pypdfium2.PdfDocument(made.content)
    pages = [page.render().to_pil().convert("RGB") for page in document]
    document.close()
    assert [colour(one, 300, 100) for one in pages] == ["white", "white"]


def test_a_page_keeps_its_size_and_its_turn():
    [page] = pages_of(cleaning.clean(paper(papers.turned)).content)

    assert page == ((595, 842), 270)


def pages_of(content):
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return [
            (tuple(int(side) for side in page.mediabox[2:]), page.obj.get("/Rotate", 0))
            for page in pdf.pages
        ]


def test_a_photo_becomes_a_page_of_paper_that_stands_as_it_does():
    sizes = [size for size, _ in pages_of(cleaning.join([jpeg(), png()]).content)]

    assert sizes == [(841, 595), (595, 841)]


def test_a_photo_has_no_more_points_than_a_page_needs():
    made = cleaning.clean(jpeg(4_032, 3_024, quality=95))

    with pikepdf.open(io.BytesIO(made.content)) as pdf:
        image = pdf.pages[0].Resources.XObject.Photo
        assert (int(image.Width), int(image.Height)) == (2_205, 1_654)
    assert len(made.content) < 300_000


def white(width=1_200, height=900, **options):
    return photos.written(Image.new("RGB", (width, height), "white"), **options)


def blank_pdf():
    made = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.save(made)
    return made.getvalue()


@pytest.mark.parametrize(
    ("files", "doubts"),
    [
        pytest.param([jpeg()], (), id="a paper"),
        pytest.param([white()], ("blank",), id="a white page"),
        pytest.param([white(kind="PNG")], ("blank",), id="a white page, drawn"),
        pytest.param([blank_pdf()], ("blank",), id="a PDF on which nothing is drawn"),
        pytest.param([white(), jpeg()], (), id="the back of a paper, then a paper"),
        pytest.param([white(), blank_pdf()], ("blank",), id="two white pages"),
        pytest.param([jpeg(399, 300)], ("small",), id="too small to be read"),
        pytest.param([jpeg(400, 300)], (), id="just large enough"),
        pytest.param([jpeg(), jpeg(80, 60)], ("small",), id="one too small among others"),
        pytest.param([white(60, 80)], ("blank", "small"), id="white and too small"),
    ],
)
def test_what_is_odd_is_told_and_taken(files, doubts):
    made = cleaning.join(files)

    assert made.doubts == doubts
    assert made.pages == len(files)


def test_the_same_file_always_becomes_the_same_bytes():
    sent = jpeg()

    assert cleaning.clean(sent) == cleaning.clean(sent)


def test_what_is_clean_stays_so():
    once = cleaning.clean(paper(papers.filled_in))

    assert cleaning.clean(once.content).pages == 1


# --- Several files -------------------------------------------------------------------------


def test_files_become_one_document_in_their_order():
    made = cleaning.join([jpeg(), paper(pages=2), png()])

    assert (made.pages, found_in(made.content)) == (4, [])
    assert [size for size, _ in pages_of(made.content)] == [
        (841, 595),
        (595, 842),
        (595, 842),
        (595, 841),
    ]


@pytest.mark.parametrize(
    ("wrong", "refusal"),
    [
        (b"", cleaning.Empty),
        (b"MZ", cleaning.Unknown),
        (pdfs.with_password(), cleaning.Locked),
        (photos.monstrous(), cleaning.TooManyPixels),
        (paper(papers.attached), cleaning.Holds),
    ],
    ids=["empty", "unknown", "password", "points", "attached"],
)
def test_of_several_files_the_wrong_one_is_named(wrong, refusal):
    with pytest.raises(refusal) as fault:
        cleaning.join([png(60, 80), wrong, png(60, 80)])

    assert fault.value.place == 1


def test_several_files_have_no_more_pages_than_one():
    with pytest.raises(cleaning.TooManyPages) as fault:
        cleaning.join([paper(pages=60), paper(pages=41)])

    assert fault.value.place is None


def test_what_was_made_here_weighs_what_several_photos_do(monkeypatch):
    made = [cleaning.clean(one).content for one in (png(60, 80), paper())]
    monkeypatch.setattr(cleaning, "LARGEST", 10)

    assert cleaning.join([], own=made).pages == 2
    assert cleaning.join([png(60, 80)], own=made).pages == 3
    with pytest.raises(cleaning.TooLarge):
        cleaning.join(made)


def test_of_what_is_added_to_what_was_made_here_the_wrong_one_is_named():
    made = cleaning.clean(png(60, 80)).content

    with pytest.raises(cleaning.DamagedPhoto) as fault:
        cleaning.join([png(60, 80), jpeg()[:300]], own=[made])

    assert fault.value.place == 1


def test_so_many_files_and_no_more_become_one():
    assert cleaning.join([png(60, 80)] * cleaning.MOST_FILES).pages == cleaning.MOST_FILES
    with pytest.raises(cleaning.TooManyFiles):
        cleaning.join([png(60, 80)] * (cleaning.MOST_FILES + 1))


def test_no_file_is_no_document():
    with pytest.raises(cleaning.Empty):
        cleaning.join([])


# --- Within bounds -------------------------------------------------------------------------


def spent(process):
    """Return the seconds of processor of the process that reads, and its most memory in bytes."""
    folder = Path("/proc") / str(process._child.pid)
    times = (folder / "stat").read_text().rpartition(") ")[2].split()[11:13]
    [most] = re.findall(r"VmHWM:\s+(\d+) kB", (folder / "status").read_text())
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK"), int(most) * 1_024


def test_billions_of_points_are_refused_before_any_is_read():
    with reading.process(cleaning.BOUNDS) as process:
        process.ask("clean", [png(8, 8)])
        before, _ = spent(process)
        answer = process.ask("clean", [photos.monstrous()])
        after, memory = spent(process)

    assert answer.said["unfit"] == "TooManyPixels"
    assert after - before < 0.2
    assert memory < 100_000_000


@pytest.mark.parametrize("name", ["progressive, the heaviest", "png of 40 megapixels on nothing"])
def test_the_heaviest_that_is_taken_leaves_room(name):
    with reading.process(cleaning.BOUNDS) as process:
        answer = process.ask("clean", [RIGHT[name].make()])
        _, memory = spent(process)

    assert answer.said["pages"] == 1
    assert memory < 400_000_000


@pytest.mark.parametrize("name", ["the heaviest of a telephone", "a heavy png"])
def test_what_is_kept_of_a_heavy_photo_is_small(name):
    content = RIGHT[name].make()

    made = cleaning.clean(content)

    assert len(content) > cleaning.LARGEST
    assert len(made.content) < cleaning.LARGEST


def test_files_that_weigh_too_much_together_are_refused_unread(monkeypatch):
    monkeypatch.setattr(reading, "_CHILD", "sporades.intake.none")
    heavy = photos.filled(jpeg())

    with pytest.raises(cleaning.TooLargeTogether, match="pèsent 40,1 Mo ensemble") as fault:
        cleaning.join([heavy, heavy, png()])

    assert fault.value.place is None


def test_what_is_late_is_refused_and_its_process_is_no_more(monkeypatch):
    with pytest.raises(cleaning.TooHeavy):
        cleaning.clean(jpeg(4_032, 3_024), reading.Bounds(patience=0.01))


def test_what_cannot_be_read_now_is_not_called_wrong(monkeypatch):
    monkeypatch.setattr(reading, "_CHILD", "sporades.intake.none")

    with pytest.raises(cleaning.Unready):
        cleaning.clean(png())


def test_what_needs_no_reading_starts_no_process(monkeypatch):
    monkeypatch.setattr(reading, "_CHILD", "sporades.intake.none")

    for sent in (b"", b"MZ", photos.filled(jpeg(), cleaning.LARGEST_PHOTO + 1)):
        with pytest.raises(cleaning.Unfit):
            cleaning.clean(sent)


def test_every_refusal_says_what_to_do():
    refusals = {
        one
        for one in vars(cleaning).values()
        if isinstance(one, type) and issubclass(one, cleaning.Unfit)
    }
    said = [one.message for one in refusals - {cleaning.Unfit}]

    assert len(said) == len(set(said)) > 15
    assert [message for message in said if " : " not in message or len(message) > 260] == []


def test_the_figures_in_the_words_are_those_in_the_code():
    assert f"{cleaning.LARGEST // 1_000_000} Mo" in cleaning.TooLarge.message
    assert f"{cleaning.LARGEST_PHOTO // 1_000_000} Mo" in cleaning.TooLargePhoto.message
    assert f"{cleaning.LARGEST_TOGETHER // 1_000_000} Mo" in cleaning.TooLargeTogether.message
    assert f"{cleaning.MOST_PAGES} pages" in cleaning.TooManyPages.message
    assert f"{cleaning.MOST_FILES} fichiers" in cleaning.TooManyFiles.message
    assert f"{cleaning.MOST_PIXELS // 1_000_000} millions" in cleaning.TooManyPixels.message
