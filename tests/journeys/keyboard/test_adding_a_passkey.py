"""A passkey is added without a mouse."""

from tests.factories import a_candidate
from tests.journeys.hands import Keyboard
from tests.journeys.helpers import signed_in, text

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def test_enter_after_the_name_of_a_passkey_asks_the_device_for_it(site, context, settings):
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    page = signed_in(context, site, a_candidate())
    browser = context.new_cdp_session(page)
    browser.send("WebAuthn.enable")
    browser.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    page.goto(f"{site}/mon-compte/double-authentification/cles/ajouter")
    hands = Keyboard(page)
    hands.go_to(page.get_by_label("Nom de cette clé"))
    page.keyboard.type("Mon téléphone")

    with page.expect_navigation():
        hands.press("Enter")

    assert "La clé d'accès est ajoutée." in text(page)
    assert page.title().startswith("Codes de secours")
