"""Épreuves: each rule on the choice of one, accepted and refused."""

from decimal import Decimal

import pytest

from sporades.exams.checking import checked
from sporades.exams.rules.papers import breaches
from tests.exams.conftest import ZONES
from tests.exams.facts import CHOICES, HOLDER, chosen, marin, told


def test_valid_choices_break_no_rule(exam):
    assert breaches(exam, marin(), CHOICES) == []


def test_a_mandatory_epreuve_is_sat(exam):
    (breach,) = breaches(exam, marin(), chosen(E1={"status": "non_inscrit"}))

    assert (breach.rule, breach.field) == ("epreuve_obligatoire", "papers.E1")
    assert breach.message == (
        "Cette épreuve est obligatoire : vous la passez à cette session. "
        "Choisissez « Inscrit » ou changez de forme de passage."
    )


def test_silence_on_a_mandatory_epreuve_is_not_an_entry(exam):
    choices = {code: choice for code, choice in CHOICES.items() if code != "E4"}

    assert told(exam, marin(), choices) == [("epreuve_obligatoire", "papers.E4")]


def test_a_dispensation_by_diploma_is_for_those_who_hold_it(exam):
    choices = chosen(E4={"status": "dispense"})

    assert breaches(exam, HOLDER, choices) == []
    (breach,) = breaches(exam, marin(), choices)
    assert (breach.rule, breach.field) == ("dispense", "papers.E4")
    assert (
        "« Titulaire d'un CAP ou d'un baccalauréat » (Code des essais, article 7)" in breach.message
    )


def test_a_dispensation_on_request_is_for_everyone(exam):
    assert breaches(exam, marin(), chosen(E5={"status": "dispense"})) == []


def test_nothing_dispenses_of_some_epreuves(exam):
    assert told(exam, HOLDER, chosen(E1={"status": "dispense"})) == [("dispense", "papers.E1")]


@pytest.mark.parametrize(
    ("mark", "year", "field"),
    [
        (Decimal(10), 2026, None),
        (Decimal(20), 2022, None),
        (Decimal("12.25"), 2024, None),
        (Decimal("9.99"), 2026, "papers.E1.mark"),
        (Decimal("20.01"), 2026, "papers.E1.mark"),
        (Decimal(-1), 2026, "papers.E1.mark"),
        (Decimal("12.255"), 2026, "papers.E1.mark"),
        (Decimal("NaN"), 2026, "papers.E1.mark"),
        (None, 2026, "papers.E1.mark"),
        (Decimal(12), 2021, "papers.E1.mark_session"),
        (Decimal(12), 2027, "papers.E1.mark_session"),
        (Decimal(12), None, "papers.E1.mark_session"),
    ],
)
def test_a_mark_is_kept_from_the_threshold_up_and_for_some_years(exam, mark, year, field):
    choices = chosen(E1={"status": "benefice", "mark": mark, "mark_session": year})

    assert told(exam, marin(), choices) == ([("benefice", field)] if field else [])


def test_a_mark_too_low_is_told_with_the_rule_and_what_to_do(exam):
    choices = chosen(E1={"status": "benefice", "mark": Decimal("9.5"), "mark_session": 2026})

    assert breaches(exam, marin(), choices)[0].message == (
        "Seule une note d'au moins 10 sur 20 peut être gardée "
        "(Code des essais, article 6). Avec 9,5, choisissez « Inscrit » pour repasser l'épreuve, et effacez la note et son année."
    )


@pytest.mark.parametrize(("years", "said"), [(1, "1 an, depuis"), (2, "2 ans, depuis")])
def test_for_how_long_a_mark_is_kept_is_said_in_french(exam, years, said):
    first, *others = exam.papers
    kept = first.kept_mark.model_copy(update={"years": years, "when": None})
    ours = exam.model_copy(
        update={"papers": (first.model_copy(update={"kept_mark": kept}), *others)}
    )
    choices = chosen(E1={"status": "benefice", "mark": Decimal(15), "mark_session": 2021})

    [breach] = breaches(ours, marin(), choices)

    assert breach.message.startswith(f"Une note se garde {said} la session {2027 - years}")


def test_a_year_in_two_figures_is_not_taken_for_a_mark_that_is_too_old(exam):
    choices = chosen(E1={"status": "benefice", "mark": Decimal(15), "mark_session": 23})

    [breach] = breaches(exam, marin(), choices)
    assert breach.message == "Indiquez l'année sur quatre chiffres, par exemple 2026."


def test_some_marks_cannot_be_kept(exam):
    choices = chosen(E4={"status": "benefice", "mark": Decimal(15), "mark_session": 2026})

    assert told(exam, marin(), choices) == [("benefice", "papers.E4")]


def test_the_right_to_keep_a_mark_may_have_a_condition(change):
    source = change("annees: 5", "annees: 5\n          si: {specialite: [TERRE]}")
    narrowed = checked(source, zones=ZONES)[1].exam("BREVET")
    choices = chosen(E1={"status": "benefice", "mark": Decimal(15), "mark_session": 2026})

    (breach,) = breaches(narrowed, marin(), choices)

    assert (breach.rule, breach.field) == ("benefice", "papers.E1")
    assert "(Code des essais, article 6)" in breach.message


@pytest.mark.parametrize(
    ("has_permit", "said"),
    [
        (True, []),
        (
            False,
            ["Répondez « Oui », ou choisissez « Inscrit ». (Règle : Code des essais, article 6.)"],
        ),
        (None, []),
    ],
)
def test_a_mark_that_contradicts_an_answer_is_refused_in_the_words_of_its_rule(
    change, has_permit, said
):
    condition = "si: {sauf: {reponse: {question: permis, egal: non}}}"
    words = "message: Répondez « Oui », ou choisissez « Inscrit »."
    source = change("annees: 5", f"annees: 5\n          {condition}\n          {words}")
    exam = checked(source, zones=ZONES)[1].exam("BREVET")
    choices = chosen(E1={"status": "benefice", "mark": Decimal(15), "mark_session": 2026})

    found = breaches(exam, marin(answers={"permis": has_permit}), choices)

    assert [breach.message for breach in found] == said


@pytest.mark.parametrize("option", ["", "TIR"])
def test_an_option_is_chosen_in_the_list(exam, option):
    choices = chosen(E5={"status": "inscrit", "option": option})

    assert told(exam, marin(), choices) == [("option", "papers.E5.option")]


def test_an_epreuve_of_another_speciality_is_not_offered(exam):
    choices = chosen(E3={"status": "inscrit"})

    assert told(exam, marin(), choices) == [("epreuve_inconnue", "papers.E3")]


def test_an_epreuve_that_is_not_offered_is_named_as_its_line_would_be(exam):
    [breach] = breaches(exam, marin(), chosen(E3={"status": "inscrit"}))

    paper = exam.paper("E3")
    name = f"« {paper.label} » ({paper.unit})" if paper.unit else f"« {paper.label} »"
    assert breach.message == f"L'épreuve {name} ne vous est pas proposée : retirez-la."


def test_saying_nothing_of_an_epreuve_that_is_not_offered_is_no_fault(exam):
    assert breaches(exam, marin(), chosen(E3={"status": "non_inscrit"})) == []
