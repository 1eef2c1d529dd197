"""From « Pièces justificatives » to « En vérification », on the smallest telephone and without script."""

import pytest

from sporades.evidence.models import Deposit
from tests.evidence.given import a_photo
from tests.factories import a_registration
from tests.journeys.helpers import heading, press, signed_in, text
from tests.journeys.test_without_script_or_room import NO_SCRIPT, TELEPHONE, fits


@pytest.mark.usefixtures("kept")
def test_two_photos_become_the_piece(site, browser):
    registration = a_registration()
    context = browser.new_context(**(NO_SCRIPT | TELEPHONE))
    page = signed_in(context, site, registration.candidate)

    page.goto(f"{site}/accueil")
    page.get_by_role("link", name="Déposer mes pièces justificatives").first.click()
    assert heading(page) == "Pièces justificatives"
    fits(page)
    page.get_by_role("link", name="Déposer : Pièce d'identité").click()
    fits(page)
    page.get_by_label("Votre fichier").set_input_files(
        [
            {"name": f"photo-{colour}.jpg", "mimeType": "image/jpeg", "buffer": a_photo(colour)}
            for colour in ("white", "black")
        ]
    )
    press(page, "Déposer")

    assert heading(page) == "Pièces justificatives"
    fits(page)
    said = text(page)
    assert "Votre fichier est déposé." in said
    assert "En vérification" in said
    assert "photo-white.jpg et 1 autre" in said
    assert Deposit.objects.get().pages == 2
    context.close()
