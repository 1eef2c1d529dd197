"""What awaits a candidate: said on the home page, and under « Afficher les informations importantes »."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from sporades.acts import registering
from sporades.documents.models import DocumentVersion
from sporades.exams import operations as exams
from sporades.exams.held import forget
from sporades.registrations.models import Registration
from tests.factories import INVENTED, NOW, OPERATOR, a_candidate, a_registration, author
from tests.web.guide import links, main, seen, words

TITLE = "Brevet d'essai – Marin, session 2027"
SUMMARY = (
    "Votre récapitulatif signé est à renvoyer à : Bureau des essais de Lille, 1 place des Essais, "
    f"59000 Lille ({TITLE}). À renvoyer avant le vendredi 25 décembre 2026 à 23 h 59 (heure de Paris)."
)
PIECES = (
    f"Pièces justificatives à fournir : Pièce d'identité ({TITLE}). "
    "À fournir avant le mercredi 30 décembre 2026 à 23 h 59 (heure de Paris)."
)
NOTHING = "Rien ne vous attend aujourd'hui"
LAST_MINUTE_OF_PIECES = datetime(2026, 12, 30, 23, 0, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)


def heading(page):
    return words(seen(page).cssselect("h1")[0])


def awaited(page):
    """Return the sentences of what awaits, in order."""
    return [words(one) for one in seen(page).cssselect("main .s-awaiting li p:first-child")]


def on_each_page(*sentences):
    """Return what the three pages say: the home page alone names the registration."""
    own = [sentence.replace(f" ({TITLE})", "") for sentence in sentences]
    return [list(sentences), own, own]


def pages_of(client, registration):
    """Return the three pages that say what awaits."""
    number = registration.number
    return (
        client.get("/accueil"),
        client.get(f"/mes-inscriptions/{number}"),
        client.get(f"/mes-inscriptions/{number}/suis-je-inscrit"),
    )


def open_documents(registration):
    DocumentVersion.objects.filter(document__folder=registration.folder).update(opened_at=NOW)


def receive_summary(registration, at):
    registering.receive_summary(
        registration=registration, posted_on=date(2026, 12, 1), by=OPERATOR, at=at
    )


def test_the_card_of_a_registration_leads_to_what_awaits_its_candidate(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)

    for page in (client.get("/accueil"), client.get("/mes-inscriptions")):
        assert links(page, "Afficher les informations importantes : Brevet d'essai") == [
            f"/mes-inscriptions/{registration.number}/suis-je-inscrit"
        ]


def test_after_saving_the_summary_to_sign_and_the_pieces_await_with_their_deadlines(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)

    with time_machine.travel(NOW, tick=False):
        pages = pages_of(client, registration)

    document = f"Un document vous attend : Récapitulatif d'inscription ({TITLE})."
    assert [awaited(page) for page in pages] == on_each_page(SUMMARY, PIECES, document)
    assert heading(pages[0]) == "3 choses vous attendent"
    assert NOTHING not in main(pages[2])


def test_a_document_that_is_read_awaits_no_more_what_is_to_be_sent_does(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)
    open_documents(registration)

    with time_machine.travel(NOW, tick=False):
        pages = pages_of(client, registration)

    assert [awaited(page) for page in pages] == on_each_page(SUMMARY, PIECES)
    assert heading(pages[0]) == "2 choses vous attendent"
    way = f"/mes-documents/{registration.number}/recapitulatif/pdf"
    assert links(
        pages[0],
        f"Visualiser/imprimer le récapitulatif : {SUMMARY.split(' À renvoyer', maxsplit=1)[0]}",
    ) == [way]


def test_the_summary_awaits_until_it_has_come_back(sign_in):
    registration = a_registration()
    later = NOW + timedelta(days=8)
    open_documents(registration)
    receive_summary(registration, at=later)

    with time_machine.travel(later, tick=False):
        pages = pages_of(sign_in(registration.candidate), registration)

    assert [awaited(page) for page in pages] == on_each_page(PIECES)


@pytest.mark.parametrize(
    ("at", "expected"),
    [(LAST_MINUTE_OF_PIECES - INSTANT, [PIECES]), (LAST_MINUTE_OF_PIECES, [])],
)
def test_pieces_await_until_the_end_of_their_last_minute_then_nothing_does(sign_in, at, expected):
    registration = a_registration()
    open_documents(registration)
    receive_summary(registration, at=at)

    with time_machine.travel(at, tick=False):
        pages = pages_of(sign_in(registration.candidate), registration)

    assert [awaited(page) for page in pages] == on_each_page(*expected)
    assert heading(pages[0]) == ("1 chose vous attend" if expected else NOTHING)
    assert (f"{NOTHING}." in main(pages[2])) is not bool(expected)


def test_what_is_to_be_sent_first_stands_first(sign_in, tmp_path):
    file = tmp_path / "essai.yaml"
    days = "echeance: {jours_apres_fermeture: %d}"
    file.write_text(INVENTED.read_text().replace(days % 10, days % 20))
    exams.load(file, by=OPERATOR, at=NOW)
    forget()
    registration = a_registration()
    open_documents(registration)

    with time_machine.travel(NOW, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    later = SUMMARY.replace("vendredi 25 décembre 2026", "lundi 4 janvier 2027")
    assert awaited(page) == [PIECES, later]


def test_a_draft_stands_at_its_deadline_before_what_is_to_be_sent(sign_in):
    registration = a_registration()
    open_documents(registration)
    registering.amend(registration=registration, by=author(registration.candidate), at=NOW)

    with time_machine.travel(NOW, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    first, *others = awaited(page)
    assert first == (
        f"Votre modification n'est pas enregistrée ({TITLE}). "
        "À enregistrer avant le mardi 15 décembre 2026 à 23 h 59 (heure de Paris)."
    )
    assert others == [SUMMARY, PIECES]


def test_a_piece_that_is_only_wished_for_awaits_nobody(sign_in, tmp_path):
    file = tmp_path / "essai.yaml"
    file.write_text(
        INVENTED.read_text().replace(
            "libelle: Pièce d'identité,", "libelle: Pièce d'identité, obligatoire: false,"
        )
    )
    exams.load(file, by=OPERATOR, at=NOW)
    forget()
    registration = a_registration()
    open_documents(registration)

    with time_machine.travel(NOW, tick=False):
        page = sign_in(registration.candidate).get("/accueil")

    assert awaited(page) == [SUMMARY]


def test_a_withdrawn_registration_awaits_nothing(sign_in):
    registration = a_registration()
    client = sign_in(registration.candidate)
    registering.withdraw(registration=registration, by=author(registration.candidate), at=NOW)

    with time_machine.travel(NOW, tick=False):
        pages = pages_of(client, registration)

    assert [awaited(page) for page in pages] == [[]] * 3


def test_what_awaits_is_what_the_last_version_calls_for(sign_in):
    candidate = a_candidate()
    registration = a_registration(
        candidate,
        qualification={"diploma": "BAC"},
        epreuves={"statut-E2": "dispense"},
    )
    open_documents(registration)

    with time_machine.travel(NOW, tick=False):
        page = sign_in(candidate).get("/accueil")

    assert awaited(page)[1] == PIECES.replace(
        "Pièce d'identité", "Pièce d'identité ; Copie du baccalauréat"
    )
    assert Registration.objects.count() == 1
