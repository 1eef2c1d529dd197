"""The demo's crowd: many files, of people who are not there."""

import pytest
from django.core.management import call_command
from django.db.models import Count

from sporades.cli import demo_crowd
from sporades.doubles.models import LikelyDouble
from sporades.exams.held import forget
from sporades.mail.models import Message
from sporades.registrations.models import Registration, Version
from sporades.registrations.states import State
from sporades.registrations.trying import troubles_under
from tests.factories import NOW
from tests.jobs import work


@pytest.fixture
def crowd_stands(standing, settings, territory, stopped_clock):
    """Load the demo and a small crowd, once for all of these tests."""
    settings.DEMO = True
    standing.of("crowd_stands", "", load)


def load():
    forget()
    call_command("demo", "load", "--crowd=60")
    told = Message.objects.count()
    for _ in range(2):
        work("demo")
    assert Message.objects.count() == told


@pytest.fixture
def crowd(crowd_stands, db):
    """Return the crowd's registrations."""
    forget()
    yield Registration.objects.filter(candidate__user=None, candidate__academy=None)
    forget()


def test_the_crowd_is_of_every_state_and_of_several_academies(crowd):
    by_state = dict(crowd.values_list("state").annotate(Count("pk")))

    assert sum(by_state.values()) == 60
    assert set(by_state) == set(State)
    assert crowd.values("academy").distinct().count() > 1


def test_somebody_is_there_twice_so_that_likely_doubles_await(crowd):
    found = LikelyDouble.objects.get()

    assert found.second == crowd.order_by("pk")[demo_crowd.AT_ONCE - 1].candidate
    assert {one.state for one in crowd.filter(candidate=found.second)} == {State.REGISTERED}


def test_each_file_says_whom_it_is_of_and_is_intact(crowd):
    for version in Version.objects.filter(registration__in=crowd).select_related(
        "registration__identity", "registration__candidate"
    ):
        registration = version.registration
        said = str(version.snapshot)
        assert version.is_intact
        assert version.snapshot["name"] == registration.identity.full_name
        assert registration.number in said
        assert "Dérignac" not in said


def fill(count):
    while demo_crowd.fill_some(at=NOW, count=count):
        pass


def test_a_dry_run_of_what_is_in_force_refuses_nobody_of_the_demo(crowd):
    fill(150)
    standing = Registration.objects.active().whole()

    refused = {
        one.number: [str(trouble) for trouble in found]
        for one in standing
        if (
            found := troubles_under(
                one.regulation,
                one,
                answers=one.versions.latest("number").snapshot["answers"],
                others=[],
                at=NOW,
            )
        )
    }

    assert standing.count() > 100
    assert crowd.values("exam").distinct().count() > 2
    assert crowd.values("zone").distinct().count() > 3
    assert refused == {}


def test_called_again_it_makes_those_that_are_missing(crowd):
    first = set(crowd.values_list("number", flat=True))

    fill(60)
    fill(70)

    assert first < set(crowd.values_list("number", flat=True))
    assert crowd.count() == 70


def test_it_is_made_some_at_a_time_so_that_others_have_their_turn(crowd):
    assert demo_crowd.fill_some(at=NOW, count=130)
    assert crowd.count() == 100
    assert not demo_crowd.fill_some(at=NOW, count=130)
    assert crowd.count() == 130
    assert not demo_crowd.fill_some(at=NOW, count=130)
