"""The category decides how an épreuve is sat."""

import pytest

from sporades.registrations.models import RegistrationPaper
from tests.factories import a_draft
from tests.journeys.helpers import heading, open_tab, press, said


@pytest.mark.parametrize(
    ("category", "manner", "form"),
    [("INDIV", "ponctuel", "ponctuel"), ("FORM", "contrôle en cours de formation", "ccf")],
    ids=["ponctuel", "ccf"],
)
def test_the_category_decides_how_an_epreuve_is_sat(site, context, category, manner, form):
    draft = a_draft(informations={"category": category}, qualification={"experience": "4"})
    page = open_tab(context, site, draft, "epreuves")

    sport = page.get_by_role("group", name="Éducation physique et sportive")
    assert said(sport.locator(".s-paper__facts").first) == f"Pratique, coefficient 1, {manner}"
    press(page, "Suivant")
    press(page, "Enregistrer")

    [row] = RegistrationPaper.objects.filter(paper__code="E3")
    assert (heading(page), row.form) == ("Votre inscription est enregistrée", form)
