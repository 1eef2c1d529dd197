"""« Pour quelles épreuves ? »: all of those of a measure, or none, in one press."""

from sporades.accommodations.rules import Wish
from tests.accommodations.asked import READER, write
from tests.factories import a_registration
from tests.journeys.helpers import signed_in


def test_all_the_epreuves_of_a_measure_are_ticked_and_unticked_in_one_press(site, context):
    filed = a_registration(informations={"has_disability": "oui"})
    write(filed, Wish(READER))
    page = signed_in(context, site, filed.candidate)
    page.goto(f"{site}/mes-inscriptions/{filed.number}/amenagement/epreuves")
    group = page.get_by_role("group", name="Secrétaire lecteur")
    boxes = group.get_by_role("checkbox")
    assert boxes.count() == 4

    page.get_by_role("button", name="Aucune : Secrétaire lecteur").click()
    assert not any(boxes.nth(place).is_checked() for place in range(4))

    page.get_by_role("button", name="Toutes : Secrétaire lecteur").click()
    assert all(boxes.nth(place).is_checked() for place in range(4))
