"""Once it is said that the session has ended, « Suivant » is pressed once."""

from datetime import timedelta

from playwright.sync_api import expect


def test_what_is_said_does_not_move_the_button_that_is_pressed(form, clock):
    clock.shift(timedelta(minutes=31))
    form.get_by_label("Numéro et voie").press_sequentially(" bis")
    form.clock.fast_forward("00:03")
    expect(form.locator("[data-autosave-said]")).to_contain_text("Votre session est terminée")
    button = form.get_by_role("button", name="Suivant", exact=True)
    button.scroll_into_view_if_needed()
    box = button.bounding_box()

    form.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 4)
    form.mouse.down()
    form.mouse.up()

    expect(form.get_by_role("button", name="Se connecter", exact=True)).to_be_visible()
