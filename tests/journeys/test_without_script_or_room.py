"""The same registration where scripts never run, and on the smallest of telephones."""

import pytest

from sporades.registrations.models import Registration
from tests.factories import a_candidate
from tests.journeys.helpers import go_through, heading, numbers, press, signed_in, start

NO_SCRIPT = {"java_script_enabled": False}
TELEPHONE = {"viewport": {"width": 320, "height": 640}, "has_touch": True}


@pytest.mark.parametrize(
    "manner", [NO_SCRIPT, TELEPHONE, NO_SCRIPT | TELEPHONE], ids=["no script", "320 px", "both"]
)
def test_one_registers(site, browser, manner):
    candidate = a_candidate()
    context = browser.new_context(**manner)
    page = signed_in(context, site, candidate)

    start(page, site)
    go_through(page, looking=fits)
    fits(page)
    press(page, "Enregistrer")

    assert heading(page) == "N° Inscription : Votre inscription est enregistrée"
    fits(page)
    assert numbers(page)["Numéro d'inscription"] == Registration.objects.get().number
    context.close()


def fits(page):
    """Nothing is to be looked for beside the screen."""
    wide, room = page.locator("html").evaluate("page => [page.scrollWidth, page.clientWidth]")
    assert wide == room, page.url
