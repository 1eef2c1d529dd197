"""From « Créer mon compte » to the second registration, with every mail and every document."""

import re
from datetime import timedelta

import pytest

from tests.documents.reading import pdf_text
from tests.journeys.helpers import (
    answer,
    answers,
    choose,
    go_through,
    heading,
    numbers,
    press,
    said,
    start,
    tab,
    text,
)
from tests.journeys.post import Post, words
from tests.web.browser import follow

ME = "ines@exemple.test"
PASSWORD = "quatre mots sans rapport"


@pytest.fixture
def post(settings):
    """The mail server that ours speaks to."""
    box = Post()
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    address = {"host": "127.0.0.1", "port": box.port, "timeout": 10}
    settings.MAILERS = {"default": {"BACKEND": smtp, "OPTIONS": address}}
    yield box
    box.close()


def create_account(page, site):
    page.goto(site)
    press(page, "Créer mon compte")
    answers(
        page,
        {
            "Civilité": "Madame",
            "Nom de famille": "Marchand",
            "Prénoms": "Inès Zoé",
            "Nationalité": "Française",
            "Jour": "14",
            "Mois": "3",
            "Année": "1998",
            "Commune ou ville de naissance": "Lille",
            "Adresse mail": ME,
            "Mot de passe": PASSWORD,
        },
    )
    press(page, "Créer mon compte")
    assert heading(page) == "Activez votre compte"


def activate(page, mail):
    [link] = re.findall(r"Activer mon compte : (\S+)", words(mail))
    page.goto(link)
    answers(page, {"Mot de passe": PASSWORD})
    press(page, "Activer mon compte")
    assert "Votre compte est activé. Vous voici dans votre espace." in text(page)


def register(page, site):
    start(page, site)
    go_through(page)
    assert tab(page) == "Récapitulatif"
    press(page, "Enregistrer")


def modify(page):
    press(page, "Modifier")
    assert tab(page) == "Récapitulatif"
    follow(page.get_by_role("link", name="Modifier : Identification"))
    answer(page, "Numéro et voie", "3 quai du Wault")
    press(page, "Ma candidature est-elle prête ?")
    press(page, "Vérifier et enregistrer")
    press(page, "Enregistrer")


def withdraw(page):
    press(page, "Gérer ma candidature")
    choose(page, "Me désinscrire")
    assert heading(page) == "Est-ce bien vous ?"
    answer(page, "Votre mot de passe", PASSWORD)
    press(page, "Continuer")
    assert heading(page) == "Voulez-vous vous désinscrire ?"
    press(page, "Me désinscrire")


def folder(page, number):
    """Return what « Mes documents » holds for a registration."""
    follow(page.get_by_role("link", name="Mes documents", exact=True))
    one = page.get_by_role("listitem").filter(has_text=number)
    follow(one.get_by_role("link"))
    return [
        (said(one.locator(".s-document__name")), said(one.locator(".s-document__notes").first))
        for one in page.locator(".s-document").all()
    ]


def printed(page):
    """Return the words of the paper that « Visualiser/imprimer » opens."""
    link = page.get_by_role("link", name="Visualiser/imprimer")
    paper = page.request.get(page.url.partition("/mes-")[0] + link.get_attribute("href"))
    assert paper.headers["content-type"] == "application/pdf"
    return pdf_text(paper.body())


def test_from_the_account_to_the_second_registration(site, page, post, clock):
    create_account(page, site)
    [activation] = post.read()
    assert (activation["To"], activation["Subject"]) == (ME, "Activez votre compte Sporades")
    activate(page, activation)
    assert page.get_by_text("Inès Zoé MARCHAND").is_visible()
    post.read()

    register(page, site)
    assert heading(page) == "N° Inscription : Votre inscription est enregistrée"
    first = numbers(page)
    assert first["Version"] == "1"
    assert "Bureau des essais de Lille" in text(page)
    summary = printed(page)
    assert first["Numéro candidat"] in summary
    assert first["Numéro d'inscription"] in summary
    assert "12 rue des Îles" in summary
    [receipt] = post.read()
    assert receipt["Subject"] == f"Inscription enregistrée, n°{first["Numéro d'inscription"]}"
    assert first["Numéro d'inscription"] in words(receipt)

    press(page, "Gérer ma candidature")
    modify(page)
    assert heading(page) == "N° Inscription : Votre modification est enregistrée"
    assert numbers(page) == {**first, "Version": "2"}
    assert "3 quai du Wault" in printed(page)
    [notice] = post.read()
    assert notice["Subject"] == (
        "Modification d'inscription : Brevet d'essai – Marin, session 2027, "
        f"n°{first["Numéro d'inscription"]}"
    )
    assert "Ce mail ne dit pas ce qui a changé" in words(notice)

    clock.shift(timedelta(minutes=6))
    withdraw(page)
    assert heading(page) == "Votre désinscription est enregistrée"
    assert "Cette inscription ne peut pas être réactivée." in text(page)
    [farewell] = post.read()
    assert farewell["Subject"] == f"Désinscription enregistrée, n°{first["Numéro d'inscription"]}"

    press(page, "Me réinscrire avec mes réponses")
    assert tab(page) == "Récapitulatif"
    assert "3 quai du Wault" in text(page)
    press(page, "Enregistrer")
    second = numbers(page)
    assert second["Numéro candidat"] == first["Numéro candidat"]
    assert second["Numéro d'inscription"] != first["Numéro d'inscription"]
    assert second["Version"] == "1"
    [receipt] = post.read()
    assert second["Numéro d'inscription"] in words(receipt)

    papers = ("Récapitulatif d'inscription", "Demande pièces justificatives")
    assert folder(page, second["Numéro d'inscription"]) == [
        (paper, "version n°1, mise à jour le 25/11/2026, PDF") for paper in papers
    ]
    assert folder(page, first["Numéro d'inscription"]) == [
        (paper, "version n°2, mise à jour le 25/11/2026, PDF") for paper in papers
    ]
