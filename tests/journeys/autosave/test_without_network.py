"""Without network, what is typed waits on the page."""

from playwright.sync_api import expect

from tests.factories import a_candidate, a_draft, a_registration
from tests.journeys.helpers import SAVED, answer, press, said_of_the_draft, signed_in, tab, text


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


NOTHING_LEFT = (
    "Pas de réseau : rien n'est parti, et votre saisie reste sur cette page. Appuyez de nouveau dès "
    "qu'il revient."
)


def test_without_network_a_tab_that_is_sent_stays_with_its_answers(site, context):
    draft = a_draft(a_candidate())
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/identification")

    context.set_offline(True)
    answer(page, "Numéro et voie", "3 quai du Wault")
    page.get_by_role("button", name="Suivant").click()

    expect(page.locator(".s-buttons + [data-cut]")).to_have_text(NOTHING_LEFT)
    assert tab(page) == "Identification"
    assert page.get_by_label("Numéro et voie").input_value() == "3 quai du Wault"

    context.set_offline(False)
    expect(page.locator("[data-cut]")).to_have_count(0)
    press(page, "Suivant")
    assert tab(page) == "Informations candidature"
    assert draft.answers.get(section="identification").answers["address_1"] == "3 quai du Wault"


def test_without_network_no_other_form_leaves_its_page_either(site, context):
    registration = a_registration()
    page = signed_in(context, site, registration.candidate)
    page.goto(f"{site}/mes-inscriptions/{registration.number}/messages")

    context.set_offline(True)
    page.get_by_label("Votre message").fill("Bonjour")
    page.get_by_role("button", name="Envoyer le message").click()

    expect(page.locator(".s-buttons + [data-cut]")).to_have_text(NOTHING_LEFT)
    assert page.get_by_label("Votre message").input_value() == "Bonjour"

    context.set_offline(False)
    press(page, "Envoyer le message")
    assert "Bonjour" in text(page)


CUT = "Object.defineProperty(navigator, 'onLine', { get: () => false })"


def test_a_browser_that_wrongly_believes_itself_cut_sends_all_the_same(site, context):
    registration = a_registration()
    draft = a_draft(registration.candidate, speciality="FOREST")
    page = signed_in(context, site, draft.candidate)
    page.add_init_script(CUT)
    page.goto(f"{site}/inscription/{draft.pk}/identification")

    answer(page, "Numéro et voie", "3 quai du Wault")
    press(page, "Suivant")
    assert tab(page) == "Informations candidature"

    page.goto(f"{site}/mes-inscriptions/{registration.number}/messages")
    page.get_by_label("Votre message").fill("Bonjour")
    press(page, "Envoyer le message")
    assert "Bonjour" in text(page)
