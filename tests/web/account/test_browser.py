"""Accounts in a real browser: accessible, usable by telephone, without script, with a passkey."""

import os
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.cache import cache
from django.urls import reverse
from playwright.sync_api import expect

from sporades.accounts.keys import activation_key
from sporades.accounts.models import User
from sporades.candidates.models import Identity
from sporades.mail.models import Message
from tests.factories import NOW, PASSWORD, a_candidate
from tests.web.browser import follow, tick

# Playwright keeps a loop of its own in this thread; the database is not used from it.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam."""


@pytest.fixture
def site(live_server, clock, territory, settings):
    """The whole service over plain HTTP on localhost, with its official lists."""
    url = live_server.url.replace("127.0.0.1", "localhost")
    settings.SITE_URL = url
    settings.COOKIE_PREFIX = ""
    settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME = "session", "csrf"
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = False
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    cache.clear()
    return url


@pytest.fixture
def user(site):
    user = a_candidate(email="maelle@exemple.test").user
    user.emailaddress_set.create(email=user.email, primary=True, verified=True)
    return user


def sign_in(page, site):
    page.goto(site + reverse("account_login"))
    page.get_by_label("Adresse mail").fill("maelle@exemple.test")
    page.get_by_label("Mot de passe", exact=True).fill(PASSWORD)
    follow(page.get_by_role("button", name="Se connecter", exact=True))
    page.wait_for_load_state("networkidle")


def test_the_page_of_activation_is_accessible_whether_a_password_was_chosen_or_not(
    site, page, complaints
):
    """The registry has every other page."""
    for email, password in (("x@exemple.test", None), ("y@exemple.test", "un mot de passe")):
        user = User.objects.create_user(email, password, created_at=NOW)
        page.goto(site + reverse("account_confirm_email", args=[activation_key(user)]))
        for width, scheme in ((1280, "light"), (320, "dark")):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(color_scheme=scheme)
            found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
            assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
            assert page.evaluate("document.documentElement.scrollWidth") <= width

    assert complaints == []


def fill(page):
    tick(page.get_by_label("Madame"))
    page.get_by_label("Nom de famille").fill("Marchand")
    page.get_by_label("Prénoms").fill("Inès")
    page.get_by_label("Nationalité").select_option(label="Française")
    page.get_by_label("Jour", exact=True).fill("14")
    page.get_by_label("Mois", exact=True).fill("3")
    page.get_by_label("Année", exact=True).fill("2008")
    page.get_by_label("Adresse mail").fill("ines@exemple.test")
    page.get_by_label("Mot de passe", exact=True).fill("quatre mots sans rapport")


def test_the_commune_is_found_as_one_types_without_its_accents(site, page, complaints):
    page.goto(site + reverse("account_signup"))
    fill(page)
    place = page.get_by_label("Commune ou ville de naissance")

    place.press_sequentially("saint etienne du r")
    page.get_by_role("option", name=re.compile("Saint-Étienne-du-Rouvray")).click()
    assert place.input_value() == "Saint-Étienne-du-Rouvray"
    follow(page.get_by_role("button", name="Créer mon compte"))
    page.wait_for_url(f"**{reverse('account_email_verification_sent')}")

    identity = Identity.objects.get()
    assert (identity.birth_commune, identity.birth_department) == ("76575", "76")
    assert complaints == []


def test_of_namesakes_the_one_that_is_picked_is_said_with_its_department_which_follows(site, page):
    page.goto(site + reverse("account_signup"))
    place = page.get_by_label("Commune ou ville de naissance")
    department = page.get_by_label("Département de naissance")

    place.press_sequentially("saint-denis")
    page.get_by_role("option", name="Saint-Denis (Gard, 30)").click()

    which = page.locator(".s-suggest__which")
    expect(which).to_have_text("Choisi : Saint-Denis (Gard, 30)")
    expect(
        page.get_by_text("Saint-Denis (Gard, 30) choisi. Département de naissance\xa0: ")
    ).to_have_attribute("role", "status")
    expect(department.locator("option:checked")).to_have_text(re.compile("Gard"))

    place.press_sequentially("x")
    expect(which).to_have_text("")
    expect(department).to_have_value("")

    place.fill("")
    place.press_sequentially("saint-denis")
    page.get_by_role("option", name="Saint-Denis (Gard, 30)").click()
    department.select_option("93")
    expect(which).to_have_text("")
    expect(page.locator("#id_birth_commune")).to_have_value("")
    expect(department).to_have_value("93")


def test_the_one_that_was_picked_is_said_again_by_a_page_that_was_refused(site, page):
    page.goto(site + reverse("account_signup"))
    page.get_by_label("Commune ou ville de naissance").press_sequentially("saint-denis")
    page.get_by_role("option", name="Saint-Denis (Gard, 30)").click()

    follow(page.get_by_role("button", name="Créer mon compte"))

    expect(page.locator("[data-error-summary]")).to_be_visible()
    which = page.locator(".s-suggest__which")
    expect(which).to_have_text("Choisi : Saint-Denis (Gard, 30)")
    page.get_by_label("Commune ou ville de naissance").press_sequentially("x")
    expect(which).to_have_text("")


def test_an_account_is_made_without_script_on_a_telephone(site, browser):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 640})
    page = context.new_page()
    page.goto(site + reverse("account_signup"))
    fill(page)
    page.get_by_label("Commune ou ville de naissance").fill("Saint-Denis")
    follow(page.get_by_role("button", name="Créer mon compte"))
    assert "Choisissez votre commune" in page.content()
    tick(page.get_by_label("Saint-Denis (La Réunion, 974)"))
    page.get_by_label("Mot de passe", exact=True).fill("quatre mots sans rapport")
    follow(page.get_by_role("button", name="Créer mon compte"))

    link = re.search(r"http://localhost:\d+/activer\S+", Message.objects.get().body)[0]
    page.goto(link)
    page.get_by_label("Mot de passe", exact=True).fill("quatre mots sans rapport")
    follow(page.get_by_role("button", name="Activer mon compte"))

    assert page.url == site + reverse("candidate:home")
    context.close()


def test_a_passkey_is_added_and_opens_the_account_without_a_password(site, user, page, complaints):
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    sign_in(page, site)
    page.goto(site + reverse("mfa_add_webauthn"))
    page.get_by_label("Nom de cette clé").fill("Mon téléphone")
    page.get_by_role("button", name="Ajouter cette clé").click()
    page.wait_for_url(f"**{reverse('mfa_view_recovery_codes')}")
    # The codes that come with it are on the page: they are not announced as well.
    expect(page.locator("main .s-notice")).to_have_text(["La clé d'accès est ajoutée."])
    page.goto(site + reverse("mfa_list_webauthn"))
    assert page.get_by_role("rowheader", name="Mon téléphone").is_visible()
    follow(page.get_by_role("button", name="Se déconnecter"))

    page.goto(site + reverse("account_login"))
    page.get_by_role("button", name="Me connecter avec une clé d'accès").click()

    page.wait_for_url(f"**{reverse('candidate:home')}")
    assert complaints == []


def test_the_secret_of_an_application_is_copied_without_its_spaces_and_said_so(
    site, user, page, complaints
):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=site)
    sign_in(page, site)
    page.goto(site + reverse("mfa_activate_totp"))
    secret = page.locator("code").inner_text()

    page.get_by_role("button", name="Copier le secret").click()

    expect(page.locator("main li").get_by_role("status")).to_have_text("Copié.")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == secret.replace(" ", "")
    assert complaints == []


def test_a_passkey_that_is_not_given_is_said_with_the_other_way_in(site, user, page, complaints):
    page.goto(site + reverse("account_login"))
    said = page.get_by_role("region", name="Sans mot de passe").get_by_role("status")
    assert said.inner_text() == ""

    page.evaluate(
        "() => { navigator.credentials.get = () => Promise.reject(new DOMException('no')); }"
    )
    page.get_by_role("button", name="Me connecter avec une clé d'accès").click()

    expect(said).to_contain_text("Votre appareil n'a pas donné de clé d'accès.")
    expect(said).to_contain_text("connectez-vous avec votre adresse mail et votre mot de passe")
    assert complaints == []


def test_without_script_no_button_of_a_passkey_stands_there(site, browser):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()

    page.goto(site + reverse("account_login"))

    expect(page.get_by_role("button", name="Me connecter avec une clé d'accès")).to_be_hidden()
    expect(page.locator("[aria-labelledby=autrement] noscript p")).to_be_visible()
    context.close()


def test_a_long_name_stays_at_the_right_of_the_service_s(site, page):
    name = "D'Œuvré de la Très-Longue-Maison-des-Hautes-Terres dites Quatre-Vents"
    user = a_candidate(email="maelle@exemple.test", birth_name=name).user
    user.emailaddress_set.create(email=user.email, primary=True, verified=True)
    page.set_viewport_size({"width": 1280, "height": 800})

    sign_in(page, site)

    brand, person = (page.locator(one).bounding_box() for one in (".s-brand", ".s-person"))
    assert person["x"] >= brand["x"] + brand["width"]
    assert person["y"] < brand["y"] + brand["height"]
