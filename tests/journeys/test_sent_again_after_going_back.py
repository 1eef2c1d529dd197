"""« Retour », then « Envoyer » again: a message that is sent already is not sent twice."""

import pytest

from sporades.threads.queries import messages_of
from tests.evidence.given import a_photo, piece
from tests.factories import a_registration
from tests.journeys.helpers import answer, press, signed_in

SAID = "Quand saurai-je si mon dossier est complet ?"


def test_a_message_sent_again_after_going_back_is_one_and_written_again_is_two(site, context):
    registration = a_registration()
    page = signed_in(context, site, registration.candidate)
    page.goto(f"{site}/mes-inscriptions/{registration.number}/messages")
    answer(page, "Votre message", SAID)
    press(page, "Envoyer le message")

    page.go_back()
    answer(page, "Votre message", SAID)
    press(page, "Envoyer le message")
    assert messages_of(registration).count() == 1

    answer(page, "Votre message", SAID)
    press(page, "Envoyer le message")
    assert messages_of(registration).count() == 2


@pytest.mark.usefixtures("kept")
def test_a_file_given_again_after_another_took_its_place_is_given(site, context):
    registration = a_registration()
    page = signed_in(context, site, registration.candidate)
    where = f"{site}/mes-inscriptions/{registration.number}/pieces/IDENTITE"

    def give(colour):
        file = {"name": f"{colour}.jpg", "mimeType": "image/jpeg", "buffer": a_photo(colour)}
        page.get_by_label("Votre fichier").set_input_files([file])
        press(page, "Déposer")

    page.goto(where)
    give("white")
    page.goto(where)
    give("black")
    assert piece(registration).deposit.name == "black.jpg"

    page.go_back()
    page.go_back()
    page.go_back()
    assert page.url == where
    give("white")

    assert piece(registration).deposit.name == "white.jpg"
