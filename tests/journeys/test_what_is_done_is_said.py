"""What was done is said at the top of the page that follows, where the focus goes and stays."""

import pytest
from playwright.sync_api import expect

from tests.factories import a_registration
from tests.journeys.helpers import press, signed_in


@pytest.mark.usefixtures("kept", "confided")
def test_a_comment_that_is_confided_is_said_and_seen(site, context):
    filed = a_registration(informations={"has_disability": "oui"})
    page = signed_in(context, site, filed.candidate)
    page.goto(f"{site}/mes-inscriptions/{filed.number}/sante")
    page.get_by_label("Votre commentaire").fill("Je suis suivie.")

    press(page, "Ajouter ce commentaire")

    said = page.locator("[data-said]").filter(has_text="Votre commentaire est envoyé.")
    page.wait_for_load_state("load")
    expect(said).to_be_focused()
    expect(said).to_be_in_viewport()
