"""« Retour », then « Envoyer » again: a message that is sent already is not sent twice."""

from sporades.threads.queries import messages_of
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
