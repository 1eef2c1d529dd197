"""An academy that does not register here is named, with its own site."""

from tests.factories import a_draft
from tests.journeys.helpers import answers, contacts, open_tab, press, text, troubles


def test_an_academy_without_service_for_the_exam_is_named_with_its_own_site(site, context):
    draft = a_draft()
    page = open_tab(context, site, draft)

    answers(page, {"Code postal": "75005", "Commune": "Paris"})
    press(page, "Suivant")

    [refusal] = troubles(page)
    assert "Vérifiez le code postal : 75005 est dans l'académie de Paris" in refusal
    assert "On ne s'y inscrit pas à cet examen sur ce site : demandez où vous inscrire." in text(
        page
    )
    site_of_paris = page.get_by_role("link", name="Site de l'académie")
    assert site_of_paris.get_attribute("href") == "https://www.ac-paris.fr"
    assert contacts(page) == {}
    assert page.get_by_role("button", name="Continuer auprès").count() == 0
