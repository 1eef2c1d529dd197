"""One who moves between the draft and its saving is told when saving."""

from sporades.registrations.models import Registration
from tests.factories import a_draft
from tests.journeys.helpers import answers, heading, open_tab, press, tab
from tests.web.browser import follow

VERSAILLES = {"Code postal": "78000", "Commune": "Versailles"}


def test_a_move_between_the_draft_and_its_saving_is_seen_when_saving(site, context):
    draft = a_draft()
    page = open_tab(context, site, draft, "recapitulatif")
    other = context.new_page()
    other.goto(f"{site}/inscription/{draft.pk}/identification")
    answers(other, VERSAILLES)
    press(other, "Garder ma saisie et continuer plus tard")

    press(page, "Enregistrer")
    assert heading(page) == "Ma candidature est-elle prête ?"
    assert not Registration.objects.exists()
    follow(page.get_by_role("link", name="Vérifiez le code postal"))
    press(page, "Continuer auprès de l'académie de Versailles, avec mes réponses")
    assert tab(page) == "Récapitulatif"
    press(page, "Enregistrer")

    assert heading(page) == "N° Inscription : Votre inscription est enregistrée"
    assert Registration.objects.get().academy_id == "A25"
