"""I8, P-20: what is archived keeps its figures, the same as before, and nobody is in them."""

from collections import Counter
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sporades.acts import deciding
from sporades.exams.models import Exam
from sporades.registrations.models import Registration
from sporades.registrations.states import SET_ASIDE, State
from sporades.retention import archiving, operations
from sporades.retention.models import Archive
from sporades.statistics import keeping
from sporades.statistics.archived import FEWEST, archived
from sporades.statistics.archived import keep as keep_figures
from sporades.statistics.models import ArchivedCount
from sporades.statistics.periods import Period
from sporades.statistics.selection import Selection
from tests.endurance.arena import together
from tests.factories import (
    EVERYWHERE,
    NOW,
    OPERATOR,
    a_candidate,
    a_registration,
)
from tests.leftovers import where
from tests.web.office.conftest import VERSAILLES

YEAR = Period(date(2026, 6, 1), date(2027, 5, 31), "Europe/Paris")
NAME = "Zyzomysse"


@pytest.fixture(autouse=True)
def _counted_each_time(kept):
    keeping.forget()
    yield
    keeping.forget()


def some(count=FEWEST, *, days=1, **changes):
    """File some registrations, one a day."""
    return [
        a_registration(
            a_candidate(email=f"un{number}@exemple.test", birth_name=NAME, **changes),
            at=NOW + timedelta(days=number % days),
        )
        for number in range(count)
    ]


def archive_all():
    """Let time pass until all that is filed is archived."""
    closes_at = max(one.service.closes_at for one in Registration.objects.all())
    operations.apply(at=closes_at + timedelta(days=800))
    assert not Registration.objects.exists()


def figures(period=YEAR, **chosen):
    """Return all that the page counts, in numbers."""
    counted = keeping.filed(Selection(EVERYWHERE, **chosen), period, at=NOW)
    found = counted.filed
    return {
        "total": found.total,
        "standing": found.standing,
        "by day": +counted.by_day,
        "choices": +found.choices,
        "categories": +found.categories,
        "academies": +found.academies,
        "states": +found.states,
        "unsaid": +found.unsaid,
    }


def set_aside(registration):
    deciding.decide(
        registration=registration, decision=SET_ASIDE, reason="Doublon", by=OPERATOR, at=NOW
    )


def test_the_figures_are_the_same_before_and_after(invented_exam):
    made = some(2 * FEWEST, days=4)
    for one in made[:FEWEST]:
        set_aside(one)
    before = figures()
    assert before["states"] == {State.REGISTERED: FEWEST, State.SET_ASIDE: FEWEST}
    assert len(before["by day"]) == 4

    archive_all()

    assert Archive.objects.count() == 2 * FEWEST
    assert figures() == before


def test_they_are_the_same_while_they_are_being_archived_and_once_archives_are_erased(
    invented_exam, settings
):
    made = some(FEWEST, days=3)
    before = figures()
    at = made[0].service.closes_at + timedelta(days=800)

    for one in made:
        assert archiving.archive(one.pk, at=at)
        assert figures()["total"] == before["total"]
        assert figures()["by day"] == before["by day"]
        assert figures()["choices"] == before["choices"]
    operations.apply(at=at + timedelta(days=3660))

    assert not Archive.objects.exists()
    assert figures() == before


def test_each_selection_counts_what_is_archived_of_it(invented_exam):
    exam = Exam.objects.get(code="BE")
    some()
    there = a_candidate(email="versailles@exemple.test")
    a_registration(there, academy="A25", identification=VERSAILLES)
    asked = [
        {"academy": "A09"},
        {"academy": "A25"},
        {"domain": exam.domain_id, "session": exam.session_id},
        {"session": exam.session_id, "academy": "A25"},
    ]
    before = [(figures(**one)["total"], figures(**one)["choices"]) for one in asked]
    assert [total for total, _ in before] == [FEWEST, 1, FEWEST + 1, 1]

    archive_all()

    assert [(figures(**one)["total"], figures(**one)["choices"]) for one in asked] == before


def test_nobody_is_in_a_figure_and_no_figure_crosses_two_things(invented_exam):
    some()
    assert "accounts_user" in where("un0@exemple.test")

    archive_all()

    assert "statistics_archivedcount" not in where(NAME, "un0@exemple.test")
    told = {
        field.name
        for field in ArchivedCount._meta.get_fields()
        if field.name not in {"id", "service", "kind", "count"}
    }
    assert told == {"day", "exam", "speciality", "value"}
    for row in ArchivedCount.objects.all():
        said = [name for name in ("day", "exam", "value") if getattr(row, name)]
        allowed = {"day": ["day"], "choice": ["exam"], "state": ["value"]}
        assert said == allowed.get(row.kind, said)
        assert not (row.day and (row.exam_id or row.value))


@pytest.mark.parametrize(
    "crossed",
    [
        {"kind": "day", "day": date(2026, 11, 25), "value": "registered"},
        {"kind": "state", "value": "registered", "day": date(2026, 11, 25)},
        {"kind": "state", "value": ""},
        {"kind": "day"},
    ],
)
def test_the_database_keeps_no_figure_that_crosses_two_things(invented_exam, crossed):
    service = a_registration().service

    with pytest.raises(IntegrityError), transaction.atomic():
        ArchivedCount.objects.create(service=service, count=1, **crossed)


def test_a_category_and_a_state_of_too_few_are_told_together(invented_exam):
    made = some(FEWEST + 1)
    set_aside(made[0])

    archive_all()

    found = figures()
    assert found["states"] == {State.REGISTERED: FEWEST}
    assert found["unsaid"]["state"] == 1
    assert (found["total"], found["standing"]) == (FEWEST + 1, FEWEST)
    # Alone, it says neither its state nor its category.
    ArchivedCount.objects.update(count=1)
    alone = figures()
    assert (alone["states"], alone["categories"]) == ({}, {})


def test_of_a_part_of_the_campaign_the_days_alone_are_told(invented_exam):
    some(FEWEST, days=3)
    archive_all()
    two_days = Period(date(2026, 11, 25), date(2026, 11, 26), "Europe/Paris")

    found = figures(two_days)

    assert found["by day"] == {date(2026, 11, 25): 2, date(2026, 11, 26): 2}
    assert (found["total"], found["academies"]) == (4, {"A09": 4})
    assert (found["choices"], found["categories"], found["states"]) == ({}, {}, {})
    assert found["unsaid"] == {"choice": 4, "category": 4, "state": 4}
    domain = Exam.objects.get(code="BE").domain_id
    left = archived(Selection(EVERYWHERE), two_days)
    assert left.unsaid_domains == Counter({domain: 4})
    assert figures(Period(date(2026, 1, 1), date(2026, 1, 31), "Europe/Paris"))["total"] == 0


def test_an_archiving_that_fails_leaves_its_figures_as_they_were(invented_exam, monkeypatch):
    [one] = some(1)

    def cut(*_args, **_said):
        raise RuntimeError

    monkeypatch.setattr(archiving, "_delete", cut)
    operations.apply(at=one.service.closes_at + timedelta(days=800))

    assert not ArchivedCount.objects.exists()
    assert figures()["total"] == 1


def test_what_is_archived_is_asked_in_one_question(invented_exam):
    some(2)
    archive_all()
    selection = Selection(EVERYWHERE)
    assert selection.services

    with CaptureQueriesContext(connection) as queries:
        archived(selection, YEAR)

    assert len(queries) == 1


@pytest.mark.django_db(transaction=True)
def test_two_that_are_archived_at_the_same_instant_are_both_counted(invented_exam):
    made = some(2)
    whole = [Registration.objects.whole().get(pk=one.pk) for one in made]

    def count(one):
        with transaction.atomic():
            keep_figures(one)

    assert together(*(lambda one=one: count(one) for one in whole)) == [None, None]

    assert set(ArchivedCount.objects.values_list("kind", "count")) == {
        ("day", 2),
        ("choice", 2),
        ("category", 2),
        ("state", 2),
    }
