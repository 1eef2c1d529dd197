"""« Suis-je bien inscrit ? »: every condition, ticked or not, with its date, as the page reads (E6)."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from sporades.acts.identities import correcting
from sporades.acts.pieces import verifying
from sporades.acts.registrations import completing, deciding, leaving, receiving
from sporades.candidates.operations import civil_data
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.evidence.operations import note_scanned
from sporades.exams import operations as exams
from sporades.exams.held import forget
from sporades.registrations.models import Registration
from sporades.registrations.states import SET_ASIDE, VALIDATE
from tests.evidence.given import again, complete, give, piece, receive
from tests.factories import INVENTED, NOW, OPERATOR, a_registration, answers_with, author
from tests.web.guide import answer, main, save, seen, words

HOUR = timedelta(hours=1)
CLOSED = NOW + timedelta(days=25)

FILED = "Fait : Inscription enregistrée Version n°1, le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris)."
AMENDED = (
    "Fait : Inscription enregistrée Le mercredi 25 novembre 2026 à 10 h 30 (heure de Paris). "
    "Version n°2, le mercredi 25 novembre 2026 à 11 h 30 (heure de Paris)."
)
UNREAD = "À faire : Ouvrir le récapitulatif Version n°1, à télécharger ou à imprimer : c'est indispensable."
READ = "Fait : Récapitulatif ouvert Version n°1, la première fois le 25 novembre 2026."
TO_RETURN = (
    "À faire : Renvoyer le récapitulatif signé au service gestionnaire "
    "À poster au plus tard le vendredi 25 décembre 2026."
)
RETURNED = (
    "Fait : Récapitulatif signé renvoyé au service gestionnaire Reçu, posté le 1er décembre 2026."
)
IDENTITY_PAPER = (
    "À faire : Pièce justificative : Pièce d'identité "
    "À fournir avant le mercredi 30 décembre 2026 à 23 h 59 (heure de Paris)."
)
OPTIONAL_PAPER = (
    "À faire : Pièce justificative : Photographie (facultative) "
    "À fournir avant le vendredi 8 janvier 2027 à 12 h 00 (heure de Paris)."
)
WITHDRAWN = "Désinscription enregistrée le mercredi 25 novembre 2026 à 11 h 30 (heure de Paris). Plus rien n'est à fournir."


def lines(page):
    """Return each condition, without the way to what is left to do."""
    return [
        " ".join(words(part) for part in one.cssselect("p, ul") if not part.cssselect("a"))
        for one in seen(page).cssselect("main .s-checks > li")
    ]


def read(sign_in, registration, at=NOW):
    """Return « Suis-je bien inscrit ? », and what « Gérer ma candidature » says of it."""
    with time_machine.travel(at, tick=False):
        client = sign_in(registration.candidate)
        page = client.get(f"/mes-inscriptions/{registration.number}/suis-je-inscrit")
        return page, client.get(f"/mes-inscriptions/{registration.number}")


def its_summary(registration):
    return DocumentVersion.objects.get(
        document__folder=registration.folder, document__kind="recapitulatif"
    )


def load(file, *changes):
    """Put the invented exam in force, some of its words changed."""
    text = INVENTED.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file.write_text(text)
    exams.load(file, by=OPERATOR, at=NOW)
    forget()


def test_just_registered_each_line_has_its_date_or_its_deadline(sign_in):
    registration = a_registration()

    page, managed = read(sign_in, registration)

    assert "Oui, votre inscription est enregistrée." in main(page)
    assert lines(page) == [TO_RETURN, IDENTITY_PAPER, FILED]
    assert lines(managed) == lines(page)


COMPLETE_LATER = "Votre inscription sera complète quand le service gestionnaire aura reçu"


def test_it_is_said_not_to_be_complete_while_something_is_to_be_sent(sign_in):
    registration = a_registration()
    asked, _ = read(sign_in, registration)
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)

    validated, _ = read(sign_in, registration)

    assert COMPLETE_LATER in main(asked)
    assert COMPLETE_LATER not in main(validated)


def test_an_optional_piece_keeps_no_registration_from_being_complete(sign_in, tmp_path):
    load(
        tmp_path / "other.yaml",
        (
            """    retour_du_recapitulatif:
      texte: Imprimez, signez et renvoyez ce récapitulatif.
      echeance: {jours_apres_fermeture: 10}
""",
            "",
        ),
        (
            "libelle: Pièce d'identité, echeance",
            "libelle: Photographie, obligatoire: false, echeance",
        ),
    )

    page, _ = read(sign_in, a_registration())

    assert "(facultative)" in main(page)
    assert COMPLETE_LATER not in main(page)


def test_what_is_left_to_do_has_its_way_and_its_deadline_is_said_once(sign_in):
    registration = a_registration()
    number = registration.number

    for page in read(sign_in, registration):
        ways = [one.get("href") for one in seen(page).cssselect("main .s-checks a")]
        assert ways == [
            f"/mes-inscriptions/{number}/numero#a-renvoyer",
            f"/mes-inscriptions/{number}/pieces#piece-IDENTITE",
        ]
        assert main(page).count("25 décembre 2026") == 1
        assert main(page).count("30 décembre 2026") == 1


def test_pieces_of_one_day_are_one_thing_as_on_the_home_page(sign_in):
    registration = a_registration(
        qualification={"diploma": "BAC"}, epreuves={"statut-E2": "inscrit"}
    )

    page, managed = read(sign_in, registration)

    both = (
        "À faire : 2 pièces justificatives Pièce d'identité Copie du baccalauréat "
        "À fournir avant le mercredi 30 décembre 2026 à 23 h 59 (heure de Paris)."
    )
    assert lines(page)[:2] == [TO_RETURN, both]
    with time_machine.travel(NOW, tick=False):
        home = sign_in(registration.candidate).get("/accueil")
    assert words(seen(home).cssselect("h1")[0]) == "2 choses vous attendent"
    assert "Il reste 2 choses à faire." in main(page)
    assert "Il reste 2 choses à faire." in main(managed)


def test_one_thing_left_is_said_in_a_word(sign_in):
    registration = a_registration()
    give(registration)

    page, managed = read(sign_in, registration)

    assert "Il reste une chose à faire." in main(page)
    assert "Il reste une chose à faire." in main(managed)


COUNTED = re.compile(r"Il reste (\d+) choses à faire")
LATE = datetime(2026, 12, 31, 12, tzinfo=UTC)
EXAM_OVER = datetime(2027, 5, 21, 22, 0, tzinfo=UTC)


@pytest.fixture
def of_two_pieces():
    """Return a registration that owes two pieces by one day, one of which was found wrong."""
    registration = a_registration(
        qualification={"diploma": "BAC"}, epreuves={"statut-E2": "inscrit"}
    )
    given = give(registration)
    note_scanned(given, is_clean=True, at=NOW)
    row = piece(registration)
    verifying.refuse(row=row, reason="Floue.", seen=given.pk, by=OPERATOR, at=NOW)
    return registration


def counted(sign_in, registration, at):
    """Return how many things await, as the home page says it, then the pages of the registration."""
    with time_machine.travel(at, tick=False):
        home = sign_in(registration.candidate).get("/accueil")
    said = words(seen(home).cssselect("h1")[0]).partition(" ")[0]
    pages = [main(one) for one in read(sign_in, registration, at=at)]
    found = [COUNTED.search(one) for one in pages]
    assert all(
        one or "Vous n'avez rien à faire." in page for one, page in zip(found, pages, strict=True)
    )
    return int(said) if said.isdigit() else 0, *(int(one[1]) if one else 0 for one in found)


@pytest.mark.parametrize(
    ("at", "is_anomaly", "expected"),
    [(NOW, False, 2), (LATE, False, 2), (LATE, True, 2), (EXAM_OVER, False, 0)],
)
def test_what_is_left_is_as_many_things_on_every_page(
    sign_in, of_two_pieces, at, is_anomaly, expected
):
    its = of_two_pieces
    with time_machine.travel(NOW, tick=False):
        browser = sign_in(its.candidate)
        for paper in ("recapitulatif", "pieces-a-fournir"):
            browser.get(f"/mes-documents/{its.number}/{paper}")
    if is_anomaly:
        completing.declare_incomplete(registration=again(its), by=OPERATOR, at=at)

    assert counted(sign_in, its, at) == (expected,) * 3


def test_one_to_be_replaced_and_one_to_be_given_by_one_day_are_one_thing(sign_in, of_two_pieces):
    page, managed = read(sign_in, of_two_pieces)

    assert lines(page)[1] == (
        "À faire : 2 pièces justificatives Pièce d'identité. Non conforme : Floue. Vérifiée le 25 "
        "novembre 2026. Copie du baccalauréat "
        "À fournir avant le mercredi 30 décembre 2026 à 23 h 59 (heure de Paris)."
    )
    assert lines(managed)[:2] == lines(page)[:2]
    assert "Déposer ces pièces" in main(page)


def test_those_whose_day_has_passed_are_one_thing_each_with_its_own_words(sign_in, of_two_pieces):
    page, _ = read(sign_in, of_two_pieces, at=LATE)

    assert lines(page)[1] == (
        "Manque : 2 pièces justificatives Pièce d'identité. Non conforme : Floue. Vérifiée le 25 "
        "novembre 2026. Copie du baccalauréat. "
        "Elle était à fournir avant le mercredi 30 décembre 2026 à 23 h 59 (heure de Paris). "
        "La date limite est passée. Contactez votre service gestionnaire."
    )


def test_an_anomaly_asks_for_those_whose_day_has_passed(sign_in, of_two_pieces):
    completing.declare_incomplete(registration=again(of_two_pieces), by=OPERATOR, at=LATE)

    page, _ = read(sign_in, of_two_pieces, at=LATE)

    [asked] = [one for one in lines(page) if "demande votre service gestionnaire" in one]
    assert "Pièce d'identité. Non conforme : Floue." in asked
    assert "Voir ces pièces" in main(page)
    assert not [one for one in lines(page) if "2 pièces justificatives" in one]


def test_each_thing_that_is_asked_has_a_link_of_its_own_name_to_its_own_place(sign_in, tmp_path):
    load(
        tmp_path / "essai.yaml",
        (
            "si: {diplome: [BAC]}, echeance: {jours_apres_fermeture: 15}",
            "si: {diplome: [BAC]}, echeance: {jours_apres_fermeture: 16}",
        ),
    )
    registration = a_registration(
        qualification={"diploma": "BAC"}, epreuves={"statut-E2": "inscrit"}
    )

    page, _ = read(sign_in, registration)
    asked = [
        link
        for link in seen(page).cssselect("main .s-checks a")
        if words(link).startswith(("Lire ce qui est demandé", "Déposer cette pièce"))
    ]
    with time_machine.travel(NOW, tick=False):
        browser = sign_in(registration.candidate)
        said = [
            seen(browser.get(link.get("href"))).get_element_by_id(
                link.get("href").partition("#")[2]
            )
            for link in asked
        ]

    assert [words(link).partition(" : ")[2] for link in asked] == [
        "Renvoyer le récapitulatif signé au service gestionnaire",
        "Pièce d'identité",
        "Copie du baccalauréat",
    ]
    assert [words(one).split(".")[0].partition(" À fournir ")[0] for one in said] == [
        "Il est indispensable de télécharger ou d'imprimer votre récapitulatif d'inscription",
        "Pièce d'identité",
        "Copie du baccalauréat",
    ]


def test_the_link_to_what_is_to_be_opened_says_it_once(sign_in):
    registration = a_registration()
    filed = Registration.objects.whole().with_owed().get(pk=registration.pk)
    receiving.receive_summary(registration=filed, posted_on=date(2026, 11, 25), by=OPERATOR, at=NOW)
    page, _ = read(sign_in, registration)

    said = [words(link) for link in seen(page).cssselect("main .s-checks a")]

    assert said[0] == "Ouvrir le récapitulatif"


def test_the_page_bears_the_name_of_the_link_that_leads_there(sign_in):
    page, _ = read(sign_in, a_registration())

    assert words(seen(page).cssselect("h1")[0]) == (
        "Informations importantes : suis-je bien inscrit ?"
    )


def test_the_answer_comes_first_then_what_is_left_then_what_is_done(sign_in):
    page, managed = read(sign_in, a_registration())

    said = seen(page).cssselect("main > *:not(h1)")
    assert words(said[0]).startswith(
        "Oui, votre inscription est enregistrée. Il reste 2 choses à faire."
    )
    assert [words(one) for one in seen(page).cssselect("main h2")] == ["À faire", "C'est fait"]
    assert words(seen(managed).cssselect("#inscrit + p")[0]) == words(said[0])
    assert words(seen(managed).cssselect("#inscrit + p + h3")[0]) == "À faire"
    [done] = seen(managed).cssselect("main details")
    assert words(done.cssselect("summary")[0]) == "C'est fait"
    assert len(done.cssselect(".s-checks > li")) == 1


def test_a_registration_that_has_ended_says_so_and_that_nothing_is_left_to_manage(sign_in):
    registration = a_registration()
    by = author(registration.candidate)
    _, before = read(sign_in, registration)
    leaving.withdraw(registration=registration, by=by, at=NOW + HOUR)

    _, managed = read(sign_in, registration, at=NOW + 2 * HOUR)

    headings = [words(seen(one).cssselect("h1")[0]) for one in (before, managed)]
    assert headings == [
        "Gérer ma candidature : votre inscription est enregistrée",
        "Votre désinscription est enregistrée",
    ]


def test_each_link_of_the_list_says_what_it_does_and_the_pages_are_led_to_once(sign_in):
    _, managed = read(sign_in, a_registration(informations={"has_disability": "oui"}))

    said = [words(one).partition(" : ")[0] for one in seen(managed).cssselect("main .s-checks a")]
    assert sorted(said) == [
        "Déposer cette pièce",
        "Faire ma demande d'aménagement",
        "Lire ce qui est demandé",
    ]
    quiet = [words(one) for one in seen(managed).cssselect("main .s-quiet-links a")]
    assert quiet[:4] == [
        "Pièces justificatives",
        "Papiers de santé",
        "Aménagement d'épreuves",
        "Écrire à mon service gestionnaire",
    ]
    every = [words(one) for one in seen(managed).cssselect("main a")]
    assert [every.count(one) for one in ("Pièces justificatives", "Aménagement d'épreuves")] == [
        1,
        1,
    ]


def test_what_one_comes_to_do_stands_before_the_dates_and_the_documents(sign_in):
    _, managed = read(sign_in, a_registration())

    titles = seen(managed).xpath("//main//*[self::h2 or contains(@class, 's-quiet-links')]")
    assert [words(one) for one in titles][:4] == [
        "Suis-je bien inscrit ?",
        "Agir sur mon inscription",
        "Pièces justificatives Aménagement d'épreuves Écrire à mon service gestionnaire",
        "Dates",
    ]


def test_what_is_left_is_in_the_order_of_its_dates(sign_in, tmp_path):
    load(
        tmp_path / "essai.yaml",
        (
            "libelle: Pièce d'identité, echeance: {jours_apres_fermeture: 15}",
            "libelle: Pièce d'identité, echeance: {jours_apres_fermeture: 5}",
        ),
    )

    page, _ = read(sign_in, a_registration())

    assert [one.partition(" : ")[2].partition(" : ")[0][:24] for one in lines(page)[:2]] == [
        "Pièce justificative",
        "Renvoyer le récapitulati",
    ]


def test_what_is_left_counts_what_is_said_beside_the_conditions(sign_in):
    registration = a_registration()
    with time_machine.travel(NOW, tick=False):
        browser = sign_in(registration.candidate)
        begun = browser.post(f"/mes-inscriptions/{registration.number}/modifier", follow=True)
    with time_machine.travel(NOW + timedelta(minutes=1), tick=False):
        draft = begun.request["PATH_INFO"].split("/")[2]
        changed = answers_with(identification={"address_1": "3 quai du Port"})["identification"]
        answer(browser, browser.get(f"/inscription/{draft}/identification"), changed)

    page, managed = read(sign_in, registration, at=NOW + HOUR)

    assert "Il reste 3 choses à faire." in main(page)
    assert "Il reste 3 choses à faire." in main(managed)
    assert "Votre modification n'est pas enregistrée." in main(page).partition("À faire")[2]


def test_of_what_asks_nothing_more_it_is_said(sign_in):
    registration = a_registration()
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)
    with time_machine.travel(NOW, tick=False):
        sign_in(registration.candidate).get(f"/mes-documents/{registration.number}/recapitulatif")

    page, managed = read(sign_in, registration)

    for one in (page, managed):
        assert "Oui, votre inscription est validée. Vous n'avez rien à faire." in main(one)
    assert "À faire" not in [words(one) for one in seen(page).cssselect("main h2")]


def test_a_summary_once_opened_says_when(sign_in):
    registration = a_registration()
    with time_machine.travel(NOW + HOUR, tick=False):
        sign_in(registration.candidate).get(f"/mes-documents/{registration.number}/recapitulatif")

    page, managed = read(sign_in, registration, at=NOW + 2 * HOUR)

    assert lines(page) == [TO_RETURN, IDENTITY_PAPER, FILED, READ]
    assert lines(managed) == lines(page)


def test_a_summary_that_is_not_published_is_not_said_to_be(sign_in):
    registration = a_registration()
    documents.withdraw(its_summary(registration), at=NOW)

    page, _ = read(sign_in, registration, at=NOW)

    assert lines(page) == [
        TO_RETURN,
        IDENTITY_PAPER,
        FILED,
        "En attente : Récapitulatif publié Il sera dans « Mes documents ».",
    ]


def test_a_summary_that_has_come_back_is_ticked_with_its_postmark(sign_in):
    registration = a_registration()
    later = NOW + timedelta(days=8)
    filed = Registration.objects.whole().with_owed().get(pk=registration.pk)
    receiving.receive_summary(
        registration=filed, posted_on=date(2026, 12, 1), by=OPERATOR, at=later
    )

    page, managed = read(sign_in, registration, at=later)

    assert lines(page) == [UNREAD, IDENTITY_PAPER, FILED, RETURNED]
    assert lines(managed) == lines(page)


def test_a_summary_that_did_not_come_back_in_time_is_missing(sign_in):
    registration = a_registration()
    late = datetime(2026, 12, 25, 23, 0, tzinfo=UTC)

    before, _ = read(sign_in, registration, at=late - timedelta(microseconds=1))
    page, managed = read(sign_in, registration, at=late)

    assert TO_RETURN in lines(before)
    [said] = [one for one in lines(page) if "Renvoyer le récapitulatif signé" in one]
    assert said.startswith("Manque :")
    assert "Il était à poster au plus tard le vendredi 25 décembre 2026." in said
    assert said.endswith("Contactez votre service gestionnaire.")
    assert lines(managed) == lines(page)
    with time_machine.travel(late, tick=False):
        asked = sign_in(registration.candidate).get(
            f"/mes-inscriptions/{registration.number}/numero"
        )
    assert (
        "Il était à poster au plus tard le vendredi 25 décembre 2026 (cachet de la poste)"
        in main(asked)
    )


def test_after_a_modification_the_dates_are_those_of_the_last_version(sign_in):
    registration = a_registration()
    with time_machine.travel(NOW + HOUR, tick=False):
        client = sign_in(registration.candidate)
        page = client.post(f"/mes-inscriptions/{registration.number}/modifier", follow=True)
        draft = page.request["PATH_INFO"].split("/")[2]
        changed = answers_with(identification={"address_1": "3 quai du Port"})["identification"]
        answer(client, client.get(f"/inscription/{draft}/identification"), changed)
        save(client, client.get(f"/inscription/{draft}/recapitulatif"))

    page, _ = read(sign_in, registration, at=NOW + 2 * HOUR)

    assert lines(page) == [
        TO_RETURN,
        IDENTITY_PAPER,
        AMENDED,
    ]


def test_after_a_correction_of_civil_data_the_dates_are_those_of_the_version_it_made(sign_in):
    registration = a_registration()
    identity = registration.candidate.identity
    correcting.correct_identity(
        registration=registration,
        identity={**civil_data(identity), "birth_name": "Le Gouff"},
        seen=identity.pk,
        proof="Carte d'identité",
        by=OPERATOR,
        at=NOW + HOUR,
    )

    page, managed = read(sign_in, registration, at=NOW + 2 * HOUR)

    assert lines(page) == [TO_RETURN, IDENTITY_PAPER, AMENDED]
    assert lines(managed) == lines(page)


def test_once_the_service_is_closed_the_same_lines_stand(sign_in):
    registration = a_registration()

    page, managed = read(sign_in, registration, at=CLOSED)

    assert not registration.service.accepts(CLOSED)
    assert "Oui, votre inscription est enregistrée." in main(page)
    assert lines(page) == [TO_RETURN, IDENTITY_PAPER, FILED]
    assert lines(managed) == lines(page)


def test_withdrawn_one_is_not_registered_since_then_and_nothing_more_is_awaited(sign_in):
    registration = a_registration()
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW + HOUR)

    page, managed = read(sign_in, registration, at=NOW + 2 * HOUR)

    assert "Non, votre désinscription est enregistrée." in main(page)
    assert WITHDRAWN in main(page)
    assert "Manque" not in main(page)
    assert lines(page) == lines(managed) == []


def test_withdrawn_one_says_what_may_still_be_done_and_until_when(sign_in):
    registration = a_registration()
    by = author(registration.candidate)
    leaving.withdraw(registration=registration, by=by, at=NOW + HOUR)

    page, managed = read(sign_in, registration, at=NOW + 2 * HOUR)
    closed, _ = read(sign_in, registration, at=CLOSED)

    until = "(heure de Paris), vous pouvez en faire une nouvelle qui reprend toutes vos réponses."
    assert [until in main(one) for one in (page, managed, closed)] == [True, True, False]
    again = f'action="/mes-inscriptions/{registration.number}/reprendre"'
    assert [again in one.text for one in (page, managed, closed)] == [True, True, False]
    assert "Cette inscription ne peut pas être réactivée. Les inscriptions sont fermées" in main(
        closed
    )


def test_one_that_is_set_aside_says_why_and_how_to_contest_it(sign_in):
    registration = a_registration()
    deciding.decide(
        registration=registration, decision=SET_ASIDE, reason="Doublon", by=OPERATOR, at=NOW
    )

    page, _ = read(sign_in, registration, at=NOW + HOUR)

    assert "Votre inscription est écartée : Doublon" in main(page)
    assert "Votre service gestionnaire a écarté cette inscription le" in main(page)
    assert lines(page) == []


def test_each_piece_has_its_own_deadline_and_an_optional_one_says_so(sign_in, tmp_path):
    load(
        tmp_path / "essai.yaml",
        (
            "libelle: Copie du baccalauréat, si: {diplome: [BAC]}, echeance: {jours_apres_fermeture: 15}",
            'libelle: Photographie, obligatoire: false, echeance: {le: 2027-01-08, heure: "12:00"}',
        ),
    )
    registration = a_registration()

    page, _ = read(sign_in, registration)

    assert lines(page)[:3] == [TO_RETURN, IDENTITY_PAPER, OPTIONAL_PAPER]
    assert "Il reste 3 choses à faire, dont 1 facultative." in main(page)


def test_an_optional_piece_that_is_the_only_thing_left_is_said_to_be_so(sign_in, tmp_path):
    load(
        tmp_path / "essai.yaml",
        (
            "libelle: Copie du baccalauréat, si: {diplome: [BAC]}, echeance: {jours_apres_fermeture: 15}",
            'libelle: Photographie, obligatoire: false, echeance: {le: 2027-01-08, heure: "12:00"}',
        ),
    )
    registration = a_registration()
    give(registration)
    filed = Registration.objects.whole().with_owed().get(pk=registration.pk)
    receiving.receive_summary(registration=filed, posted_on=NOW.date(), by=OPERATOR, at=NOW)
    with time_machine.travel(NOW, tick=False):
        sign_in(registration.candidate).get(f"/mes-documents/{registration.number}/recapitulatif")

    page, _ = read(sign_in, registration)

    assert "Il reste une chose à faire, facultative." in main(page)


def test_an_optional_piece_whose_day_has_passed_waits_for_nobody(sign_in, tmp_path):
    load(
        tmp_path / "essai.yaml",
        (
            "libelle: Copie du baccalauréat, si: {diplome: [BAC]}, echeance: {jours_apres_fermeture: 15}",
            'libelle: Photographie, obligatoire: false, echeance: {le: 2027-01-08, heure: "12:00"}',
        ),
    )
    registration = a_registration()

    page, _ = read(sign_in, registration, at=NOW + timedelta(days=50))

    optional = lines(page)[-1]
    assert "Photographie (facultative)" in optional
    assert "Elle était à fournir avant le vendredi 8 janvier 2027 à 12 h 00" in optional
    assert "À fournir avant" not in optional
    assert "Déposer" not in optional


@pytest.mark.parametrize("at", [NOW, CLOSED])
def test_where_nothing_is_to_be_sent_nothing_is_awaited(sign_in, tmp_path, at):
    load(
        tmp_path / "essai.yaml",
        (
            """    retour_du_recapitulatif:
      texte: Imprimez, signez et renvoyez ce récapitulatif.
      echeance: {jours_apres_fermeture: 10}
""",
            "",
        ),
        (
            """    pieces:
      - {code: IDENTITE, libelle: Pièce d'identité, echeance: {jours_apres_fermeture: 15}}
      - {code: BAC, libelle: Copie du baccalauréat, si: {diplome: [BAC]}, echeance: {jours_apres_fermeture: 15}}
""",
            "",
        ),
    )
    registration = a_registration()

    page, _ = read(sign_in, registration, at=at)

    assert lines(page) == [UNREAD, FILED]


def settle(registration, way):
    """Bring its piece where a validation finds it."""
    if way == "given":
        give(registration)
    elif way == "waived":
        row = piece(registration)
        verifying.waive(row=row, reason="Vue au guichet.", by=OPERATOR, at=NOW)
    elif way == "checked":
        complete(registration)
    elif way in {"received", "refused"}:
        receive(registration)
    if way == "refused":
        row = piece(registration)
        verifying.refuse(row=row, reason="Illisible.", seen=None, by=OPERATOR, at=NOW)


@pytest.mark.parametrize(
    ("way", "summary", "paper"),
    [
        ("checked", "Fait : {} Reçu, posté le 25 novembre 2026.", "Fait : {} {checked}"),
        ("received", "N'est plus demandé : {} {ended}", "Fait : {} Reçue par courrier. {ended}"),
        ("given", "N'est plus demandé : {} {ended}", "Fait : {} Déposée le {given} {ended}"),
        ("never", "N'est plus demandé : {} {ended}", "N'est plus demandé : {} {ended}"),
        ("refused", "N'est plus demandé : {} {ended}", "N'est plus demandé : {} {ended}"),
        (
            "waived",
            "N'est plus demandé : {} {ended}",
            "Fait : {} Dispensée {then}. Vue au guichet.",
        ),
    ],
)
def test_a_validated_one_owes_nothing_more_and_says_of_each_line_only_what_was_done(
    sign_in, way, summary, paper
):
    registration = a_registration()
    settle(registration, way)
    deciding.decide(
        registration=registration, decision=VALIDATE, reason="", by=OPERATOR, at=NOW + HOUR
    )
    when = then = "le 25 novembre 2026"
    said = {
        "checked": f"Conforme, vérifiée par le service gestionnaire {then}.",
        "then": then,
        "ended": f"Votre inscription est validée depuis {when} : plus rien n'est à envoyer.",
        "given": "25 novembre 2026.",
    }

    page, managed = read(sign_in, registration, at=NOW + 2 * HOUR)
    with time_machine.travel(NOW + 2 * HOUR, tick=False):
        number = main(
            sign_in(registration.candidate).get(f"/mes-inscriptions/{registration.number}/numero")
        )

    asked = [
        summary.format("Récapitulatif signé renvoyé au service gestionnaire", **said),
        paper.format("Pièce justificative : Pièce d'identité", **said),
    ]
    assert lines(page) == [
        UNREAD,
        FILED,
        "Fait : Inscription validée Le 25 novembre 2026.",
        *(one for one in asked if one.startswith("Fait")),
        *(one for one in asked if one.startswith("N'est plus demandé")),
    ]
    assert lines(managed) == lines(page)
    assert "vous n'avez plus rien à envoyer" in number
    assert "Pièces justificatives" not in number
