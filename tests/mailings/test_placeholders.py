"""What a message may say of each registration: those that exist, whole, and nothing computed."""

from datetime import timedelta

import pytest

from sporades.acts.pieces import verifying
from sporades.acts.registrations import deciding, receiving
from sporades.letters.operations import IN_PERSON
from sporades.mailings.placeholders import (
    ASK_THERE,
    PLACEHOLDERS,
    faults,
    filled,
    too_long_for_a_subject,
)
from sporades.registrations.states import VALIDATE
from tests.evidence.given import BAC, MANAGER, again, piece, receive
from tests.factories import NOW, a_candidate, a_record, a_registration, load_invented

PIECE_DUE = "mercredi 30 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris)"
SAID = "{pièces à fournir}"
SIGNED = "{récapitulatif signé}"
OF_HEALTH = (
    "{code: IDENTITE, libelle: Pièce d'identité,",
    "{code: IDENTITE, libelle: Pièce d'identité, si: {handicap: true},",
)
WITH_BAC = {"qualification": {"diploma": "BAC"}, "epreuves": {"statut-E2": "inscrit"}}


@pytest.fixture
def registration(invented_exam):
    candidate = a_candidate(birth_name="D'Élan", first_names="Zoë {nom} {{7*7}}", usage_name="")
    return a_registration(candidate)


def test_each_reads_as_what_the_registration_says(registration):
    said = {one.name: filled(one.written, registration, at=NOW) for one in PLACEHOLDERS}

    assert said == {
        "prénoms": "Zoë {nom} {{7*7}}",
        "nom": "D'ÉLAN",
        "examen": "Brevet d'essai – Marin, session 2027",
        "académie": "académie de Lille",
        "service gestionnaire": "Bureau des essais de Lille",
        "numéro d'inscription": registration.number,
        "numéro candidat": registration.candidate.number,
        "fermeture": "mardi 15 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris)",
        "représentant légal": "aucun",
        "pièces à fournir": f"Pièce d'identité, avant le {PIECE_DUE}",
        "récapitulatif signé": "à poster au plus tard le vendredi 25 décembre 2026",
        "lien": f"https://inscriptions.exemple.test/mes-inscriptions/{registration.number}",
    }


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Voir {lien}", f"Voir {IN_PERSON}"),
        ("Votre dossier : {lien}.", f"Votre dossier : {IN_PERSON}."),
        ("{lien}", f"{ASK_THERE}."),
        ("Il ferme ce soir. {lien}", f"Il ferme ce soir. {ASK_THERE}."),
        ("Il ferme ce soir.\n{lien}\nMerci.", f"Il ferme ce soir.\n{ASK_THERE}.\nMerci."),
        ("Il ferme ce soir ! {lien}.", f"Il ferme ce soir ! {ASK_THERE}."),
    ],
)
def test_a_letter_has_a_whole_sentence_where_a_mail_has_a_link(invented_exam, typed, read):
    assert filled(typed, a_registration(a_record()), at=NOW) == read


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("Bonjour {prénoms} {nom},", "Bonjour ANANYA,"),
        ("Bonjour {Nom} { Prénoms },", "Bonjour ANANYA,"),
        (
            "Cher {prénoms},\n{nom} {examen}",
            "Cher ANANYA,\nANANYA Brevet d'essai – Marin, session 2027",
        ),
    ],
)
def test_who_has_a_single_name_is_called_by_it(invented_exam, typed, read):
    candidate = a_candidate(first_names="", birth_name="Ananya", usage_name="")

    assert filled(typed, a_registration(candidate), at=NOW) == read


def test_a_text_is_gone_through_once(registration):
    assert filled("{prénoms}, {nom}", registration, at=NOW) == "Zoë {nom} {{7*7}}, D'ÉLAN"


@pytest.mark.parametrize(
    "typed",
    ["{Prénoms}", "{ prénoms }", "{pre\u0301noms}", "{PRÉNOMS}", "{numéro d\u2019inscription}"],
)
def test_it_is_understood_as_people_type_it(registration, typed):
    assert faults(typed) == []
    assert "{pr" not in filled(typed, registration, at=NOW).lower()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Bonjour {prenoms}", ["{prenoms}"]),
        ("Bonjour {}", ["{}"]),
        ("Bonjour {prénoms", ["{prénoms"]),
        ("Bonjour prénoms}", ["}"]),
        ("Bonjour {{prénoms}}", ["{", "}"]),
        ("{{7*7}} {% now 'Y' %} ${7*7} #{7}", ["{7*7}", "{% now 'Y' %}", "{7}", "{", "}"]),
        ("{adresse} et {adresse}", ["{adresse}"]),
        ("{nom\n}", ["{nom", "}"]),
        ("{" + "a" * 200 + "}", ["{" + "a" * 39]),
        ("Rien entre accolades", []),
        ("{nom} {fermeture}", []),
    ],
)
def test_what_is_unknown_or_half_written_is_found(text, found):
    assert faults(text) == found


# --- What is still to be sent ---------------------------------------------------------------


def test_pieces_are_those_that_are_to_be_given_at_that_instant(invented_exam):
    registration = a_registration(**WITH_BAC)
    assert filled(f"Il manque : {SAID}.", registration, at=NOW) == (
        f"Il manque : Pièce d'identité ; Copie du baccalauréat, chacune avant le {PIECE_DUE}."
    )

    receive(registration)
    assert filled(SAID, registration, at=NOW) == "aucune pièce"
    verifying.refuse(
        row=piece(registration, BAC), reason="Illisible.", seen=None, by=MANAGER, at=NOW
    )

    assert filled(SAID, registration, at=NOW) == (
        "Copie du baccalauréat (celle que vous avez fournie n'est pas conforme), "
        f"avant le {PIECE_DUE}"
    )


def test_a_piece_whose_day_has_passed_is_not_said_to_be_due(registration):
    late = NOW + timedelta(days=60)

    assert filled(SAID, registration, at=late) == (
        f"Pièce d'identité, qui était à fournir avant le {PIECE_DUE}"
    )
    assert filled(SIGNED, registration, at=late) == (
        "il était à poster au plus tard le vendredi 25 décembre 2026. "
        "Contactez votre service gestionnaire"
    )


def test_nothing_is_asked_of_who_is_validated_or_has_left(registration):
    deciding.decide(
        registration=again(registration), decision=VALIDATE, reason="", by=MANAGER, at=NOW
    )

    assert filled(SAID, registration, at=NOW) == "aucune pièce"
    assert filled(SIGNED, registration, at=NOW) == (
        "votre inscription est validée depuis le 25 novembre 2026 : plus rien n'est à envoyer"
    )


def test_a_signed_summary_that_came_is_said_to_have(registration):
    receiving.receive_summary(
        registration=again(registration), posted_on=NOW.date(), by=MANAGER, at=NOW
    )

    assert filled(SIGNED, registration, at=NOW) == "reçu, posté le 25 novembre 2026"


def test_a_mail_names_no_piece_of_an_exam_of_which_one_tells_of_health_a_letter_does(db):
    load_invented(OF_HEALTH)
    declared = {"informations": {"has_disability": "oui"}}
    by_mail = a_registration(**declared)
    by_letter = a_registration(a_record(), **declared)

    assert filled(SAID, by_mail, at=NOW) == (
        "les pièces justificatives que nomme la page « Pièces justificatives » de votre inscription"
    )
    assert filled(SAID, by_letter, at=NOW) == f"Pièce d'identité, avant le {PIECE_DUE}"


def test_pieces_that_are_too_many_are_counted(registration, monkeypatch):
    monkeypatch.setattr("sporades.evidence.awaited.MOST_SIGNS", 20)

    assert filled(SAID, registration, at=NOW) == (
        "et 1 autre, que nomme la page « Pièces justificatives » de votre inscription"
    )


def test_the_guardian_of_a_minor_is_named_and_signs_the_summary_too(invented_exam):
    minor = a_candidate(birth_year=2009)
    registration = a_registration(
        minor,
        identification={"guardian_name": "Anne Le Goff", "guardian_phone": "06 39 98 12 35"},
        informations={"national_service": "JDC"},
    )

    assert filled("{représentant légal}", registration, at=NOW) == "Anne Le Goff"
    assert filled(SIGNED, registration, at=NOW).endswith(
        "décembre 2026, signé par vous et par votre représentant légal"
    )


def test_what_may_be_a_sentence_stands_in_no_subject():
    assert too_long_for_a_subject("{nom} {Pièces à fournir} {lien}") == [SAID]
