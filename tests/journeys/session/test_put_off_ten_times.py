"""The end of a session is put off ten times, and nothing is lost."""

from playwright.sync_api import expect

from tests.journeys.helpers import STREET, answer, press, tab, wait


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
