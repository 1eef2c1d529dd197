import pytest

from sporades.exams.schema.questions import LongTextQuestion, NumberQuestion
from sporades.registrations.dossier import dossier_of
from sporades.registrations.questions import field_of
from sporades.registrations.sections import PAPERS, papers
from tests.factories import NOW, a_draft

STATUSES = "Tout est à choisir : le statut des épreuves qui en proposent plusieurs"


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


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        (
            ("statut", "option", "note", "session"),
            f"{STATUSES}, puis l'option ou la note gardée qu'il demande.",
        ),
        (
            ("statut", "option"),
            f"{STATUSES}, puis l'option qu'il demande.",
        ),
        (("statut",), f"{STATUSES}."),
        (("option",), "Tout est à remplir."),
        ((), "Rien n'est à choisir ici : lisez vos épreuves, puis passez à l'onglet suivant."),
    ],
)
def test_what_is_due_of_epreuves_is_what_they_ask(kept, said):
    form = PAPERS.form_for(dossier_of(a_draft(), day=NOW.date()))
    form.fields = {name: one for name, one in form.fields.items() if name.partition("-")[0] in kept}

    assert form.due == said


@pytest.mark.parametrize(
    ("reasons", "said"),
    [
        ((), ""),
        (("Sur demande",), "Sur demande"),
        (("Sur demande", "Titulaire d'un CAP"), "Sur demande ; titulaire d'un CAP"),
        (("Titulaire d'un CAP", "BEP ou BAC"), "Titulaire d'un CAP ; BEP ou BAC"),
    ],
)
def test_several_reasons_read_as_one_sentence(reasons, said):
    assert papers._one_after_another(reasons) == said
