"""Whoever judges a piece reads the answers that call for it (G1, I7)."""

import pytest

from sporades.evidence.calling import answers_that_call_for
from sporades.registrations.queries import version_of
from tests.factories import a_registration, load_invented

BAC = "si: {diplome: [BAC]}"


def called(registration, piece="BAC"):
    version = version_of.get(registration=registration.pk, number=registration.version)
    return answers_that_call_for(registration, version, piece)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        (BAC, [("Diplôme le plus élevé", "Baccalauréat")]),
        (
            "si: {diplome: [BAC], statut: {epreuves: [E2], statuts: [dispense]}}",
            [("Diplôme le plus élevé", "Baccalauréat"), ("Mathématiques (U2)", "Dispensé")],
        ),
        (
            "si: {un_de: [{statut: {statuts: [benefice]}}, {statut: {epreuves: [E3], statuts: [dispense]}}]}",
            [("Français (U1)", "Bénéfice, note 12 sur 20, session 2025")],
        ),
        (
            "si: {experience: {minimum: 2}, forme_de_passage: [GLOBALE]}",
            [
                ("Forme de passage", "Globale"),
                ("Années d'expérience professionnelle", "2"),
            ],
        ),
        ("si: {categorie: [INDIV]}", [("Catégorie de candidat", "Individuel")]),
        (
            "si: {reponse: {question: equipe, parmi: [ROUGE]}, sauf: {handicap: true}}",
            [("Équipe", "Rouge")],
        ),
    ],
    ids=["diploma", "dispensed", "kept", "experience", "category", "answer"],
)
def test_what_a_piece_is_asked_for_is_said_in_the_words_of_the_version(
    invented_exam, condition, said
):
    load_invented((BAC, condition))
    registration = a_registration(
        qualification={"diploma": "BAC"},
        epreuves={
            "statut-E1": "benefice",
            "note-E1": "12",
            "session-E1": "2025",
            "statut-E2": "dispense",
        },
    )

    assert called(registration) == said


def test_what_everybody_owes_is_compared_with_the_civil_data_alone(invented_exam):
    registration = a_registration()

    assert called(registration, "IDENTITE") == []
    assert called(registration, "INCONNUE") == []
