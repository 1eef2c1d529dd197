"""The whole registration without a mouse: Tab, Space, Enter, arrows, and what one writes."""

from sporades.registrations.models import Registration
from tests.factories import a_candidate
from tests.journeys.hands import Keyboard
from tests.journeys.helpers import TABS, heading, numbers, signed_in, tab


def test_one_registers(site, context):
    page = signed_in(context, site, a_candidate())
    hands = Keyboard(page)
    page.goto(f"{site}/m-inscrire")

    hands.skip_to_content()
    hands.follow("Brevet d'essai, session 2027")
    hands.skip_to_content()
    hands.follow("Marin")
    hands.skip_to_content()
    hands.answer("Académie", "Lille")
    hands.press_button("Voir les dates")
    hands.press_button("Démarrer mon inscription")
    for title, given in TABS.items():
        assert tab(page) == title
        hands.skip_to_content()
        for question, value in given.items():
            hands.answer(question, value)
        hands.press_button("Suivant")
    assert tab(page) == "Récapitulatif"
    hands.skip_to_content()
    hands.press_button("Enregistrer")

    assert heading(page) == "N° Inscription : Votre inscription est enregistrée"
    assert numbers(page)["Numéro d'inscription"] == Registration.objects.get().number
