"""What a message may say of each registration: those that exist, whole, and nothing computed."""

import pytest

from sporades.letters.operations import IN_PERSON
from sporades.mailings.placeholders import ASK_THERE, PLACEHOLDERS, faults, filled
from tests.factories import a_candidate, a_record, a_registration


@pytest.fixture
def registration(invented_exam):
    candidate = a_candidate(birth_name="D'Élan", first_names="Zoë {nom} {{7*7}}", usage_name="")
    return a_registration(candidate)


def test_each_reads_as_what_the_registration_says(registration):
    said = {one.name: filled(one.written, registration) for one in PLACEHOLDERS}

    assert said == {
        "prénoms": "Zoë {nom} {{7*7}}",
        "nom": "D'ÉLAN",
        "examen": "Brevet d'essai – Marin, session 2027",
        "académie": "académie de Lille",
        "service gestionnaire": "Bureau des essais de Lille",
        "numéro d'inscription": registration.number,
        "numéro candidat": registration.candidate.number,
        "fermeture": "mardi 15 décembre 2026 à 23\u00a0h\u00a059 (heure de Paris)",
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
    assert filled(typed, a_registration(a_record())) == read


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

    assert filled(typed, a_registration(candidate)) == read


def test_a_text_is_gone_through_once(registration):
    assert filled("{prénoms}, {nom}", registration) == "Zoë {nom} {{7*7}}, D'ÉLAN"


@pytest.mark.parametrize(
    "typed",
    ["{Prénoms}", "{ prénoms }", "{pre\u0301noms}", "{PRÉNOMS}", "{numéro d\u2019inscription}"],
)
def test_it_is_understood_as_people_type_it(registration, typed):
    assert faults(typed) == []
    assert "{pr" not in filled(typed, registration).lower()


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
