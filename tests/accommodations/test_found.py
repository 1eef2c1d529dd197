"""Registrations are found by their accommodations, lists name what is granted, never why (P-11)."""

from datetime import timedelta

import pytest

from sporades.accommodations.granted import NOTHING, granted, in_force_of
from sporades.accommodations.models import Case
from sporades.accommodations.notification import Notified, content
from sporades.accommodations.operations import DecisionOn, OpinionOn
from sporades.accommodations.queries import measures_within
from sporades.accommodations.rules import Wish
from sporades.accommodations.states import Decision, Opinion, State
from sporades.acts import accommodating
from sporades.acts.registrations import deciding
from sporades.exams.schema import Status
from sporades.registrations.models import RegistrationPaper
from sporades.registrations.states import SET_ASIDE
from sporades.searches.catalogue import CRITERIA
from sporades.searches.columns import BY_CODE, Reading
from sporades.searches.criteria import Unreadable
from sporades.searches.operators import Operator
from sporades.searches.queries import found
from sporades.searches.trees import Group, Leaf
from tests.accommodations.asked import (
    HALF,
    MANAGER,
    READER,
    THIRD,
    case_of,
    decide,
    fill_every_text,
    follow,
    opine,
    reach,
    send,
    write,
)
from tests.accommodations.asked import (
    entrust as give_to_doctor,
)
from tests.factories import EVERYWHERE, NOW, a_registration, author

LATER = NOW + timedelta(days=1)
SECRET = "SECRET-DE-SANTE"


def named(criterion, operator, *values):
    tree = Group(members=(Leaf(CRITERIA[criterion], operator, values),))
    return set(found(tree, reach=EVERYWHERE))


def cells(registration, *codes):
    reading = Reading([BY_CODE[code] for code in codes], EVERYWHERE)
    (row,) = reading.of(type(registration).objects.filter(pk=registration.pk))
    return reading.words()(row)


def test_registrations_are_found_by_where_their_request_stands(registration):
    other = a_registration()
    reach(registration, State.WITH_DOCTOR)

    assert named("amenagement", Operator.IS, "with_doctor") == {registration}
    assert named("amenagement", Operator.IS, "asked") == set()
    assert named("amenagement", Operator.EMPTY) == {other}
    assert named("amenagement", Operator.FILLED) == {registration}


def test_registrations_are_found_by_a_measure_asked_for_then_granted(registration):
    reach(registration, State.OPINION_GIVEN, Wish(THIRD))
    assert named("mesure", Operator.ASKED_FOR, THIRD) == {registration}
    assert named("mesure", Operator.GRANTED, THIRD) == set()

    decide(registration)

    assert named("mesure", Operator.GRANTED, THIRD) == {registration}
    assert named("mesure", Operator.ASKED_FOR, THIRD) == set()


def test_what_is_not_sent_is_asked_for_by_nobody(registration):
    write(registration, Wish(THIRD))
    assert named("mesure", Operator.ASKED_FOR, THIRD) == set()

    send(registration)
    assert named("mesure", Operator.ASKED_FOR, THIRD) == {registration}


def test_while_it_is_changed_a_request_asks_for_what_was_sent(registration):
    reach(registration, State.ASKED, Wish(THIRD))
    case, by = case_of(registration), author(registration.candidate)
    accommodating.take_up(case=case, by=by, at=LATER)

    write(registration, Wish(HALF), at=LATER)

    assert named("mesure", Operator.ASKED_FOR, THIRD) == {registration}
    assert named("mesure", Operator.ASKED_FOR, HALF) == set()
    send(registration, at=LATER)
    assert named("mesure", Operator.ASKED_FOR, THIRD) == set()
    assert named("mesure", Operator.ASKED_FOR, HALF) == {registration}


def test_a_request_that_is_begun_and_not_sent_is_its_candidate_s_alone(registration):
    reach(registration, State.NOTIFIED, Wish(THIRD))
    write(registration, Wish(THIRD), at=LATER)
    other = a_registration()
    write(other, Wish(THIRD))

    assert named("amenagement", Operator.IS, "notified") == {registration}
    assert named("amenagement", Operator.IS, "preparing") == set()
    assert named("amenagement", Operator.EMPTY) == {other}
    assert cells(registration, "amenagement") == ["Notifiée"]
    assert cells(other, "amenagement") == [""]


def test_of_two_requests_the_last_says_where_it_stands(registration):
    reach(registration, State.NOTIFIED, Wish(THIRD))
    write(registration, Wish(THIRD), at=LATER)

    send(registration, at=LATER)

    assert named("amenagement", Operator.IS, "asked") == {registration}
    assert named("amenagement", Operator.IS, "notified") == set()
    assert cells(registration, "amenagement") == ["Envoyée"]


def test_a_request_that_is_being_changed_is_said_to_be(registration):
    reach(registration, State.ASKED, Wish(THIRD))
    by = author(registration.candidate)
    accommodating.take_up(case=case_of(registration), by=by, at=LATER)

    assert named("amenagement", Operator.IS, "preparing") == {registration}
    assert cells(registration, "amenagement") == ["Chez le candidat, qui la modifie"]
    assert dict(CRITERIA["amenagement"].choices(EVERYWHERE))["preparing"] == (
        "Chez le candidat, qui la modifie"
    )


def test_a_measure_refused_later_is_found_no_more(registration):
    reach(registration, State.NOTIFIED, Wish(THIRD))
    write(registration, Wish(THIRD), at=LATER)
    send(registration, at=LATER)
    give_to_doctor(registration, at=LATER)
    opine(registration, at=LATER)
    decide(registration, at=LATER, TIERS=DecisionOn(Decision.REFUSED, reason="Non prévu."))
    assert list(in_force_of(registration.pk)) != []
    accommodating.notify_decision(registration=registration, by=MANAGER, at=LATER)

    assert list(in_force_of(registration.pk)) == []


def test_what_is_not_asked_again_is_in_force_until_the_new_decision_is_notified(registration):
    reach(registration, State.NOTIFIED, Wish(THIRD, ("E1",)))
    write(registration, Wish(THIRD, ("E2",)), at=LATER)
    send(registration, at=LATER)
    give_to_doctor(registration, at=LATER)
    opine(registration, at=LATER)
    meanwhile = [one.papers for one in in_force_of(registration.pk)]

    decide(registration, at=LATER)
    decided = [one.papers for one in in_force_of(registration.pk)]
    accommodating.notify_decision(registration=registration, by=MANAGER, at=LATER)

    assert meanwhile == decided == [["E1"]]
    assert [one.papers for one in in_force_of(registration.pk)] == [["E2"]]


def test_a_refusal_of_what_was_granted_in_part_leaves_nothing_of_it(registration):
    reach(registration, State.WITH_DOCTOR, Wish(THIRD, ("E1", "E2")))
    opine(registration, TIERS=OpinionOn(Opinion.FAVOURABLE, papers=("E1",)))
    follow(registration)
    accommodating.notify_decision(registration=registration, by=MANAGER, at=NOW)
    assert cells(registration, "mesures_accordees") == ["Temps majoré d'un tiers (E1)"]

    write(registration, Wish(THIRD, ("E1",)), at=LATER)
    send(registration, at=LATER)
    give_to_doctor(registration, at=LATER)
    opine(registration, at=LATER)
    decide(registration, at=LATER, TIERS=DecisionOn(Decision.REFUSED, reason="Non prévu."))
    assert list(in_force_of(registration.pk)) != []
    accommodating.notify_decision(registration=registration, by=MANAGER, at=LATER)

    assert list(in_force_of(registration.pk)) == []


def test_lists_name_what_is_granted_in_the_words_of_the_decision(registration):
    reach(registration, State.WITH_DOCTOR, Wish(THIRD), Wish(READER))
    opine(registration, LECTEUR=OpinionOn(Opinion.OTHER, HALF))
    follow(registration)

    granted = case_of(registration).measures.values_list("decided_label", flat=True)
    assert cells(registration, "amenagement", "mesures_accordees") == [
        "Décidée",
        " ; ".join(sorted(granted)),
    ]


def test_of_another_measure_lists_name_the_epreuves_that_it_was_asked_for(registration):
    reach(registration, State.WITH_DOCTOR, Wish(THIRD))
    opine(registration, TIERS=OpinionOn(Opinion.OTHER, HALF))
    follow(registration)

    assert cells(registration, "mesures_accordees") == ["Temps majoré de moitié (E1, E2, E3)"]
    assert named("mesure", Operator.GRANTED, HALF) == {registration}


def test_another_measure_is_found_no_more_where_what_it_was_asked_for_is_sat_no_more(registration):
    reach(registration, State.WITH_DOCTOR, Wish(THIRD))
    opine(registration, TIERS=OpinionOn(Opinion.OTHER, HALF))
    follow(registration)

    registration.papers.exclude(paper__code="M1").update(status=Status.DISPENSED)

    assert granted(registration, "M1") == NOTHING
    assert named("mesure", Operator.GRANTED, HALF) == set()
    assert cells(registration, "mesures_accordees") == [""]


def test_of_what_stands_no_more_nothing_is_in_force(registration):
    reach(registration, State.NOTIFIED, Wish(THIRD))
    assert cells(registration, "mesures_accordees") == ["Temps majoré d'un tiers"]

    deciding.decide(
        registration=registration, decision=SET_ASIDE, reason="Hors délai.", by=MANAGER, at=LATER
    )

    assert named("mesure", Operator.GRANTED, THIRD) == set()
    assert cells(registration, "mesures_accordees") == [""]


def test_of_an_epreuve_that_is_sat_no_more_nothing_is_in_force(registration):
    reach(registration, State.NOTIFIED, Wish(THIRD, ("E2", "E1")), Wish(READER, ("E2",)))
    papers = RegistrationPaper.objects.filter(registration=registration)
    assert cells(registration, "mesures_accordees") == [
        "Secrétaire lecteur (E2) ; Temps majoré d'un tiers (E2, E1)"
    ]

    papers.filter(paper__code="E2").update(status=Status.DISPENSED)

    assert cells(registration, "mesures_accordees") == ["Temps majoré d'un tiers (E1)"]
    assert named("mesure", Operator.GRANTED, THIRD) == {registration}
    assert named("mesure", Operator.GRANTED, READER) == set()
    assert granted(registration, "E2") == NOTHING


def test_no_column_says_why_nor_what_the_doctor_wrote(registration):
    fill_every_text(registration, SECRET)
    assert SECRET in Case.objects.exclude(opinion_text="").get().opinion_text

    said = cells(registration, *BY_CODE)

    assert [cell for cell in said if SECRET in cell] == []
    assert cells(registration, "mesures_accordees") != [""]


def test_a_perimeter_knows_the_measures_of_its_domains(registration):
    assert measures_within(EVERYWHERE)[THIRD] == "Temps majoré d'un tiers"


@pytest.mark.parametrize("criterion", ["amenagement", "mesure"])
def test_nothing_chosen_is_said(criterion):
    operator = CRITERIA[criterion].operators[0]

    with pytest.raises(Unreadable):
        CRITERIA[criterion].condition(operator, ("",))


def asked_again_without_the_third(registration):
    """Have a third of the time notified, then another measure alone asked for; return that request."""
    reach(registration, State.NOTIFIED, Wish(THIRD), Wish(READER, ("E1", "E2")))
    write(registration, Wish(READER, ("E1",)), at=LATER)
    send(registration, at=LATER)
    give_to_doctor(registration, at=LATER)
    return case_of(registration)


LOST = [
    "Temps majoré d'un tiers (Français, Mathématiques et Éducation physique et sportive)",
    "Secrétaire lecteur (Mathématiques)",
]


def test_a_decision_names_what_it_takes_away_of_the_one_that_it_replaces(registration):
    asked_again_without_the_third(registration)
    opine(registration, at=LATER)
    decide(registration, at=LATER)
    told = content(Notified(case_of(registration), LATER))

    accommodating.notify_decision(registration=registration, by=MANAGER, at=LATER)

    assert told["lost"] == LOST
    assert case_of(registration).notification.content["lost"] == LOST
    assert told["validity"]


def test_a_decision_that_grants_nothing_is_valid_until_nothing(registration):
    reach(registration, State.NOTIFIED, Wish(THIRD))
    write(registration, Wish(THIRD), at=LATER)
    send(registration, at=LATER)
    give_to_doctor(registration, at=LATER)
    opine(registration, at=LATER)
    decide(registration, at=LATER, TIERS=DecisionOn(Decision.REFUSED, reason="Non prévu."))

    told = content(Notified(case_of(registration), LATER))

    assert told["lost"] == [
        "Temps majoré d'un tiers (Français, Mathématiques et Éducation physique et sportive)"
    ]
    assert told["validity"] == ""


def test_a_first_decision_takes_nothing_away(registration):
    reach(registration, State.DECIDED, Wish(THIRD))

    assert content(Notified(case_of(registration), NOW))["lost"] == []


def test_what_is_granted_otherwise_is_not_lost_and_what_the_new_one_grants_less_of_is(registration):
    reach(registration, State.NOTIFIED, Wish(READER, ("E1", "E2")), Wish(THIRD))
    write(registration, Wish(READER, ("E1", "E2")), Wish(THIRD), at=LATER)
    send(registration, at=LATER)
    give_to_doctor(registration, at=LATER)
    opine(registration, at=LATER)
    decide(
        registration,
        at=LATER,
        LECTEUR=DecisionOn(Decision.GRANTED, papers=("E1",), reason="Non prévu pour le reste."),
    )

    told = content(Notified(case_of(registration), LATER))

    assert told["lost"] == ["Secrétaire lecteur (Mathématiques)"]
