"""What was typed in « Créer mon compte » is found again by « Retour », whatever browsers give back."""

from tests.journeys.helpers import answer, choose

TYPED = {
    "Nom de famille": "Durand",
    "Nom d'usage": "Martin",
    "Prénoms": "Léa",
    "Commune ou ville de naissance": "Lille",
}


def test_going_back_to_the_making_of_an_account_finds_all_that_was_typed(site, context):
    page = context.new_page()
    page.goto(f"{site}/creer-mon-compte")
    for question, value in TYPED.items():
        page.get_by_label(question).fill(value)
    choose(page, "Tout savoir sur vos données personnelles")

    page.go_back()

    assert {one: page.get_by_label(one).input_value() for one in TYPED} == TYPED


def test_a_page_asked_for_anew_holds_nothing_of_what_was_typed(site, context):
    page = context.new_page()
    page.goto(f"{site}/creer-mon-compte")
    answer(page, "Commune ou ville de naissance", "Lille")

    page.goto(f"{site}/creer-mon-compte")

    assert page.get_by_label("Commune ou ville de naissance").input_value() == ""
