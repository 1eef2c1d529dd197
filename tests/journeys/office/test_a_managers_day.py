"""A manager's day: find a file, decide, be read; then decide of many, and take a list out."""

import csv
import io

from sporades.accounts.models import Membership
from sporades.registrations.states import State
from tests.factories import a_candidate, a_registration
from tests.jobs import work
from tests.journeys.helpers import answer, choose, heading, press, signed_in, text

WHY = "Il manque la copie de votre diplôme."
MANAGER = Membership.Role.MANAGER


def test_a_file_is_found_found_incomplete_completed_and_validated(site, context, enter):
    registration = a_registration(a_candidate(birth_name="Le Goff", first_names="Maëlle"))
    manager = enter("agent@exemple.test", MANAGER)
    candidate = signed_in(context, site, registration.candidate)

    answer(manager, "Trouver une inscription", "le gof")
    press(manager, "Trouver")
    assert heading(manager) == "Maëlle LE GOFF"

    press(manager, "Gérer l'état de la candidature")
    answer(manager, "Décision", "Mettre en anomalie")
    press(manager, "Enregistrer la décision")
    assert "Dites le motif" in text(manager)
    answer(manager, "Motif", WHY)
    press(manager, "Enregistrer la décision")
    assert "Inscription en anomalie" in text(manager)
    candidate.goto(f"{site}/mes-inscriptions/{registration.number}")
    assert WHY in text(candidate)

    press(manager, "Gérer l'état de la candidature")
    answer(manager, "Décision", "Valider")
    press(manager, "Enregistrer la décision")
    candidate.goto(f"{site}/mes-inscriptions/{registration.number}")
    assert heading(candidate) == "Gérer ma candidature : votre inscription est validée"

    choose(manager, "Historique")
    assert WHY in text(manager)
    choose(manager, "Mails")
    assert "Inscription incomplète" in text(manager)


def test_many_are_validated_then_taken_out_as_a_file(site, enter):
    found = [a_registration(a_candidate(birth_name=name)) for name in ("Dalí", "Delacroix", "Zola")]
    manager = enter("agent@exemple.test", MANAGER)

    choose_menu(manager, "Gérer les inscriptions")
    manager.locator("[name=g-ajout]").select_option("nom")
    press(manager, "Ajouter ce critère")
    manager.locator("[name=g-1-operateur]").select_option("commence")
    manager.locator("[name=g-1-valeur]").fill("d")
    manager.get_by_role("button", name="Rechercher", exact=True).first.click()
    manager.wait_for_url("**/recherches/*")
    assert "2 inscriptions" in text(manager)
    address = manager.url

    manager.locator(f"#choix-{found[0].number}").check()
    press(manager, "Agir sur les inscriptions cochées")
    answer(manager, "Action", "Valider")
    press(manager, "Voir ce qui sera fait")
    assert heading(manager) == "Valider, 1 inscription"
    press(manager, "Lancer")
    work("batches")
    choose(manager, "Voir où il en est")
    assert "Terminé" in text(manager)
    for one, state in zip(found, ("validated", "registered", "registered"), strict=True):
        one.refresh_from_db()
        assert one.state == State(state)

    manager.goto(address)
    press(manager, "Exporter ces inscriptions")
    answer(manager, "Format", "CSV")
    manager.locator("[name=motif]").fill("Préparer les convocations")
    press(manager, "Demander l'export")
    work("exchanges")
    choose(manager, "Voir où il en est")
    with manager.expect_download() as coming:
        manager.get_by_role("link", name="Télécharger le fichier").click()
    lines = list(
        csv.DictReader(
            io.StringIO(coming.value.path().read_text("utf-8-sig"), newline=""), delimiter=";"
        )
    )
    assert [line["Nom de famille"] for line in lines] == ["Dalí", "Delacroix"]
    assert [line["État"] for line in lines] == ["Inscription validée", "Inscription enregistrée"]


def choose_menu(page, entry):
    """Follow an entry of the menu."""
    with page.expect_event("load"):
        page.locator(".s-menu-wide").get_by_role("link", name=entry, exact=True).click()
