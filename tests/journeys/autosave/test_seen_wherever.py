"""What is kept no longer is seen wherever in the page one types, and hides nothing that has the focus."""

import pytest
from playwright.sync_api import expect

from tests.factories import a_draft
from tests.journeys.helpers import answer, said_of_the_draft, signed_in

HIDDEN = """() => {
  const notice = document.querySelector("[data-autosave-notice]").getBoundingClientRect();
  const focused = document.activeElement.getBoundingClientRect();
  return focused.bottom > notice.top && focused.top < notice.bottom;
}"""


@pytest.mark.parametrize("size", [(1280, 800), (320, 640), (640, 320)], ids=str)
def test_what_fails_is_seen_and_never_over_the_focus(site, context, size):
    draft = a_draft()
    page = signed_in(context, site, draft.candidate)
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.clock.install()
    page.goto(f"{site}/inscription/{draft.pk}/identification")
    page.evaluate("document.querySelector('[name=revision]').value = 0")
    answer(page, "Numéro et voie", "3 quai du Wault")
    page.clock.fast_forward("00:03")
    said_of_the_draft(page).to_contain_text("Ces réponses ont été modifiées ailleurs")

    if size[1] >= 576:
        expect(page.locator("[data-autosave-notice]")).to_be_in_viewport()
    for _ in range(14):
        page.keyboard.press("Tab")
        assert not page.evaluate(HIDDEN), page.evaluate("document.activeElement.outerHTML")


def test_what_fails_while_one_types_at_the_foot_of_the_screen_leaves_the_field_in_sight(
    site, context
):
    draft = a_draft()
    page = signed_in(context, site, draft.candidate)
    page.set_viewport_size({"width": 320, "height": 640})
    page.clock.install()
    page.goto(f"{site}/inscription/{draft.pk}/identification")
    street = page.get_by_label("Numéro et voie")
    street.fill("3 quai du Wault")
    context.clear_cookies()
    page.evaluate("scrollBy(0, document.activeElement.getBoundingClientRect().bottom - 636)")
    page.clock.fast_forward("00:03")

    expect(page.get_by_role("link", name="Me connecter dans un nouvel onglet")).to_be_visible()
    expect(street).to_be_focused()
    assert not page.evaluate(HIDDEN)
