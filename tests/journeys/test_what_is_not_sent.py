"""What is typed where nothing keeps it is not left without a word."""

import re

import pytest
from playwright.sync_api import expect

from sporades.threads.queries import messages_of
from tests.factories import a_registration
from tests.journeys.helpers import choose, press, signed_in, text
from tests.web.browser import follow, tick

pytestmark = pytest.mark.usefixtures("confided")
COMMENT = "Une précision pour le médecin."


@pytest.fixture
def filed():
    return a_registration(informations={"has_disability": "oui"})


@pytest.fixture
def asked():
    """What the browser asked before a page was left; one stays there."""
    return []


@pytest.fixture
def page(site, context, filed, asked):
    page = signed_in(context, site, filed.candidate)

    def stay(dialog):
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    return page


def leave(page):
    link = page.get_by_role("main").get_by_role("link", name="Aménagement d'épreuves").first
    with page.expect_event("dialog"):
        link.click(no_wait_after=True)


def test_a_comment_that_is_not_confided_is_not_left_without_a_word(site, page, filed, asked):
    page.goto(f"{site}/mes-inscriptions/{filed.number}/sante")
    page.get_by_label("Votre commentaire").fill(COMMENT)

    leave(page)

    assert asked == ["beforeunload"]
    assert page.get_by_label("Votre commentaire").input_value() == COMMENT

    press(page, "Ajouter ce commentaire")
    assert "Votre commentaire est envoyé." in text(page)
    assert asked == ["beforeunload"]


def test_an_older_chromium_is_told_in_its_own_way_to_ask(site, page, filed):
    page.goto(f"{site}/mes-inscriptions/{filed.number}/sante")
    told = """() => {
        const leaving = document.createEvent("BeforeUnloadEvent");
        leaving.initEvent("beforeunload", false, true);
        window.dispatchEvent(leaving);
        return [leaving.defaultPrevented, leaving.returnValue];
    }"""
    assert page.evaluate(told) == [False, ""]

    page.get_by_label("Votre commentaire").fill(COMMENT)

    assert page.evaluate(told) == [True, "true"]


def test_a_page_in_which_nothing_was_typed_is_left_at_once(site, page, filed, asked):
    page.goto(f"{site}/mes-inscriptions/{filed.number}/sante")
    page.get_by_label("Votre commentaire").fill(COMMENT)
    page.get_by_label("Votre commentaire").fill("")

    choose(page, "Aménagement d'épreuves")

    assert asked == []
    assert page.url.endswith("/amenagement")


def test_a_page_that_is_only_read_beside_another_is_left_at_once(site, context, page, filed, asked):
    page.goto(f"{site}/mes-inscriptions/{filed.number}/messages")
    token = page.locator("form[data-unsent] [name=csrfmiddlewaretoken]")
    before = token.input_value()
    context.new_page().goto(f"{site}/accueil")
    expect(token).not_to_have_value(before)
    page.get_by_label("Votre message").click()

    follow(page.get_by_role("link", name="Accueil").first)

    assert asked == []
    assert page.url.endswith("/accueil")


def test_who_leaves_measures_in_so_many_words_is_asked_nothing(site, page, filed, asked):
    page.goto(f"{site}/mes-inscriptions/{filed.number}/amenagement/mesures")
    tick(page.locator("[type=checkbox]").first)

    choose(page, "Quitter sans garder mes choix")

    assert asked == []
    assert page.url.endswith("/amenagement")


def test_a_message_is_not_left_by_quitter_without_a_word_nor_by_closing(site, page, filed, asked):
    page.goto(f"{site}/mes-inscriptions/{filed.number}/messages")
    page.get_by_label("Votre message").fill("Bonjour, une question.")

    with page.expect_event("dialog"):
        page.get_by_role("link", name="Quitter").click(no_wait_after=True)
    assert page.get_by_label("Votre message").input_value() == "Bonjour, une question."
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)

    assert asked == ["beforeunload", "beforeunload"]


def test_a_message_whose_sending_was_stopped_can_be_sent_again_and_is_not_left(
    site, page, filed, asked
):
    page.clock.install()
    page.goto(f"{site}/mes-inscriptions/{filed.number}/messages")
    page.get_by_label("Votre message").fill(COMMENT)
    button = page.get_by_role("button", name="Envoyer le message")
    # As the reader does who stops what hangs: the page stays.
    page.route("**/messages", lambda sent: sent.abort("aborted"))
    with page.expect_event("requestfailed"):
        button.click(no_wait_after=True)
    expect(button).to_have_attribute("aria-disabled", "true")
    page.unroute_all()

    page.clock.run_for(2_000)
    with page.expect_event("dialog"):
        page.get_by_role("link", name="Quitter").click(no_wait_after=True)
    assert asked == ["beforeunload"]
    page.clock.run_for(15_000)
    expect(button).not_to_have_attribute("aria-disabled", "true")
    press(page, "Envoyer le message")

    assert COMMENT in text(page)
    assert messages_of(filed).count() == 1
    assert asked == ["beforeunload"]


def test_where_nothing_is_kept_the_end_of_the_session_does_not_say_that_all_is(site, page, filed):
    page.clock.install()
    page.goto(f"{site}/mes-inscriptions/{filed.number}/messages")

    page.clock.run_for(26 * 60 * 1000)

    said = page.get_by_role("dialog", name="Êtes-vous toujours là ?")
    expect(said).to_contain_text(
        re.compile("reste sur cette page.: envoyez-le avant de la quitter")
    )
    expect(said).not_to_contain_text("ne sera perdu")
