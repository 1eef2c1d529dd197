"""Who does not see the page is told of the questions that an answer makes appear."""

from playwright.sync_api import expect

from tests.factories import a_draft
from tests.journeys.helpers import paper_of, signed_in, tick


def test_the_mark_and_its_year_are_said_as_they_are_asked_for(site, context):
    draft = a_draft()
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/epreuves")
    french = paper_of(page, "Français")
    said = page.locator("[role=status]").filter(has_text="À répondre aussi")
    expect(said).to_have_count(0)

    tick(french.get_by_role("radio", name="Bénéfice"))

    expect(said).to_have_text(
        "À répondre aussi, plus bas\u00a0: Note obtenue, Année de la session."
    )
