"""The end of a session is announced, and put off at a click."""

from playwright.sync_api import expect

from tests.journeys.helpers import press, tab, wait


def test_the_end_is_announced_and_put_off(form, clock):
    wait(26, form, clock)
    dialog = form.get_by_role("dialog", name="Êtes-vous toujours là ?")
    expect(dialog).to_have_accessible_description(
        "Votre session se termine dans 4 minutes, faute d'activité. "
        "Rien de ce que vous avez saisi ne sera perdu."
    )

    dialog.get_by_role("button", name="Prolonger ma session").click()
    expect(dialog).to_be_hidden()
    expect(form.get_by_label("Numéro et voie")).to_be_focused()
    form.clock.fast_forward("00:01")
    expect(form.get_by_text("Votre session est prolongée de 30 minutes.")).to_have_role("status")
    wait(24, form, clock)
    press(form, "Suivant")

    assert tab(form) == "Informations candidature"


def test_escape_puts_it_off_and_what_keeps_it_from_doing_so_is_said(form, context, clock):
    wait(26, form, clock)
    dialog = form.get_by_role("dialog", name="Êtes-vous toujours là ?")
    context.set_offline(True)

    form.keyboard.press("Escape")

    expect(dialog.get_by_role("status").nth(1)).to_contain_text("Pas de réseau")
    expect(dialog).to_be_visible()

    context.set_offline(False)
    form.keyboard.press("Escape")

    expect(dialog).to_be_hidden()
    expect(form.get_by_label("Numéro et voie")).to_be_focused()


def test_what_kept_it_from_being_put_off_is_not_said_of_its_end(form, context, clock):
    wait(26, form, clock)
    context.set_offline(True)
    form.keyboard.press("Escape")
    expect(form.get_by_text("Réessayez dans un instant")).to_be_visible()
    context.set_offline(False)
    context.clear_cookies()

    wait(5, form, clock)

    dialog = form.get_by_role("dialog", name="Votre session est terminée")
    expect(dialog).to_be_visible()
    expect(dialog).not_to_contain_text("Pas de réseau")
