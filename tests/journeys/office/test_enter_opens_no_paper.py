"""A doctor presses Enter in the opinion: it is kept, and no paper of health is opened by that."""

import pytest
from playwright.sync_api import expect

from sporades.accommodations.states import State
from sporades.accounts.models import Membership
from sporades.medical.models import Opening
from tests.accommodations.asked import reach
from tests.factories import a_registration
from tests.journeys.helpers import text
from tests.medical.given import confide, found_clean
from tests.web.browser import follow


@pytest.fixture
def opinion(site, enter):
    """Return the page of a doctor who has a paper to open and an opinion to give."""
    registration = a_registration(informations={"has_disability": "oui"})
    found_clean(confide(registration))
    reach(registration, State.ASKED)
    page = enter("docteur@exemple.test", Membership.Role.DOCTOR)
    page.goto(f"{site}/medecin/")
    follow(page.get_by_role("button", name="Je m'en charge"))
    assert "Vous êtes en charge de cette demande." in text(page)
    return page


@pytest.mark.parametrize("control", ["Favorable", "Défavorable"])
def test_enter_keeps_the_opinion_and_opens_nothing(opinion, control):
    choice = opinion.get_by_role("radio", name=control, exact=True).first
    choice.focus()

    with opinion.expect_event("load"):
        choice.press("Enter")

    assert "Votre saisie est gardée" in text(opinion)
    assert "papier=" not in opinion.url
    assert not Opening.objects.exists()


def test_the_paper_that_is_opened_is_what_is_read_first(opinion):
    follow(opinion.get_by_role("button", name="pas encore ouvert"))

    expect(opinion.locator("#papier")).to_be_focused()
    # Both are seen: the paper, and the beginning of what is said of it.
    expect(opinion.locator("#papier")).to_be_in_viewport()
    expect(opinion.get_by_role("heading", name="Avis", exact=True)).to_be_in_viewport()
    assert Opening.objects.count() == 1
