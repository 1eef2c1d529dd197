"""A competition of the demo: its academy is chosen freely, its épreuves come in two phases."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from sporades.cli import demo_files
from sporades.exams import operations as exams
from sporades.exams.held import forget
from tests.factories import NOW, OPERATOR, a_candidate
from tests.journeys.helpers import (
    TABS,
    answer,
    answers,
    choose,
    go_through,
    heading,
    press,
    said,
    signed_in,
    tab,
    text,
    troubles,
)

FIRST_TABS = {
    "Modalités d'inscription": {
        "J'ai pris connaissance de la date de fermeture des inscriptions et des conditions du concours.": True
    },
    "Identification": TABS["Identification"],
    "Informations candidature": {"Handicap": "Non"},
}
DIPLOMA = "Diplôme, titre ou dispense"
COLOURING = "Coloration disciplinaire"


def put_in_force():
    """Put the competition of the demo in force."""
    file = demo_files.expanded(Path("demo/reglementation/crpe.yaml"), at=NOW)
    exams.load(file, by=OPERATOR, at=NOW)
    forget()


def begin(page, site):
    """Begin, in Martinique, somebody who lives in Lille."""
    page.goto(f"{site}/m-inscrire")
    choose(
        page,
        "Concours de recrutement de professeurs des écoles, session 2027",
        "Professeur des écoles, concours externe (bac+3)",
    )
    assert "l'académie de votre résidence" not in text(page)
    answer(page, "Académie", "Martinique")
    press(page, "Voir les dates")
    press(page, "Démarrer mon inscription")
    return page


@pytest.fixture
def page(bare_site, context):
    """The first tab."""
    put_in_force()
    return begin(signed_in(context, bare_site, a_candidate()), bare_site)


def test_one_registers_with_a_diploma(page):
    go_through(page, FIRST_TABS)
    assert tab(page) == "Qualification présentée"
    answers(page, {DIPLOMA: "Licence (BAC+3)", COLOURING: "Histoire"})
    press(page, "Suivant")
    answers(page, {"Êtes-vous agent public ?": "Non"})
    press(page, "Suivant")

    assert [said(one) for one in page.locator("main h2").all()] == [
        "Admissibilité",
        "Admission (si admissible)",
    ]
    for domain in ("Sciences et technologie", "Arts", "Langue vivante étrangère"):
        answer(page, f"{domain} > Statut", "Inscrit")
    answer(page, "Langue vivante étrangère > Langue choisie", "Italien")
    press(page, "Suivant")
    press(page, "Enregistrer")

    assert heading(page) == "Votre inscription est enregistrée"
    assert "rectorat de la Martinique" in text(page)
    press(page, "Gérer ma candidature")
    press(page, "Mon inscription")
    assert f"{DIPLOMA} Licence (BAC+3) {COLOURING} Histoire" in text(page)
    assert [said(caption) for caption in page.locator("main caption").all()] == [
        "Admissibilité : Epreuve(s) obligatoire(s)",
        "Admissibilité : Deuxième épreuve écrite : trois domaines au choix sur quatre",
        "Admission (si admissible) : Epreuve(s) obligatoire(s)",
    ]


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_a_dispensation_stands_for_a_diploma_and_has_no_colouring(bare_site, browser, script):
    put_in_force()
    context = browser.new_context(java_script_enabled=script)
    page = begin(signed_in(context, bare_site, a_candidate()), bare_site)
    go_through(page, FIRST_TABS)
    colouring = page.get_by_label(COLOURING)
    expect(colouring).to_be_visible(visible=not script)

    answer(page, DIPLOMA, "Aucun de ceux-là")
    press(page, "Suivant")
    assert tab(page) == "Qualification présentée"
    [refusal] = troubles(page)
    assert "Il faut une licence, un diplôme ou titre de même niveau, ou une dispense" in refusal

    answer(page, DIPLOMA, "Parent d'au moins trois enfants")
    press(page, "Suivant")
    assert tab(page) == "Informations supplémentaires"
    context.close()


def test_a_diploma_has_a_colouring(page):
    go_through(page, FIRST_TABS)

    answer(page, DIPLOMA, "Licence (BAC+3)")
    press(page, "Suivant")

    assert troubles(page) == [f"{COLOURING} : Choisissez dans la liste."]
