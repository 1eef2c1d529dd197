"""« Suivant » that the server never answered: what was typed is there again, and is kept."""

from playwright.sync_api import expect

from tests.endurance.arena import eventually
from tests.factories import a_draft
from tests.journeys.autosave.test_a_page_left import street
from tests.journeys.helpers import answer, open_tab, press

STREET = "2 rue du Bois"


def test_what_was_typed_while_the_server_was_away_is_there_by_going_back(site, context):
    draft = a_draft()
    page = open_tab(context, site, draft)
    away = {"status": 502, "body": "<h1>Bad gateway</h1>", "content_type": "text/html"}
    page.route(
        f"{page.url}**",
        lambda one: one.fulfill(**away) if one.request.method == "POST" else one.continue_(),
    )
    answer(page, "Numéro et voie", STREET)
    press(page, "Suivant")
    expect(page.get_by_role("heading", name="Bad gateway")).to_be_visible()
    assert street(draft) != STREET

    page.unroute_all()
    page.go_back()

    expect(page.get_by_label("Numéro et voie")).to_have_value(STREET)
    eventually(lambda: street(draft) == STREET)
    expect(page.get_by_label("Numéro et voie")).to_have_value(STREET)
