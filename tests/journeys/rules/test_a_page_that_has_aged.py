"""A dispensation claimed on a page that has aged is refused."""

from sporades.registrations.operations import drafting
from tests.factories import NOW, a_draft
from tests.journeys.helpers import answer, open_tab, press, tab, troubles
from tests.journeys.rules.words import LOST_DISPENSATION


def test_a_dispensation_claimed_on_a_page_that_has_aged_is_refused(site, context):
    draft = a_draft(qualification={"diploma": "BAC"})
    page = open_tab(context, site, draft, "epreuves")
    other = {"diploma": "CAP", "experience": "2"}
    drafting.answer(draft=draft, section="qualification", typed=other, seen_revision=None, at=NOW)

    answer(page, "Mathématiques > Statut", "Dispensé")
    press(page, "Suivant")

    assert (tab(page), troubles(page)) == ("Épreuves", [LOST_DISPENSATION])
