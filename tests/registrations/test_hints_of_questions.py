import pytest

from sporades.exams.schema.questions import LongTextQuestion, NumberQuestion
from sporades.registrations.questions import field_of


def a_number(label, unit):
    said = {"code": "q", "libelle": label, "type": "nombre", "unite": unit}
    return field_of(NumberQuestion.model_validate(said)).help_text


@pytest.mark.parametrize(
    ("label", "unit", "hint"),
    [
        ("Heures d'encadrement par semaine", "heures", ""),
        ("Durée dans le métier", "ans", "En ans."),
        ("Années passées dans le métier", "ans", "En ans."),
        ("Distance", "km", "En km."),
    ],
)
def test_the_unit_of_a_number_is_said_once(label, unit, hint):
    assert a_number(label, unit) == hint


@pytest.mark.parametrize(("shortest", "hint"), [(1, ""), (20, "20 signes au moins.")])
def test_how_long_a_text_is_at_least_is_said_before_it_is_refused(shortest, hint):
    said = {"code": "q", "libelle": "Projet", "type": "texte_long", "longueur_minimale": shortest}

    assert field_of(LongTextQuestion.model_validate(said)).help_text == hint
