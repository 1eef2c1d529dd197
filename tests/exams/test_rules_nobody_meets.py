"""Rules of eligibility under which nobody can register are told together; none is refused."""

import pytest

from sporades.exams.checking import Source, checked
from tests.exams.conftest import ZONES
from tests.factories import INVENTED

TEXT = INVENTED.read_text(encoding="utf-8")
ABOVE = "    categories:\n      - code: INDIV"


def told(*rules, own="", text=TEXT):
    """Return where and what is said of rules of the exam, or of INDIV, each « exige » and, before, « si »."""

    def written(those, indent):
        return "".join(
            f"{indent}- {{code: R{rank}, reference: r, {rule}, message: m}}\n"
            for rank, rule in enumerate(those, 1)
        )

    text = text.replace(ABOVE, f"    recevabilite:\n{written(rules, ' ' * 6)}{ABOVE}", 1)
    if own:
        text = text.replace(
            "        recevabilite:\n", f"        recevabilite:\n{written([own], ' ' * 10)}", 1
        )
    found = checked(Source("essai.yaml", text), zones=ZONES)[2]
    assert {(one.rule, one.is_error) for one in found} <= {("jamais_vrai", False)}
    return [(one.field, one.message) for one in found]


def together(where="", first="R1", second="R2"):
    return (
        f"Personne ne peut s'inscrire{where} : nul ne satisfait à la fois les règles « {first} » et "
        f"« {second} ». Changez l'une, ou limitez-la par « si »."
    )


LAST = "examens[BE].recevabilite[R2].exige"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("{age: {maximum: 16}}", "{age: {minimum: 30}}"),
        ("{categorie: [INDIV]}", "{categorie: [FORM]}"),
        ("{specialite: [MARIN]}", "{specialite: [FOREST]}"),
        ("{academie: [A09]}", "{academie: [A25]}"),
        ("{diplome: [CAP]}", "{diplome: [BAC]}"),
        ("{nationalite: ['99100']}", "{nationalite: ['99109']}"),
        (
            "{reponse: {question: taille, minimum: 200}}",
            "{reponse: {question: taille, egal: 150}}",
        ),
        (
            "{un_de: [{diplome: [CAP]}, {age: {minimum: 20}}]}",
            "{diplome: [BAC], age: {maximum: 19}}",
        ),
    ],
)
def test_two_rules_that_nobody_meets_together_are_told(one, other):
    assert told(f"exige: {one}", f"exige: {other}") == [(LAST, together())]


def test_a_rule_of_a_category_is_met_with_those_of_all():
    rules = told(
        "exige: {diplome: [CAP, BAC]}",
        "exige: {age: {minimum: 18}}",
        own="exige: {diplome: [AUCUN]}",
    )

    assert rules == [
        (
            "examens[BE].categories[INDIV].recevabilite[R1].exige",
            together(" dans la catégorie « INDIV »", second="R1"),
        )
    ]


def test_those_alone_to_whom_both_apply_are_said():
    rules = told(
        "si: {specialite: [MARIN]}, exige: {diplome: [CAP]}",
        "exige: {diplome: [BAC]}",
    )

    assert rules == [(LAST, together(" dans la spécialité « MARIN »"))]


def test_a_rule_that_alone_leaves_nobody_is_told():
    assert told("exige: {sauf: {categorie: [INDIV, FORM]}}") == [
        (
            "examens[BE].recevabilite[R1].exige",
            (
                "Personne ne peut s'inscrire : nul ne satisfait la règle « R1 ». Changez-la, ou "
                "limitez-la par « si »."
            ),
        )
    ]


@pytest.mark.parametrize(
    "rules",
    [
        ["exige: {age: {maximum: 30}}", "exige: {age: {minimum: 30}}"],
        ["exige: {diplome: [CAP, AUCUN]}", "exige: {diplome: [BAC, CAP]}"],
        # Each closes something, and something is left.
        ["exige: {categorie: [INDIV]}", "exige: {specialite: [MARIN]}"],
        # Whoever has no experience meets both.
        ["si: {experience: {minimum: 1}}, exige: {diplome: [CAP]}", "exige: {diplome: [BAC]}"],
        ["exige: {un_de: [{diplome: [CAP]}, {age: {minimum: 20}}]}", "exige: {diplome: [BAC]}"],
    ],
)
def test_rules_that_somebody_meets_together_are_not_told(rules):
    assert told(*rules) == []


def test_what_is_told_of_a_rule_alone_is_not_told_again():
    never = "exige: {tous: [{diplome: [CAP]}, {diplome: [BAC]}]}"

    [(field, message)] = told(never, "exige: {diplome: [BAC]}")

    assert field == "examens[BE].recevabilite[R1].exige"
    assert message.startswith("Ces conditions se contredisent")


def test_many_rules_with_alternatives_are_all_looked_at():
    either = "exige: {un_de: [{diplome: [CAP]}, {diplome: [BAC]}, {diplome: [AUCUN]}]}"

    assert told(*[either] * 8, "exige: {age: {maximum: 16}}", "exige: {age: {minimum: 30}}") == [
        ("examens[BE].recevabilite[R10].exige", together(first="R9", second="R10"))
    ]


@pytest.mark.parametrize(
    ("exacted", "question"),
    [
        ("{reponse: {question: taille, minimum: 300}}", "taille"),
        ("{reponse: {question: taille, maximum: 99}}", "taille"),
        ("{reponse: {question: taille, egal: 99}}", "taille"),
        ("{reponse: {question: taille, egal: 180.5}}", "taille"),
        ("{reponse: {question: taille, minimum: 180.2, maximum: 180.8}}", "taille"),
        ("{reponse: {question: visite, minimum: 2030-01-01}}", "visite"),
        ("{reponse: {question: visite, egal: 2030-01-01}}", "visite"),
        ("{reponse: {question: permis_numero, egal: vingt et un signes ici}}", "permis_numero"),
    ],
)
def test_a_condition_on_an_answer_that_its_question_refuses_is_told(exacted, question):
    assert told(f"exige: {exacted}") == [
        (
            "examens[BE].recevabilite[R1].exige",
            (
                f"Cette condition n'est jamais vraie : aucune réponse admise à « {question} » n'y "
                "convient. Vérifiez-la, ou ce que la question admet."
            ),
        )
    ]


@pytest.mark.parametrize(
    "exacted",
    [
        "{reponse: {question: taille, minimum: 250}}",
        "{reponse: {question: taille, egal: 100}}",
        "{reponse: {question: taille, donnee: non}}",
        "{reponse: {question: visite, minimum: 2027-01-01}}",
        '{reponse: {question: permis_numero, egal: "75"}}',
        "{tous: [{reponse: {question: sports, parmi: [VOILE]}}, {reponse: {question: sports, parmi: [AVIRON]}}]}",
    ],
)
def test_a_condition_on_an_answer_that_its_question_admits_is_not_told(exacted):
    assert told(f"si: {exacted}, exige: {{age: {{minimum: 16}}}}") == []


def test_of_a_list_where_one_alone_is_chosen_two_cannot_be_exacted():
    both = "{tous: [{reponse: {question: sports, parmi: [VOILE]}}, {reponse: {question: sports, parmi: [AVIRON]}}]}"
    alone = TEXT.replace("obligatoire: false, maximum: 2,", "obligatoire: false, maximum: 1,")
    assert alone != TEXT

    assert [field for field, _ in told(f"exige: {both}", text=alone)] == [
        "examens[BE].recevabilite[R1].exige"
    ]


@pytest.mark.parametrize(
    ("bounds", "which"),
    [
        ("minimum: 100.2, maximum: 100.8", "entier"),
        ("minimum: 1.01, maximum: 1.09, decimales: 1", "de 1 chiffre"),
        ("minimum: -0.009, maximum: -0.001, decimales: 2", "de 2 chiffres"),
        ("minimum: 100.2, maximum: 101", ""),
        ("minimum: 1.01, maximum: 1.09, decimales: 2", ""),
        ("minimum: -0.009, maximum: 0, decimales: 2", ""),
    ],
)
def test_a_question_that_no_number_answers_is_refused(bounds, which):
    text = TEXT.replace("minimum: 100, maximum: 250", bounds)
    assert text != TEXT

    found = checked(Source("essai.yaml", text), zones=ZONES)[2]

    assert [(one.field, one.rule, one.is_error) for one in found] == (
        [("examens[BE].questions[taille].decimales", "bornes", True)] if which else []
    )
    assert all(f"Aucun nombre {which}" in one.message for one in found)
