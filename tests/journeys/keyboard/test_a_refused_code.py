"""A code that was refused gives its place to the next one, without a mouse."""

from sporades.accounts import second_factor
from sporades.accounts.models import Membership
from tests.journeys.hands import Keyboard
from tests.journeys.helpers import sign_in
from tests.web.registry.world import a_member


def test_the_next_code_takes_the_place_of_the_one_that_was_refused(site, page):
    user = a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    user.emailaddress_set.create(email=user.email, primary=True, verified=True)
    second_factor.enrol_totp(user)
    hands = Keyboard(page)
    sign_in(page, site, user.email)
    code = page.get_by_label("Code", exact=True)
    hands.go_to(code)
    page.keyboard.type("12345")
    hands.press_button("Se connecter")

    hands.press("Tab", "Enter")
    page.keyboard.type("123456")

    assert code.input_value() == "123456"
