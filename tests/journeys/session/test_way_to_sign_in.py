"""The announcement of the end leads to where one signs in."""

from tests.journeys.helpers import heading, wait


def test_the_announcement_leads_to_where_one_signs_in(form, clock):
    wait(31, form, clock)

    dialog = form.get_by_role("dialog", name="Votre session est terminée")
    with form.expect_popup() as popup:
        dialog.get_by_role("link", name="Me connecter dans un nouvel onglet").click()

    assert heading(popup.value) == "Me connecter"
