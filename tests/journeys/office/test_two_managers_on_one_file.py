"""Two managers on one file: the second is told what the first has done, and nothing is undone."""

from sporades.accounts.models import Membership
from sporades.registrations.states import State
from tests.factories import a_candidate, a_registration
from tests.journeys.helpers import answer, press, text

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

    assert "Il y a un point à corriger" in text(second)
    registration.refresh_from_db()
    assert (registration.state, registration.reason) == (State.SET_ASIDE, "Hors de l'académie.")
