"""« Enregistrer » pressed in two windows registers once."""

from playwright.sync_api import expect

from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import answer, numbers, press, said_of_the_draft, signed_in


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


def test_a_window_does_not_say_unregistered_what_another_has_registered(site, context):
    draft = a_draft(a_candidate())
    first = signed_in(context, site, draft.candidate)
    second = context.new_page()
    second.clock.install()
    second.goto(f"{site}/inscription/{draft.pk}/identification")
    left = second.get_by_text("Votre inscription n'est pas encore enregistrée.")
    expect(left).to_be_visible()
    first.goto(f"{site}/inscription/{draft.pk}/recapitulatif")
    press(first, "Enregistrer")

    answer(second, "Numéro et voie", "3 quai du Wault")
    second.clock.fast_forward("00:03")

    said_of_the_draft(second).to_contain_text("déjà enregistrée")
    expect(left).to_be_hidden()
