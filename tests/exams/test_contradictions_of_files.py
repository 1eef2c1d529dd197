"""Rules that nobody can satisfy are told, where looking at the file is enough; none is refused."""

import pytest

from sporades.exams.checking import checked
from tests.exams.conftest import ZONES

AGE = "exige: {age: {minimum: 18, au: 2027-12-31}}"
BREVET = "examens[BREVET]"
RULE = f"{BREVET}.recevabilite[AGE].exige"
OWN = f"{BREVET}.categories[INDIVIDUEL].recevabilite[EXPERIENCE].exige"
NEVER = (
    "Ces conditions se contredisent : elles ne sont jamais vraies ensemble. Vérifiez les bornes et les "
    "valeurs, ou écrivez « un_de » au lieu de « tous »."
)
ANOTHER = "Cette règle de la catégorie « INDIVIDUEL » en exige une autre : personne ne peut la satisfaire."
EXPERIENCE = (
    "un_de:\n                - experience: {minimum: 3}\n                - diplome: [CAP, BAC]"
)


def unasked(where: str) -> str:
    return (
        f"Cette règle exige une réponse qui n'est jamais demandée{where} : personne ne peut l'y "
        "satisfaire. Posez-y la question, ou limitez la règle par « si »."
    )


@pytest.fixture
def warned():
    """Return a function that checks a file and says of what it warns: field, message."""

    def found(source) -> list[tuple[str, str]]:
        told = checked(source, zones=ZONES)[2]
        assert {(one.rule, one.is_error) for one in told} <= {("jamais_vrai", False)}
        return [(one.field, one.message) for one in told]

    return found


@pytest.mark.parametrize(
    "demand",
    [
        "tous: [{experience: {minimum: 2}}, {experience: {maximum: 1}}]",
        "tous: [{age: {minimum: 18}}, {age: {maximum: 17}}]",
        "tous: [{forme_de_passage: [GLOBALE]}, {forme_de_passage: [PROGRESSIVE]}]",
        "{diplome: [CAP], tous: [{diplome: [BAC]}]}",
        "tous: [{nationalite: ['99100']}, {nationalite: ['99109']}]",
        "tous: [{handicap: oui}, {handicap: non}]",
        "tous: [{reponse: {question: taille, egal: S}}, {reponse: {question: taille, parmi: [L]}}]",
        "tous: [{reponse: {question: milles, minimum: 9}}, {reponse: {question: milles, maximum: 8}}]",
        "tous: [{reponse: {question: devise, donnee: oui}}, {reponse: {question: devise, donnee: non}}]",
        "{diplome: [CAP], un_de: [{diplome: [BAC]}, {diplome: [TITRE5]}]}",
    ],
)
def test_a_condition_that_is_never_true_is_told_and_the_file_loads(change, warned, demand):
    demand = demand if demand.startswith("{") else f"{{{demand}}}"

    assert warned(change(AGE, f"exige: {demand}")) == [(RULE, NEVER)]


@pytest.mark.parametrize(
    "demand",
    [
        "{tous: [{experience: {minimum: 2}}, {experience: {maximum: 2}}], categorie: [INDIVIDUEL]}",
        "{tous: [{age: {minimum: 18}}, {age: {maximum: 17, au: 2020-01-01}}]}",
        "{diplome: [CAP], un_de: [{diplome: [BAC]}, {diplome: [CAP]}]}",
        (
            "{tous: [{reponse: {question: materiel, parmi: [COMPAS]}}, "
            "{reponse: {question: materiel, parmi: [REGLE]}}]}"
        ),
        "{sauf: {tous: [{categorie: [INDIVIDUEL]}, {categorie: [INDIVIDUEL, APPRENTI]}]}}",
    ],
)
def test_what_may_be_true_is_not_told(change, warned, demand):
    assert warned(change(AGE, f"si: {{categorie: [APPRENTI]}}\n        exige: {demand}")) == []


def test_a_condition_that_is_no_rule_is_told_as_well(change, warned):
    source = change(
        "si: {reponse: {question: milles, minimum: 100}}",
        "si: {tous: [{reponse: {question: milles, minimum: 9}}, {reponse: {question: milles, maximum: 8}}]}",
    )

    assert warned(source) == [(f"{BREVET}.questions[delivre_le].si", NEVER)]


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("epreuves: [E4], statuts: [benefice]", "« benefice »"),
        ("epreuves: [E1, E2], statuts: [dispense]", "« dispense »"),
        ("epreuves: [E3], statuts: [dispense, benefice]", "« dispense » ou « benefice »"),
        ("epreuves: [E4, E1], statuts: [benefice]", ""),
        ("epreuves: [E1], statuts: [dispense, inscrit]", ""),
        # Left to another session, where the form of passing spreads them.
        ("epreuves: [E1], statuts: [non_inscrit]", ""),
    ],
)
def test_a_piece_that_no_status_calls_for_is_told(change, warned, status, said):
    told = (
        f"Cette condition n'est jamais vraie : aucune de ces épreuves ne peut avoir le statut {said}. "
        "Vérifiez-le, ou ce qui dispense d'elles et la note qui s'y garde."
    )

    found = warned(change("statut: {statuts: [benefice]}", f"statut: {{{status}}}"))

    assert found == ([(f"{BREVET}.pieces[RELEVE].si.statut.statuts", told)] if said else [])


def test_a_mandatory_epreuve_that_every_form_exacts_is_never_left(change, warned):
    whole = change("toutes_les_epreuves: non", "toutes_les_epreuves: oui").text
    piece = "statut: {statuts: [benefice]}"

    [(field, _)] = warned(change(piece, "statut: {epreuves: [E1], statuts: [non_inscrit]}", whole))

    assert field == f"{BREVET}.pieces[RELEVE].si.statut.statuts"


def test_a_rule_of_a_category_that_exacts_another_is_told(change, warned):
    assert warned(change(EXPERIENCE, "categorie: [APPRENTI]")) == [(OWN, ANOTHER)]


def test_a_rule_that_closes_a_category_of_the_exam_is_meant(change, warned):
    closing = "si: {categorie: [APPRENTI]}\n        exige: {categorie: [INDIVIDUEL]}"

    assert warned(change(AGE, closing)) == []


def test_experience_that_is_exacted_where_it_is_not_asked_is_told(change, warned):
    assert warned(change(AGE, "exige: {experience: {minimum: 1}}")) == [
        (RULE, unasked(" dans la catégorie « APPRENTI »"))
    ]


@pytest.mark.parametrize(
    "rule",
    [
        "si: {categorie: [INDIVIDUEL]}\n        exige: {experience: {minimum: 1}}",
        "exige: {un_de: [{experience: {minimum: 1}}, {diplome: [BAC]}]}",
        "si: {experience: {minimum: 1}}\n        exige: {age: {minimum: 18}}",
        "si: {experience: {minimum: 1}}\n        exige: {experience: {minimum: 2}}",
        "exige: {sauf: {experience: {minimum: 1}}}",
    ],
)
def test_experience_that_is_not_exacted_where_it_is_not_asked_is_not_told(change, warned, rule):
    assert warned(change(AGE, rule)) == []


def test_an_answer_to_a_question_of_others_is_told(change, warned):
    asked = change(
        "{code: devise, libelle: Votre devise, type: texte,",
        "{code: devise, si: {specialite: [MER]}, libelle: Votre devise, type: texte,",
    )
    source = change(AGE, "exige: {reponse: {question: devise, donnee: oui}}", asked.text)

    assert warned(source) == [(RULE, unasked(" dans la spécialité « TERRE »"))]


def test_a_question_that_another_answer_calls_for_has_the_benefit_of_the_doubt(change, warned):
    assert warned(change(AGE, "exige: {reponse: {question: delivre_le, donnee: oui}}")) == []


def test_an_answer_that_its_own_rule_keeps_from_being_asked_is_told(change, warned):
    source = change(
        AGE,
        "si: {reponse: {question: permis, egal: non}}\n"
        "        exige: {reponse: {question: milles, minimum: 1}}",
    )

    assert warned(source) == [(RULE, unasked(""))]


def test_too_many_ways_of_being_true_have_the_benefit_of_the_doubt(change, warned):
    either = "{un_de: [{age: {minimum: 1}}, {age: {minimum: 2}}, {age: {minimum: 3}}]}"
    demand = f"{{tous: [{', '.join([either] * 6)}, {{handicap: oui}}, {{handicap: non}}]}}"

    assert warned(change(AGE, f"exige: {demand}")) == []
