"""Two managers on one file: the second is told what the first has done, and nothing is undone."""

from sporades.accounts.models import Membership
from sporades.registrations.states import State
from tests.factories import a_candidate, a_registration
from tests.journeys.helpers import answer, choose, heading, press, text
from tests.web.browser import follow, tick

MANAGER = Membership.Role.MANAGER


def test_what_a_colleague_decided_meanwhile_stands(site, enter):
    registration = a_registration(a_candidate())
    address = f"{site}/gestion/inscriptions/{registration.number}"
    first = enter("agent@exemple.test", MANAGER)
    second = enter("collegue@exemple.test", MANAGER)
    for page in (first, second):
        page.goto(f"{address}/etat")

    answer(first, "Décision", "Écarter")
    answer(first, "Motif", "Hors de l'académie.")
    press(first, "Enregistrer la décision")
    answer(second, "Décision", "Valider")
    press(second, "Enregistrer la décision")

    assert "a changé depuis que vous avez ouvert cette page" in text(second)
    assert "Hors de l'académie." in text(second)
    registration.refresh_from_db()
    assert (registration.state, registration.reason) == (State.SET_ASIDE, "Hors de l'académie.")


def test_what_both_modify_is_chosen_and_what_one_modifies_is_kept(site, enter):
    registration = a_registration(a_candidate())
    first = enter("agent@exemple.test", MANAGER)
    second = enter("collegue@exemple.test", MANAGER)
    for page, mobile, more in (
        (first, "06 39 98 00 01", "Bâtiment B"),
        (second, "06 39 98 00 02", ""),
    ):
        page.goto(f"{site}/gestion/inscriptions/{registration.number}")
        choose(page, "Modifier pour le candidat")
        press(page, "Ouvrir les onglets")
        follow(page.get_by_role("link", name="Modifier : Identification"))
        answer(page, "Téléphone mobile", mobile)
        answer(page, "Appartement, étage, bâtiment", more)
        press(page, "Garder et revenir au récapitulatif")
    press(first, "Enregistrer")
    press(second, "Enregistrer")

    assert heading(second) == "Quelle réponse voulez-vous garder ?"
    assert "Appartement, étage, bâtiment : rien → devient Bâtiment B" in text(second)
    mobile = second.get_by_role("group", name="Identification, Téléphone mobile")
    tick(mobile.get_by_role("radio", name="Dans votre saisie : 06 39 98 00 02"))
    follow(second.get_by_role("button", name="Garder ces réponses et continuer"))
    press(second, "Enregistrer")

    registration.refresh_from_db()
    assert (registration.version, registration.mobile) == (3, "0639980002")
    assert registration.address_2 == "Bâtiment B"
