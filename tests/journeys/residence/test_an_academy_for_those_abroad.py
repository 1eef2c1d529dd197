"""Where one academy registers those who live abroad, it takes the answers."""

from sporades.exams import operations as exams
from sporades.exams.checking import Source
from sporades.exams.held import forget
from tests.factories import INVENTED, NOW, OPERATOR, a_draft
from tests.journeys.helpers import answers, contacts, open_tab, press, tab, troubles


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
    assert contacts(page) == {"Bureau des essais de Versailles": "/contact?academie=A25#A25"}
    press(page, "Continuer auprès de l'académie de Versailles, avec mes réponses")

    assert tab(page) == "Récapitulatif"
    draft.refresh_from_db()
    assert draft.service.academy_id == "A25"
