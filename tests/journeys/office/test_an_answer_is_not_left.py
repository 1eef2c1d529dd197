"""What the office types where nothing keeps it is not left without a word."""

import pytest
from playwright.sync_api import expect

from sporades.accounts.models import Membership
from tests.factories import a_registration
from tests.journeys.helpers import answer, press

ANSWER = "Votre attestation arrive lundi."


@pytest.fixture
def asked():
    """What the browser asked before a page was left; one stays there."""
    return []


@pytest.fixture
def page(enter, asked):
    page = enter("agent@exemple.test", Membership.Role.MANAGER)

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return page


@pytest.mark.parametrize(
    ("tab", "field"),
    [("messages", "Votre message"), ("notes", "Ajouter une note")],
)
def test_an_answer_that_is_not_sent_is_not_left(site, page, asked, tab, field):
    page.goto(f"{site}/gestion/inscriptions/{a_registration().number}/{tab}")
    page.get_by_label(field).fill(ANSWER)

    with page.expect_event("dialog"):
        page.get_by_role("link", name="Accueil").first.click(no_wait_after=True)

    assert asked == ["beforeunload"]
    assert page.get_by_label(field).input_value() == ANSWER


def test_a_decision_that_was_refused_is_not_left_either(site, page, asked):
    page.goto(f"{site}/gestion/inscriptions/{a_registration().number}/etat")
    answer(page, "Décision", "Écarter")
    press(page, "Enregistrer la décision")
    expect(page.get_by_label("Écarter")).to_be_checked()

    with page.expect_event("dialog"):
        page.get_by_role("link", name="Accueil").first.click(no_wait_after=True)

    assert asked == ["beforeunload"]


@pytest.mark.parametrize(
    ("tab", "said"),
    [
        ("messages", "envoyez-le avant de la quitter"),
        ("journal", "Rien de ce que vous avez saisi ne sera perdu."),
    ],
)
def test_the_end_of_the_session_says_what_is_kept(site, page, tab, said):
    page.clock.install()
    page.goto(f"{site}/gestion/inscriptions/{a_registration().number}/{tab}")

    page.clock.run_for(14 * 60 * 1000)
    page.clock.run_for(14 * 60 * 1000)

    dialog = page.get_by_role("dialog", name="Êtes-vous toujours là ?")
    expect(dialog).to_contain_text(said)
