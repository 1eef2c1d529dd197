"""What is granted, asked of many registrations at once, is what each of them is granted (H4)."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sporades.accommodations.granted import NOTHING, granted, granted_to, in_force_of
from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.operations import DecisionOn
from sporades.accommodations.rules import Wish, decision_on_papers, granted_in_part, sat_for
from sporades.accommodations.states import Decision, Opinion, State
from sporades.exams.schema import Status
from sporades.registrations.models import Registration
from tests.accommodations.asked import (
    ACCESS,
    HALF,
    READER,
    THIRD,
    a_doctor,
    again,
    case_of,
    decide,
    reach,
    under,
)
from tests.factories import NOW, a_registration
from tests.undoing import undone

TIMES = {THIRD: "1/3", HALF: "1/2", READER: "", ACCESS: ""}
PAPERS = ("E1", "E2", "E3", "M1", "M2")
STATES = ("registered", "validated", "set_aside")

measures = st.tuples(
    st.lists(st.sampled_from(PAPERS), unique=True, max_size=3),
    st.sampled_from(Decision.values),
    st.sampled_from(sorted(TIMES)),
    st.lists(st.sampled_from(PAPERS), unique=True, max_size=3),
)
cases = st.lists(
    st.tuples(
        st.booleans(),
        st.integers(0, 2),
        st.dictionaries(st.sampled_from(sorted(TIMES)), measures, max_size=3),
    ),
    max_size=3,
)
"""Requests: decided of or not, on which day, and what of each measure."""


@pytest.fixture
def registrations(db):
    return [a_registration(informations={"has_disability": "oui"}) for _ in range(3)]


def decided(registration, doctor, is_settled, day, said):
    """Make a request, and what was decided of it, without the acts."""
    at = NOW + timedelta(days=day)
    settled = {
        "state": State.NOTIFIED,
        "decided_at": at,
        "notified_at": at,
        **dict.fromkeys(
            [f"decided_{name}" for name in ("first_name", "last_name", "quality", "service")], "X"
        ),
    }
    taken_back = {"state": State.WITHDRAWN, "withdrawn_at": at}
    case = Case.objects.create(
        registration=registration,
        begun_at=at,
        asked_at=at,
        entrusted_at=at,
        opined_at=at,
        doctor=doctor,
        doctor_name="X",
        **(settled if is_settled else taken_back),
    )
    AskedMeasure.objects.bulk_create(
        _measure(case, place, code, one) for place, (code, one) in enumerate(said.items())
    )


def _measure(case, place, code, said):
    papers, decision, other, some = said
    is_granted = decision != Decision.REFUSED
    kept = [paper for paper in some if is_granted and (not papers or paper in papers)]
    named = {Decision.GRANTED: code, Decision.OTHER: other, Decision.REFUSED: ""}[decision]
    return AskedMeasure(
        case=case,
        place=place,
        code=code,
        label=code,
        papers=papers,
        opinion=Opinion.FAVOURABLE,
        decision=decision,
        reason="Motif." if decision != Decision.GRANTED or kept else "",
        decided_code=named,
        decided_label=named,
        decided_time=TIMES[named] if named else "",
        decided_papers=kept,
    )


def codes_by_paper(registration):
    """Return what is in force for each épreuve, as what finds registrations and lists them has it."""
    codes = {}
    for one in in_force_of(registration.pk):
        for paper in one.sat:
            codes.setdefault(paper, set()).add(one.decided_code)
    return codes


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(said=st.tuples(cases, cases, cases), states=st.tuples(*[st.sampled_from(STATES)] * 3))
def test_what_many_are_granted_is_what_each_is(registrations, said, states):
    doctor = a_doctor()
    with undone():
        for registration, its, state in zip(registrations, said, states, strict=True):
            why = "Doublon." if state == "set_aside" else ""
            Registration.objects.filter(pk=registration.pk).update(state=state, reason=why)
            for one in its:
                decided(registration, doctor, *one)
        fresh = list(Registration.objects.filter(pk__in=[one.pk for one in registrations]))

        found = granted_to(fresh)

        for one in fresh:
            of_it = found.get(one.pk, {})
            each = {paper: granted(one, paper) for paper in PAPERS}
            assert of_it == {paper: what for paper, what in each.items() if what != NOTHING}
            if one.is_active:
                assert codes_by_paper(one) == {
                    paper: {each.code for each in what.measures} for paper, what in of_it.items()
                }


def test_many_are_asked_of_in_as_many_queries_as_one(registrations, django_assert_num_queries):
    for registration in registrations:
        reach(registration, State.NOTIFIED)

    for some in (registrations[:1], registrations):
        with django_assert_num_queries(2):
            found = granted_to(some)
        assert set(found) == {one.pk for one in some}


def test_nobody_is_granted_anything_where_nobody_is_asked_of(db):
    assert granted_to([]) == {}


@pytest.fixture
def sailing(db):
    """Somebody who sits an oral épreuve too, which « Temps majoré d'un tiers » does not suit."""
    return a_registration(informations={"has_disability": "oui"})


def codes_in_force(registration):
    """Return what is in force for each épreuve, asked of one and asked of many."""
    found = {paper: granted(registration, paper) for paper in ("E1", "M1")}
    many = granted_to([again(registration)]).get(registration.pk, {})
    assert found == {paper: many.get(paper, NOTHING) for paper in found}
    return {paper: [measure.code for measure in one.measures] for paper, one in found.items()}


def test_a_measure_for_all_the_epreuves_is_in_force_for_those_that_it_suits(sailing):
    reach(sailing, State.NOTIFIED, Wish(THIRD), Wish(READER), Wish(ACCESS))

    assert codes_in_force(sailing) == {"E1": [THIRD, READER, ACCESS], "M1": [READER, ACCESS]}
    measures = case_of(sailing).measures.all()
    assert [granted_in_part(one, sat_for(sailing, None)) for one in measures] == ["", "", ""]


def test_another_measure_is_in_force_for_the_epreuves_that_it_suits_and_its_document_says_which(
    sailing,
):
    reach(sailing, State.OPINION_GIVEN, Wish(READER))
    decide(sailing, LECTEUR=DecisionOn(Decision.OTHER, THIRD, "Le temps suffit."))

    assert codes_in_force(sailing) == {"E1": [THIRD], "M1": []}
    said = decision_on_papers(case_of(sailing).measures.get(), sat_for(sailing, None))
    assert said.startswith("Accordée pour : Français")
    assert said.endswith("sans objet pour : Navigation, que cette mesure ne concerne pas")
    assert "refusée" not in said
    assert granted_in_part(case_of(sailing).measures.get(), sat_for(sailing, None)) == said


def test_another_measure_is_in_force_for_the_epreuve_that_the_authority_names(sailing):
    reach(sailing, State.OPINION_GIVEN, Wish(READER))
    decide(sailing, LECTEUR=DecisionOn(Decision.OTHER, THIRD, "Pour l'oral.", papers=("M1",)))

    assert codes_in_force(sailing) == {"E1": [], "M1": [THIRD]}


def found_by_the_criterion(registration):
    """Return for which épreuves each measure is, as what finds registrations and lists them has it."""
    return {one.decided_code: one.sat for one in in_force_of(registration.pk)}


def test_another_measure_is_found_for_no_more_than_was_asked_for(sailing):
    reach(sailing, State.OPINION_GIVEN, Wish(THIRD))
    decide(sailing, TIERS=DecisionOn(Decision.OTHER, READER, "Il suffit."))

    assert codes_in_force(sailing) == {"E1": [READER], "M1": []}
    assert found_by_the_criterion(sailing) == {READER: ["E1", "E2", "E3"]}


def test_nor_is_it_for_an_epreuve_that_it_does_not_suit(sailing):
    reach(sailing, State.OPINION_GIVEN, Wish(READER, ("M1", "E2")))
    decide(sailing, LECTEUR=DecisionOn(Decision.OTHER, THIRD, "Il suffit."))

    assert found_by_the_criterion(sailing) == {THIRD: ["E2"]}


def test_a_measure_for_all_is_found_no_more_once_all_that_it_suits_is_sat_no_more(sailing):
    reach(sailing, State.NOTIFIED, Wish(THIRD), Wish(READER))
    assert found_by_the_criterion(sailing) == {
        THIRD: ["E1", "E2", "E3"],
        READER: ["E1", "E2", "E3", "M1"],
    }

    sailing.papers.exclude(paper__code="M1").update(status=Status.DISPENSED)

    assert found_by_the_criterion(sailing) == {READER: ["M1"]}


def in_force(registration):
    """Return the épreuves that a third of the time is in force for, the same by each way to ask."""
    of_each = granted_to([again(registration)]).get(registration.pk, {})
    found = [paper for paper, one in sorted(of_each.items()) if one.measures]
    assert found == sorted(found_by_the_criterion(registration).get(THIRD, []))
    return found


def test_how_an_epreuve_is_sat_is_that_of_the_category_of_whoever_sits_it(registration):
    oral = "{categories: [FORM], forme: ponctuel, nature: orale}"
    under(("nature: ecrite, duree: 3 h,", f"nature: ecrite, formes: [{oral}], duree: 3 h,"))
    reach(registration, State.NOTIFIED, Wish(THIRD))
    assert in_force(registration) == ["E1", "E2", "E3"]

    Registration.objects.update(category="FORM")

    assert in_force(registration) == ["E2", "E3"]


def test_and_that_of_the_version_of_the_registration_the_measure_that_of_the_request(registration):
    other = a_registration(informations={"has_disability": "oui"})
    reach(registration, State.NOTIFIED, Wish(THIRD))
    under(
        ("nature: ecrite, duree: 3 h,", "nature: orale, duree: 3 h,"),
        ("natures: [ecrite, pratique], temps: 1/3", "natures: [orale], temps: 1/3"),
    )
    reach(other, State.NOTIFIED, Wish(THIRD))

    assert in_force(registration) == ["E2", "E3"]
    assert in_force(other) == ["E1", "M1"]


def test_what_no_version_limits_any_more_is_in_force_for_all(registration):
    under(("natures: [ecrite, pratique], temps: 1/3", "temps: 1/3"))
    reach(registration, State.NOTIFIED, Wish(THIRD))

    assert in_force(registration) == ["E1", "E2", "E3", "M1"]
