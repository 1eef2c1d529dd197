"""An address abroad depends on no academy."""

from tests.factories import a_draft
from tests.journeys.helpers import answers, contacts, open_tab, press, tab, troubles

HERE = {"Code postal": "59000", "Commune": "Lille"}


def test_an_address_abroad_depends_on_no_academy(site, context):
    page = open_tab(context, site, a_draft())

    answers(page, {"Code postal": "B-7500", "Commune": "Tournai", "Pays": "Belgique"})
    press(page, "Suivant")
    assert troubles(page) == [
        (
            "Pays : Pour cet examen, vous devez vous inscrire dans l'académie de votre résidence : "
            "une adresse à l'étranger ne dépend pas de l'académie de Lille. "
            "Demandez où vous inscrire à ce service : Bureau des essais de Lille, 03 53 01 00 01 "
            "(académie de Lille)."
        )
    ]
    assert contacts(page) == {"Bureau des essais de Lille": "/contact?academie=A09#A09"}

    answers(page, {**HERE, "Pays": "France"})
    press(page, "Suivant")
    assert tab(page) == "Informations candidature"
