"""A postcode that spans two academies goes by the town."""

import pytest

from sporades.exams import operations as exams
from sporades.exams.checking import Source
from sporades.exams.held import forget
from tests.factories import INVENTED, NOW, OPERATOR, a_draft
from tests.journeys.helpers import answer, answers, open_tab, press, tab, text, troubles


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
            "Avec le code postal 01590, indiquez l'une de ces communes : "
            "Chancia, Dortan ou Lavancia-Epercy. Si la commune est bien la vôtre, corrigez le "
            "code postal."
        )
    ]

    answer(page, "Commune", "Lavancia-Epercy")
    press(page, "Suivant")
    [refusal] = troubles(page)
    assert "est dans l'académie de Besançon" in refusal
    assert "Le service à contacter est Bureau des essais de Besançon, 01 99 00 00 01." in text(page)
    assert page.get_by_role(
        "button", name="Continuer auprès de l'académie de Besançon"
    ).is_visible()

    answer(page, "Commune", "Dortan")
    press(page, "Suivant")
    assert tab(page) == "Informations candidature"
