"""FranceConnect, pressed in a browser, which obeys the content security policy of our pages (B9)."""

import json

import pytest
from django.core.cache import cache
from playwright.sync_api import expect

from tests.journeys.helpers import heading
from tests.test_environment import start, whole
from tests.web.provider import running

SAID = ("FRANCECONNECT_URL", "FRANCECONNECT_CLIENT_ID", "SECURE_CSP", "SOCIALACCOUNT_PROVIDERS")


@pytest.fixture
def provider(site, tmp_path):
    """A real OpenID Connect provider, which knows the address of this site."""
    back = f"{site}/connexion/par/franceconnect/retour"
    with running(tmp_path, back=back, signed_out=f"{site}/connexion") as issuer:
        yield issuer


@pytest.fixture(autouse=True)
def _configured(provider, settings, tmp_path):
    """Take what our settings make of the variables that a deployer gives: none is written here."""
    variables = whole(tmp_path) | {
        "FRANCECONNECT_URL": provider,
        "FRANCECONNECT_CLIENT_ID": "sporades-essai",
        "FRANCECONNECT_CLIENT_SECRET": "un-secret-d-essai-assez-long-pour-lui",
    }
    tell = f"import json; from config import settings; print(json.dumps({{name: getattr(settings, name) for name in {SAID}}}))"
    for name, value in json.loads(start(variables, "-c", tell).stdout).items():
        setattr(settings, name, value)
    settings.ACCOUNT_DEFAULT_HTTP_PROTOCOL = "http"
    cache.clear()


def test_the_button_leads_to_franceconnect_and_back_with_the_civil_data(site, provider, page):
    refused = []
    page.on(
        "console",
        lambda said: "Content Security Policy" in said.text and refused.append(said.text),
    )
    page.goto(f"{site}/connexion")

    page.get_by_role("button", name="FranceConnect", exact=True).click()
    expect(page).to_have_title("Fournisseur")
    assert page.url.startswith(provider.removesuffix("/o"))
    page.get_by_label("Nom").fill("angela")
    page.get_by_label("Mot de passe").fill("angela")
    page.get_by_role("button", name="Continuer").click()

    expect(page.get_by_role("textbox", name="Prénoms")).to_have_value("Angela Claire")
    assert page.url.startswith(site)
    assert heading(page) == "Compléter mon compte"
    assert refused == []
