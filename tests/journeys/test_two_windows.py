"""The same tab in two windows: what each one says is shown, and one chooses, answer by answer."""

from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import answers, heading, press, signed_in, tab, text
from tests.web.browser import follow, tick


def test_one_keeps_an_answer_of_each_window(site, context):
    draft = a_draft(a_candidate())
    address = f"{site}/inscription/{draft.pk}/identification"
    here = signed_in(context, site, draft.candidate)
    here.goto(address)
    there = context.new_page()
    there.goto(address)
    before = draft.answers.get(section="identification").revision

    answers(there, {"Numéro et voie": "1 rue Neuve", "Téléphone mobile": "06 39 98 00 01"})
    press(there, "Suivant")
    # Kept by itself or sent, what comes second meets what came first.
    here.evaluate("document.querySelector('[data-autosave]').removeAttribute('data-autosave')")
    answers(here, {"Numéro et voie": "3 quai du Wault", "Téléphone mobile": "06 39 98 00 02"})
    press(here, "Suivant")

    assert heading(here) == "Quelle réponse voulez-vous garder ?"
    assert "Envoyée à l'instant : 3 quai du Wault" in text(here)
    assert "Dans votre saisie : 1 rue Neuve" in text(here)
    street = here.get_by_role("group", name="Numéro et voie")
    tick(street.get_by_role("radio", name="Envoyée à l'instant : 3 quai du Wault"))
    mobile = here.get_by_role("group", name="Téléphone mobile")
    tick(mobile.get_by_role("radio", name="Dans votre saisie : 06 39 98 00 01"))
    follow(here.get_by_role("button", name="Garder ces réponses"))

    assert tab(here) == "Informations candidature"
    stored = draft.answers.get(section="identification")
    assert (stored.answers["address_1"], stored.answers["mobile"]) == (
        "3 quai du Wault",
        "06 39 98 00 01",
    )
    assert stored.revision == before + 2
