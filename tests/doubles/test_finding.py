"""Likely doubles are found when somebody files or is corrected, and kept as they were decided."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command

from sporades.acts.identities import comparing, correcting
from sporades.candidates.models import Candidate
from sporades.candidates.operations import civil_data
from sporades.doubles import operations, queries
from sporades.doubles.models import LikelyDouble
from sporades.doubles.states import DoubleState
from tests.factories import NOW, OPERATOR, a_candidate, a_registration
from tests.jobs import work
from tests.refusing import refuse


def states():
    return list(LikelyDouble.objects.order_by("pk").values_list("state", flat=True))


def correct(registration, **changes):
    candidate = registration.candidate
    candidate.refresh_from_db()
    correcting.correct_identity(
        registration=registration,
        identity={**civil_data(candidate.identity), **changes},
        seen=candidate.identity_id,
        proof="Carte d'identité",
        by=OPERATOR,
        at=NOW,
    )
    work("doubles")


def test_whoever_files_is_compared_with_those_who_filed_before():
    one = a_registration(a_candidate())
    other = a_registration(a_candidate(first_names="Maelle", birth_day=14))
    a_registration(a_candidate(first_names="Yann"))
    a_candidate()
    work("doubles")

    [found] = LikelyDouble.objects.all()
    assert (found.first, found.second) == (one.candidate, other.candidate)
    assert found.reasons == [
        "Même nom de famille, prénoms proches.",
        "Même date de naissance.",
        "Même téléphone.",
        "Même adresse postale.",
        "Même lieu de naissance.",
    ]
    assert (found.is_strong, found.state) == (True, DoubleState.WAITING)


@pytest.mark.parametrize(
    "changes",
    [
        {"birth_name": "Maëlle Anne", "first_names": "Le Goff"},
        {"birth_name": "Legoff"},
        {"birth_name": "Carlier", "usage_name": "Le Goff"},
        {"birth_day": 24},
        {"birth_month": None, "birth_day": None},
        {"birth_name": "Maëlle Anne", "first_names": "Le Goff", "birth_day": 24},
    ],
)
def test_each_way_of_being_alike_is_found_from_either_side(changes):
    one = a_registration(a_candidate(birth_day=14))
    other = a_registration(a_candidate(**changes))

    assert operations.look(one.candidate_id, at=NOW) == 1
    assert operations.look(other.candidate_id, at=NOW) == 1
    assert LikelyDouble.objects.count() == 1


def test_one_ine_is_found_whatever_else_is_written():
    one, other = (
        a_registration(a_candidate(birth_name=name, first_names=first, birth_day=day))
        for name, first, day in (("Le Goff", "Maëlle", 14), ("Carlier", "Jeanne", 14))
    )
    for registration in (one, other):
        registration.ine = "1234567890A"
        registration.save(update_fields=["ine"])

    assert operations.look(one.candidate_id, at=NOW) == 1


def test_who_are_alike_no_more_once_one_is_corrected_are_not_to_be_compared(double, manager):
    registration = double.second.registrations.get()
    correct(registration, birth_name="Carlier", birth_year=1990)
    assert states() == [DoubleState.LAPSED]

    correct(registration, birth_name="Le Goff", birth_year=1998)
    assert states() == [DoubleState.WAITING]


def test_of_two_pairs_the_one_that_is_alike_no_more_leaves_the_other(double):
    third = a_registration(a_candidate(email="tiers@exemple.test", first_names="Maëlle Anne"))
    operations.look(third.candidate_id, at=NOW)
    assert states() == [DoubleState.WAITING] * 3

    correct(third, birth_name="Carlier", birth_year=1990)

    left = LikelyDouble.objects.exclude(pk=double.pk).values_list("state", flat=True)
    assert list(left) == [DoubleState.LAPSED] * 2
    double.refresh_from_db()
    assert double.state == DoubleState.WAITING


def test_what_another_job_finds_meanwhile_stays(double, monkeypatch):
    known, filed = queries.people, []

    def files_meanwhile(candidates):
        compared = known(candidates)
        if not filed:
            filed.append(a_registration(a_candidate(first_names="Maëlle Anne")))
            operations.look(filed[0].candidate_id, at=NOW)
        return compared

    monkeypatch.setattr(queries, "people", files_meanwhile)
    operations.look(double.first_id, at=NOW)

    assert states() == [DoubleState.WAITING] * 3


def test_what_is_said_of_one_pair_is_not_said_of_another(double):
    said = double.reasons
    third = a_registration(a_candidate(email="tiers@exemple.test", first_names="Maëlle Anne"))
    operations.look(third.candidate_id, at=NOW)

    correct(third, birth_day=24)

    double.refresh_from_db()
    assert double.reasons == said
    changed = LikelyDouble.objects.exclude(pk=double.pk)
    assert changed.exists()
    assert all(one.reasons != said for one in changed)


def test_who_were_told_apart_are_never_offered_again_even_once_corrected(double, manager):
    comparing.tell_apart(double=double, reason="Deux cousines.", by=manager, at=NOW)
    registration = double.second.registrations.get()
    correct(registration, first_names="Maëlle Anne")

    assert states() == [DoubleState.TOLD_APART]
    double.refresh_from_db()
    assert (double.decided_by_id, double.reason) == (manager.identifier, "Deux cousines.")


def test_what_is_proposed_stays_proposed_until_somebody_decides(double, propose):
    propose(double)
    correct(double.second.registrations.get(), birth_name="Carlier", birth_year=1990)

    assert states() == [DoubleState.PROPOSED]


def test_one_that_cannot_be_compared_holds_up_none_of_the_others(caplog):
    one, _, third, fourth = (
        a_registration(a_candidate(birth_name=name, first_names=first)).candidate
        for name, first in (
            ("Le Goff", "Maëlle"),
            ("Le Goff", "Maëlle Anne"),
            ("Carlier", "Yann"),
            ("Carlier", "Yann Marc"),
        )
    )
    refuse("doubles_likelydouble", one.pk, "first_id")

    since = (NOW - timedelta(days=1)).isoformat()
    assert operations.look_at_some(since=since, after=0, at=NOW, most=4) == fourth.pk

    found = LikelyDouble.objects.values_list("first", "second")
    assert (third.pk, fourth.pk) in found
    assert f"look could not be applied to {one.pk}" in caplog.text
    every = Candidate.objects.order_by("pk")
    compared = list(operations.look_from(every, at=NOW))
    assert (len(compared), compared[0], compared[-1]) == (4, False, True)
    left = compared.count(False)
    with pytest.raises(CommandError, match=rf"{left} candidat\(s\) n'ont pas pu être comparés"):
        call_command("doublons")


def test_each_night_those_of_the_last_two_days_are_compared_again(time_machine):
    time_machine.move_to(NOW, tick=False)
    for first_names in ("Maëlle", "Maëlle Anne"):
        a_registration(a_candidate(first_names=first_names))

    since = NOW - timedelta(days=1)
    last = operations.look_at_some(since=since.isoformat(), after=0, at=NOW, most=1)
    assert operations.look_at_some(since=since.isoformat(), after=last, at=NOW, most=5) == 0
    assert LikelyDouble.objects.count() == 1
    later = (NOW + timedelta(days=1)).isoformat()
    assert operations.look_at_some(since=later, after=0, at=NOW, most=1) == 0
