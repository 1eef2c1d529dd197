"""What a page of decision and of opinion shows as answers change: one reason, the right ticks."""

from playwright.sync_api import expect

from sporades.accommodations.operations import OpinionOn
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Opinion, State
from sporades.accounts.models import Membership
from tests.accommodations.asked import HALF, READER, case_of, opine, reach
from tests.factories import a_registration
from tests.journeys.helpers import text
from tests.web.browser import tick


def opened(site, enter, said):
    """Open the page on which a request for a reader is decided of, after this opinion."""
    registration = a_registration(informations={"has_disability": "oui"})
    reach(registration, State.WITH_DOCTOR, Wish(READER))
    opine(registration, LECTEUR=said)
    page = enter("camille@exemple.test", Membership.Role.MANAGER)
    page.goto(f"{site}/gestion/inscriptions/{registration.number}/amenagement/traiter")
    return page


def choose(page, decision):
    tick(page.locator(f"main input[name=decision-lecteur][value={decision}]"))


def ticks(page):
    return [
        one.get_attribute("value")
        for one in page.locator("main input[name=epreuves-lecteur]:checked").all()
    ]


def test_one_reason_is_asked_for_whatever_is_decided(site, enter):
    page = opened(site, enter, OpinionOn(Opinion.OTHER, HALF, ("E1",), "Sa fatigue."))
    along, against = page.locator("[name=motif-lecteur]"), page.locator("[name=contre-lecteur]")
    expect(along).to_be_visible()
    expect(against).to_be_hidden()

    tick(page.locator("input[name=epreuves-lecteur]").nth(1))
    expect(along).to_be_hidden()
    expect(against).to_be_visible()
    tick(page.locator("input[name=epreuves-lecteur]").nth(1), False)
    expect(along).to_be_visible()
    choose(page, "refused")

    expect(along).to_be_hidden()
    expect(against).to_be_visible()
    assert "Il écrit : « Sa fatigue. »" in text(page)


def test_what_was_ticked_for_one_decision_is_not_ticked_for_another(site, enter):
    page = opened(site, enter, OpinionOn(Opinion.OTHER, HALF, ("E1",), "Sa fatigue."))
    assert ticks(page) == ["E1"]

    choose(page, "granted")
    assert ticks(page) == []
    choose(page, "other")

    assert ticks(page) == ["E1"]


def test_the_measure_that_is_chosen_is_read_in_full(site, enter):
    page = opened(site, enter, OpinionOn(Opinion.OTHER, HALF, ("E1",), "Sa fatigue."))
    chosen = page.locator("select[name=autre-lecteur]")
    longest = max(chosen.locator("option").all_inner_texts(), key=len)

    chosen.select_option(label=longest)

    under = chosen.locator("xpath=following-sibling::p")
    expect(under).to_have_text(longest)


def test_a_tab_left_open_after_signing_does_not_say_that_nothing_is_signed(site, enter):
    registration = a_registration(informations={"has_disability": "oui"})
    page = enter("docteur@exemple.test", Membership.Role.DOCTOR)
    reach(registration, State.WITH_DOCTOR, Wish(READER))
    page.goto(f"{site}/medecin/demandes/{case_of(registration).pk}")
    expect(page.get_by_text("Rien n'est signé.")).to_be_visible()
    opine(registration)

    page.locator("[name=texte]").fill("Encore un mot.")

    expect(page.locator("[data-autosave-said]")).to_contain_text("L'avis est signé")
    expect(page.get_by_text("Rien n'est signé.")).to_be_hidden()
