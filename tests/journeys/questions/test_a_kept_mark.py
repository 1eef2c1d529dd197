"""A kept mark is asked of whoever keeps it."""

from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import answer, signed_in


def test_a_kept_mark_is_asked_of_whoever_keeps_it(site, context):
    draft = a_draft(a_candidate())
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/epreuves")
    mark = page.get_by_label("Note obtenue")
    assert mark.is_hidden()

    answer(page, "Français > Statut", "Bénéfice")
    assert mark.is_visible()
    answer(page, "Français > Statut", "Inscrit")

    assert mark.is_hidden()
