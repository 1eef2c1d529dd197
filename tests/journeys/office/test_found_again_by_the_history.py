"""« Retour », then the same button: what is done already is not done twice."""

from sporades.accounts.models import Membership
from sporades.batches.models import Batch
from sporades.registrations.models import Note
from tests.factories import a_candidate, a_registration
from tests.journeys.helpers import answer, choose, press

MANAGER = Membership.Role.MANAGER
SAID = "A téléphoné."


def test_a_message_prepared_again_is_the_same_batch_until_its_page_is_opened_anew(site, enter):
    a_registration(a_candidate(birth_name="Le Goff"))
    a_registration(a_candidate(birth_name="Le Goffic"))
    page = enter("agent@exemple.test", MANAGER)
    answer(page, "Trouver une inscription", "Le Goff")
    press(page, "Trouver")
    found = page.url
    choose(page, "Écrire à tous")
    answer(page, "Objet", "Votre centre")
    answer(page, "Texte", "Apportez une pièce d'identité.")
    press(page, "Préparer l'envoi")
    made = page.url

    page.go_back()
    assert page.get_by_label("Objet").input_value() == "Votre centre"
    press(page, "Préparer l'envoi")

    assert page.url == made
    assert Batch.objects.count() == 1
    page.goto(found)
    choose(page, "Écrire à tous")
    answer(page, "Objet", "Votre centre")
    answer(page, "Texte", "Apportez une pièce d'identité.")
    press(page, "Préparer l'envoi")
    assert Batch.objects.count() == 2


def test_a_note_is_added_again_where_it_is_written_again_alone(site, enter):
    registration = a_registration(a_candidate())
    page = enter("agent@exemple.test", MANAGER)
    page.goto(f"{site}/gestion/inscriptions/{registration.number}/notes")
    for _ in range(2):
        answer(page, "Ajouter une note", SAID)
        press(page, "Ajouter la note")

    assert Note.objects.count() == 2
