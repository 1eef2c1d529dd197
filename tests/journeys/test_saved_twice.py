"""« Enregistrer » pressed twice registers once."""

from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import heading, numbers, press, signed_in


def test_two_clicks_send_once(site, context):
    draft = a_draft(a_candidate())
    page = signed_in(context, site, draft.candidate)
    page.goto(f"{site}/inscription/{draft.pk}/recapitulatif")
    sent = []
    page.on("request", lambda request: request.method == "POST" and sent.append(request.url))

    page.get_by_role("button", name="Enregistrer").dblclick()
    page.wait_for_url("**/numero")

    assert heading(page) == "Votre inscription est enregistrée"
    assert sent == [f"{site}/inscription/{draft.pk}/recapitulatif"]


def test_two_windows_make_one_registration(site, context):
    draft = a_draft(a_candidate())
    first = signed_in(context, site, draft.candidate)
    second = context.new_page()
    for page in (first, second):
        page.goto(f"{site}/inscription/{draft.pk}/recapitulatif")

    press(first, "Enregistrer")
    press(second, "Enregistrer")

    assert numbers(first) == numbers(second)
    assert (Registration.objects.count(), Message.objects.count()) == (1, 1)
