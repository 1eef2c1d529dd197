"""One registration a session, by the rules in force when it is filed, restored or merged (C4, C6)."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import connection

from sporades.acts.registrations import deciding, leaving, registering
from sporades.exams import operations as exams
from sporades.exams.models import Regulation
from sporades.registrations.exclusion import standing_together
from sporades.registrations.models import Registration
from sporades.registrations.operations import giving_over
from sporades.registrations.operations.deciding import NoRoomLeft
from sporades.registrations.refusals import AlreadyRegistered
from sporades.registrations.states import RESTORE, SET_ASIDE
from tests.endurance.arena import first, held, together
from tests.factories import (
    EVERYWHERE,
    NOW,
    OPERATOR,
    a_candidate,
    a_draft,
    a_registration,
    answer_all,
    answers_with,
    author,
)
from tests.web.registry.world import source, with_specialities, without_specialities

RULE = {"reference": "règlement inventé", "message": "Une seule spécialité par session."}
FOREST = {"statut-M1": None, "statut-M2": "inscrit"}
LATER = NOW + timedelta(hours=1)


def put(within, within_simple=""):
    """Put in force, for the two exams of the domain, within what one registers once; in nothing."""
    simple = without_specialities()["examens"][0]
    said = with_specialities()
    del said["examens"][0]["inscription_unique"]
    for exam, breadth in ((said["examens"][0], within), (simple, within_simple)):
        if breadth:
            exam["inscription_unique"] = {"dans": breadth, **RULE}
    said["examens"].append(simple)
    exams.load(source(said), by=OPERATOR, at=NOW)


@pytest.fixture(autouse=True)
def _free():
    """Nothing is alone in anything."""
    put("")


def a_second(candidate, **kept):
    return a_registration(candidate, speciality="FOREST", epreuves=FOREST, at=LATER, **kept)


def scopes(candidate):
    found = Registration.objects.filter(candidate=candidate).order_by("pk")
    return list(found.values_list("exclusive_scope", flat=True))


def decide(registration, decision, reason=""):
    deciding.decide(
        registration=registration, decision=decision, reason=reason, by=OPERATOR, at=LATER
    )


def one_set_aside(first):
    registration = a_registration(first)
    decide(registration, SET_ASIDE, "Doublon.")
    return registration


@pytest.mark.parametrize(
    ("before", "then"),
    [("", "examen"), ("examen", "domaine"), ("domaine", "examen")],
    ids=["introduced", "widened", "narrowed"],
)
def test_what_was_filed_under_another_rule_excludes_as_the_rules_in_force_say(before, then):
    put(before)
    candidate = a_candidate()
    a_registration(candidate)
    put(then)

    with pytest.raises(AlreadyRegistered, match="Une seule spécialité par session"):
        a_second(candidate)

    assert Registration.objects.filter(candidate=candidate).count() == 1


def test_a_rule_that_was_taken_back_excludes_nothing():
    put("domaine")
    candidate = a_candidate()
    a_registration(candidate)
    put("")

    a_second(candidate)

    assert scopes(candidate) == ["", ""]


def test_what_stands_together_already_stays_is_modified_and_keeps_a_third_out():
    candidate = a_candidate()
    first, second = a_registration(candidate), a_second(candidate)
    put("domaine", "domaine")

    draft = registering.amend(registration=second, by=author(candidate), at=LATER)
    answer_all(draft, answers_with(identification={"mobile": "06 39 98 99 99"}, epreuves=FOREST))
    registering.register(draft=draft, by=author(candidate), at=LATER)
    with pytest.raises(AlreadyRegistered):
        a_registration(candidate, exam="BS", speciality="", at=LATER)
    leaving.withdraw(registration=first, by=author(candidate), at=LATER)
    with pytest.raises(AlreadyRegistered):
        a_registration(candidate, at=LATER)

    assert scopes(candidate) == ["", ""]
    assert [one.version for one in Registration.objects.active()] == [2]


def test_what_is_filed_after_it_is_written_as_the_rules_in_force_say_for_the_database():
    candidate = a_candidate()
    first = a_registration(candidate)
    put("examen")

    a_registration(candidate, exam="BS", speciality="", at=LATER)

    assert scopes(candidate) == ["ESSAI/2027/BE", ""]
    assert first.exclusive_scope == ""


def test_what_is_written_for_one_candidate_leaves_what_others_have_as_it_is():
    candidate, neighbour = a_candidate(), a_candidate()
    a_registration(candidate)
    put("examen")
    a_registration(neighbour)

    a_registration(candidate, exam="BS", speciality="", at=LATER)

    assert scopes(candidate) == ["ESSAI/2027/BE", ""]
    assert scopes(neighbour) == ["ESSAI/2027/BE"]


def test_what_was_left_is_alone_in_nothing_before_what_stands():
    candidate = a_candidate()
    left = a_registration(candidate)
    leaving.withdraw(registration=left, by=author(candidate), at=NOW)
    a_second(candidate)
    put("examen")

    a_registration(candidate, exam="BS", speciality="", at=LATER)

    assert scopes(candidate) == ["", "ESSAI/2027/BE", ""]


def test_whatever_was_set_aside_is_restored_only_where_nothing_excludes_it_now():
    candidate = a_candidate()
    aside = one_set_aside(candidate)
    other = a_second(candidate)
    put("examen")

    with pytest.raises(NoRoomLeft):
        decide(aside, RESTORE)

    leaving.withdraw(registration=other, by=author(candidate), at=LATER)
    decide(aside, RESTORE)
    assert scopes(candidate) == ["ESSAI/2027/BE", ""]


def test_two_files_are_one_only_where_nothing_of_them_excludes_the_other_now():
    one, other = a_candidate(), a_candidate()
    first, second = a_registration(one), a_second(other)
    assert giving_over.excluding(other, kept=one) == []
    put("examen")

    assert giving_over.excluding(other, kept=one) == [(second, first)]


def test_what_stands_together_is_found_by_a_version_within_a_perimeter():
    both, alone, wide = a_candidate(), a_candidate(), a_candidate()
    pair = [a_registration(both), a_second(both)]
    a_registration(alone)
    of_two_exams = [a_registration(wide), a_registration(wide, exam="BS", speciality="", at=LATER)]

    put("examen")
    narrow = standing_together(Regulation.objects.latest("number"), EVERYWHERE, most=50)
    put("domaine", "domaine")
    broad = standing_together(Regulation.objects.latest("number"), None, most=1)

    assert (narrow.candidates, narrow.shown, narrow.is_cut) == (1, [pair], False)
    assert (broad.candidates, broad.shown, broad.is_cut) == (2, [pair], True)
    assert len(of_two_exams) == 2


@pytest.mark.django_db(transaction=True)
def test_one_that_is_restored_while_another_is_filed_leaves_one():
    candidate = a_candidate()
    aside = one_set_aside(candidate)
    put("examen")
    draft = a_draft(candidate, speciality="FOREST", epreuves=FOREST)

    outcomes = together(
        partial(registering.register, draft=draft, by=author(candidate), at=LATER),
        partial(decide, aside, RESTORE),
    )

    refused = [one for one in outcomes if isinstance(one, Exception)]
    assert [type(one) for one in refused] in ([AlreadyRegistered], [NoRoomLeft])
    assert Registration.objects.active().filter(candidate=candidate).count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_that_is_restored_waits_for_what_is_being_filed_and_is_refused():
    candidate = a_candidate()
    aside = one_set_aside(candidate)
    put("examen")
    draft = a_draft(candidate, speciality="FOREST", epreuves=FOREST)

    def file(holds):
        registering.register(draft=draft, by=author(candidate), at=LATER)
        holds()

    _, outcome = first(file, partial(decide, aside, RESTORE))

    assert isinstance(outcome, NoRoomLeft)
    assert Registration.objects.active().filter(candidate=candidate).count() == 1


@pytest.mark.django_db(transaction=True)
def test_what_another_act_holds_is_judged_at_once_and_written_the_next_time():
    candidate = a_candidate()
    stands = a_registration(candidate)
    put("examen")

    with held(stands), connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '5s'")
        with pytest.raises(AlreadyRegistered):
            a_second(candidate)
        a_registration(candidate, exam="BS", speciality="", at=LATER)
        cursor.execute("RESET lock_timeout")
    assert scopes(candidate) == ["", ""]

    with pytest.raises(AlreadyRegistered):
        a_second(candidate)
    left = Registration.objects.get(candidate=candidate, exam__code="BS")
    leaving.withdraw(registration=left, by=author(candidate), at=LATER)
    a_registration(candidate, exam="BS", speciality="", at=LATER)

    assert scopes(candidate) == ["ESSAI/2027/BE", "", ""]


@pytest.mark.django_db(transaction=True)
def test_two_that_are_filed_at_once_beside_one_of_another_rule_are_both_refused():
    candidate = a_candidate()
    a_registration(candidate)
    put("domaine", "domaine")
    drafts = [
        a_draft(candidate, speciality="FOREST", epreuves=FOREST),
        a_draft(candidate, exam="BS", speciality=""),
    ]

    outcomes = together(
        *(
            partial(registering.register, draft=draft, by=author(candidate), at=LATER)
            for draft in drafts
        )
    )

    assert [type(one) for one in outcomes] == [AlreadyRegistered] * 2
    assert Registration.objects.filter(candidate=candidate).count() == 1
