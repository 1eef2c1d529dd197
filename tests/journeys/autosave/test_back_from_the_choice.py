"""« Quelle réponse voulez-vous garder ? », and « Retour » of the browser: nothing is lost, nor imposed."""

import pytest
from playwright.sync_api import expect

from sporades.registrations.operations import drafting
from tests.factories import NOW, a_draft
from tests.journeys.helpers import answer, heading, open_tab, press, tab, text
from tests.web.browser import tick

MINE = "2 rue du Bois"
CHOICE = "Quelle réponse voulez-vous garder ?"


@pytest.fixture
def draft(site):
    return a_draft()


@pytest.fixture
def page(site, context, draft):
    """The page where one chooses, once another window has answered."""
    page = open_tab(context, site, draft)
    typed = draft.answers.get(section="identification").answers
    drafting.answer(
        draft=draft,
        section="identification",
        typed={**typed, "mobile": "06 39 98 00 00"},
        seen_revision=None,
        at=NOW,
    )
    answer(page, "Numéro et voie", MINE)
    press(page, "Suivant")
    page.wait_for_load_state()
    assert heading(page) == CHOICE
    return page


def test_back_from_the_choice_is_what_was_typed_and_the_choice_is_asked_again(page, draft):
    page.go_back()

    expect(page.get_by_label("Numéro et voie")).to_have_value(MINE)
    press(page, "Suivant")
    assert heading(page) == CHOICE
    assert f"Envoyée à l'instant : {MINE}" in text(page)
    assert draft.answers.get(section="identification").answers["mobile"] == "06 39 98 00 00"


def test_once_chosen_going_back_shows_what_was_chosen(page, draft):
    street = page.get_by_role("group", name="Numéro et voie")
    tick(street.get_by_role("radio", name="Dans votre saisie"))
    press(page, "Garder ces réponses et continuer")
    assert tab(page) == "Informations candidature"
    chosen = draft.answers.get(section="identification").answers["address_1"]

    page.evaluate("history.go(-2)")

    expect(page.get_by_label("Numéro et voie")).to_have_value(chosen)
    assert chosen != MINE


def test_the_choice_is_not_left_without_a_word(page):
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    page.get_by_role("radio").first.click(force=True)

    with page.expect_event("dialog"):
        page.get_by_role("link", name="Mes inscriptions").first.click(no_wait_after=True)

    assert asked == ["beforeunload"]
    assert heading(page) == CHOICE
