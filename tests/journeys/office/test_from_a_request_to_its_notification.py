"""From a declared handicap to the notification that is read, on the smallest telephone, for an adult and a minor."""

import pytest

from sporades.accommodations.states import State
from sporades.accounts.models import Membership
from sporades.medical.models import Paper
from tests.accommodations.asked import a_minor, case_of
from tests.evidence.given import a_photo
from tests.factories import a_registration
from tests.journeys.helpers import answer, heading, press, signed_in, text, tick
from tests.journeys.test_without_script_or_room import NO_SCRIPT, TELEPHONE, fits
from tests.medical.given import found_clean
from tests.web.browser import follow

FORMER = "Avez-vous déjà une décision ?"
PLAN = "Avez-vous un plan en vigueur dans votre établissement ?"


def declared():
    return a_registration(informations={"has_disability": "oui"})


@pytest.mark.parametrize("make", [declared, a_minor], ids=["adult", "minor"])
def test_from_the_declaration_to_the_notification(site, browser, enter, make):
    registration, is_minor = make(), make is a_minor
    doctor = enter("docteur@exemple.test", Membership.Role.DOCTOR)
    context = browser.new_context(**(NO_SCRIPT | TELEPHONE))
    page = signed_in(context, site, registration.candidate)
    own = f"{site}/mes-inscriptions/{registration.number}/amenagement"

    ask(page, own)
    # What lacks a mandatory paper leads to it first, signed or not.
    confide(page)
    page.goto(own)
    if is_minor:
        press(page, "Faire signer mon représentant légal")
        have_signed(page)
    press(page, "Envoyer ma demande")
    fits(page)
    assert "Votre service gestionnaire vérifie que votre demande est complète, ou" in text(page)

    office = enter("camille@exemple.test", Membership.Role.MANAGER)
    follow_queue(office, site, "À confier à un médecin")
    press(office, "Confier au médecin")
    give_opinion(doctor, site, case_of(registration))
    assert case_of(registration).state == State.OPINION_GIVEN
    follow_queue(office, site, "À décider")
    answer(office, "Qualité", "Gestionnaire, par délégation du recteur")
    press(office, "Enregistrer la décision")
    assert "relisez-la, puis notifiez-la" in text(office)
    press(office, "Notifier la décision")
    assert case_of(registration).state == State.NOTIFIED

    page.goto(own)
    fits(page)
    press(page, "Lire la notification")
    fits(page)
    assert heading(page) == "Notification d'aménagement d'épreuves"
    assert "Temps majoré d'un tiers" in text(page)
    page.goto(own)
    fits(page)
    assert "mesure accordée" in text(page)
    page.goto(f"{site}/mes-documents/{registration.number}")
    fits(page)
    assert heading(page) == "Mes documents"
    assert "Notification d'aménagement d'épreuves version n°1, mise à jour le" in text(page)
    office.goto(f"{site}/gestion/inscriptions/{registration.number}/amenagement")
    assert "Lue pour la première fois" in text(office)
    context.close()


def ask(page, own):
    """Choose a measure, for every épreuve."""
    page.goto(own)
    fits(page)
    press(page, "Commencer ma demande")
    fits(page)
    tick(page.get_by_role("checkbox", name="Temps majoré d'un tiers"))
    answer(page, FORMER, "Non")
    answer(page, PLAN, "Aucun")
    press(page, "Garder et continuer")
    fits(page)
    if page.get_by_role("checkbox").count():
        press(page, "Garder et relire")


def confide(page):
    """Give a paper of health, from the page of the request."""
    press(page, "Déposer mes papiers de santé")
    fits(page)
    follow(page.get_by_role("main").get_by_role("link", name="Déposer un papier").first)
    fits(page)
    page.locator("main input[type=file]").set_input_files(
        [{"name": "papier.jpg", "mimeType": "image/jpeg", "buffer": a_photo("white")}]
    )
    press(page, "Déposer")
    found_clean(Paper.objects.latest("pk"))


def have_signed(page):
    """Have the guardian sign what is asked."""
    fits(page)
    answer(page, "Nom et prénom du représentant légal", "Anne Le Goff")
    answer(page, "Lien avec le candidat", "Mère")
    tick(page.get_by_role("checkbox"))
    press(page, "Signer")


def give_opinion(page, site, case):
    """Favour what is asked, read it over, sign."""
    page.goto(f"{site}/medecin/demandes/{case.pk}")
    answer(page, "Temps majoré d'un tiers", "Favorable")
    press(page, "Relire et signer")
    press(page, "Signer l'avis")


def follow_queue(page, site, step):
    """Open the first request of a step, from the office's first page."""
    page.goto(f"{site}/gestion/")
    follow(page.get_by_role("main").get_by_role("link", name="Aménagements", exact=True))
    follow(page.get_by_role("main").get_by_role("link", name=step, exact=True))
    press(page, "Traiter ces demandes")
