"""After the end, one signs in beside and goes on."""

from playwright.sync_api import expect

from tests.journeys.helpers import STREET, answer, heading, press, sign_in, tab, wait


def test_after_the_end_one_signs_in_beside_and_goes_on(form, clock, draft):
    wait(31, form, clock)
    dialog = form.get_by_role("dialog", name="Votre session est terminée")
    dialog.get_by_role("button", name="Revenir à ma saisie").click()
    answer(form, "Appartement, étage, bâtiment", "Escalier B")
    form.clock.fast_forward("00:03")
    expect(form.locator("[data-autosave-said]")).to_have_text(
        "Votre session est terminée : votre saisie reste sur cette page. Connectez-vous dans un nouvel onglet."
    )

    way = form.get_by_role("link", name="Me connecter dans un nouvel onglet")
    expect(way).to_be_visible()

    beside = form.context.new_page()
    sign_in(beside, form.url.partition("/inscription")[0], draft.candidate.user.email)
    assert heading(beside) == "Une chose vous attend"
    form.clock.fast_forward("00:30")
    expect(form.locator("[data-autosave-said]")).to_contain_text("Saisie gardée")
    expect(way).to_be_hidden()
    press(form, "Suivant")

    assert tab(form) == "Informations candidature"
    stored = draft.answers.get(section="identification").answers
    assert (stored["address_1"], stored["address_2"]) == (STREET, "Escalier B")
