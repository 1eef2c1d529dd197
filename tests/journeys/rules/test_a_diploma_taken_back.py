"""A diploma dispenses; taken back, it leaves the choice to make again."""

from tests.factories import a_draft
from tests.journeys.helpers import answer, heading, open_tab, press, tab, text, troubles
from tests.journeys.rules.words import LOST_DISPENSATION
from tests.web.browser import follow


def test_a_diploma_dispenses_and_one_that_is_taken_back_leaves_the_choice_to_make_again(
    site, context
):
    draft = a_draft(qualification={"diploma": "BAC"})
    page = open_tab(context, site, draft, "epreuves")
    answer(page, "Mathématiques > Statut", "Dispensé")
    press(page, "Suivant")
    assert "Mathématiques (U2) Dispensé Ecrite" in text(page)

    follow(page.get_by_role("link", name="Modifier : Formation"))
    answer(page, "Diplôme le plus élevé", "CAP")
    press(page, "Garder et revenir au récapitulatif")
    assert heading(page) == "Ma candidature est-elle prête ?"
    assert LOST_DISPENSATION in text(page)

    follow(page.get_by_role("link", name="Épreuves, Mathématiques (U2), Statut"))
    press(page, "Suivant")
    assert (tab(page), troubles(page)) == ("Épreuves", [LOST_DISPENSATION])

    answer(page, "Mathématiques > Statut", "Inscrit")
    press(page, "Suivant")
    assert tab(page) == "Récapitulatif"
    assert "Mathématiques (U2) Inscrit Ecrite" in text(page)
