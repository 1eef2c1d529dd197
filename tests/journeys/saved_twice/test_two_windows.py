"""« Enregistrer » pressed in two windows registers once."""

from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import numbers, press, signed_in


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
