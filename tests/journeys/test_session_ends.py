"""A session ends for want of use: said in time, put off at a click, and nothing is lost."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import PASSWORD, answer, heading, press, sign_in, signed_in, tab, text

STREET = "3 quai du Wault"


@pytest.fixture
def draft(site):
    """The draft of somebody who may sign in."""
    user = (candidate := a_candidate()).user
    user.emailaddress_set.create(email=user.email, primary=True, verified=True)
    return a_draft(candidate)


@pytest.fixture
def form(site, context, draft):
    """A tab half answered, shown in a browser whose clock is in our hands."""
    page = signed_in(context, site, draft.candidate)
    page.clock.install()
    page.goto(f"{site}/inscription/{draft.pk}/identification")
    answer(page, "Numéro et voie", STREET)
    page.clock.fast_forward("00:03")
    expect(page.locator("[data-autosave-said]")).to_contain_text("Brouillon enregistré")
    return page


def wait(minutes, page, clock):
    """Do nothing for some minutes, here and there."""
    clock.shift(timedelta(minutes=minutes))
    page.clock.fast_forward(minutes * 60_000)


def test_the_end_is_announced_and_put_off(form, clock):
    wait(26, form, clock)
    dialog = form.get_by_role("dialog", name="Êtes-vous toujours là ?")
    expect(dialog).to_contain_text("Votre session se termine dans 4 minutes")

    dialog.get_by_role("button", name="Prolonger ma session").click()
    expect(dialog).to_be_hidden()
    wait(24, form, clock)
    press(form, "Suivant")

    assert tab(form) == "Informations candidature"


def test_the_end_is_put_off_ten_times_and_nothing_is_lost(form, clock, draft):
    dialog = form.get_by_role("dialog", name="Êtes-vous toujours là ?")

    for _ in range(10):
        wait(26, form, clock)
        expect(dialog).to_contain_text("Votre session se termine dans 4 minutes")
        dialog.get_by_role("button", name="Prolonger ma session").click()
        expect(dialog).to_be_hidden()
    answer(form, "Appartement, étage, bâtiment", "Escalier B")
    press(form, "Suivant")

    assert tab(form) == "Informations candidature"
    stored = draft.answers.get(section="identification").answers
    assert (stored["address_1"], stored["address_2"]) == (STREET, "Escalier B")


def test_after_the_end_one_signs_in_beside_and_goes_on(form, clock, draft):
    wait(31, form, clock)
    dialog = form.get_by_role("dialog", name="Votre session est terminée")
    dialog.get_by_role("button", name="Revenir à ma saisie").click()
    answer(form, "Appartement, étage, bâtiment", "Escalier B")
    form.clock.fast_forward("00:03")
    expect(form.locator("[data-autosave-said]")).to_have_text(
        "Votre session est terminée : votre saisie reste sur cette page."
    )

    beside = form.context.new_page()
    sign_in(beside, form.url.partition("/inscription")[0], draft.candidate.user.email)
    assert heading(beside) == "1 chose vous attend"
    form.clock.fast_forward("00:30")
    expect(form.locator("[data-autosave-said]")).to_contain_text("Brouillon enregistré")
    press(form, "Suivant")

    assert tab(form) == "Informations candidature"
    stored = draft.answers.get(section="identification").answers
    assert (stored["address_1"], stored["address_2"]) == (STREET, "Escalier B")


def test_the_announcement_leads_to_where_one_signs_in(form, clock):
    wait(31, form, clock)

    dialog = form.get_by_role("dialog", name="Votre session est terminée")
    with form.expect_popup() as popup:
        dialog.get_by_role("link", name="Me connecter dans un nouvel onglet").click()

    assert heading(popup.value) == "Me connecter"


def test_what_is_sent_after_the_end_waits_for_its_author(site, browser, draft, clock):
    context = browser.new_context(java_script_enabled=False)
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/identification")
    answer(page, "Numéro et voie", STREET)
    clock.shift(timedelta(minutes=31))

    press(page, "Suivant")
    assert "Votre session s'est terminée, faute d'activité." in text(page)
    answer(page, "Adresse mail", draft.candidate.user.email)
    answer(page, "Mot de passe", PASSWORD)
    press(page, "Se connecter")

    assert "Vos réponses sont là : vérifiez-les, puis continuez." in text(page)
    assert page.get_by_label("Numéro et voie").input_value() == STREET
    press(page, "Suivant")
    assert tab(page) == "Informations candidature"
    context.close()
