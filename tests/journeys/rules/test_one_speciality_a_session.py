"""One speciality a session is kept until one leaves it."""

from sporades.acts.registrations import leaving
from sporades.registrations.models import Registration
from tests.factories import NOW, a_candidate, a_draft, a_registration, author
from tests.journeys.helpers import heading, open_tab, press, said, tab


def test_one_speciality_a_session_is_kept_until_one_leaves_it(site, context):
    candidate = a_candidate()
    draft = a_draft(
        candidate, speciality="FOREST", epreuves={"statut-M1": None, "statut-M2": "inscrit"}
    )
    page = open_tab(context, site, draft, "recapitulatif")
    sailor = a_registration(candidate)

    press(page, "Enregistrer")
    assert tab(page) == "Récapitulatif"
    assert "Une seule spécialité par session." in said(page.locator("main .s-notice--error"))
    assert Registration.objects.get() == sailor

    leaving.withdraw(registration=sailor, by=author(candidate), at=NOW)
    page.goto(f"{site}/inscription/{draft.pk}/recapitulatif")
    press(page, "Enregistrer")

    assert heading(page) == "N° Inscription : Votre inscription est enregistrée"
