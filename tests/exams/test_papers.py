"""Épreuves: what is offered, and each rule on what is chosen, accepted and refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sporades.exams.checking import Source, checked
from sporades.exams.rules import Breach
from sporades.exams.rules.papers import Choice, breaches, grouped, offered
from sporades.exams.schema import Status
from sporades.exams.schema.papers import EliminatoryMark
from tests.exams.conftest import ESSAI, ZONES
from tests.exams.facts import CHOICES, marin

PROGRESSIVE = marin(passing_form="PROGRESSIVE")
HOLDER = marin(diplomas=frozenset({"CAP"}))


def chosen(**changes) -> dict[str, Choice]:
    """Return the valid choices of a sailor, with some changes."""
    return CHOICES | {code: Choice(**change) for code, change in changes.items()}


def told(exam, facts, choices) -> list[tuple[str, str]]:
    return [(breach.rule, breach.field) for breach in breaches(exam, facts, choices)]


# --- What is offered --------------------------------------------------------------------------


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


# --- Lines ----------------------------------------------------------------------------------------


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
        "(Code des essais, article 6). Avec 9,5, choisissez « Inscrit » pour repasser l'épreuve."
    )


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


# --- Between lines --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("languages", "count"), [([], 0), (["LVA"], None), (["LVB"], None), (["LVA", "LVB"], 2)]
)
def test_a_group_has_as_many_epreuves_as_it_asks(exam, languages, count):
    choices = {code: choice for code, choice in CHOICES.items() if code != "LVB"}
    choices |= {code: Choice("inscrit") for code in languages}

    found = breaches(exam, marin(), choices)

    message = (
        f"« Une langue vivante au choix » : choisissez 1 épreuve ; vous en avez choisi {count} "
        "(Code des essais, article 5)."
    )
    expected = [] if count is None else [Breach("groupe", "groups.LANGUE", message)]
    assert found == expected


@pytest.mark.parametrize(
    ("activities", "found"),
    [
        ([], []),
        (["A1"], []),
        (["A2"], []),
        (["A1", "A3"], []),
        (["A1", "A2"], [("PAS-LES-DEUX", "papers.A2")]),
        (["A3"], [("NUIT", "papers.A3")]),
        (["A2", "A3"], [("NUIT", "papers.A3")]),
        (["A1", "A2", "A3"], [("groupe", "groups.LIBRE"), ("PAS-LES-DEUX", "papers.A2")]),
    ],
)
def test_activities_exclude_or_demand_each_other(exam, activities, found):
    choices = chosen(**{code: {"status": "inscrit"} for code in activities})

    assert told(exam, marin(), choices) == found


def test_an_exclusion_is_told_in_words_of_our_own(exam):
    choices = chosen(A1={"status": "inscrit"}, A2={"status": "inscrit"})

    assert breaches(exam, marin(), choices)[0].message == (
        "« Voile » et « Plongée » ne peuvent pas être choisies ensemble : "
        "n'en gardez qu'une (Code des essais, article 8)."
    )


def test_a_rule_may_have_its_own_words(exam):
    choices = chosen(A3={"status": "inscrit"})

    assert breaches(exam, marin(), choices)[0].message == (
        "La course de nuit ne se fait qu'après la voile. (Règle : Code des essais, article 9.)"
    )


@pytest.mark.parametrize(
    ("mandatory", "optional", "found"),
    [
        ("NAGE", "TIR", []),
        ("VOILE", "NAGE", []),
        ("NAGE", "NAGE", [("SPORTS", "papers.EF.option")]),
    ],
)
def test_the_same_option_is_not_chosen_twice(exam, mandatory, optional, found):
    choices = chosen(
        E5={"status": "inscrit", "option": mandatory}, EF={"status": "inscrit", "option": optional}
    )

    assert told(exam, marin(), choices) == found


def test_an_option_left_on_a_line_not_chosen_does_not_count(exam):
    choices = chosen(
        E5={"status": "inscrit", "option": "NAGE"}, EF={"status": "non_inscrit", "option": "NAGE"}
    )

    assert breaches(exam, marin(), choices) == []


# --- Forms of passing -----------------------------------------------------------------------------


def test_a_progressive_form_leaves_something_to_another_session(exam):
    assert breaches(exam, PROGRESSIVE, chosen(E4={"status": "non_inscrit"})) == []
    (breach,) = breaches(exam, PROGRESSIVE, CHOICES)
    assert (breach.rule, breach.field) == ("forme_de_passage", "passing_form")
    assert breach.message == (
        "Vous passez à cette session toutes les épreuves qui vous restent : "
        "la forme de passage n'est pas « Progressive ». Choisissez « Non inscrit » pour celles "
        "que vous passerez plus tard, ou la forme de passage « Globale »."
    )


def test_a_group_may_be_left_to_another_session(exam):
    choices = {code: choice for code, choice in CHOICES.items() if code != "LVB"}

    assert breaches(exam, PROGRESSIVE, choices) == []
    assert told(exam, marin(), choices) == [("groupe", "groups.LANGUE")]


def test_a_kept_mark_with_all_the_rest_sat_is_a_whole_form(exam):
    choices = chosen(E1={"status": "benefice", "mark": Decimal(12), "mark_session": 2026})

    assert breaches(exam, marin(), choices) == []
    assert told(exam, PROGRESSIVE, choices) == [("forme_de_passage", "passing_form")]


def test_one_who_sits_nothing_is_told_so(exam):
    choices = dict.fromkeys(CHOICES, Choice("non_inscrit"))

    assert told(exam, PROGRESSIVE, choices) == [("aucune_epreuve", "papers")]


def test_a_status_that_does_not_exist_is_an_error_of_the_program():
    with pytest.raises(ValueError, match="peut-être"):
        Choice("peut-être")


# --- Whatever is chosen -----------------------------------------------------------------------------

EXAM = checked(Source.read(ESSAI), zones=ZONES)[1].exam("BREVET")
people = st.builds(
    marin,
    speciality=st.sampled_from(["MER", "TERRE"]),
    category=st.sampled_from(["INDIVIDUEL", "APPRENTI"]),
    passing_form=st.sampled_from(["GLOBALE", "PROGRESSIVE"]),
    diplomas=st.frozensets(st.sampled_from(["CAP", "BAC", "TITRE5"]), max_size=1),
)
activities = st.sampled_from([[], ["A1"], ["A2"], ["A1", "A3"]])


@st.composite
def valid_choices(draw, facts):
    """Draw choices that respect every rule, from what is offered."""
    choices = {}
    for offer in offered(EXAM, facts):
        if not offer.is_mandatory:
            continue
        status = draw(st.sampled_from(offer.statuses))
        choices[offer.code] = draw(lines(offer, status))
    choices[draw(st.sampled_from(["LVA", "LVB"]))] = Choice("inscrit")
    choices |= {code: Choice("inscrit") for code in draw(activities)}
    if draw(st.booleans()):
        choices["EF"] = Choice("inscrit", option="TIR")
    return choices


@st.composite
def lines(draw, offer, status):
    if status is Status.KEPT:
        mark = draw(st.decimals(10, 20, places=2))
        return Choice(status, mark=mark, mark_session=draw(st.integers(2022, 2026)))
    if status is Status.ENTERED and offer.options:
        return Choice(
            status, option=draw(st.sampled_from([one.code for one in offer.options.choices]))
        )
    return Choice(status)


@given(data=st.data(), facts=people)
def test_choices_made_by_the_rules_break_none(data, facts):
    choices = data.draw(valid_choices(facts))

    found = {breach.rule for breach in breaches(EXAM, facts, choices)}

    is_whole = facts.passing_form == "GLOBALE"
    left = any(
        offer.is_mandatory and choices[offer.code].status is Status.NOT_ENTERED
        for offer in offered(EXAM, facts)
    )
    expected = set() if is_whole or left else {"forme_de_passage"}
    if not any(choice.status is Status.ENTERED for choice in choices.values()):
        expected = {"aucune_epreuve"}
    assert found == expected


@given(
    facts=people,
    choices=st.dictionaries(
        st.sampled_from([paper.code for paper in EXAM.papers]),
        st.builds(
            Choice,
            st.sampled_from(Status),
            option=st.sampled_from(["", "NAGE", "VOILE", "TIR", "X"]),
            mark=st.none() | st.decimals(allow_nan=True, allow_infinity=True),
            mark_session=st.none() | st.integers(1900, 2100),
        ),
    ),
)
def test_any_choice_at_all_is_answered_in_words(facts, choices):
    for breach in breaches(EXAM, facts, choices):
        assert breach.rule
        assert breach.field.startswith(("papers", "groups.", "passing_form"))
        assert breach.message.endswith((".", ".)"))


@given(data=st.data(), facts=people)
def test_leaving_a_mandatory_epreuve_out_of_a_whole_form_is_always_told(data, facts):
    facts = marin(speciality=facts.speciality, diplomas=facts.diplomas)
    choices = data.draw(valid_choices(facts))
    mandatory = [offer.code for offer in offered(EXAM, facts) if offer.is_mandatory]
    left = data.draw(st.sampled_from(mandatory))

    found = told(EXAM, facts, choices | {left: Choice("non_inscrit")})

    assert ("epreuve_obligatoire", f"papers.{left}") in found
