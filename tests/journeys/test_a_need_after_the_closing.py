"""A need that appears after the closing, of who had declared none, on the smallest telephone (H1)."""

from datetime import timedelta

from sporades.accommodations.states import State
from tests.accommodations.asked import case_of
from tests.factories import a_registration
from tests.journeys.helpers import answer, heading, press, signed_in, text, tick
from tests.journeys.test_without_script_or_room import NO_SCRIPT, TELEPHONE, fits
from tests.web.browser import follow

MONTH = timedelta(days=30)


def test_a_need_that_appears_after_the_closing_is_asked_for_from_home(site, browser, clock):
    registration = a_registration(informations={"has_disability": "non"})
    clock.shift(MONTH)
    context = browser.new_context(**(NO_SCRIPT | TELEPHONE))
    page = signed_in(context, site, registration.candidate)

    page.goto(f"{site}/accueil")
    fits(page)
    assert "Un besoin apparu après la clôture ?" in text(page)
    follow(page.get_by_role("main").get_by_role("link", name="Demander un aménagement"))
    fits(page)
    assert heading(page) == "Aménagement d'épreuves"
    press(page, "Commencer ma demande")
    fits(page)
    tick(page.get_by_role("checkbox", name="Temps majoré d'un tiers"))
    answer(page, "Avez-vous déjà une décision ?", "Non")
    answer(page, "Avez-vous un plan en vigueur dans votre établissement ?", "Aucun")
    press(page, "Garder et continuer")
    fits(page)
    assert "Dites pourquoi votre demande est tardive." in text(page)
    answer(
        page,
        "Pourquoi votre demande vient-elle après la date limite ?",
        "La gêne est apparue après la date limite",
    )
    press(page, "Garder et continuer")
    fits(page)
    press(page, "Garder et relire")
    fits(page)
    press(page, "Envoyer ma demande")
    fits(page)

    assert "Votre service gestionnaire vérifie que votre demande est complète, ou" in text(page)
    assert case_of(registration).state == State.ASKED
    page.goto(f"{site}/mes-inscriptions/{registration.number}")
    fits(page)
    assert "Papiers de santé" in text(page)
    context.close()
