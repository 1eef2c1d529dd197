"""A decision is contested on the smallest telephone without a script, taken again for another opinion, and answered."""

from axe_playwright_python.sync_playwright import Axe

from sporades.accommodations.queries import appeal_against
from sporades.accommodations.states import State
from sporades.accounts.models import Membership
from sporades.acts import consulting
from tests.accommodations.asked import CONTESTED, case_of, reach
from tests.factories import NOW, a_registration, author
from tests.journeys.helpers import answer, heading, press, signed_in, text, tick
from tests.journeys.office.test_from_a_request_to_its_notification import follow_queue
from tests.journeys.test_without_script_or_room import NO_SCRIPT, TELEPHONE, fits
from tests.spaces import plain
from tests.web.account.test_browser import RULES

REASON = "Un secrétaire n'est pas nécessaire pour une épreuve à l'ordinateur."
WHAT = "Ce que vous contestez, et pourquoi"


def notified():
    """Return a registration whose decision is notified, and read."""
    registration = a_registration(informations={"has_disability": "oui"})
    case = reach(registration, State.NOTIFIED)
    by = author(registration.candidate)
    consulting.open_document(version=case.notification, by=by, at=NOW)
    return registration


def test_from_the_appeal_to_the_answer_that_is_read(site, browser, enter):
    registration = notified()
    context = browser.new_context(**(NO_SCRIPT | TELEPHONE))
    page = signed_in(context, site, registration.candidate)
    own = f"{site}/mes-inscriptions/{registration.number}/amenagement"

    page.goto(own)
    press(page, "Contester la décision")
    fits(page)
    assert heading(page) == "Contester la décision"
    answer(page, WHAT, "Ma dyslexie demande un secrétaire.")
    press(page, "Envoyer mon recours")
    fits(page)
    assert "semblent dire quelque chose de votre santé" in text(page)
    answer(page, WHAT, CONTESTED)
    press(page, "Envoyer mon recours")
    fits(page)
    assert "Votre recours est reçu." in plain(text(page))

    office = enter("camille@exemple.test", Membership.Role.MANAGER)
    follow_queue(office, site, "Recours à étudier")
    assert CONTESTED in text(office)
    answer(office, "Motif", REASON)
    answer(office, "Qualité", "Gestionnaire, par délégation du recteur")
    press(office, "Rejeter le recours")
    assert "Le recours est rejeté" in plain(text(office))

    page.goto(own)
    fits(page)
    press(page, "Lire la réponse")
    fits(page)
    assert heading(page) == "Réponse à un recours"
    assert REASON in text(page)
    page.goto(own)
    fits(page)
    assert "Rejeté" in text(page)
    context.close()


def test_another_opinion_is_asked_on_it(site, browser, enter):
    registration = notified()
    context = browser.new_context(**(NO_SCRIPT | TELEPHONE))
    page = signed_in(context, site, registration.candidate)
    page.goto(f"{site}/mes-inscriptions/{registration.number}/amenagement/recours")
    answer(page, WHAT, CONTESTED)
    tick(page.get_by_role("checkbox", name="J'ai d'autres papiers de santé"))
    press(page, "Envoyer mon recours")

    office = enter("camille@exemple.test", Membership.Role.MANAGER)
    follow_queue(office, site, "Recours à étudier")
    answer(office, "Avis du médecin", "Un nouvel avis est demandé")
    press(office, "Reprendre la décision")

    case = case_of(registration)
    assert (case.state, case.appeal.text) == (State.ASKED, CONTESTED)
    page.goto(f"{site}/mes-inscriptions/{registration.number}/sante")
    fits(page)
    assert "Pour l'instant, vous seul pouvez lire" in text(page)
    context.close()


def test_its_pages_have_no_fault_that_a_machine_finds(site, browser, enter):
    registration = notified()
    context = browser.new_context(locale="fr-FR")
    page = signed_in(context, site, registration.candidate)
    office = enter("camille@exemple.test", Membership.Role.MANAGER)
    own = f"{site}/mes-inscriptions/{registration.number}/amenagement/recours"
    theirs = f"{site}/gestion/inscriptions/{registration.number}/amenagement/recours"

    faultless(office, theirs)
    press(office, "Enregistrer le recours")
    faultless(office)
    faultless(page, own)
    press(page, "Envoyer mon recours")
    faultless(page)
    answer(page, WHAT, CONTESTED)
    press(page, "Envoyer mon recours")
    faultless(page)
    faultless(page, f"{own}/retrait")
    faultless(office, theirs)
    press(office, "Rejeter le recours")
    faultless(office)
    assert appeal_against(case_of(registration)).is_waiting
    context.close()


def faultless(page, address=""):
    """Find no fault in a page, in light and in dark."""
    if address:
        page.goto(address)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        found = Axe().run(page, options={"runOnly": RULES}).response["violations"]
        assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []
