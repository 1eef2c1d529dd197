"""A piece from a telephone to « Conforme »: looked at by a real clamd, judged by the office (G2, I7)."""

import pytest
from playwright.sync_api import expect

from sporades.accounts.models import Membership
from sporades.evidence.models import Deposit
from sporades.mail.models import Message
from tests.evidence.given import a_heavy_photo
from tests.factories import a_registration, load_invented
from tests.intake.clamd import running
from tests.jobs import work
from tests.journeys.helpers import answer, choose, heading, press, said, signed_in, text
from tests.journeys.test_without_script_or_room import TELEPHONE, fits
from tests.web.browser import follow, tick

LABEL = "Pièce d'identité"
WHY = "Il manque le verso."

pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture
def clamd(tmp_path, settings):
    """The antivirus, in a process of its own."""
    with running(tmp_path / "clamd") as port:
        settings.CLAMD = ("127.0.0.1", port)
        yield


@pytest.fixture
def telephone(browser):
    """The smallest of telephones."""
    context = browser.new_context(locale="fr-FR", **TELEPHONE)
    yield context
    context.close()


def state(page):
    """Return where the piece stands, as its candidate reads it anew."""
    page.reload()
    fits(page)
    return said(page.locator("#piece-IDENTITE .s-state"))


def give(page, button, name):
    """Take a photograph, and give it."""
    follow(page.get_by_role("link", name=f"{button} : {LABEL}"))
    assert heading(page) == f"{button} : {LABEL}"
    fits(page)
    photo = {"name": name, "mimeType": "image/jpeg", "buffer": a_heavy_photo(1_200, 900)}
    page.get_by_label("Votre fichier").set_input_files(photo)
    press(page, "Déposer")
    page.wait_for_url("**/pieces")
    assert "Votre fichier est déposé." in text(page)
    assert name in text(page)


def open_queue(page, site):
    """Open the first of the pieces that wait."""
    page.goto(f"{site}/gestion/")
    choose(page, "Pièces à vérifier")
    press(page, "Vérifier ces pièces")
    assert heading(page) == LABEL
    image = page.get_by_role("img", name="Page 1 sur 1")
    assert image.evaluate("image => image.decode().then(() => image.naturalWidth)") > 600


def turns_and_grows(page):
    """Turn a page that lies on its side, and make it larger: it keeps its place."""
    image, frame = page.get_by_role("img", name="Page 1 sur 1"), page.locator(".s-pages__frame")
    lying = image.bounding_box()
    page.keyboard.press("r")
    large = page.get_by_role("link", name="page 1 sur 1, en grand")
    assert large.get_attribute("href").endswith("/pages/1?tourner=90")
    standing, around = image.bounding_box(), frame.bounding_box()
    assert lying["width"] > lying["height"]
    assert standing["height"] > standing["width"]
    assert standing["width"] == pytest.approx(lying["width"], abs=2)
    assert around["height"] >= standing["height"] - 2
    page.get_by_role("button", name="Agrandir : page 1").click()
    assert image.bounding_box()["width"] == pytest.approx(1.5 * standing["width"], abs=3)
    assert page.get_by_role("button", name="Réduire : page 1").is_enabled()
    assert page.get_by_role("button", name="Tourner : page 1").count() == 1
    larger = page.get_by_role("button", name="Agrandir : page 1")
    larger.focus()
    for _ in range(3):
        page.keyboard.press("Enter")
    # At its end it does no more, and keeps the focus.
    expect(larger).to_be_disabled()
    expect(larger).to_be_focused()
    assert image.bounding_box()["width"] == pytest.approx(3 * standing["width"], abs=3)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_photo_is_looked_at_read_and_found_good(site, telephone, enter, clamd):
    registration = a_registration()
    candidate = signed_in(telephone, site, registration.candidate)
    candidate.goto(f"{site}/mes-inscriptions/{registration.number}/pieces")
    assert state(candidate) == "À fournir"

    give(candidate, "Déposer", "carte.jpg")
    assert state(candidate) == "En vérification"
    manager = enter("agent@exemple.test", Membership.Role.MANAGER)
    manager.goto(f"{site}/gestion/pieces")
    assert "Aucune pièce n'attend d'être vérifiée." in text(manager)

    work("evidence")
    assert Deposit.objects.get().is_clean
    assert state(candidate) == "Déposée"
    open_queue(manager, site)
    turns_and_grows(manager)
    press(manager, "Conforme")
    assert "Aucune pièce n'attend d'être vérifiée." in text(manager)

    assert state(candidate) == "Conforme"
    assert candidate.get_by_role("link", name=f"Remplacer : {LABEL}").count() == 0
    candidate.goto(f"{site}/mes-inscriptions/{registration.number}/numero")
    fits(candidate)


def test_a_photo_that_is_refused_is_told_why_and_given_again(site, telephone, enter, clamd):
    registration = a_registration()
    candidate = signed_in(telephone, site, registration.candidate)
    candidate.goto(f"{site}/mes-inscriptions/{registration.number}/pieces")
    give(candidate, "Déposer", "recto.jpg")
    work("evidence")
    manager = enter("agent@exemple.test", Membership.Role.MANAGER)

    open_queue(manager, site)
    press(manager, "Non conforme")
    assert "Choisissez un motif : le candidat le lira." in text(manager)
    tick(manager.get_by_role("radio", name="Incomplet"))
    answer(manager, "Précision", WHY)
    press(manager, "Non conforme")

    assert state(candidate) == "Non conforme"
    assert WHY in said(candidate.locator("#piece-IDENTITE"))
    mail = Message.objects.get(kind="piece_refused")
    assert mail.recipient == registration.candidate.user.email
    assert WHY in mail.body

    give(candidate, "Remplacer", "recto-verso.jpg")
    assert state(candidate) == "En vérification"
    assert WHY not in text(candidate)
    work("evidence")
    open_queue(manager, site)
    press(manager, "Conforme")

    assert state(candidate) == "Conforme"
    assert "recto-verso.jpg" in text(candidate)


def test_a_refused_piece_is_given_the_time_that_the_office_leaves(site, telephone, enter, clamd):
    piece = "{code: IDENTITE, libelle: Pièce d'identité, "
    load_invented((piece, f"{piece}delai_de_remplacement: 60, "))
    registration = a_registration()
    candidate = signed_in(telephone, site, registration.candidate)
    candidate.goto(f"{site}/mes-inscriptions/{registration.number}/pieces")
    give(candidate, "Déposer", "recto.jpg")
    work("evidence")
    manager = enter("agent@exemple.test", Membership.Role.MANAGER)

    open_queue(manager, site)
    tick(manager.get_by_role("radio", name="Incomplet"))
    answer(manager, "À fournir jusqu'au", "08/01/2027")
    press(manager, "Non conforme")

    assert state(candidate) == "Non conforme"
    assert "À fournir avant le vendredi 8 janvier 2027" in said(
        candidate.locator("#piece-IDENTITE")
    )
    manager.goto(f"{site}/gestion/inscriptions/{registration.number}/pieces/IDENTITE")
    manager.get_by_text("Laisser plus de temps").click()
    answer(manager.locator("details[open]"), "À fournir jusqu'au", "15/01/2027")
    press(manager, "Accorder ce délai")

    candidate.reload()
    assert "À fournir avant le vendredi 15 janvier 2027" in said(
        candidate.locator("#piece-IDENTITE")
    )
    give(candidate, "Remplacer", "recto-verso.jpg")
