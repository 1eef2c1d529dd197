"""One who lives in another academy is sent there, with every answer."""

from sporades.registrations.models import Registration
from tests.factories import a_draft
from tests.journeys.helpers import answers, contacts, open_tab, press, tab, text, troubles

VERSAILLES = {"Code postal": "78000", "Commune": "Versailles"}


def test_another_academy_is_named_and_takes_the_answers_along(site, context):
    draft = a_draft()
    page = open_tab(context, site, draft)

    answers(page, {"Numéro et voie": "8 rue des Réservoirs", **VERSAILLES})
    press(page, "Suivant")
    [refusal] = troubles(page)
    assert "Vérifiez le code postal : 78000 est dans l'académie de Versailles" in refusal
    assert "vous devez vous inscrire dans l'académie de votre résidence" in text(page)
    assert "Le service à contacter est Bureau des essais de Versailles, 01 99 00 00 01." in text(
        page
    )
    assert contacts(page) == {"Bureau des essais de Versailles": "/contact?academie=A25#A25"}
    press(page, "Continuer auprès de l'académie de Versailles, avec mes réponses")

    assert tab(page) == "Récapitulatif"
    for kept in ("8 rue des Réservoirs", "Individuel", "CAP", "Rouge", "Navigation (U4) Inscrit"):
        assert kept in text(page)
    press(page, "Enregistrer")
    assert "Bureau des essais de Versailles" in text(page)
    assert Registration.objects.get().academy_id == "A25"
