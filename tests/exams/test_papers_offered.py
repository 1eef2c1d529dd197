"""Épreuves: what is offered, to whom, and how each is sat."""

from decimal import Decimal

import pytest

from sporades.exams.checking import Source, checked
from sporades.exams.rules.papers import grouped, offered
from sporades.exams.schema.papers import EliminatoryMark
from tests.exams.conftest import ZONES
from tests.exams.facts import HOLDER, PROGRESSIVE, marin


def test_epreuves_stand_under_the_titles_that_the_guide_shows(exam):
    (phase,) = grouped(offered(exam, marin()))

    assert phase.label == ""
    assert [(block.heading, [offer.code for offer in block.offers]) for block in phase.blocks] == [
        ("Epreuve(s) obligatoire(s)", ["E1", "E2", "E4", "E5"]),
        ("Une langue vivante au choix", ["LVA", "LVB"]),
        ("Deux activités au plus", ["A1", "A2", "A3"]),
        ("Epreuve(s) facultative(s)", ["EF"]),
    ]


def test_phases_stand_in_their_order_whatever_that_of_the_epreuves(essai):
    text = essai.replace(
        "    groupes:\n",
        "    phases:\n      - {code: ECRITS, libelle: Admissibilité}\n"
        "      - {code: ORAUX, libelle: Admission (si admissible)}\n    groupes:\n",
    )
    text = text.replace("        nature: orale", "        phase: ORAUX\n        nature: orale")
    for nature in ("ecrite\n", "pratique\n", "ecrite_et_orale\n"):
        text = text.replace(
            f"        nature: {nature}", f"        phase: ECRITS\n        nature: {nature}"
        )
    for code in ("A1", "A2", "A3"):
        text = text.replace(f"code: {code},", f"code: {code}, phase: ECRITS,")
    _, file, problems = checked(Source("essai.yaml", text), zones=ZONES)
    assert not problems

    phases = grouped(offered(file.exam("BREVET"), marin()))

    assert [(phase.label, [block.heading for block in phase.blocks]) for phase in phases] == [
        (
            "Admissibilité",
            ["Epreuve(s) obligatoire(s)", "Deux activités au plus", "Epreuve(s) facultative(s)"],
        ),
        ("Admission (si admissible)", ["Une langue vivante au choix"]),
    ]


def test_a_speciality_has_its_own_epreuves(exam):
    codes = {offer.code for offer in offered(exam, marin(speciality="TERRE"))}

    assert "E3" in codes
    assert "E2" not in codes


def test_an_offer_says_all_that_a_line_shows(exam):
    first = offered(exam, marin())[0]

    assert (first.code, first.unit, first.label) == ("E1", "U1", "Navigation")
    assert (first.nature, first.duration, first.coefficient) == ("Ecrite", "4 h", Decimal(5))
    assert first.form == "ponctuel"
    assert first.eliminatory == "Note éliminatoire : 5 sur 20 ou moins à l'épreuve écrite"
    assert EliminatoryMark(note=Decimal(0)).in_words == "Note éliminatoire : 0 sur 20"
    assert first.commits == "L'absence à cette épreuve est éliminatoire."


def test_the_form_of_an_epreuve_follows_the_category(exam):
    first, second = offered(exam, marin(category="APPRENTI"))[:2]

    assert (first.form, first.nature, first.duration) == ("ccf", "Pratique", "1 h 30")
    # What is said of no category keeps its nature, in the form of the category.
    assert (second.form, second.nature, second.duration) == ("ccf", "Pratique", "45 min")


@pytest.mark.parametrize(
    ("facts", "code", "statuses"),
    [
        (marin(), "E1", ["inscrit", "benefice"]),
        (marin(), "E4", ["inscrit"]),
        (HOLDER, "E4", ["inscrit", "dispense"]),
        (marin(), "E5", ["inscrit", "dispense"]),
        (marin(), "LVA", ["inscrit", "non_inscrit"]),
        (marin(), "EF", ["inscrit", "non_inscrit"]),
        (PROGRESSIVE, "E4", ["inscrit", "non_inscrit"]),
    ],
)
def test_the_statuses_offered_follow_the_candidate(exam, facts, code, statuses):
    offer = next(offer for offer in offered(exam, facts) if offer.code == code)

    assert list(offer.statuses) == statuses


def test_an_offer_says_why_one_may_be_dispensed(exam):
    offer = next(offer for offer in offered(exam, HOLDER) if offer.code == "E4")

    assert offer.dispensations == ("Titulaire d'un CAP ou d'un baccalauréat",)
