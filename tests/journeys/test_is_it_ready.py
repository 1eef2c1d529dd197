"""« Ma candidature est-elle prête ? » says what is missing, and leads to each field."""

from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import answer, heading, press, said, signed_in, tab, text
from tests.web.browser import follow


def test_what_is_missing_is_listed_and_mended_one_by_one(site, context):
    draft = a_draft(
        a_candidate(),
        identification={"mobile": "12"},
        informations={"category": None},
        epreuves={"statut-M1": "non_inscrit"},
    )
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/modalites")

    press(page, "Ma candidature est-elle prête ?")
    assert heading(page) == "Ma candidature est-elle prête ?"
    assert "Pas encore : il reste 3 points à régler." in text(page)
    assert [said(link) for link in page.locator(".s-troubles a").all()] == [
        "Identification, Téléphone mobile",
        "Informations candidature, Catégorie de candidat",
        "Épreuves, Navigation (U4), Statut",
    ]

    follow(page.get_by_role("link", name="Identification, Téléphone mobile"))
    assert page.url.endswith("#id_mobile")
    answer(page, "Téléphone mobile", "06 39 98 12 34")
    press(page, "Ma candidature est-elle prête ?")
    follow(page.get_by_role("link", name="Informations candidature, Catégorie de candidat"))
    assert page.url.endswith("#id_category_0")
    answer(page, "Catégorie de candidat", "Individuel")
    press(page, "Ma candidature est-elle prête ?")
    follow(page.get_by_role("link", name="Épreuves, Navigation (U4), Statut"))
    answer(page, "Navigation > Statut", "Inscrit")
    press(page, "Ma candidature est-elle prête ?")

    assert "Oui. Il ne reste qu'à vérifier et enregistrer." in text(page)
    press(page, "Vérifier et enregistrer")
    assert tab(page) == "Récapitulatif"
