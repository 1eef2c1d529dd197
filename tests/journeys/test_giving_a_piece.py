"""From « Pièces justificatives » to « En vérification », on the smallest telephone and without script."""

import pytest

from sporades.evidence.models import Deposit
from tests.evidence.given import a_photo
from tests.evidence.test_ways import WAYS, load
from tests.factories import a_registration
from tests.journeys.helpers import heading, press, signed_in, text
from tests.journeys.test_without_script_or_room import NO_SCRIPT, TELEPHONE, fits
from tests.web.browser import follow


@pytest.mark.usefixtures("kept")
def test_two_photos_become_the_piece(site, browser):
    registration = a_registration()
    context = browser.new_context(**(NO_SCRIPT | TELEPHONE))
    page = signed_in(context, site, registration.candidate)

    page.goto(f"{site}/accueil")
    follow(page.get_by_role("link", name="Déposer mes pièces justificatives").first)
    assert heading(page) == "Pièces justificatives"
    fits(page)
    follow(page.get_by_role("link", name="Déposer : Pièce d'identité"))
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


@pytest.mark.usefixtures("kept")
def test_one_piece_is_given_here_and_the_other_is_to_be_posted(site, browser):
    load(**WAYS["each"])
    registration = a_registration()
    context = browser.new_context(**(NO_SCRIPT | TELEPHONE))
    page = signed_in(context, site, registration.candidate)
    pieces = f"{site}/mes-inscriptions/{registration.number}/pieces"

    page.goto(f"{pieces}/PHOTO")
    assert "Cette pièce ne se dépose pas ici : envoyez-la par courrier" in text(page)
    fits(page)
    assert page.get_by_role("link", name="Déposer :").count() == 1
    follow(page.get_by_role("link", name="Déposer : Pièce d'identité"))
    page.get_by_label("Votre fichier").set_input_files(
        {"name": "carte.jpg", "mimeType": "image/jpeg", "buffer": a_photo()}
    )
    press(page, "Déposer")

    said = text(page)
    assert "Votre fichier est déposé." in said
    assert "à envoyer par courrier, pas à déposer." in said
    assert Deposit.objects.get().evidence.code == "IDENTITE"
    context.close()
