"""The category decides how an épreuve is sat."""

import pytest

from sporades.registrations.models import RegistrationPaper
from tests.factories import a_draft
from tests.journeys.helpers import answer, heading, open_tab, paper_of, press, said, tab, text


def facts_of_sport(page):
    """Return what the tab « Épreuves » says of how an épreuve is sat."""
    sport = paper_of(page, "Éducation physique et sportive")
    return said(sport.locator(".s-paper__facts").first)


@pytest.mark.parametrize(
    ("category", "manner", "form"),
    [("INDIV", "", "ponctuel"), ("FORM", ", contrôle en cours de formation", "ccf")],
    ids=["ponctuel", "ccf"],
)
def test_the_category_decides_how_an_epreuve_is_sat(site, context, category, manner, form):
    draft = a_draft(informations={"category": category}, qualification={"experience": "4"})
    page = open_tab(context, site, draft, "epreuves")

    assert facts_of_sport(page) == f"Pratique, coefficient 1{manner}"
    press(page, "Suivant")
    press(page, "Enregistrer")

    [row] = RegistrationPaper.objects.filter(paper__code="E3")
    assert (heading(page), row.form) == ("N° Inscription : Votre inscription est enregistrée", form)


def test_the_form_of_a_category_that_one_may_not_take_is_refused_with_it(site, context):
    draft = a_draft(informations={"category": "FORM"}, qualification={"experience": "2"})
    page = open_tab(context, site, draft, "epreuves")
    assert facts_of_sport(page) == "Pratique, coefficient 1, contrôle en cours de formation"

    press(page, "Suivant")
    assert heading(page) == "Ma candidature est-elle prête ?"
    assert (
        "Il faut trois ans d'expérience professionnelle en formation continue. "
        "(Règle : article 2 inventé.)"
    ) in text(page)
    assert page.get_by_role("button", name="Enregistrer").count() == 0
    page.goto(f"{site}/inscription/{draft.pk}/recapitulatif")
    assert heading(page) == "Ma candidature est-elle prête ?"
    assert not RegistrationPaper.objects.exists()

    page.goto(f"{site}/inscription/{draft.pk}/informations")
    answer(page, "Catégorie de candidat", "Individuel")
    press(page, "Suivant")
    page.goto(f"{site}/inscription/{draft.pk}/epreuves")
    assert facts_of_sport(page) == "Pratique, coefficient 1"
    press(page, "Suivant")
    assert tab(page) == "Récapitulatif"
    press(page, "Enregistrer")

    assert RegistrationPaper.objects.get(paper__code="E3").form == "ponctuel"
