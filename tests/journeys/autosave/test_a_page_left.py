"""A page that is left sends what it holds."""

from tests.endurance.arena import eventually
from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import answer, signed_in


def test_a_page_that_is_left_sends_what_it_holds(site, context):
    draft = a_draft(a_candidate())
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/identification")

    answer(page, "Numéro et voie", "3 quai du Wault")
    page.goto(f"{site}/accueil")

    eventually(lambda: street(draft) == "3 quai du Wault")


def street(draft):
    return draft.answers.get(section="identification").answers["address_1"]
