"""« Voir les dates » shows them: on the smallest of telephones too, with or without script."""

import pytest
from playwright.sync_api import expect

from tests.factories import a_candidate
from tests.journeys.helpers import answer, press, signed_in

ROOM = 640


@pytest.mark.parametrize("scripts", [True, False], ids=["script", "no script"])
def test_the_dates_asked_for_are_in_sight(site, browser, scripts):
    viewport = {"width": 320, "height": ROOM}
    context = browser.new_context(java_script_enabled=scripts, viewport=viewport)
    page = signed_in(context, site, a_candidate())
    page.goto(f"{site}/m-inscrire/ESSAI/2027/BE/MARIN")

    answer(page, "Académie", "Lille (Nord, Pas-de-Calais)")
    press(page, "Voir les dates")

    dates = page.get_by_role("heading", name="Académie de Lille")
    expect(dates).to_be_in_viewport()
    assert dates.bounding_box()["y"] < ROOM / 4
    context.close()
