"""Without network, what is typed waits on the page."""

from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import SAVED, answer, press, said_of_the_draft, signed_in, tab


def test_without_network_what_is_typed_waits_on_the_page(site, context):
    draft = a_draft(a_candidate())
    page = signed_in(context, site, draft.candidate)
    page.clock.install()
    page.goto(f"{site}/inscription/{draft.pk}/identification")

    context.set_offline(True)
    answer(page, "Numéro et voie", "3 quai du Wault")
    page.clock.fast_forward("00:03")
    said_of_the_draft(page).to_have_text(
        "Pas de réseau : votre saisie reste sur cette page, nous réessayons."
    )
    context.set_offline(False)
    page.clock.fast_forward("01:00")
    said_of_the_draft(page).to_have_text(SAVED)
    press(page, "Suivant")

    assert tab(page) == "Informations candidature"
