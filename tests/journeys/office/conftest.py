"""Members of the office, each in a browser of their own."""

import pytest

from sporades.accounts import second_factor
from tests.factories import PASSWORD
from tests.journeys.helpers import answer, press
from tests.web.registry.world import a_member


@pytest.fixture
def enter(browser, site):
    """Sign a member of staff in, with password and code; return the page of the office."""
    opened = []

    def entered(email, role, academies=("A09",)):
        user = a_member(email, role, list(academies))
        user.emailaddress_set.create(email=email, primary=True, verified=True)
        second_factor.enrol_totp(user)
        context = browser.new_context(locale="fr-FR")
        opened.append(context)
        page = context.new_page()
        page.goto(f"{site}/connexion")
        answer(page, "Adresse mail", email)
        answer(page, "Mot de passe", PASSWORD)
        press(page, "Se connecter")
        page.locator("[name=code]").fill(second_factor.current_code(user))
        press(page, "Se connecter")
        return page

    yield entered
    for context in opened:
        context.close()
