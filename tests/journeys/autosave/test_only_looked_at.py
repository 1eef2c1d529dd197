"""A tab that is only looked at answers nothing by itself, whatever is opened beside it."""

from playwright.sync_api import expect

from tests.factories import a_draft
from tests.journeys.autosave.test_looked_away import LOOK
from tests.journeys.helpers import open_tab


def test_a_tab_only_looked_at_beside_another_page_is_not_answered(site, context):
    draft = a_draft()
    draft.answers.filter(section="epreuves").delete()
    page = open_tab(context, site, draft, "epreuves")
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))
    token = page.locator("form[data-autosave] [name=csrfmiddlewaretoken]")
    before = token.input_value()
    context.new_page().goto(f"{site}/accueil")
    expect(token).not_to_have_value(before)

    page.evaluate(LOOK, "hidden")
    page.goto(f"{site}/accueil")

    assert sent == []
    assert not draft.answers.filter(section="epreuves").exists()
