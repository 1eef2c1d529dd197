"""The list of registrations on a manager's screen: it is read whole, ticked at once, not left ticked."""

import pytest
from playwright.sync_api import expect

from sporades.accounts.models import Membership
from tests.factories import a_candidate, a_registration
from tests.journeys.helpers import answer, press

CUT = """cells => cells.flatMap(cell => {
  const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT), found = [];
  for (let node; (node = walker.nextNode());) {
    if (node.parentElement.closest(".fr-sr-only")) continue;
    for (const word of node.data.matchAll(/\\S+/g)) {
      const range = document.createRange();
      range.setStart(node, word.index);
      range.setEnd(node, word.index + word[0].length);
      if (new Set([...range.getClientRects()].map(one => one.top)).size > 1) found.push(word[0]);
    }
  }
  return found;
})"""


@pytest.mark.parametrize("width", [1280, 1100])
def test_no_title_and_no_day_is_cut_inside_a_word(site, enter, width):
    for name in ("Le Goff", "Le Goff de la Villemarqué-Kerguelen"):
        a_registration(a_candidate(birth_name=name, first_names="Maximilienne Apolline Victoire"))
    page = enter("agent@exemple.test", Membership.Role.MANAGER)
    page.set_viewport_size({"width": width, "height": 900})
    answer(page, "Trouver une inscription", "Le Goff")
    press(page, "Trouver")

    titles = page.locator(".s-table thead th")
    days = page.locator("td[data-label='Date de naissance'], td[data-label='Enregistrée le']")
    assert (titles.count(), days.count()) == (7, 4)
    assert titles.evaluate_all(CUT) == []
    assert days.evaluate_all(CUT) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_all_of_a_page_are_ticked_at_once_and_what_is_ticked_is_not_left(site, enter):
    for name in ("Abgrall", "Bozec", "Corre", "Derrien"):
        a_registration(a_candidate(birth_name=name))
    page = enter("agent@exemple.test", Membership.Role.MANAGER)
    page.goto(f"{site}/gestion/inscriptions")
    press(page, "Rechercher")
    boxes = page.get_by_role("main").get_by_role("checkbox", name="Cocher l'inscription")
    asked = []

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.get_by_role("button", name="Toutes : Inscriptions de cette page").click()
    for box in boxes.all():
        expect(box).to_be_checked()
    expect(page.get_by_role("checkbox", name="Bozec")).to_have_count(1)
    with page.expect_event("dialog"):
        page.locator(".s-table__sort").first.click(no_wait_after=True)
    assert asked == ["beforeunload"]

    press(page, "Agir sur les inscriptions cochées")
    assert asked == ["beforeunload"]
    assert page.url.count("choix=") == 4


def test_on_a_telephone_a_box_stands_beside_its_number(site, enter):
    a_registration(a_candidate(birth_name="Abgrall"))
    page = enter("agent@exemple.test", Membership.Role.MANAGER)
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(f"{site}/gestion/inscriptions")
    press(page, "Rechercher")

    box = page.locator(".s-tick").bounding_box()
    number = page.locator("tbody th a").bounding_box()
    assert box["x"] + box["width"] <= number["x"]
    assert abs(box["y"] + box["height"] / 2 - number["y"] - number["height"] / 2) < box["height"]
