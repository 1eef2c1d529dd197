"""« Retour » of the browser: a field filled again with an older answer sends it nowhere."""

from playwright.sync_api import expect

from tests.endurance.arena import eventually
from tests.factories import a_draft
from tests.journeys.autosave.test_a_page_left import street
from tests.journeys.helpers import answer, press, signed_in

OLDER, NEWER = "1 rue du Port", "2 rue du Bois"


def test_a_page_come_back_to_shows_what_was_answered_last_and_sends_nothing_older(site, context):
    draft = a_draft()
    here = f"{site}/inscription/{draft.pk}/identification"
    page = signed_in(context, site, draft.candidate)
    page.goto(here)
    answer(page, "Numéro et voie", OLDER)
    press(page, "Suivant")
    press(page, "Précédent")
    answer(page, "Numéro et voie", NEWER)
    press(page, "Suivant")

    for _ in range(3):
        page.go_back()

    assert page.url == here
    expect(page.get_by_label("Numéro et voie")).to_have_value(NEWER)
    page.goto(f"{site}/accueil")
    page.goto(here)
    expect(page.get_by_label("Numéro et voie")).to_have_value(NEWER)
    assert street(draft) == NEWER


def test_what_never_reached_the_server_is_still_there_and_is_sent(site, context):
    draft = a_draft()
    here = f"{site}/inscription/{draft.pk}/identification"
    page = signed_in(context, site, draft.candidate)
    page.goto(here)
    # What a page sends as it is left no test can stop: its network is down before.
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('network')); }")
    answer(page, "Numéro et voie", NEWER)
    page.goto(f"{site}/accueil")
    assert street(draft) != NEWER

    page.go_back()

    expect(page.get_by_label("Numéro et voie")).to_have_value(NEWER)
    eventually(lambda: street(draft) == NEWER)
