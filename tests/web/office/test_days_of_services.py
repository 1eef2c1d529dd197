"""A day that is sought is that of the registration's service, as its list and its file say it."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission
from sporades.accounts.permissions import reach as reach_of
from sporades.acts.identities import correcting
from sporades.acts.registrations import moving
from sporades.candidates import operations as candidates
from sporades.exams import held
from sporades.exams.models import RegistrationService
from sporades.registrations.models import Registration
from sporades.searches.catalogue import CRITERIA
from sporades.searches.operators import Operator
from sporades.searches.queries import found
from sporades.searches.trees import Group, Leaf
from tests.factories import NOW, OPERATOR, a_candidate, a_registration
from tests.web.office.conftest import VERSAILLES
from tests.web.office.test_search import leaf, numbers, sought

FAR = ["Indian/Reunion", "Pacific/Noumea", "America/Martinique"]
THE_27, THE_28 = "27/11/2026", "28/11/2026"
INSTANTS = {
    "enregistree": "filed_at",
    "modifiee": "amended_at",
    "desinscrite": "withdrawn_at",
}


def following(zone, academy):
    """Have the service of an academy follow a clock."""
    RegistrationService.objects.filter(academy=academy).update(zone=zone)
    held.forget()


def at(day, hour, minute, zone):
    """Return an instant of November by a clock."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo(zone))


def a_pair(column, zone, **changes):
    """File two registrations, of 23:30 on the 27th and of 0:30 on the 28th by a clock."""
    pair = [a_registration(a_candidate(), **changes) for _ in range(2)]
    for one, instant in zip(pair, (at(27, 23, 30, zone), at(28, 0, 30, zone)), strict=True):
        more = {"state": "withdrawn"} if column == "withdrawn_at" else {}
        Registration.objects.filter(pk=one.pk).update(**{column: instant}, **more)
    return [one.number for one in pair]


@pytest.fixture
def administrator(member):
    """Return the browser of somebody who reads every academy."""
    return member(role=Membership.Role.ADMINISTRATOR, email="admin@exemple.test")


@pytest.mark.parametrize("zone", FAR)
@pytest.mark.parametrize("criterion", INSTANTS)
def test_a_day_is_that_of_the_service_in_its_academy_and_in_the_country(
    manager, administrator, invented_exam, criterion, zone
):
    following(zone, "A09")
    there = a_pair(INSTANTS[criterion], zone)
    here = a_pair(INSTANTS[criterion], "Europe/Paris", academy="A25", identification=VERSAILLES)

    for place, day in enumerate((THE_27, THE_28)):
        mine, every = (
            sought(one, leaf("g-1", criterion, "egal", day), colonnes=["enregistree"])
            for one in (manager, administrator)
        )
        assert numbers(mine) == [there[place]]
        assert set(numbers(every)) == {there[place], here[place]}
        if criterion == "enregistree":
            assert {line["cells"][-1] for line in every.context["lines"]} == {day}


@pytest.mark.parametrize("zone", FAR)
def test_other_comparisons_of_a_day_are_by_the_clock_of_the_service_too(
    administrator, invented_exam, zone
):
    following(zone, "A09")
    there, here = (
        a_pair("filed_at", zone),
        a_pair("filed_at", "Europe/Paris", academy="A25", identification=VERSAILLES),
    )

    def those(how, *said):
        return set(numbers(sought(administrator, leaf("g-1", "enregistree", how, *said))))

    assert those("non_egal", THE_27) == {there[1], here[1]}
    assert those("entre", "", THE_27) == {there[0], here[0]}
    assert those("entre", THE_28, "") == {there[1], here[1]}
    assert those("entre", THE_27, THE_28) == {*there, *here}


def test_a_withdrawal_that_is_none_is_of_no_day(administrator, invented_exam):
    following("Indian/Reunion", "A09")
    withdrawn = a_pair("withdrawn_at", "Indian/Reunion")
    stands = a_registration().number

    page = sought(administrator, leaf("g-1", "desinscrite", "non_egal", THE_27))

    assert set(numbers(page)) == {withdrawn[1], stands}


@pytest.mark.parametrize("zone", FAR)
def test_the_day_of_a_piece_is_that_of_the_service(administrator, invented_exam, zone):
    following(zone, "A09")
    pair = [a_registration(a_candidate()) for _ in range(2)]
    for one, instant in zip(pair, (at(27, 23, 30, zone), at(28, 0, 30, zone)), strict=True):
        assert one.evidence.update(arrived_at=instant)

    for one, day in zip(pair, (THE_27, THE_28), strict=True):
        page = sought(
            administrator,
            leaf("g-1", "piece_arrivee", "entre", day, day),
            colonnes=["piece_arrivee"],
        )
        assert [line["cells"][-1] for line in page.context["lines"]] == [day]
        assert numbers(page) == [one.number]


def test_where_services_follow_one_clock_one_range_is_asked_of_no_service(
    manager, administrator, invented_exam
):
    following("Indian/Reunion", "A09")
    a_day = Leaf(CRITERIA["enregistree"], Operator.IS, (THE_27,))

    def asked(client):
        reach = reach_of(client.user.memberships.all(), Permission.READ_FILES)
        with CaptureQueriesContext(connection) as queries:
            list(found(Group(members=(a_day,)), reach=reach))
        return queries[-1]["sql"]

    assert asked(manager).count('"filed_at" >=') == 1
    assert "exams_registrationservice" not in asked(manager)
    assert asked(administrator).count('"filed_at" >=') == 3  # each clock's, within that of both


@pytest.mark.parametrize("zone", FAR)
def test_the_last_version_is_of_the_day_of_whatever_made_it(administrator, invented_exam, zone):
    following(zone, "A25")
    moved, one, other = (a_registration(a_candidate()) for _ in range(3))
    moving.move_for_good(
        registration=moved,
        academy="A25",
        reason="À sa demande.",
        by=OPERATOR,
        at=at(28, 0, 30, zone),
    )
    Registration.objects.filter(pk=moved.pk).update(filed_at=NOW)
    columns = ["modifiee", "derniere_version", "version"]

    def those(how, *said):
        return sought(administrator, leaf("g-1", "derniere_version", how, *said), colonnes=columns)

    [line] = those("egal", THE_28).context["lines"]
    assert line == {**line, "number": moved.number, "cells": [moved.number, "", THE_28, "2"]}
    assert set(numbers(those("non_egal", THE_28))) == {one.number, other.number}
    filed = those("entre", "", "25/11/2026").context["lines"]
    assert {each["number"]: each["cells"][2] for each in filed} == {
        one.number: "25/11/2026",
        other.number: "25/11/2026",
    }
    assert set(numbers(those("entre", "25/11/2026", THE_27))) == {one.number, other.number}


def test_what_a_service_corrects_is_a_version_of_that_day_too(manager, invented_exam):
    registration = a_registration()
    candidate = registration.candidate
    correcting.correct_identity(
        registration=registration,
        identity={**candidates.civil_data(candidate.identity), "usage_name": "Durand"},
        seen=candidate.identity_id,
        proof="Carte d'identité",
        by=OPERATOR,
        at=at(27, 12, 0, "Europe/Paris"),
    )

    page = sought(manager, leaf("g-1", "derniere_version", "egal", THE_27))

    assert numbers(page) == [registration.number]
