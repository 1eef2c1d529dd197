"""A file on a narrow screen: what its tab holds comes first; what is asked once something is typed."""

import pytest
from playwright.sync_api import expect

from sporades.accounts.models import Membership
from tests.factories import a_registration
from tests.web.browser import tick


@pytest.fixture
def opened(site, enter):
    """Return what opens a page of a file on a screen of some width."""
    registration = a_registration()
    page = enter("camille@exemple.test", Membership.Role.MANAGER)

    def opened(width, end=""):
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(f"{site}/gestion/inscriptions/{registration.number}{end}")
        return page

    return opened


def test_what_is_done_and_who_it_is_are_folded_where_there_is_no_room(opened):
    narrow = opened(320, "/messages")
    act, mail = (
        narrow.get_by_role("link", name="Corriger l'état civil"),
        narrow.get_by_text("Adresse mail actuelle"),
    )
    expect(act).to_be_hidden()
    expect(mail).to_be_hidden()
    assert narrow.get_by_label("Votre message").bounding_box()["y"] < 1_200
    narrow.get_by_text("Agir sur ce dossier").click()
    expect(act).to_be_visible()
    assert narrow.evaluate("document.documentElement.scrollWidth") == 320

    wide = opened(1280, "/messages")
    expect(act).to_be_visible()
    expect(mail).to_be_visible()
    expect(wide.get_by_text("Agir sur ce dossier")).to_be_hidden()


def test_how_a_piece_is_given_is_asked_once_a_piece_is_typed(opened):
    page = opened(1280, "/etat")
    piece, day, way = (
        page.locator(f"[name={name}]").first for name in ("demandee", "delai", "voie")
    )
    expect(piece).to_be_hidden()

    tick(page.locator("[name=decision][value=flag]"))
    expect(piece).to_be_visible()
    expect(day).to_be_hidden()
    expect(way).to_be_hidden()

    piece.fill("Copie de votre diplôme")
    expect(day).to_be_visible()
    expect(way).to_be_visible()
    piece.fill("")
    expect(day).to_be_hidden()
