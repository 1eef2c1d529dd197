"""A heavy photo is made lighter before it leaves a telephone; what cannot be goes as it is (G2)."""

import io
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.core.signals import request_started
from PIL import Image, ImageDraw

from sporades.core import files
from sporades.drawers import operations as drawers
from sporades.drawers.models import Upload
from sporades.evidence.models import Deposit
from sporades.medical.models import Paper
from tests.documents.summaries import a_pdf
from tests.factories import a_registration
from tests.intake.photos import HELD, exif, scene, written
from tests.journeys.helpers import press, signed_in, text
from tests.journeys.test_without_script_or_room import TELEPHONE

pytestmark = pytest.mark.usefixtures("kept")

LINES = (1_400, 2_900, 2_600, 3_100)
"""Where a page of so many points has black lines as thin as those of small letters."""
THIN = 10
WITHOUT = {
    "no bitmap": "delete window.createImageBitmap",
    "a bitmap that is not turned": """
        window.createImageBitmap = async () => {
          const lying = Object.assign(document.createElement("canvas"), { close() {} });
          [lying.width, lying.height] = [60, 40];
          lying.getContext("2d").fillRect(0, 0, 30, 40);
          return lying;
        };
    """,
    "a canvas that is scrambled": """
        CanvasRenderingContext2D.prototype.getImageData = (left, top, width, height) =>
          ({ data: new Uint8ClampedArray(width * height * 4).fill(255) });
    """,
    "nothing but white": "CanvasRenderingContext2D.prototype.drawImage = () => {}",
    "a canvas that gives nothing": "HTMLCanvasElement.prototype.toBlob = (done) => done(null)",
}


@pytest.fixture(scope="module")
def photo():
    """A page of four thousand points by six, photographed with the telephone on its side."""
    shown = scene(4_000, 6_000)
    left, top, right, bottom = LINES
    drawing = ImageDraw.Draw(shown)
    for start in range(left, right, THIN * 2):
        drawing.rectangle((start, top, start + THIN - 1, bottom), fill="black")
    grain = Image.merge("RGB", [Image.effect_noise(shown.size, 60)] * 3)
    made = written(Image.blend(shown, grain, 0.15).transpose(HELD[6]), exif=exif(6), quality=88)
    assert 5_000_000 < len(made) < 20_000_000
    return made


@pytest.fixture
def page(site, browser):
    registration = a_registration()
    context = browser.new_context(**TELEPHONE)
    page = signed_in(context, site, registration.candidate)
    page.goto(f"{site}/mes-inscriptions/{registration.number}/pieces/IDENTITE")
    yield page
    context.close()


def give(page, content, name="IMG_1.jpg"):
    """Give a file; return what came of it, byte for byte."""
    # From the disk: what is handed to a browser otherwise is written as text, twice.
    with TemporaryDirectory() as folder:
        (Path(folder) / name).write_bytes(content)
        page.get_by_label("Votre fichier").set_input_files(Path(folder) / name)
        press(page, "Déposer")
        page.wait_for_url("**/pieces")
    assert "Votre fichier est déposé." in text(page)
    [came] = Upload.objects.all()
    assert came.name == name
    return drawers.content_of(came)


def lines_of(photo):
    """Return the lightest and the darkest point of a row through the lines."""
    scale = photo.width / 4_000
    left, top, right, bottom = (round(place * scale) for place in LINES)
    row = photo.convert("L").crop((left, (top + bottom) // 2, right, (top + bottom) // 2 + 1))
    return row.getextrema()


def test_a_photo_held_on_its_side_arrives_smaller_upright_and_legible(page, photo):
    came = give(page, photo)

    assert len(came) < len(photo) / 3
    with Image.open(io.BytesIO(came)) as arrived:
        assert (arrived.format, arrived.size) == ("JPEG", (2_000, 3_000))
        assert not arrived.getexif()
        red, blue = arrived.getpixel((200, 200)), arrived.getpixel((1_900, 2_900))
        assert (max(red) == red[0], max(blue) == blue[2]) == (True, True)
        darkest, lightest = lines_of(arrived)
        assert lightest - darkest > 120
    given = Deposit.objects.get()
    assert (given.pages, files.get(given.key)[:5]) == (1, b"%PDF-")


@pytest.mark.parametrize("without", WITHOUT.values(), ids=WITHOUT)
def test_where_the_browser_cannot_the_photo_goes_as_it_is(page, photo, without):
    page.evaluate(f"() => {{ {without} }}")

    assert give(page, photo) == photo


def test_what_is_no_photo_is_left_as_it_is(page):
    heavy = a_pdf() + b"\n" * 2_000_000

    assert give(page, heavy, "releve.pdf") == heavy


def test_what_is_light_already_is_left_as_it_is(page):
    light = written(scene(), quality=60)

    assert give(page, light) == light


def test_what_the_service_does_not_take_leaves_as_a_jpeg(page):
    came = give(page, written(scene(600, 800), "WEBP"), "page.webp")

    with Image.open(io.BytesIO(came)) as arrived:
        assert (arrived.format, arrived.size) == ("JPEG", (600, 800))


def test_what_is_no_smaller_once_made_anew_goes_as_it_was(page):
    page.evaluate("""() => {
      const make = HTMLCanvasElement.prototype.toBlob;
      HTMLCanvasElement.prototype.toBlob = function (done) {
        make.call(this, (one) => done(new Blob([one, new Uint8Array(3e6)], { type: one.type })), "image/jpeg");
      };
    }""")
    sent = written(scene()) + bytes(2_000_000)

    assert give(page, sent) == sent


def test_after_a_cut_the_lighter_photo_goes_on_from_where_it_was(page, photo):
    cut = []

    def answer(route):
        if route.request.method == "PATCH" and len(cut) == 1:
            cut.append(route)
            route.abort("internetdisconnected")
        else:
            cut.extend([route] if route.request.method == "PATCH" else [])
            route.continue_()

    page.route("**/envois/*", answer)

    came = give(page, photo)

    assert len(cut) > 2
    assert Image.open(io.BytesIO(came)).size == (2_000, 3_000)


@pytest.fixture
def came():
    """How many bytes each request carries, as they come."""
    sizes = []

    def note(environ, **_):
        sizes.append(int(environ.get("CONTENT_LENGTH") or 0))

    request_started.connect(note)
    yield sizes
    request_started.disconnect(note)


@pytest.mark.usefixtures("confided")
def test_a_photo_that_is_confided_is_made_lighter_too(site, browser, photo, came, tmp_path):
    registration = a_registration(informations={"has_disability": "oui"})
    context = browser.new_context(**TELEPHONE)
    page = signed_in(context, site, registration.candidate)
    page.goto(f"{site}/mes-inscriptions/{registration.number}/sante/papier-de-sante")
    (tmp_path / "papier.jpg").write_bytes(photo)
    page.get_by_label("Votre fichier").set_input_files(tmp_path / "papier.jpg")

    press(page, "Déposer")
    page.wait_for_url("**/sante")

    assert "Votre fichier est déposé." in text(page)
    [confided] = Paper.objects.all()
    assert confided.pages == 1
    assert 100_000 < max(came) < len(photo) / 3
    context.close()
