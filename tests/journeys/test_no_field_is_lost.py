"""On every tab, with every field filled: what was typed is there in another browser."""

import pytest
from playwright.sync_api import expect

from tests.journeys.helpers import signed_in
from tests.web.filled import TABS, a_draft_that_asks_all

FILL = """form => {
  let count = 0;
  for (const control of form.elements) {
    if (control.type === "hidden" || control.type === "submit") continue;
    count += 1;
    if (["radio", "checkbox"].includes(control.type)) control.checked = true;
    else if (control.localName === "select") control.selectedIndex = control.options.length - 1;
    else control.value = control.type === "number" ? 30 + count : `« Ÿ’œ» <b>&amp; ${count}`;
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }
}"""
TYPED = """form => [...new FormData(form)].filter(
  ([name]) => !["csrfmiddlewaretoken", "revision"].includes(name)
)"""


@pytest.mark.parametrize("slug", TABS)
def test_every_field_of_a_tab_is_found_on_another_device(site, browser, slug):
    draft = a_draft_that_asks_all()
    draft.answers.filter(section=slug).delete()
    address = f"{site}/inscription/{draft.pk}/{slug}"
    here, elsewhere = browser.new_context(), browser.new_context()
    page = signed_in(here, site, draft.candidate)
    page.clock.install()
    page.goto(address)
    form = page.locator("form[data-autosave]")
    before = form.evaluate(TYPED)

    form.evaluate(FILL)
    typed = form.evaluate(TYPED)
    page.clock.fast_forward("00:03")
    expect(page.locator("[data-autosave-said]")).to_contain_text("Saisie gardée à")
    here.close()

    page = signed_in(elsewhere, site, draft.candidate)
    page.goto(address)
    assert page.locator("form[data-autosave]").evaluate(TYPED) == typed
    assert typed != before
    elsewhere.close()
