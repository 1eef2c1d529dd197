"""What may be asked for because of a handicap: which procedure, which papers, what makes no sense."""

import pytest

from sporades.exams.differences.content import parts
from sporades.exams.rules.accommodations import health_papers, procedure_of
from sporades.exams.schema.accommodations import HealthPaperCondition, Procedure
from sporades.exams.schema.papers import PaperNature

BREVET = "examens[BREVET].amenagements"


@pytest.mark.parametrize(
    ("category", "plan", "measures", "procedure"),
    [
        ("APPRENTI", "PAP", ["TIERS"], Procedure.SIMPLE),
        ("APPRENTI", "PAP", ["TIERS", "CABINE"], Procedure.SIMPLE),
        # More than a third of time.
        ("APPRENTI", "PAP", ["TIERS", "DOUBLE"], Procedure.COMPLETE),
        # No plan, or a category that has no right to it.
        ("APPRENTI", "", ["TIERS"], Procedure.COMPLETE),
        ("INDIVIDUEL", "PAP", ["TIERS"], Procedure.COMPLETE),
    ],
)
def test_the_procedure_follows_the_category_the_plan_and_the_measures(
    exam, category, plan, measures, procedure
):
    found = procedure_of(exam.accommodations, category=category, plan=plan, measures=measures)

    assert found is procedure


@pytest.mark.parametrize(
    ("procedure", "plan", "measures", "papers"),
    [
        (Procedure.SIMPLE, "PAP", ["TIERS"], ["PLAN"]),
        (Procedure.SIMPLE, "", ["TIERS"], []),
        (Procedure.COMPLETE, "PAP", ["TIERS"], ["CERTIFICAT"]),
        (Procedure.COMPLETE, "", ["DOUBLE"], ["CERTIFICAT", "CARNET"]),
    ],
)
def test_the_papers_of_health_follow_the_request(exam, procedure, plan, measures, papers):
    asked = health_papers(
        exam.accommodations,
        procedure=procedure,
        plan=plan,
        measures=measures,
        has_former_decision=True,
    )

    assert [one.code for one in asked] == papers


@pytest.mark.parametrize("is_due", [True, False])
def test_a_paper_follows_whether_there_was_a_decision_before(exam, is_due):
    rules = exam.accommodations
    paper, *others = rules.papers
    when = HealthPaperCondition(decision_anterieure=is_due)
    asked = rules.model_copy(update={"papers": (paper.model_copy(update={"when": when}), *others)})

    called_for = [
        paper.code
        in {
            one.code
            for one in health_papers(
                asked,
                procedure=Procedure.COMPLETE,
                plan="",
                measures=[],
                has_former_decision=there_was,
            )
        }
        for there_was in (True, False)
    ]

    assert called_for == [is_due, not is_due]


def test_a_measure_suits_the_natures_that_it_names_or_all(exam):
    third, double = exam.accommodations.measure("TIERS"), exam.accommodations.measure("DOUBLE")

    assert third.suits("E1", PaperNature.WRITTEN)
    assert not third.suits("E1", PaperNature.ORAL)
    assert double.suits("E1", PaperNature.ORAL)
    language = double.model_copy(update={"papers": ("E4",)})
    assert language.suits("E4", PaperNature.ORAL)
    assert not language.suits("E1", PaperNature.ORAL)


@pytest.mark.parametrize(
    ("old", "new", "field", "rule"),
    [
        ("code: TIERS,", "code: tiers,", "mesures[tiers].code", "format"),
        ("temps: 1/3", "temps: 33 %", "mesures[TIERS].temps", "format"),
        ("natures: [ecrite], temps", "natures: [chantee], temps", "mesures[TIERS].natures[1]", "valeur"),
        ("temps: 1/3", "temps: 1/2", "mesures[TIERS].temps", "contradiction"),
        ("famille: Lieu, par", "famille: Lieu, natures: [orale], par", "mesures[CABINE].natures", "contradiction"),
        ("famille: Lieu, par", "famille: Lieu, epreuves: [E1], par", "mesures[CABINE].epreuves", "contradiction"),
        ("temps: 1/3", "temps: 1/3, epreuves: [E77]", "mesures[TIERS].epreuves", "reference_inconnue"),
        ("{code: DOUBLE,", "{code: TIERS,", "mesures[TIERS].code", "code_en_double"),
        ("[ APPRENTI ]", "[SCOLAIRE]", "procedure_simplifiee.categories", "reference_inconnue"),
        ("{plans: [PAP], cat", "{plans: [PPS], cat", "procedure_simplifiee.plans", "reference_inconnue"),
        ("procedure: simplifiee, plans: [PAP]", "procedure: simplifiee, plans: [PPS]", "papiers[PLAN].si.plans", "reference_inconnue"),
        ("temps: 1/3", "temps: 1/3, exclut: [TRIPLE]", "mesures[TIERS].exclut", "reference_inconnue"),
        ("temps: 1/3", "temps: 1/3, exclut: [TIERS]", "mesures[TIERS].exclut", "contradiction"),
        ("mesures: [DOUBLE]", "mesures: [TRIPLE]", "papiers[CARNET].si.mesures", "reference_inconnue"),
        ("      tardive:\n        - {code: APPARUE, libelle: La gêne est apparue depuis}\n", "      tardive_jusqu_au: {jours_apres_fermeture: 30}\n", "tardive_jusqu_au", "contradiction"),
        ("si: {procedure: complete}", "si: {}", "papiers[CERTIFICAT].si", "condition_vide"),
        ("decision_anterieure: {libelle: \"Une décision vous a-t-elle déjà été donnée ?\"}\n      plans:\n        - {code: PAP, libelle: Plan d'accompagnement}\n      procedure_simplifiee: {plans: [PAP], categories: [ APPRENTI ]}\n      papiers:\n        - {code: CERTIFICAT, libelle: Certificat, si: {procedure: complete}}", "plans:\n        - {code: PAP, libelle: Plan d'accompagnement}\n      procedure_simplifiee: {plans: [PAP], categories: [ APPRENTI ]}\n      papiers:\n        - {code: CERTIFICAT, libelle: Certificat, si: {decision_anterieure: oui}}", "papiers[CERTIFICAT].si.decision_anterieure", "contradiction"),
        ("si: {procedure: complete}", "si: {procedure: rapide}", "papiers[CERTIFICAT].si.procedure", "valeur"),
        ("        recours: Saisissez le tribunal dans les deux mois.\n", "", "decision.recours", "cle_manquante"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told_at_its_place(change, problems, *, old, new, field, rule):
    found = [(where, broken) for _, where, broken in problems(change(old, new))]

    assert (f"{BREVET}.{field}", rule) in found


def test_what_differs_is_said_in_plain_words(exam):
    asked = exam.accommodations
    third, double, cabin = asked.measures
    longer = third.model_copy(update={"time": "1/4"})
    after = asked.model_copy(update={"measures": (longer, double), "late": ()})

    assert [f"{change.place} : {change.words}" for change in parts(asked, after, "")] == [
        "Mesure TIERS, Un tiers de temps : temps : « 1/4 » au lieu de « 1/3 »",
        " : La mesure CABINE, Cabine à part n'est plus proposée",
        " : Le motif APPARUE, La gêne est apparue depuis n'est plus proposé",
    ]
    assert cabin.code == "CABINE"
