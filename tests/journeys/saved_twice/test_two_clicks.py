"""« Enregistrer » clicked twice sends once."""

from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import heading, signed_in


def test_two_clicks_send_once(site, context):
    draft = a_draft(a_candidate())
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/recapitulatif")
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))

    page.get_by_role("button", name="Enregistrer").dblclick()
    page.wait_for_url("**/numero")

    assert heading(page) == "N° Inscription : Votre inscription est enregistrée"
    assert sent == [f"{site}/inscription/{draft.pk}/recapitulatif"]
