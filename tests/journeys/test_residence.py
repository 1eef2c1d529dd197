"""For an exam, one registers in the academy where one lives; the page names the right service."""

import pytest

from sporades.exams import operations as exams
from sporades.exams.checking import Source
from sporades.exams.held import forget
from sporades.registrations.models import Registration
from tests.factories import INVENTED, NOW, OPERATOR, a_draft
from tests.journeys.helpers import (
    answer,
    answers,
    heading,
    press,
    said,
    signed_in,
    tab,
    text,
    troubles,
)
from tests.web.browser import follow

VERSAILLES = {"Code postal": "78000", "Commune": "Versailles"}
HERE = {"Code postal": "59000", "Commune": "Lille"}


def open_tab(context, site, draft, slug="identification"):
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/{slug}")
    return page


def test_another_academy_is_named_and_takes_the_answers_along(site, context):
    draft = a_draft()
    page = open_tab(context, site, draft)

    answers(page, {"Numéro et voie": "8 rue des Réservoirs", **VERSAILLES})
    press(page, "Suivant")
    [refusal] = troubles(page)
    assert "vous devez vous inscrire dans l'académie de votre résidence" in refusal
    assert "Le code postal 78000 dépend de l'académie de Versailles" in refusal
    assert "Service à contacter : Bureau des essais de Versailles, 01 99 00 00 01." in refusal
    assert contacts(page) == {"Bureau des essais de Versailles": "/contact#A25"}
    press(page, "Continuer auprès de l'académie de Versailles, avec mes réponses")

    assert tab(page) == "Récapitulatif"
    for kept in ("8 rue des Réservoirs", "Individuel", "CAP", "Rouge", "Navigation (U4) Inscrit"):
        assert kept in text(page)
    press(page, "Enregistrer")
    assert "Bureau des essais de Versailles" in text(page)
    assert Registration.objects.get().academy_id == "A25"


def test_an_address_abroad_depends_on_no_academy(site, context):
    page = open_tab(context, site, a_draft())

    answers(page, {"Code postal": "B-7500", "Commune": "Tournai", "Pays": "Belgique"})
    press(page, "Suivant")
    assert troubles(page) == [
        (
            "Pays : Pour cet examen, vous devez vous inscrire dans l'académie de votre résidence : "
            "une adresse à l'étranger ne dépend pas de l'académie de Lille. "
            "Demandez où vous inscrire à ce service : Bureau des essais de Lille, 03 53 01 00 01 "
            "(académie de Lille)."
        )
    ]
    assert contacts(page) == {"Bureau des essais de Lille": "/contact#A09"}

    answers(page, {**HERE, "Pays": "France"})
    press(page, "Suivant")
    assert tab(page) == "Informations candidature"


def test_where_one_academy_registers_those_abroad_its_service_is_named_and_takes_the_answers(
    bare_site, context
):
    rule = "    rattachement: {etranger: [A25]}\n    calendrier:\n"
    written = INVENTED.read_text().replace("    calendrier:\n", rule)
    exams.load(Source("invented.yaml", written), by=OPERATOR, at=NOW)
    forget()
    draft = a_draft()
    page = open_tab(context, bare_site, draft)

    answers(page, {"Code postal": "B-7500", "Commune": "Tournai", "Pays": "Belgique"})
    press(page, "Suivant")
    [refusal] = troubles(page)
    assert refusal.endswith(
        "Depuis l'étranger, inscrivez-vous auprès de : Bureau des essais de Versailles, "
        "01 99 00 00 01 (académie de Versailles)."
    )
    assert contacts(page) == {"Bureau des essais de Versailles": "/contact#A25"}
    press(page, "Continuer auprès de l'académie de Versailles, avec mes réponses")

    assert tab(page) == "Récapitulatif"
    draft.refresh_from_db()
    assert draft.service.academy_id == "A25"


def test_an_academy_without_service_for_the_exam_is_named_with_its_own_site(site, context):
    draft = a_draft()
    page = open_tab(context, site, draft)

    answers(page, {"Code postal": "75005", "Commune": "Paris"})
    press(page, "Suivant")

    [refusal] = troubles(page)
    assert "Le code postal 75005 dépend de l'académie de Paris" in refusal
    assert refusal.endswith(
        "L'académie de Paris n'inscrit pas à cet examen sur ce site : demandez-lui où vous inscrire."
    )
    site_of_paris = page.get_by_role("link", name="Site de l'académie")
    assert site_of_paris.get_attribute("href") == "https://www.ac-paris.fr"
    assert contacts(page) == {}
    assert page.get_by_role("button", name="Continuer auprès").count() == 0


def contacts(page):
    """Return the links to contacts that stand on the page, by their words."""
    found = page.get_by_role("main").locator("a[href^='/contact']").all()
    return {said(link): link.get_attribute("href") for link in found}


@pytest.fixture
def mountains(bare_site):
    """The invented exam, open in Lyon and in Besançon: a postcode spans their departments."""
    written = INVENTED.read_text()
    for here, there in (
        ("A09", "A10"),
        ("A25", "A03"),
        ("de Lille", "de Lyon"),
        ("de Versailles", "de Besançon"),
    ):
        written = written.replace(here, there)
    exams.load(Source("montagnes.yaml", written), by=OPERATOR, at=NOW)
    forget()
    return bare_site


def test_a_postcode_of_two_academies_goes_by_the_town(mountains, context):
    draft = a_draft(academy="A10", identification={"postcode": "69001", "town": "Lyon"})
    page = open_tab(context, mountains, draft)

    answers(page, {"Code postal": "01590", "Commune": "Oyonnax"})
    press(page, "Suivant")
    assert troubles(page) == [
        (
            "Commune : Avec le code postal 01590, indiquez l'une de ces communes : "
            "Chancia, Dortan ou Lavancia-Epercy."
        )
    ]

    answer(page, "Commune", "Lavancia-Epercy")
    press(page, "Suivant")
    [refusal] = troubles(page)
    assert "Service à contacter : Bureau des essais de Besançon, 01 99 00 00 01." in refusal
    assert page.get_by_role(
        "button", name="Continuer auprès de l'académie de Besançon"
    ).is_visible()

    answer(page, "Commune", "Dortan")
    press(page, "Suivant")
    assert tab(page) == "Informations candidature"


def test_a_move_between_the_draft_and_its_saving_is_seen_when_saving(site, context):
    draft = a_draft()
    page = open_tab(context, site, draft, "recapitulatif")
    other = context.new_page()
    other.goto(f"{site}/inscription/{draft.pk}/identification")
    answers(other, VERSAILLES)
    press(other, "Garder ma saisie et continuer plus tard")

    press(page, "Enregistrer")
    assert heading(page) == "Ma candidature est-elle prête ?"
    assert not Registration.objects.exists()
    follow(page.get_by_role("link", name="Identification, Code postal"))
    press(page, "Continuer auprès de l'académie de Versailles, avec mes réponses")
    assert tab(page) == "Récapitulatif"
    press(page, "Enregistrer")

    assert heading(page) == "Votre inscription est enregistrée"
    assert Registration.objects.get().academy_id == "A25"
