"""« Retour », then « Envoyer » again: a message that is sent already is not sent twice."""

from datetime import timedelta

import pytest

from sporades.threads.queries import messages_of
from tests.evidence.given import a_photo, piece
from tests.factories import a_registration
from tests.journeys.helpers import STREET, answer, choose, press, signed_in, text, troubles

MONTH = timedelta(days=30)
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


def test_going_back_to_what_was_refused_before_it_was_sent_does_not_ask_to_send_it_again(
    site, context, clock
):
    registration = a_registration()
    clock.shift(MONTH)
    page = signed_in(context, site, registration.candidate)
    where = f"{site}/mes-inscriptions/{registration.number}"
    page.goto(where)
    press(page, "Demander une modification")
    choose(page, "Modifier : Identification")
    answer(page, "Numéro et voie", STREET)
    press(page, "Garder et revenir au récapitulatif")
    press(page, "Demander cette modification")
    press(page, "Envoyer la demande")
    assert len(troubles(page)) == 1
    page.get_by_label("Pourquoi demandez-vous cette modification").fill("J'ai déménagé.")
    press(page, "Envoyer la demande")

    page.go_back()

    assert page.url == where
    assert "Votre demande de modification attend une réponse" in text(page)


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
