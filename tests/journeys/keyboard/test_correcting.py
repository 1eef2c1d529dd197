"""What is wrong is read first, and leads to its field, without a mouse."""

from tests.journeys.hands import Keyboard
from tests.journeys.helpers import signed_in, tab, troubles


def test_what_is_wrong_is_read_first_and_leads_to_its_field(site, context):
    from tests.factories import a_draft

    draft = a_draft(identification={"address_1": "", "postcode": "590"})
    page = signed_in(context, site, draft.candidate)
    hands = Keyboard(page)
    page.goto(f"{site}/inscription/{draft.pk}/identification")

    hands.press_button("Suivant")
    heading = page.get_by_role("heading", name="Il y a 2 points à corriger")
    assert heading.evaluate("heading => heading === document.activeElement")
    assert len(troubles(page)) == 2
    hands.press("Tab", "Enter")
    street = page.get_by_label("Numéro et voie")
    assert street.evaluate("field => field === document.activeElement")
    page.keyboard.type("3 quai du Wault")
    hands.go_to(page.get_by_label("Code postal"))
    hands.press("End")
    page.keyboard.type("00")
    hands.press("Enter")

    page.wait_for_url("**/informations")
    assert tab(page) == "Informations candidature"
