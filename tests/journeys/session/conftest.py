"""Who is there, and what is shown, when a session ends."""

import pytest
from playwright.sync_api import expect

from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import STREET, answer, signed_in


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
    expect(page.locator("[data-autosave-said]")).to_contain_text("Saisie gardée")
    return page
