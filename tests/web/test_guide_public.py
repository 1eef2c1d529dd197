"""The guide, before one signs in: the portal, the openings, the contacts."""

from datetime import timedelta

import pytest
import time_machine

from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from tests.factories import NOW, WITH_WHOM_AND_WHEN, a_candidate, load_invented
from tests.web.guide import links, load_competition, main, seen, words

CLOSED = NOW + timedelta(days=60)

pytestmark = pytest.mark.usefixtures("stopped_clock")


def rows(page, caption):
    """Return the rows of the tables whose caption begins so, each as one text."""
    return [
        words(row)
        for table in seen(page).cssselect("main table")
        if words(table.cssselect("caption")[0]).partition(" :")[0] == caption
        for row in table.cssselect("tbody tr")
    ]


def test_one_portal_registers_for_exams_and_for_competitions(sign_in):
    load_competition()

    page = sign_in(a_candidate()).get("/m-inscrire")

    assert [words(title) for title in seen(page).cssselect("main h2")] == ["Examens", "Concours"]
    assert links(page, "Brevet d'essai, session 2027")
    assert links(page, "Concours d'essai, session 2027")


def test_the_front_page_leads_to_sign_in_sign_up_and_the_openings(client):
    page = client.get("/")

    assert links(page, "Me connecter")[0] == "/connexion"
    assert links(page, "Créer mon compte")[0] == "/creer-mon-compte"
    assert links(page, "Ouverture des services") == ["/ouverture-des-services"]


def test_i_have_no_account_leads_to_the_page_that_makes_one(client):
    [address] = links(client.get("/connexion"), "Je n'ai pas de compte")

    assert words(seen(client.get(address)).cssselect("h1")[0]) == "Créer mon compte"


def test_the_openings_are_those_of_the_general_public(client):
    for_schools = RegistrationService.objects.get(domain__code="ESSAI", academy="A09")
    for_schools.pk, for_schools.audience, for_schools.academy_id = None, "etablissements", "A28"
    for_schools.save()
    forget()

    page = client.get("/ouverture-des-services")

    assert "domaines ouverts à l'inscription Grand Public" in main(page)
    lille, versailles = rows(page, "Services ouverts")
    assert lille.startswith("Académie de Lille")
    assert "M'inscrire : Brevet d'essai, session 2027, académie de Lille" in lille
    assert versailles.startswith("Académie de Versailles")


def test_an_opening_says_its_days_its_hours_and_their_zone(client):
    [row, _] = rows(client.get("/ouverture-des-services"), "Services ouverts")

    assert "lundi 12 octobre 2026 à 8 h 00 (heure de Paris)" in row
    assert "mardi 15 décembre 2026 à 23 h 59 (heure de Paris)" in row
    assert "Il reste 20 jours" in row


def test_when_nothing_is_open_the_page_says_so(client):
    with time_machine.travel(CLOSED, tick=False):
        page = client.get("/ouverture-des-services")

    assert "Aucun service d'inscription n'est ouvert pour le moment." in main(page)
    assert rows(page, "Services ouverts") == []


def test_what_opens_later_stands_apart(client):
    with time_machine.travel(NOW - timedelta(days=60), tick=False):
        page = client.get("/ouverture-des-services")

    assert rows(page, "Services ouverts") == []
    assert len(rows(page, "Prochaines ouvertures")) == 2


def test_the_academys_own_site_stands_beside_its_opening(client):
    load_competition()
    forget()

    page = client.get("/ouverture-des-services")

    [site] = [
        link.get("href")
        for link in seen(page).cssselect("main tbody a")
        if link.get("href").startswith("https://academie.exemple.test")
    ]
    assert site == "https://academie.exemple.test/concours"


def test_each_managing_service_is_given_with_its_sector_name_and_telephone(client):
    load_invented(WITH_WHOM_AND_WHEN)

    text = main(client.get("/contact"))

    for owed in (
        "Secteur des essais",
        "Bureau des essais de Lille",
        "Gestionnaire des essais",
        "03 53 01 00 01",
        "Bureau des essais de Versailles",
    ):
        assert owed in text
