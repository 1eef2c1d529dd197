"""One registers for a competition with a diploma, its phases apart."""

from tests.journeys.competition.exam import COLOURING, DIPLOMA, FIRST_TABS
from tests.journeys.helpers import (
    answer,
    answers,
    go_through,
    heading,
    press,
    said,
    tab,
    text,
)


def test_one_registers_with_a_diploma(page):
    go_through(page, FIRST_TABS)
    assert tab(page) == "Formation"
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

    assert heading(page) == "N° Inscription : Votre inscription est enregistrée"
    assert "rectorat de la Martinique" in text(page)
    press(page, "Gérer ma candidature")
    press(page, "Mon inscription")
    assert f"{DIPLOMA} Licence (BAC+3) {COLOURING} Histoire" in text(page)
    assert [said(caption) for caption in page.locator("main caption").all()] == [
        "Admissibilité : Epreuve(s) obligatoire(s)",
        "Admissibilité : Deuxième épreuve écrite : trois domaines au choix sur quatre",
        "Admission (si admissible) : Epreuve(s) obligatoire(s)",
    ]
