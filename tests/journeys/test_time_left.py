"""What is said to be left before the closing goes on being true while a page stays open."""

from datetime import timedelta

from playwright.sync_api import expect

from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from tests.factories import NOW, a_draft
from tests.journeys.helpers import signed_in


def test_a_page_left_open_counts_down_to_the_closing(site, context):
    draft = a_draft()
    RegistrationService.objects.filter(pk=draft.service_id).update(
        closes_at=NOW + timedelta(hours=1, minutes=10)
    )
    forget()
    page = signed_in(context, site, draft.candidate)
    page.clock.install()
    page.goto(f"{site}/inscription/{draft.pk}/identification")
    left = page.locator("[data-left]").first
    expect(left).to_have_text("1 heure et 10 minutes")

    for passed, said in [
        ("20:30", "50 minutes"),
        ("49:00", "1 minute"),
        ("01:00", "moins d'une minute"),
        ("01:00", "0 minute"),
    ]:
        page.clock.fast_forward(passed)
        expect(left).to_have_text(said)
