"""The page of a piece at a desk: a key loses no answer that is begun, and nothing goes off the screen."""

import pytest

from sporades.accounts.models import Membership
from sporades.evidence import operations as evidence
from sporades.evidence.states import State
from tests.evidence.given import give, piece
from tests.factories import NOW, a_registration
from tests.journeys.helpers import answer, text
from tests.web.browser import follow, tick

pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture
def registration(site):
    registration = a_registration()
    evidence.note_scanned(give(registration), is_clean=True, at=NOW)
    return registration


@pytest.fixture
def page(site, enter, registration):
    """The page of the piece, as a manager reads it."""
    page = enter("agent@exemple.test", Membership.Role.MANAGER)
    page.goto(f"{site}/gestion/inscriptions/{registration.number}/pieces/IDENTITE")
    return page


def press_c(page):
    page.get_by_role("heading", level=1).click()
    page.keyboard.press("c")


def choose(page):
    tick(page.get_by_role("radio", name="Incomplet"))


def write(page):
    answer(page, "Précision", "Il manque le verso.")


def say_why_not(page):
    page.get_by_text("Dispenser de cette pièce").click()
    page.locator("[name=pourquoi]").fill("Vue au guichet.")


@pytest.mark.parametrize("begin", [choose, write, say_why_not])
def test_a_key_finds_no_piece_good_over_a_refusal_that_is_begun(page, registration, begin):
    begin(page)

    press_c(page)

    assert "Une réponse est commencée dans cette page : cette touche n'agit pas." in text(page)
    assert piece(registration).state == State.DEPOSITED
    page.get_by_role("button", name="Conforme", exact=True).click()
    page.wait_for_url("**/pieces")
    assert piece(registration).state == State.ACCEPTED


def test_why_it_does_not_is_before_the_eyes_of_who_answers_at_the_foot(page):
    write(page)
    page.evaluate("document.activeElement.blur(); scrollTo(0, document.body.scrollHeight)")

    page.keyboard.press("c")

    said = page.get_by_text("Une réponse est commencée dans cette page")
    assert said.evaluate("one => one.getBoundingClientRect().top") >= 0


def test_nor_where_what_was_typed_before_the_session_ended_is_put_back(page, registration):
    # As `layout/refilled.html` marks its sentence: the fields show nothing that was changed.
    page.evaluate("document.querySelector('main').dataset.refilled = ''")

    press_c(page)

    assert "Une réponse est commencée dans cette page : cette touche n'agit pas." in text(page)
    assert piece(registration).state == State.DEPOSITED


def test_nor_over_one_that_was_sent_and_says_what_it_lacks(page, registration):
    write(page)
    follow(page.get_by_role("button", name="Non conforme"))
    assert "Choisissez un motif : le candidat le lira." in text(page)

    press_c(page)

    assert "« c » dit la pièce conforme" not in text(page)
    assert page.locator("[name=motif]").input_value() == "Il manque le verso."
    assert piece(registration).state == State.DEPOSITED


def test_it_does_where_nothing_is_begun(page, registration):
    press_c(page)
    page.wait_for_url("**/pieces")

    assert piece(registration).state == State.ACCEPTED


@pytest.mark.parametrize("width", [320, 900, 1000, 1280, 1920])
def test_the_answers_unfold_within_the_screen(page, width):
    page.set_viewport_size({"width": width, "height": 800})

    page.locator("summary", has_text="Réponses du candidat").click()

    assert page.locator("details[open] table").first.is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    out = """() => [...document.querySelectorAll("details[open] *")]
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 1).length"""
    assert page.evaluate(out) == 0
