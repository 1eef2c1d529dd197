"""A diploma has a colouring."""

from tests.journeys.competition.exam import COLOURING, DIPLOMA, FIRST_TABS
from tests.journeys.helpers import (
    answer,
    go_through,
    press,
    troubles,
)


def test_a_diploma_has_a_colouring(page):
    go_through(page, FIRST_TABS)

    answer(page, DIPLOMA, "Licence (BAC+3)")
    press(page, "Suivant")

    assert troubles(page) == [f"{COLOURING} : Choisissez dans la liste."]
