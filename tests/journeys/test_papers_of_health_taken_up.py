"""Whoever left by mistake registers again, and takes up their request and their papers (E8, H3)."""

import pytest

from sporades.accommodations.states import State
from sporades.medical.models import Paper
from tests.accommodations.asked import case_of, reach
from tests.factories import a_registration
from tests.journeys.helpers import heading, press, signed_in, text
from tests.journeys.office.test_contesting_a_decision import faultless
from tests.journeys.test_without_script_or_room import NO_SCRIPT, TELEPHONE, fits
from tests.medical.given import again, confide, found_clean, write

pytestmark = pytest.mark.usefixtures("kept", "confided")
NAME = "certificat-du-docteur-d-une-ville-au-nom-qui-n-en-finit-pas.jpg"


def asked():
    """Return a registration with a request that was sent, a paper and a comment confided."""
    made = a_registration(informations={"has_disability": "oui"})
    found_clean(confide(made, kind="CERTIFICAT", name=NAME))
    write(made, "Je suis suivie depuis mars.")
    reach(made, State.ASKED)
    return again(made)


def left_by_mistake(page, site, registration):
    """« Me désinscrire »."""
    page.goto(f"{site}/mes-inscriptions/{registration.number}/desinscription")
    assert "vous pourrez reprendre ces papiers" in text(page)
    press(page, "Me désinscrire")


def test_from_me_desinscrire_to_the_papers_of_the_new_registration(site, browser):
    registration = asked()
    context = browser.new_context(**(NO_SCRIPT | TELEPHONE))
    page = signed_in(context, site, registration.candidate)
    left_by_mistake(page, site, registration)
    fits(page)

    press(page, "Me réinscrire avec mes réponses")
    press(page, "Enregistrer")
    fits(page)
    new = registration.candidate.registrations.exclude(pk=registration.pk).get()
    page.goto(f"{site}/mes-inscriptions/{new.number}/sante")
    fits(page)
    assert NAME in text(page)
    press(page, f"Reprendre les papiers déposés pour l'inscription n°{registration.number}")
    fits(page)
    press(page, "Reprendre ce qui est coché")
    fits(page)

    assert heading(page) == "Papiers de santé"
    [taken] = Paper.objects.filter(compartment__registration=new)
    assert taken.name == NAME
    page.goto(f"{site}/mes-inscriptions/{new.number}/amenagement")
    press(page, "Commencer ma demande")
    fits(page)
    press(page, "Garder et continuer")
    press(page, "Garder et relire")
    press(page, "Envoyer ma demande")
    assert case_of(new).state == State.ASKED
    context.close()


def test_its_pages_have_no_fault_that_a_machine_finds(site, browser):
    registration = asked()
    context = browser.new_context(locale="fr-FR")
    page = signed_in(context, site, registration.candidate)
    left_by_mistake(page, site, registration)
    press(page, "Me réinscrire avec mes réponses")
    press(page, "Enregistrer")
    new = registration.candidate.registrations.exclude(pk=registration.pk).get()

    faultless(page, f"{site}/mes-inscriptions/{registration.number}/sante")
    faultless(page, f"{site}/mes-inscriptions/{new.number}/sante")
    faultless(page, f"{site}/mes-inscriptions/{new.number}/sante/reprise/{registration.number}")
    page.get_by_role("checkbox", name=NAME).locator("xpath=..").locator("label").click()
    press(page, "Reprendre ce qui est coché")
    assert "Cochez au moins un papier ou un commentaire." in text(page)
    faultless(page)
    context.close()
