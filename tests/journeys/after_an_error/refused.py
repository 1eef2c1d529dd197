"""A tab that « Suivant » has refused."""

from tests.factories import a_candidate, a_draft
from tests.journeys.helpers import press, signed_in, troubles


def refused_for_its_postcode(context, site):
    """Show « Identification » once « Suivant » has refused its postcode."""
    draft = a_draft(a_candidate(), identification={"postcode": "590"})
    page = signed_in(context, site, draft.candidate)
    page.clock.install()
    page.goto(f"{site}/inscription/{draft.pk}/identification")
    press(page, "Suivant")
    assert len(troubles(page)) == 1
    assert page.title().startswith("1 erreur\N{NO-BREAK SPACE}: ")
    return page
