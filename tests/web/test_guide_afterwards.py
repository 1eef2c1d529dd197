"""The guide, once registered: the summary, « Mes inscriptions », « Mes documents »."""

from datetime import timedelta

import pytest
import time_machine

from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.factories import NOW, a_candidate, a_draft, a_registration, answers_with
from tests.web.guide import (
    answer,
    ask_to_withdraw,
    buttons,
    links,
    main,
    save,
    seen,
    walk,
    withdraw,
    words,
)

LATER = NOW + timedelta(minutes=20)
CLOSED = NOW + timedelta(days=60)

pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture
def mine(sign_in):
    """Return a registration and its candidate's browser."""
    registration = a_registration()
    return registration, sign_in(registration.candidate)


def modify(client, number, **changes):
    """« Modifier », the tabs with some other answers, « Enregistrer »."""
    page = client.post(f"/mes-inscriptions/{number}/modifier", follow=True)
    draft = page.request["PATH_INFO"].split("/")[2]
    for slug, answers in answers_with(**changes).items():
        page = answer(client, client.get(f"/inscription/{draft}/{slug}"), answers)
    return save(client, page)


# --- The summary -----------------------------------------------------------------------------


def test_one_is_told_that_downloading_or_printing_the_summary_is_indispensable(sign_in):
    client = sign_in(a_candidate())

    page = save(client, walk(client))

    assert (
        "Il est indispensable de télécharger ou d'imprimer votre récapitulatif d'inscription."
        in main(page)
    )


def test_the_summary_is_reached_from_the_last_step_and_from_both_menus(sign_in):
    client = sign_in(a_candidate())
    last_step = save(client, walk(client))
    number = Registration.objects.get().number
    summary = f"/mes-documents/{number}/recapitulatif/pdf"

    read_only = client.get(f"/mes-inscriptions/{number}/recapitulatif")
    documents = client.get(f"/mes-documents/{number}")

    assert links(last_step, "Visualiser/imprimer") == [summary]
    assert links(read_only, "Visualiser/imprimer") == [summary]
    assert links(documents, "Récapitulatif d'inscription") == [summary]
    assert client.get(summary).content.startswith(b"%PDF-")


def test_the_summary_says_where_and_until_when_it_is_returned_with_room_for_the_signature(mine):
    registration, client = mine

    page = client.get(f"/mes-documents/{registration.number}/recapitulatif")

    text = main(page)
    assert (
        "Imprimez, signez et renvoyez ce récapitulatif. À envoyer avant le vendredi 25 décembre 2026 à 23 h 59 (heure de Paris)"
        in text
    )
    assert "Bureau des essais de Lille 1 place des Essais 59000 Lille" in text
    [box] = seen(page).cssselect("main .s-signature")
    assert words(box) == "Date et signature du candidat"


def test_our_sole_departure_the_summary_stays_within_reach_after_the_closing(sign_in):
    registration = a_registration()

    with time_machine.travel(CLOSED, tick=False):
        client = sign_in(registration.candidate)
        page = client.get(f"/mes-inscriptions/{registration.number}/recapitulatif")
        pdf = client.get(f"/mes-documents/{registration.number}/recapitulatif/pdf")

    assert "Modifier" not in buttons(page)
    assert "12 rue des Îles" in main(page)
    assert (pdf.status_code, pdf.content[:5]) == (200, b"%PDF-")


# --- « Mes inscriptions » --------------------------------------------------------------------


def test_each_registration_has_its_card_and_its_way_in(mine):
    registration, client = mine

    page = client.get("/mes-inscriptions")

    assert "Brevet d'essai" in main(page)
    assert f"/mes-inscriptions/{registration.number}" in {
        link.get("href") for link in seen(page).cssselect("main a")
    }


@pytest.mark.parametrize("where", ["/accueil", "/mes-inscriptions"])
def test_a_card_says_what_where_in_what_state_and_until_when(mine, sign_in, where):
    registration, client = mine

    card = words(seen(client.get(where)).cssselect("main .s-card")[0]).replace("\xa0", " ")
    with time_machine.travel(registration.service.closes_at + timedelta(minutes=1), tick=False):
        page = sign_in(registration.candidate).get(where)
    closed = words(seen(page).cssselect("main .s-card")[0])

    assert card.startswith(
        f"Session 2027, académie de Lille, n°{registration.number} Brevet d'essai"
    )
    for owed in (
        "Marin",
        "Votre inscription est enregistrée.",
        "Vous pouvez la modifier jusqu'au mardi 15 décembre 2026 à 23 h 59 (heure de Paris).",
        "Gérer ma candidature",
    ):
        assert owed in card
    assert "Vous pouvez la modifier" not in closed
    assert "Votre inscription est enregistrée." in closed


def test_with_a_draft_alone_the_page_says_that_nothing_is_registered_yet(sign_in):
    draft = a_draft()

    with time_machine.travel(NOW, tick=False):
        page = sign_in(draft.candidate).get("/mes-inscriptions")

    assert [words(one) for one in seen(page).cssselect("main h2")] == ["À terminer"]
    assert "Aucune inscription n'est encore enregistrée." in main(page)
    assert "Vous n'avez aucune inscription en cours." not in main(page)


def test_before_modifying_only_the_summary_can_be_read_and_it_holds_everything(mine):
    registration, client = mine

    page = client.get(f"/mes-inscriptions/{registration.number}/recapitulatif")

    text = main(page)
    for owed in ("Le Goff", "12 rue des Îles", "Individuel", "Globale", "Rouge", "Navigation"):
        assert owed in text
    asked = seen(page).cssselect("main input:not([type=hidden]), main select, main textarea")
    assert asked == []
    assert buttons(page) == ["Modifier"]
    assert links(page, "Quitter") == [f"/mes-inscriptions/{registration.number}"]


def test_modifying_opens_every_tab_with_the_answers_given(mine):
    registration, client = mine

    first = client.post(f"/mes-inscriptions/{registration.number}/modifier", follow=True)
    draft = first.request["PATH_INFO"].split("/")[2]
    pages = {slug: client.get(f"/inscription/{draft}/{slug}") for slug in answers_with()}

    assert {page.status_code for page in pages.values()} == {200}
    [street] = seen(pages["identification"]).cssselect("input[name=address_1]")
    assert street.get("value") == "12 rue des Îles"
    [team] = seen(pages["supplementaires"]).cssselect("input[name=q-equipe][checked]")
    assert team.get("value") == "ROUGE"


def test_a_modification_just_opened_says_that_nothing_is_changed_then_that_something_is(mine):
    registration, client = mine
    page = client.post(f"/mes-inscriptions/{registration.number}/modifier", follow=True)
    draft = page.request["PATH_INFO"].split("/")[2]
    unsaved = "Vos modifications ne sont pas encore enregistrées."

    assert "Choisissez ce que vous modifiez. Ces réponses sont celles" in main(page)
    assert unsaved not in main(page)
    assert "Ce qui change" not in main(page)
    moved = answers_with(identification={"address_1": "3 quai du Port"})["identification"]
    answer(client, client.get(f"/inscription/{draft}/identification"), moved)
    page = client.get(f"/inscription/{draft}/recapitulatif")

    assert unsaved in main(page)
    assert "Ce qui change Numéro et voie : 12 rue des Îles → 3 quai du Port" in main(page)
    assert "Choisissez ce que vous modifiez" not in main(page)


def test_a_modification_is_abandoned_from_its_summary_and_from_its_registration(mine):
    registration, client = mine
    managed = f"/mes-inscriptions/{registration.number}"
    assert links(client.get(managed), "Abandonner ma modification") == []

    page = client.post(f"{managed}/modifier", follow=True)

    way = f"/inscription/{page.request['PATH_INFO'].split('/')[2]}/abandon"
    assert links(page, "Abandonner ma modification") == [way]
    assert links(client.get(managed), "Abandonner ma modification") == [way]


def test_a_modification_not_saved_changes_nothing(mine):
    registration, client = mine
    page = client.post(f"/mes-inscriptions/{registration.number}/modifier", follow=True)
    draft = page.request["PATH_INFO"].split("/")[2]
    moved = answers_with(identification={"address_1": "3 quai du Port"})["identification"]
    before = main(client.get(f"/mes-inscriptions/{registration.number}"))
    with time_machine.travel(LATER, tick=False):
        answer(client, client.get(f"/inscription/{draft}/identification"), moved)

    page = client.get(f"/mes-inscriptions/{registration.number}/recapitulatif")

    assert "12 rue des Îles" in main(page)
    assert "3 quai du Port" not in main(page)
    awaiting = main(client.get(f"/mes-inscriptions/{registration.number}"))
    assert "Votre modification n'est pas enregistrée" not in before
    assert "Votre modification n'est pas enregistrée" in awaiting


def test_saving_a_modification_makes_the_next_version_a_new_summary_and_a_mail(mine):
    registration, client = mine

    with time_machine.travel(LATER, tick=False):
        modify(client, registration.number, identification={"address_1": "3 quai du Port"})
        folder = main(client.get(f"/mes-documents/{registration.number}"))
        summary = main(client.get(f"/mes-documents/{registration.number}/recapitulatif"))

    assert "version n°2, mise à jour le 25/11/2026" in folder
    assert "3 quai du Port" in summary
    message = Message.objects.get(kind="amended")
    assert message.subject == "Modification d'inscription : Brevet d'essai – Marin, session 2027"
    assert "12 rue des Îles → 3 quai du Port" in message.body


# --- « Mes documents » -----------------------------------------------------------------------


def test_one_chooses_a_registration_to_see_its_documents(mine):
    registration, client = mine

    page = client.get("/mes-documents")

    [link] = seen(page).cssselect("main a")
    assert link.text == "Brevet d'essai – Marin, session 2027"
    assert words(link[0]) == f", inscription n°{registration.number}"
    assert link.get("href") == f"/mes-documents/{registration.number}"


def test_the_list_of_documents_reads_as_the_guide_pictures_it(mine):
    registration, client = mine

    page = client.get(f"/mes-documents/{registration.number}")

    text = main(page)
    assert words(seen(page).cssselect("h1")[0]) == "Mes documents"
    assert (
        f"Liste des documents publiés pour la candidature n°{registration.number}"
        in text.replace("n° ", "n°")
    )
    assert "Récapitulatif d'inscription version n°1, mise à jour le 25/11/2026" in text
    assert "Cliquer sur le lien pour ouvrir/télécharger le document." in text


def test_each_line_says_whether_the_document_was_opened_and_when(mine):
    registration, client = mine
    lists = (f"/mes-documents/{registration.number}", f"/mes-inscriptions/{registration.number}")

    before = [main(client.get(one)) for one in lists]
    with time_machine.travel(LATER, tick=False):
        client.get(f"/mes-documents/{registration.number}/recapitulatif")
        after = [main(client.get(one)) for one in lists]

    line = "Récapitulatif d'inscription version n°1, mise à jour le 25/11/2026"
    for unread, read in zip(before, after, strict=True):
        assert f"{line} Pas encore ouvert" in unread
        assert f"{line} Ouvert le 25/11/2026 à 10 h 50 (heure de Paris)" in read


def test_only_the_last_version_of_a_document_is_there_the_others_are_history(mine):
    registration, client = mine
    modify(client, registration.number, identification={"address_1": "3 quai du Port"})

    documents = client.get(f"/mes-documents/{registration.number}")
    history = main(client.get(f"/mes-inscriptions/{registration.number}/historique"))

    assert len(links(documents, "Récapitulatif d'inscription")) == 1
    assert "version n°2" in main(documents)
    assert "version n°1" not in main(documents)
    assert "Version n°1" in history
    assert "Version n°2" in history


def test_nothing_is_listed_before_it_is_published(mine):
    registration, client = mine
    registration.folder.documents.get().versions.update(published_at=LATER)

    before = main(client.get(f"/mes-documents/{registration.number}"))
    hidden = client.get(f"/mes-documents/{registration.number}/recapitulatif")
    with time_machine.travel(LATER, tick=False):
        after = main(client.get(f"/mes-documents/{registration.number}"))

    assert "Récapitulatif d'inscription" not in before
    assert "Aucun document n'est publié pour le moment." in before
    assert hidden.status_code == 404
    assert "Récapitulatif d'inscription" in after


# --- « Me désinscrire » ----------------------------------------------------------------------


def test_keeping_the_registration_is_the_main_button_leaving_it_is_not(mine):
    registration, client = mine

    page = seen(ask_to_withdraw(client, registration.number))

    looks = {words(one): one.get("class") for one in page.cssselect("main .s-buttons .fr-btn")}
    assert looks == {
        "Me désinscrire": "fr-btn fr-btn--secondary",
        "Garder mon inscription": "fr-btn",
    }


def test_a_withdrawn_registration_is_never_made_active_again_a_new_one_is_needed(mine):
    registration, client = mine

    page = withdraw(client, registration.number)
    registration.refresh_from_db()
    refused = client.post(f"/mes-inscriptions/{registration.number}/modifier")
    again = save(client, walk(client))

    assert main(page).count("Votre désinscription est enregistrée") == 1
    assert links(page, "Publication de mon nom : mes choix") == []
    assert "Cette inscription ne peut pas être réactivée." in main(page)
    assert refused.status_code == 409
    new = Registration.objects.active().get()
    assert new.number != registration.number
    assert f"Numéro d'inscription {new.number}" in main(again)
    registration.refresh_from_db()
    assert registration.state == "withdrawn"
    told = Message.objects.get(kind="withdrawn")
    assert told.subject == "Désinscription : Brevet d'essai – Marin, session 2027"


# --- « Les aménagements d'épreuves » -------------------------------------------------------------


# What a question about health would speak of.
OF_HEALTH = (
    "santé",
    "médic",
    "médecin",
    "malad",
    "trouble",
    "traitement",
    "patholog",
    "diagnos",
    "invalid",
    "handicap",
)


def questions(page):
    """Return each question of a tab, with its help and its choices, as its reader has it."""
    return {
        field.cssselect("[name]")[0].get("name"): words(field)
        for field in seen(page).cssselect("main .s-field")
    }


def every_question(client, declared):
    """Walk every tab; return the questions of each, as they stand once the handicap is declared."""
    answers = answers_with(informations={"has_disability": declared})
    recap = walk(client, answers=answers)
    draft = recap.request["PATH_INFO"].split("/")[2]
    asked = {}
    for slug in answers:
        asked |= questions(client.get(f"/inscription/{draft}/{slug}"))
    return recap, asked


def test_declaring_a_handicap_is_said_as_yes_and_nothing_of_health_is_asked(sign_in):
    client = sign_in(a_candidate())

    recap, asked = every_question(client, "oui")
    number_page = save(client, recap)

    registration = Registration.objects.get()
    assert registration.has_disability
    assert "Pour obtenir un aménagement d'épreuves, demandez le formulaire" in main(number_page)
    page = client.get(f"/mes-inscriptions/{registration.number}/recapitulatif")
    assert "Handicap Oui" in main(page)
    declaration = asked.pop("has_disability")
    assert declaration.startswith("Handicap ")
    assert declaration.endswith("Aucun détail de santé n'est demandé ici. Non Oui")
    assert len(asked) > 20
    of_health = [text for text in asked.values() if any(one in text.lower() for one in OF_HEALTH)]
    assert of_health == []


def test_declaring_a_handicap_asks_nothing_more_than_declaring_none(sign_in):
    asked = [every_question(sign_in(a_candidate()), declared)[1] for declared in ("oui", "non")]

    assert asked[0] == asked[1]
