"""A competition of the demo: its academy is chosen freely, its épreuves come in two phases."""

from pathlib import Path

from sporades.cli import demo_files
from sporades.exams import operations as exams
from sporades.exams.held import forget
from tests.factories import NOW, OPERATOR
from tests.journeys.helpers import TABS, answer, choose, press, text

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
