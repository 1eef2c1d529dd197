"""What every page owes its reader: a title, landmarks, ways around, hours with their zone."""

import re
from collections import Counter
from itertools import pairwise

import lxml.html
import pytest
from django.test import Client
from django.urls import reverse

from sporades.accounts import operations as accounts
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.web.registry import ACCESS
from tests.documents.reading import pdf_text
from tests.factories import NOW, PASSWORD
from tests.web.guide import BACKEND, HOST, words
from tests.web.registry.routes import NAMES, PAGES, POSTED, TABS, address, reader
from tests.web.registry.world import Role

HOUR = re.compile(
    r"(?:\bà|jusqu'à|avant|dès)\s\d{1,2}\s?h\b(?:\s?\d\d)?|\b\d{1,2}:\d\d\b|\b\d{1,2}h\d*\b"
)
ZONE = re.compile(r"(?:, (?:avant|après) le changement d'heure)?\s\((?:heure d|fuseau )[^)]+\)")
CONTROLS = "//main//*[self::input[not(@type='hidden')] or self::select or self::textarea]"

# The same moment, lived in three ways: the password, a code, a passkey.
LEAVING = ("account_logout", "account_undo_address", "usersessions_list")
"""Posted, these end the session of whoever posts."""
SHARED_TITLES = {
    # The tabs are the same for who fills them, candidate or office.
    "Identification, étape 2 sur 8, Brevet d'essai": {"candidate:tab", "office:tab"},
    "Récapitulatif, étape 7 sur 8, Brevet d'essai": {"candidate:recap", "office:recap"},
    "Est-ce bien vous ?": {
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
    },
}


@pytest.fixture(scope="module")
def answered(world):
    """Return what asks for a page once: most of these tests look at the same ones."""
    kept = {}

    def answer(name, changes, role):
        key = (name, role, *changes.items())
        if key not in kept:
            kept[key] = world.browser(role).get(address(name, world, **changes))
        return kept[key]

    return answer


@pytest.fixture(scope="module")
def shown(answered):
    """Return a page as its reader gets it, or nothing when it leads elsewhere. Look at it only."""
    kept = {}

    def page(name, role=None, **changes):
        key = (name, role, *changes.items())
        if key not in kept:
            text = answered(name, changes, role or reader(name)).text
            kept[key] = lxml.html.fromstring(text) if text else None
        return kept[key]

    return page


def hours_without_zone(text):
    text = " ".join(text.split())
    return [
        text[found.start() : found.end() + 30]
        for found in HOUR.finditer(text)
        if not ZONE.match(text, found.end())
    ]


EVERY = [(name, {}) for name in PAGES] + [
    ("candidate:tab", {"section": tab}) for tab in TABS if tab != "identification"
]
each_page = pytest.mark.parametrize(
    ("name", "changes"),
    EVERY,
    ids=[f"{name} {changes.get('section', '')}".strip() for name, changes in EVERY],
)


# --- Hours (R-21) --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("dimanche 15 novembre 2026 à 23 h 59 (heure de Paris)", 0),
        ("le 25 octobre 2026 à 2 h 30, avant le changement d'heure (heure de Paris)", 0),
        ("jusqu'au 15 décembre à 17 h 00", 1),
        ("fermeture 23:59", 1),
        ("fermeture à 16h00", 1),
        ("Durée : 2 h 30", 0),
        ("Pendant 72 heures", 0),
    ],
)
def test_an_hour_without_its_zone_is_found(text, count):
    assert len(hours_without_zone(text)) == count


@each_page
def test_no_page_gives_an_hour_without_its_zone(shown, name, changes):
    for role in {reader(name), Role.OWNER}:
        page = shown(name, role, **changes)
        if page is not None:
            assert hours_without_zone(words(page)) == []


@pytest.mark.parametrize("name", ["public:services", "candidate:registration", "candidate:tab"])
def test_there_are_hours_to_be_found(shown, name):
    assert HOUR.search(words(shown(name)).replace("\xa0", " "))


def test_no_mail_paper_or_answer_gives_an_hour_without_its_zone(world):
    bodies = Message.objects.values_list("body", flat=True)
    papers = [pdf_text(documents.printed(one)) for one in DocumentVersion.objects.all()[:3]]
    kept = world.browser(Role.OWNER).post(address("candidate:autosave", world)).json()["saved_at"]
    texts = [*bodies, *papers, f"à {kept}"]

    assert [hours_without_zone(text) for text in texts if hours_without_zone(text)] == []
    assert len([text for text in texts if HOUR.search(text.replace("\xa0", " "))]) > 5


# --- Titles, language, structure (A-08, A-09) -------------------------------------------------


def test_every_page_has_a_title_of_its_own_that_says_what_it_is(shown):
    titles = {}
    for name, changes in EVERY:
        page = shown(name, **changes)
        if page is not None:
            [title] = page.xpath("//head/title")
            assert re.fullmatch(r"\S.{3,80} - Sporades", words(title)), name
            titles.setdefault(words(title).removesuffix(" - Sporades"), set()).add(
                f"{name} {changes.get('section', '')}".strip()
            )

    assert {title: names for title, names in titles.items() if len(names) > 1} == SHARED_TITLES


NAMED_BY_A_PAPER = {
    "candidate:confide",
    "candidate:drop_file",
    "candidate:name_file",
    "candidate:take_back_paper",
    "candidate:take_back_piece",
}
"""Their heading names a file or a paper of health: their title, which a browser keeps, does not."""


def test_the_title_of_a_candidates_page_says_what_its_heading_says(shown):
    found = {}
    for name, changes in EVERY:
        page = shown(name, **changes)
        if page is None or not name.startswith("candidate:") or name in NAMED_BY_A_PAPER:
            continue
        title, heading = (
            set(re.findall(r"[\w’']+", words(page.xpath(where)[0]).casefold()))
            for where in ("//head/title", "//h1")
        )
        found[f"{name} {changes.get('section', '')}".strip()] = sorted(heading - title)

    assert len(found) > 30
    assert {name: unsaid for name, unsaid in found.items() if unsaid} == {}


def test_a_page_that_refuses_says_how_many_faults_in_its_title(world):
    page = (
        world.browser(Role.OWNER)
        .post(address("candidate:tab", world), {"address_1": "", "postcode": ""}, follow=True)
        .text
    )

    title = words(lxml.html.fromstring(page).xpath("//head/title")[0])
    assert re.match(r"\d erreurs : Identification, étape 2 sur 8, Brevet d'essai - Sporades", title)


@each_page
def test_a_page_has_its_landmarks_and_ways_around(shown, name, changes):
    page = shown(name, **changes)
    if page is None:
        assert ACCESS[name].page
        return

    assert page.get("lang") == "fr"
    assert [len(page.xpath(f"//{tag}")) for tag in ("h1", "main", "header", "footer")] == [
        1,
        1,
        1,
        1,
    ]
    levels = [
        int(one.tag[1])
        for one in page.xpath("//main//*[self::h1 or self::h2 or self::h3 or self::h4]")
    ]
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert [link.get("href") for link in page.cssselect(".fr-skiplinks a")] == [
        "#contenu",
        "#menu",
        "#pied",
    ]
    labels = Counter(
        nav.get("aria-label") or nav.get("aria-labelledby") for nav in page.xpath("//nav")
    )
    assert None not in labels
    assert set(labels.values()) == {1}
    here = {link.get("href") for link in page.xpath("//footer//a")}
    assert here >= {reverse(f"public:{one}") for one in FOOT}


FOOT = ("legal", "accessibility", "privacy", "cookies", "sitemap", "contact")


def test_no_form_puts_in_an_address_what_may_name_somebody(shown):
    # Days are typed: they name nobody.
    found = set()
    for name, changes in EVERY:
        page = shown(name, **changes)
        for form in [] if page is None else page.xpath("//form[not(@method) or @method='get']"):
            typed = "input[not(@type) or @type='text' or @type='search' or @type='email']"
            found |= {(name, one) for one in form.xpath(f".//{typed}/@name | .//textarea/@name")}

    assert {field for _, field in found} == {"du", "au", "jour"}
    assert ("office:refused_answers", "du") in found


@pytest.mark.parametrize("name", FOOT)
def test_the_links_of_the_footer_lead_somewhere(world, name):
    text = world.browser(Role.ANONYMOUS).get(reverse(f"public:{name}"))

    assert text.status_code == 200
    assert "À COMPLÉTER" not in text.text.upper()


def test_the_mention_of_accessibility_is_one_of_the_three_of_the_law(shown):
    [mention] = [
        words(link)
        for link in shown("public:home").xpath("//footer//a")
        if "Accessibilité" in words(link)
    ]

    assert re.fullmatch(r"Accessibilité : (totalement|partiellement|non) conforme", mention)


@each_page
def test_what_a_page_points_to_is_on_it_and_every_control_has_its_name(shown, name, changes):
    page = shown(name, **changes)
    if page is None:
        assert ACCESS[name].page
        return

    ids = Counter(page.xpath("//@id"))
    assert [one for one, count in ids.items() if count > 1] == []
    pointed = {
        one
        for attribute in ("for", "aria-describedby", "aria-labelledby", "aria-controls", "headers")
        for said in page.xpath(f"//@{attribute}")
        for one in said.split()
    }
    pointed |= {link[1:] for link in page.xpath("//a/@href[starts-with(., '#')]")}
    assert pointed <= set(ids)
    labelled = set(page.xpath("//label/@for"))
    assert [
        control.get("name")
        for control in page.xpath(CONTROLS)
        if control.get("id") not in labelled and not control.get("aria-label")
    ] == []
    assert [
        one for one in page.xpath("//a | //button") if not words(one) and not one.get("aria-label")
    ] == []
    assert [one for one in page.xpath("//@tabindex") if int(one) > 0] == []
    tables = page.xpath("//table")
    assert [
        table for table in tables if not (table.xpath("caption") and table.xpath(".//th"))
    ] == []
    assert set(page.xpath("//th/@scope")) <= {"col", "row"}
    assert page.xpath("//th[not(@scope)]") == []
    drawings = "//svg[not(@aria-hidden='true') and not(@role='img' and string(@aria-label))]"
    assert page.xpath(f"{drawings} | //img[not(@alt)]") == []
    icons = page.xpath("//*[contains(@class, 'fr-icon-') and not(normalize-space())]")
    assert [icon for icon in icons if icon.get("aria-hidden") != "true"] == []


# --- Nobody proves to be human (A-10) -----------------------------------------------------------


@each_page
def test_no_page_asks_to_prove_that_one_is_human_nor_shows_what_is_anothers(shown, name, changes):
    page = shown(name, **changes)
    if page is None:
        assert ACCESS[name].page
        return

    asked = " ".join(map(words, page.xpath("//form")))
    assert not re.search(r"captcha|turnstile|robot\b|êtes humain", asked, re.IGNORECASE)
    assert page.xpath("//iframe | //object | //embed") == []
    sources = page.xpath("//script/@src | //img/@src | //link[@rel='stylesheet']/@href")
    assert sources
    assert [one for one in sources if not re.match(r"/(?!/)|data:", one)] == []


@each_page
def test_links_that_say_the_same_lead_to_the_same_place(shown, name, changes):
    page = shown(name, **changes)
    if page is None:
        assert ACCESS[name].page
        return

    places = {}
    for link in page.xpath("//main//a[@href]"):
        places.setdefault(words(link), set()).add(link.get("href").partition("?")[0])
    assert {said: found for said, found in places.items() if len(found) > 1} == {}
    assert [
        link for link in page.xpath("//a[@title]") if words(link) not in link.get("title")
    ] == []


# --- Data and cookies (P-02, P-05, P-07, 14.2.1) -----------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "account_signup",
        "candidate:tab",
        "candidate:provide",
        "candidate:ask_correction",
        "candidate:accommodation_measures",
        "candidate:confide",
    ],
)
def test_where_data_are_asked_for_it_is_said_what_becomes_of_them(shown, name):
    [main] = shown(name).xpath("//main")

    assert "Ce que deviennent vos données" in words(main)
    assert reverse("public:privacy") in main.xpath(".//a/@href")


def test_the_address_of_a_registration_is_said_another_end_than_an_account(shown):
    [main] = shown("candidate:tab").xpath("//main")

    assert "Votre saisie est gardée au plus aussi longtemps que votre compte" in words(main)
    assert "48 heures" not in words(main)


def test_a_withdrawal_is_offered_without_a_gender(shown):
    [main] = shown("candidate:withdraw").xpath("//main")

    assert "Votre inscription prendra fin." in words(main)
    assert "Garder mon inscription" in words(main)
    assert "inscrit " not in words(main)


def test_whoever_leaves_an_address_to_be_told_is_said_what_becomes_of_it(shown):
    [main] = shown("public:ask_alert").xpath("//main")

    assert "Votre adresse est ensuite effacée" in words(main)
    assert reverse("public:privacy") in main.xpath(".//a/@href")


def test_an_account_to_be_completed_is_said_what_becomes_of_its_data(world):
    user = accounts.open_account(email="sans@exemple.test", password_hash="!", at=NOW)
    accounts.activate(user.pk, at=NOW)
    browser = Client(headers={"host": HOST})
    browser.force_login(user, backend=BACKEND)

    [main] = lxml.html.fromstring(browser.get(reverse("account_complete")).text).xpath("//main")

    assert main.xpath(".//input[@name='birth_name']")
    assert "Ce que deviennent vos données" in words(main)
    assert reverse("public:privacy") in main.xpath(".//a/@href")


def test_both_consents_are_no_until_the_candidate_says_yes_and_can_change(world):
    browser = world.browser(Role.OWNER)
    where = address("candidate:consents", world)

    def chosen():
        form = lxml.html.fromstring(browser.get(where).text).xpath("//main//form")[0]
        return form.fields["publishes_name"], form.fields["shares_name"]

    assert chosen() == ("non", "non")
    browser.post(where, {"publishes_name": "oui", "shares_name": "non"})
    assert chosen() == ("oui", "non")
    found = Registration.objects.get(pk=world.owner.registration.pk)
    assert (found.publishes_name, found.shares_name) == (True, False)
    browser.post(where, {"publishes_name": "non", "shares_name": "non"})
    assert chosen() == ("non", "non")


def test_the_service_gives_three_cookies_to_anybody_and_no_other(world):
    given = set()
    for role in (Role.ANONYMOUS, Role.OWNER, Role.MANAGER):
        browser = world.browser(role)
        for name in NAMES:
            response = browser.get(address(name, world))
            given |= set(response.cookies)
            if name in POSTED and name not in LEAVING:
                given |= set(browser.post(address(name, world)).cookies)
    browser = world.browser(Role.ANONYMOUS)
    signed = browser.post("/connexion", {"login": "nouveau@exemple.test", "password": PASSWORD})

    assert given | set(signed.cookies) == {"__Host-session", "__Host-csrf", "__Host-device"}


def test_no_address_tells_who_its_reader_is(answered):
    secrets = re.compile(r"camille|@|1998|le.?goff|ma%C3%ABlle|maëlle|59000", re.IGNORECASE)
    told = set()
    for name, changes in EVERY:
        response = answered(name, changes, Role.OWNER)
        links = [response.headers.get("Location", "")]
        if response.content:
            links += lxml.html.fromstring(response.content.decode()).xpath(
                "//@href | //@action | //@src"
            )
        # Neither leaves by the network: the device hands it to one of its own applications.
        links = [link for link in links if not link.startswith(("mailto:", "otpauth:"))]
        told |= {link for link in links if secrets.search(link)}

    assert told == set()
