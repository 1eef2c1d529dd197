"""The public pages that every service owes its readers, and what they say."""

import csv
import re
from datetime import datetime, timedelta
from itertools import pairwise
from urllib.parse import urlsplit

import lxml.html
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.checks import ERROR, WARNING, run_checks
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.urls import NoReverseMatch, reverse

from sporades.accounts.models import ACTIVATION_LASTS, UNDOING_LASTS
from sporades.accounts.operations import KEPT_WITHOUT_REGISTRATION, WARNED_BEFORE
from sporades.territory.models import ManagingService
from sporades.web import registry
from sporades.web.access import Who
from sporades.web.account import devices
from sporades.web.layout import audit
from sporades.web.layout.audit import Conformity, Criterion, Status
from sporades.web.public.plan import STEPS, TITLES
from tests.factories import NOW
from tests.web.guide import HOST, words
from tools import keys

PAGES = ["home", "legal", "accessibility", "privacy", "cookies", "sitemap", "contact"]


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam."""


@pytest.fixture
def opened(client):
    """Return a public page, as anyone gets it."""

    def opened(name, query=""):
        address = reverse(f"public:{name}") + query
        response = client.get(address, headers={"host": HOST})
        assert response.status_code == 200
        return lxml.html.fromstring(response.content.decode())

    return opened


# --- Every page ----------------------------------------------------------------------------


@pytest.mark.parametrize("name", PAGES)
def test_anyone_reads_a_page_with_one_title_and_headings_in_order(opened, db, name):
    page = opened(name)

    levels = [
        int(heading.tag[1]) for heading in page.cssselect("main h1, main h2, main h3, main h4")
    ]
    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert re.fullmatch(r"\S.* - Sporades", words(page.cssselect("title")[0]))


@pytest.mark.parametrize("name", sorted(set(PAGES) - {"contact"}))
def test_a_page_that_says_the_same_to_all_asks_nothing_of_the_database(opened, name):
    # No mark gives this test a database: a query would fail it.
    opened(name)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_leaves_no_blank_for_the_deployer_to_fill(opened, db, name):
    assert not re.search(r"à compléter|lorem|xxx|todo", words(opened(name)), re.IGNORECASE)


@pytest.mark.parametrize("name", PAGES)
def test_the_links_of_a_page_lead_somewhere(opened, db, client, name):
    inside = {
        link.get("href")
        for link in opened(name).cssselect("nav a, footer a, main a")
        if link.get("href", "").startswith("/")
    }

    # A page for those who have an account leads to the page where one signs in.
    ends = {url: client.get(url, headers={"host": HOST}, follow=True).status_code for url in inside}
    assert ends == dict.fromkeys(inside, 200)


@pytest.mark.parametrize("name", PAGES)
def test_the_menu_and_the_way_to_the_site_map_are_the_same_on_every_page(opened, db, name):
    page = opened(name)

    menu = [link.get("href") for link in page.cssselect(".s-menu-wide a")]
    assert menu == [
        reverse(one)
        for one in ("account_login", "account_signup", "public:services", "public:help")
    ]
    assert len(page.cssselect(f"footer a[href='{reverse('public:sitemap')}']")) == 1
    assert len(page.cssselect("header, nav, main, footer")) >= 4


# --- Mentions légales, données personnelles, cookies -----------------------------------------


def test_the_legal_page_says_who_publishes_and_who_hosts(opened, settings):
    settings.DEPLOYER_NAME = "Rectorat d'essai"
    settings.DEPLOYER_ADDRESS = "2, rue du Port, 59000 Lille"
    settings.PUBLICATION_DIRECTOR = "la rectrice"
    settings.HOST_NAME = "Hébergeur d'essai, 1, quai Nord, 75000 Paris"

    page = words(opened("legal"))

    for owed in (
        "Rectorat d'essai",
        "2, rue du Port, 59000 Lille",
        "la rectrice",
        "Hébergeur d'essai, 1, quai Nord, 75000 Paris",
    ):
        assert owed in page


def test_a_real_installation_is_told_which_legal_fact_it_has_not_given(db, settings):
    settings.DEPLOYER_ADDRESS = "2, rue du Port, 59000 Lille"
    settings.PUBLICATION_DIRECTOR = settings.HOST_NAME = settings.PRIVACY_CONTACT = ""

    found = [
        one.msg.split()[0]
        for one in run_checks(include_deployment_checks=True)
        if one.id == "sporades.E001"
    ]

    assert found == [
        "PUBLICATION_DIRECTOR",
        "HOST_NAME",
        "PRIVACY_CONTACT",
        "ACCESSIBILITY_SCHEME_URL",
        "ACCESSIBILITY_PLAN_URL",
    ]


def test_a_real_installation_is_told_that_its_seal_cannot_be_put(db, settings, tmp_path, caplog):
    key = tmp_path / "seal.p12"
    settings.SEAL_KEY_FILE, settings.SEAL_KEY_PASSWORD = str(key), "secret"

    away = [one for one in run_checks(include_deployment_checks=True) if one.id == "sporades.E007"]
    key.write_bytes(b"no key")
    found = {one.id for one in run_checks(include_deployment_checks=True)}
    settings.SEAL_KEY_FILE = ""
    without = {one.id for one in run_checks(include_deployment_checks=True)}

    own = {"sporades.E002", "sporades.E007"}
    assert [one.msg for one in away] == [
        f"SEAL_KEY_FILE : {key} n'existe pas, ou ne peut pas être lu."
    ]
    assert (own & found, own & without) == ({"sporades.E002"}, set())
    assert [one.exc_info for one in caplog.records if "seal" in one.name] == [None]


@pytest.mark.usefixtures("stopped_clock")
@pytest.mark.parametrize(
    ("life", "found"),
    [
        (timedelta(days=61), []),
        (timedelta(days=59), [("sporades.W008", WARNING)]),
        (timedelta(hours=-1), [("sporades.E011", ERROR)]),
    ],
)
def test_a_real_installation_is_told_that_its_certificate_ends(db, settings, tmp_path, life, found):
    key = ec.generate_private_key(ec.SECP256R1())
    made = keys.self_signed("Essai", key, password="secret", at=NOW, life=life)
    (tmp_path / "seal.p12").write_bytes(made)
    settings.SEAL_KEY_FILE, settings.SEAL_KEY_PASSWORD = str(tmp_path / "seal.p12"), "secret"

    said = run_checks(include_deployment_checks=True)

    own = [one for one in said if one.id in ("sporades.W008", "sporades.E011")]
    assert [(one.id, one.level) for one in own] == found


def database_checks():
    return {one.id for one in run_checks(databases=["default"], include_deployment_checks=True)}


def test_a_real_installation_is_told_that_its_stores_or_its_tables_are_not_ready(
    db, settings, kept, confided, tmp_path
):
    own = {"sporades.E003", "sporades.E004", "sporades.E005"}
    assert not own & database_checks()
    assert (kept(), confided()) == ([], [])

    (tmp_path / "nothing").touch()
    gone = {**settings.STORAGES["medical"], "OPTIONS": {"location": tmp_path / "nothing"}}
    settings.STORAGES = {**settings.STORAGES, "medical": gone}
    [last] = MigrationLoader(connection).graph.leaf_nodes("sessions")
    MigrationRecorder(connection).record_unapplied(*last)

    assert own & database_checks() == {"sporades.E004", "sporades.E005"}


def test_the_durations_announced_are_those_of_the_program(opened, settings):
    rows = {words(row[0]): words(row[-1]) for row in opened("privacy").cssselect("table tbody tr")}

    assert ACTIVATION_LASTS.total_seconds() == 48 * 3600
    assert rows["Compte non activé"].startswith("48 heures")
    assert (KEPT_WITHOUT_REGISTRATION.days // 30, WARNED_BEFORE.days) == (6, 30)
    assert UNDOING_LASTS.total_seconds() == 72 * 3600
    assert rows["Ancienne adresse mail, après un changement"] == "72 heures."
    # A session lasts twelve hours, and is kept twelve more after its last use.
    assert settings.SESSION_COOKIE_AGE == 12 * 3600
    assert rows["Appareils connectés et leur adresse réseau"].endswith(
        "s'arrête après 30 minutes sans activité, ou 12 heures au plus (10 pour un agent) ; ces données sont effacées "
        "12 heures après la dernière page lue."
    )
    assert rows["Compte sans inscription"] == (
        "Six mois après sa dernière utilisation, aussi quand toutes ses inscriptions sont archivées. "
        "Un message vous prévient trente jours avant."
    )


def test_no_duration_nor_reader_is_announced_that_nothing_applies_yet(opened):
    page = words(opened("privacy"))

    for untrue in ("puis huit ans", "aux archives", "jurys", "mesures accordées"):
        assert untrue not in page


def test_a_minor_is_led_from_the_top_to_the_essential_in_plain_words(opened):
    page = opened("privacy")
    [way] = [one for one in page.cssselect("main a") if "moins de dix-huit ans" in words(one)]
    [simple] = page.cssselect("main section")

    titles = [words(title) for title in page.cssselect("main h2")]
    assert titles[0] == "Qui est responsable"
    assert way.get("href") == f"#{simple.cssselect('h2')[0].get('id')}"
    assert titles[-1] == words(simple.cssselect("h2")[0]) == words(way)
    assert max(len(words(item).split()) for item in simple.cssselect("li")) <= 26
    others = words(page.cssselect("main")[0]).replace(words(simple), "")
    assert not {"tu", "te", "ton", "tes", "toi"} & set(others.lower().split())


def test_the_cookies_described_are_those_that_the_service_sets(opened, settings):
    described = [words(one) for one in opened("cookies").cssselect("tbody th")]

    assert described == [
        settings.SESSION_COOKIE_NAME,
        settings.CSRF_COOKIE_NAME,
        devices.cookie_name(),
    ]


def test_reading_a_public_page_sets_no_cookie(client):
    response = client.get(reverse("public:cookies"), headers={"host": HOST})

    assert response.cookies == {}


# --- Accessibility -----------------------------------------------------------------------------


def test_the_grid_has_the_106_criteria_of_the_rgaa():
    by_theme = (9, 2, 3, 13, 8, 2, 5, 10, 4, 14, 13, 11, 12)

    numbers = [criterion.number for criterion in audit.CONFORMITY.criteria]

    assert numbers == [
        f"{theme}.{rank}" for theme, count in enumerate(by_theme, 1) for rank in range(1, count + 1)
    ]


def test_nothing_is_claimed_without_saying_how_it_was_checked():
    silent = [
        criterion.number
        for criterion in audit.CONFORMITY.criteria
        if criterion.status is not Status.TO_ASSESS and not criterion.checked
    ]

    assert silent == []


def test_the_rate_announced_is_counted_from_the_grid(opened):
    with audit.GRID.open(encoding="utf-8", newline="") as rows:
        statuses = [row["statut"] for row in csv.DictReader(rows)]
    applicable = len(statuses) - statuses.count("non applicable")

    page = opened("accessibility")

    shown = {words(one[0]): words(one[1]) for one in page.cssselect("main dl > div")}
    assert shown["Taux de conformité"] == f"{statuses.count('conforme') * 100 // applicable} %"
    assert shown["À évaluer"] == str(statuses.count("à évaluer"))
    assert len(page.cssselect("main tbody tr")) == len(statuses)


def test_what_is_not_accessible_is_said_in_words_that_anybody_reads(opened):
    [failed] = opened("accessibility").xpath(
        "//main//h2[contains(., 'pas accessible')]/following-sibling::ul[1]"
    )

    assert "tests/" not in words(failed)


def test_the_declaration_says_that_it_is_a_self_assessment_and_of_when(opened):
    said = words(opened("accessibility").cssselect("main")[0])

    assert "Cette déclaration est une auto-évaluation" in said
    assert audit.CONFORMITY.examined_on is not None
    assert "examinées à la main le 25 novembre 2026" in said


def test_the_declaration_leads_to_the_scheme_and_the_plan_of_the_year(opened, settings):
    settings.ACCESSIBILITY_SCHEME_URL = "https://exemple.test/schema.pdf"
    settings.ACCESSIBILITY_PLAN_URL = "https://exemple.test/plan-2027"

    links = {words(one): one.get("href") for one in opened("accessibility").cssselect("main a")}

    assert links["Schéma pluriannuel de mise en accessibilité"] == "https://exemple.test/schema.pdf"
    assert links["Plan d'actions de l'année"] == "https://exemple.test/plan-2027"


def test_a_scheme_that_is_not_published_is_said_and_leads_nowhere(opened, settings):
    settings.ACCESSIBILITY_PLAN_URL = "https://exemple.test/plan-2027"

    page = opened("accessibility")

    [said] = [one for one in page.cssselect("main li") if "Schéma pluriannuel" in words(one)]
    assert words(said) == "Schéma pluriannuel de mise en accessibilité : il n'est pas encore publié"
    assert said.cssselect("a") == []


def test_a_grid_that_nobody_examined_gives_no_day():
    assert grid(1, 1).examined_on is None


def grid(met, failed, not_applicable=0, to_assess=0):
    statuses = (
        [Status.MET] * met
        + [Status.FAILED] * failed
        + [Status.NOT_APPLICABLE] * not_applicable
        + [Status.TO_ASSESS] * to_assess
    )
    return Conformity(
        tuple(Criterion(str(number), "", "", status, "") for number, status in enumerate(statuses))
    )


@pytest.mark.parametrize(
    ("conformity", "rate", "label"),
    [
        (grid(10, 0, 5), 100, "totalement conforme"),
        (grid(99, 1), 99, "partiellement conforme"),
        (grid(1, 1), 50, "partiellement conforme"),
        (grid(49, 51), 49, "non conforme"),
        (grid(0, 0, 3), 0, "non conforme"),
        (grid(99, 0, 0, 1), 99, "non conforme"),
    ],
)
def test_the_label_follows_the_law(conformity, rate, label):
    assert (conformity.rate, conformity.label) == (rate, label)


def test_a_grid_with_an_unknown_status_is_refused(tmp_path):
    wrong = tmp_path / "grid.csv"
    wrong.write_text(
        "critère,thème,sujet,statut,vérification\n1.1,a,b,parfait,c\n", encoding="utf-8"
    )

    with pytest.raises(ValueError, match="parfait"):
        audit.read(wrong)


# --- Plan du site, contact ---------------------------------------------------------------------


def test_the_site_map_shows_every_page_of_the_registry_that_is_not_a_step(opened):
    listed = {link.get("href") for link in opened("sitemap").cssselect("main li a")}

    owed = {
        name: address
        for name, route in registry.ACCESS.items()
        if route.page
        and route.who in (Who.ANYONE, Who.SIGNED_IN, Who.CANDIDATE)
        and "GET" in route.methods
        and name not in STEPS
        and (address := _address(name))
    }
    assert {name for name in owed if name not in TITLES} == set()
    assert listed == set(owed.values())


def _address(name):
    try:
        return reverse(name)
    except NoReverseMatch:
        return ""


@pytest.fixture
def services(territory, db):
    """Two services in Lille and one in La Réunion."""
    ManagingService.objects.all().delete()
    return [
        ManagingService.objects.create(
            academy_id=academy,
            code=f"service-{number}",
            sector=sector,
            name=f"Département des examens {number}",
            contact_name="Mme Exemple",
            phone=f"03 00 00 00 0{number}",
            email=f"service{number}@exemple.test",
            address=["Rectorat", f"{number}, rue du Port"],
        )
        for number, (academy, sector) in enumerate(
            [("A09", "Production"), ("A09", "Services"), ("A28", "Tous les examens")]
        )
    ]


def test_each_managing_service_is_found_by_academy_and_sector(opened, services):
    page = opened("contact")

    cards = [words(one) for one in page.cssselect(".s-contact")]
    assert len(cards) == len(services)
    for service in services:
        card = next(card for card in cards if service.name in card)
        for said in (
            service.sector,
            service.contact_name,
            service.phone,
            service.email,
            service.address[1],
        ):
            assert said in card
    assert len(page.cssselect("main details[open]")) == len({one.academy_id for one in services})


def test_the_services_of_many_academies_are_folded_but_those_that_are_asked_for(opened, services):
    for code in ("A01", "A25"):
        services[0].pk, services[0].academy_id, services[0]._state.adding = None, code, True
        services[0].save()

    [every] = opened("contact").cssselect("main")
    [asked] = opened("contact", "?academie=A28").cssselect("main")

    assert len(every.cssselect("details")) == 4
    assert every.cssselect("details[open]") == []
    assert [one.get("id") for one in asked.cssselect("details[open]")] == ["A28"]


def test_a_telephone_number_can_be_called_from_the_page(opened, services):
    called = {link.get("href") for link in opened("contact").cssselect("a[href^='tel:']")}

    assert called == {"tel:0300000000", "tel:0300000001", "tel:0300000002"}


def test_a_number_written_for_abroad_is_called_without_its_zero(opened, services):
    services[0].phone = "+33 (0)3 00 00 00 00"
    services[0].save()

    called = [link.get("href") for link in opened("contact").cssselect("a[href^='tel:']")]

    assert "tel:+33300000000" in called


def test_the_contacts_ask_one_question_of_the_database(client, services, django_assert_num_queries):
    with django_assert_num_queries(1):
        client.get(reverse("public:contact"), headers={"host": HOST})


def test_without_any_service_the_page_says_so(opened, db):
    ManagingService.objects.all().delete()

    assert "ne sont pas encore publiées" in words(opened("contact").cssselect("main")[0])


def test_a_flaw_is_reported_to_a_page_that_answers_for_less_than_a_year(db, client, stopped_clock):
    answer = client.get("/.well-known/security.txt", headers={"host": HOST})

    said = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert NOW < datetime.fromisoformat(said["Expires"]) < NOW + timedelta(days=365)
    assert urlsplit(said["Canonical"]).path == "/.well-known/security.txt"
    assert client.get(urlsplit(said["Contact"]).path, headers={"host": HOST}).status_code == 200
