"""That an answer is kept is read out once, when hands rest; what fails, at once."""

import re

from playwright.sync_api import expect

from tests.factories import a_draft
from tests.journeys.helpers import SAVED, answer, said_of_the_draft, signed_in


def test_what_is_kept_is_read_out_when_hands_rest_and_what_fails_at_once(site, context):
    draft = a_draft()
    page = signed_in(context, site, draft.candidate)
    page.clock.install()
    page.goto(f"{site}/inscription/{draft.pk}/identification")
    heard = page.locator("body > [role=status]").filter(
        has_text=re.compile("gardée|session est terminée")
    )

    answer(page, "Numéro et voie", "3 quai du Wault")
    page.clock.fast_forward("00:03")
    said_of_the_draft(page).to_have_text(SAVED)
    page.keyboard.press("Tab")
    page.clock.run_for(1000)
    page.keyboard.press("Tab")
    page.clock.run_for(1500)
    expect(heard).to_have_count(0)
    page.clock.run_for(1000)
    expect(heard).to_have_text(SAVED)

    context.clear_cookies()
    answer(page, "Numéro et voie", "4 quai du Wault")
    expect(heard).to_have_text(SAVED)
    page.clock.fast_forward("00:03")
    expect(heard).to_contain_text("Votre session est terminée")
