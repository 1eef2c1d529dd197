"""Pages that a telephone photographs one after the other are put in order, then given (G2)."""

import io
import re
from pathlib import Path
from tempfile import mkdtemp

import pytest
from PIL import Image
from playwright.sync_api import expect

from sporades.drawers import operations as drawers
from sporades.drawers.models import Upload
from sporades.evidence.models import Deposit
from tests.evidence.given import a_photo
from tests.factories import a_registration
from tests.intake.photos import scene, written
from tests.journeys.helpers import press, signed_in, text
from tests.journeys.test_without_script_or_room import TELEPHONE, fits
from tests.spaces import plain

pytestmark = pytest.mark.usefixtures("kept")


def photo(name, colour="white"):
    return {"name": name, "buffer": a_photo(colour)}


@pytest.fixture
def page(site, browser, tmp_path):
    registration = a_registration()
    context = browser.new_context(**TELEPHONE)
    page = signed_in(context, site, registration.candidate)
    page.goto(f"{site}/mes-inscriptions/{registration.number}/pieces/IDENTITE")
    page.disk = tmp_path
    yield page
    context.close()


def choose(page, *photos):
    """Choose files that are on the disk: what is handed to a browser is written as text, twice."""
    folder, chosen = Path(mkdtemp(dir=page.disk)), []
    for one in photos:
        chosen.append(folder / one["name"])
        chosen[-1].write_bytes(one["buffer"])
    page.get_by_label("Votre fichier").set_input_files(chosen)


def shown(page):
    """Return the names that are shown, in their order."""
    return [one.partition(" (")[0] for one in page.locator(".s-chosen__name").all_inner_texts()]


def act(page, words, place):
    page.locator(".s-chosen li").nth(place).get_by_role("button", name=words).click()


def test_choosing_again_adds_to_what_was_chosen_and_each_is_moved_or_taken_away(page):
    choose(page, photo("verso.jpg"))
    choose(page, photo("autre.jpg", "red"))
    choose(page, photo("recto.jpg", "blue"))
    assert shown(page) == ["1. verso.jpg", "2. autre.jpg", "3. recto.jpg"]
    fits(page)

    act(page, "Retirer", 1)
    expect(page.get_by_text("autre.jpg est retiré.")).to_be_visible()
    act(page, "Monter", 1)

    assert shown(page) == ["1. recto.jpg", "2. verso.jpg"]
    expect(page.get_by_text("recto.jpg est maintenant en position 1 sur 2.")).to_be_visible()
    # « Monter » is of no more use to the first one: what can still be pressed has the cursor.
    expect(
        page.locator(".s-chosen li").nth(0).get_by_role("button", name="Descendre")
    ).to_be_focused()

    press(page, "Déposer")
    page.wait_for_url("**/pieces")

    assert "Votre fichier est déposé." in text(page)
    given = Deposit.objects.get()
    assert (given.name, given.pages) == ("recto.jpg et 1 autre", 2)


def sideways(name="IMG_1.jpg"):
    """A photo that says nothing of how it was held, its top left on the left at the bottom."""
    return {
        "name": name,
        "mimeType": "image/jpeg",
        "buffer": written(scene(1_200, 900).transpose(Image.Transpose.ROTATE_90)),
    }


def red_corner(content):
    """Return the size of a photo, and which corner of it is red."""
    shown = Image.open(io.BytesIO(content)).convert("RGB")
    width, height = shown.size
    corners = {
        (x, y): shown.getpixel((x * (width - 20) + 10, y * (height - 20) + 10))
        for x in (0, 1)
        for y in (0, 1)
    }
    [corner] = [one for one, (r, g, b) in corners.items() if r > 180 and g < 80 and b < 80]
    return shown.size, corner


def test_a_photo_that_lies_on_its_side_is_turned_before_it_leaves(page, tmp_path):
    on_disk = tmp_path / "IMG_1.jpg"
    on_disk.write_bytes(sideways()["buffer"])
    page.get_by_label("Votre fichier").set_input_files(on_disk)
    choose(page, photo("verso.jpg", "blue"))

    act(page, "Tourner", 0)

    said = "IMG_1.jpg est tournée d'un quart de tour vers la droite."
    expect(page.get_by_text(said)).to_be_visible()
    expect(
        page.locator(".s-chosen li").nth(0).get_by_role("button", name="Tourner")
    ).to_be_focused()
    assert shown(page) == ["1. IMG_1.jpg", "2. verso.jpg"]
    fits(page)
    # Chosen again, it is still the same photo.
    page.get_by_label("Votre fichier").set_input_files(on_disk)
    assert len(shown(page)) == 2

    press(page, "Déposer")
    page.wait_for_url("**/pieces")

    assert "Votre fichier est déposé." in text(page)
    came = drawers.content_of(Upload.objects.get(name="IMG_1.jpg"))
    assert red_corner(came) == ((1_200, 900), (0, 0))


def test_turned_four_times_a_photo_leaves_as_it_was_chosen(page):
    was = sideways()
    choose(page, was)
    turn_at_once(page, 4)

    press(page, "Déposer")
    page.wait_for_url("**/pieces")

    assert drawers.content_of(Upload.objects.get()) == was["buffer"]


def test_each_press_is_a_quarter_also_while_the_photo_turns(page):
    choose(page, sideways())
    turn_at_once(page, 2)

    press(page, "Déposer")
    page.wait_for_url("**/pieces")

    came = drawers.content_of(Upload.objects.get())
    assert red_corner(came) == ((900, 1_200), (1, 0))


def turn_at_once(page, times):
    """Press « Tourner » several times, faster than any photo turns."""
    page.locator(".s-chosen li").get_by_role("button", name="Tourner").evaluate(
        "(button, times) => { for (let pressed = 0; pressed < times; pressed += 1) button.click(); }",
        times,
    )


def press_as_it_turns(page):
    """Have the form sent while a photo is being turned."""
    page.evaluate(
        """() => {
          const given = HTMLCanvasElement.prototype.toBlob;
          HTMLCanvasElement.prototype.toBlob = function (done, ...how) {
            document.querySelector("form[data-uploads] button[type='submit']").click();
            return given.call(this, done, ...how);
          };
        }"""
    )


def test_what_is_sent_while_a_photo_turns_leaves_turned(page):
    choose(page, sideways())
    press_as_it_turns(page)

    act(page, "Tourner", 0)
    page.wait_for_url("**/pieces")

    assert red_corner(drawers.content_of(Upload.objects.get()))[1] == (0, 0)


def test_it_leaves_so_in_a_safari_that_has_no_request_submit(page):
    """Before Safari 16 the form waited for ever, without a word."""
    page.add_init_script("delete HTMLFormElement.prototype.requestSubmit")
    page.reload()
    choose(page, sideways())
    press_as_it_turns(page)

    act(page, "Tourner", 0)
    page.wait_for_url("**/pieces")

    assert "Votre fichier est déposé." in text(page)
    assert Deposit.objects.get().pages == 1


def test_where_a_browser_cannot_turn_a_photo_it_says_what_to_do(page):
    choose(page, sideways(), {"name": "a.pdf", "buffer": b"%PDF-"})
    page.evaluate("() => { HTMLCanvasElement.prototype.toBlob = (done) => done(null); }")

    act(page, "Tourner", 0)

    expect(page.locator(".s-chosen__said")).to_contain_text("IMG_1.jpg ne se laisse pas tourner")
    assert shown(page) == ["1. IMG_1.jpg", "2. a.pdf"]
    pdf = page.locator(".s-chosen li").nth(1)
    expect(pdf.get_by_role("button", name="Tourner")).to_have_count(0)


def test_the_same_photo_counts_once_and_no_more_than_ten_are_kept(page):
    choose(page, photo("1.jpg"))
    page.get_by_label("Votre fichier").evaluate(
        "field => field.dispatchEvent(new Event('change', { bubbles: true }))"
    )
    assert shown(page) == ["1. 1.jpg"]

    choose(page, *[photo(f"{number}.jpg") for number in range(2, 13)])

    expect(page.get_by_text("10 fichiers au plus : 2 ne sont pas ajoutés.")).to_be_visible()
    assert len(shown(page)) == 10
    assert page.get_by_label("Votre fichier").evaluate("field => field.files.length") == 10
    expect(page.get_by_role("button", name="Ajouter une page")).to_be_hidden()


def test_a_file_of_a_kind_that_is_not_taken_is_refused_as_it_is_chosen(page):
    choose(page, photo("recto.jpg"), {"name": "notes.docx", "buffer": b"bonjour"})

    said = page.locator("form .s-errors")
    expect(said).to_contain_text("notes.docx : Ce fichier n'est ni un PDF")
    # The focus stays where it is: nothing else would have it read out.
    expect(said).to_have_role("alert")
    marked = page.locator(".s-chosen__name", has_text="Refusé")
    assert plain(marked.inner_text()).startswith("2. notes.docx")
    page.get_by_role("button", name="Retirer notes.docx").click()

    expect(said).to_have_count(0)
    assert shown(page) == ["1. recto.jpg"]


def test_that_a_file_is_missing_is_said_no_more_once_there_is_one(page):
    press(page, "Déposer")
    said = page.locator("form .s-errors")
    expect(said).to_contain_text("Choisissez un fichier")

    choose(page, photo("recto.jpg"))

    expect(said).to_have_count(0)
    expect(page.locator("[data-error-summary]")).to_have_count(0)


def test_what_is_refused_is_said_at_the_field_in_the_place_of_what_was(page):
    choose(page, {"name": "notes.txt", "buffer": b"bonjour"})
    press(page, "Déposer")
    assert "Ce fichier n'est ni un PDF" in text(page)

    choose(page, HEAVY)
    page.get_by_role("button", name="Déposer", exact=True).click()

    expect(page.locator("form .s-errors")).to_contain_text(
        "Erreur : a.jpg : Cette photo dépasse 20"
    )
    assert "Ce fichier n'est ni un PDF" not in text(page)
    expect(page.get_by_label("Votre fichier")).to_be_focused()
    expect(page.get_by_label("Votre fichier")).to_have_accessible_description(
        re.compile(r"a\.jpg.: Cette photo dépasse 20")
    )


HEAVY = {"name": "a.jpg", "buffer": bytes(20_000_001)}


def test_a_file_that_is_refused_on_its_way_is_marked_and_leaves_as_another_is_chosen(page):
    choose(page, {"name": "notes.txt", "buffer": b"bonjour"})
    press(page, "Déposer")
    assert plain(page.title()).startswith("1 erreur : Déposer")

    choose(page, photo("recto.jpg"), HEAVY)
    page.get_by_role("button", name="Déposer", exact=True).click()
    marked = page.locator(".s-chosen__name", has_text="Refusé")
    expect(marked).to_have_count(1)
    assert plain(marked.inner_text()).startswith("2. a.jpg")
    assert plain(page.title()).startswith("1 erreur : Déposer")

    choose(page, photo("verso.jpg", "blue"))
    assert shown(page) == ["1. recto.jpg", "2. verso.jpg"]
    expect(page.get_by_text("a.jpg, refusé, est retiré. 2 fichiers choisis")).to_be_visible()
    expect(page.locator("form .s-errors")).to_have_count(0)
    assert plain(page.title()).startswith("Déposer")

    press(page, "Déposer")
    page.wait_for_url("**/pieces")
    assert Deposit.objects.get().pages == 2


def test_what_is_said_of_a_file_goes_as_it_is_taken_away_and_none_is_left(page):
    choose(page, HEAVY)
    page.get_by_role("button", name="Déposer", exact=True).click()
    expect(page.locator("form .s-errors")).to_have_count(1)

    act(page, "Retirer", 0)

    expect(page.locator("form .s-errors")).to_have_count(0)
    expect(page.get_by_text("a.jpg est retiré. Aucun fichier n'est choisi.")).to_be_visible()
    expect(page.get_by_role("button", name="Ajouter une page")).to_be_hidden()


FALSE = {"name": "faux.pdf", "buffer": b"pas un PDF"}


def test_a_wrong_file_is_replaced_and_the_good_ones_are_not_chosen_again(page):
    choose(page, photo("recto.jpg"), FALSE, photo("verso.jpg", "blue"))
    press(page, "Déposer")

    assert "faux.pdf : " in plain(page.locator("[data-error-summary]").inner_text())
    assert shown(page) == ["1. recto.jpg", "2. verso.jpg"]
    fits(page)

    choose(page, photo("milieu.jpg", "red"), photo("recto.jpg"))  # the last one is there already
    act(page, "Monter", 2)
    assert shown(page) == ["1. recto.jpg", "2. milieu.jpg", "3. verso.jpg"]
    press(page, "Déposer")
    page.wait_for_url("**/pieces")

    assert "Votre fichier est déposé." in text(page)
    given = Deposit.objects.get()
    assert (given.name, given.pages) == ("recto.jpg et 2 autres", 3)


def test_once_the_wrong_file_is_gone_the_others_are_given_at_once(page):
    choose(page, photo("recto.jpg"), FALSE, photo("verso.jpg", "blue"))
    press(page, "Déposer")
    act(page, "Retirer", 0)
    assert shown(page) == ["1. verso.jpg"]

    press(page, "Déposer")
    page.wait_for_url("**/pieces")

    assert (Deposit.objects.get().name, Deposit.objects.get().pages) == ("verso.jpg", 1)


def test_when_all_are_taken_away_the_page_asks_for_a_file(page):
    choose(page, photo("recto.jpg"), FALSE)
    press(page, "Déposer")
    act(page, "Retirer", 0)

    press(page, "Déposer")

    expect(page.locator("[data-error-summary]")).to_contain_text("Choisissez un fichier")
    assert not Deposit.objects.exists()
