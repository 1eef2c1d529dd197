"""What was confided is erased in its time, and enters no archive (P-14)."""

import json
from datetime import date, timedelta
from threading import Thread

import pytest
from django.db import connection, transaction

from sporades.accommodations.contesting import court_until
from sporades.accommodations.models import Appeal
from sporades.accommodations.queries import cases_of
from sporades.accommodations.states import State
from sporades.acts import accommodating
from sporades.acts.medical import erasing
from sporades.acts.registrations import deciding, leaving
from sporades.core.days import midnight
from sporades.core.french import local_day
from sporades.journal.models import Entry
from sporades.medical import operations as medical
from sporades.medical.models import Compartment, Opening, Paper, PassingFile, Remark
from sporades.registrations.models import Registration
from sporades.registrations.states import RESTORE, SET_ASIDE
from sporades.retention import categories
from sporades.retention import operations as retention
from sporades.retention.erasing import erase_confided
from sporades.retention.models import Archive
from tests.accommodations.asked import RECTOR, contest, find_incomplete, reach, taken_again
from tests.acts.people import in_threads
from tests.factories import NOW, OPERATOR, a_registration, author
from tests.medical.given import (
    a_doctor,
    again,
    compartment,
    confide,
    entrust,
    found_clean,
    read,
    write,
)
from tests.retention.test_retention import archived_at

END = NOW + timedelta(days=20)
NEXT = midnight(END.date() + timedelta(days=1), "Europe/Paris")
"""The first instant of the next day, by the service's clock."""
SECOND = timedelta(seconds=1)


@pytest.fixture
def full(registration):
    """Confide papers and a comment, which a doctor has opened."""
    paper = found_clean(confide(registration))
    confide(registration)
    write(registration)
    read(paper, entrust(registration, a_doctor()))
    return registration


def due(registration, at=END):
    medical.erase_after(compartment(registration), at)


def test_at_its_instant_what_was_confided_leaves_the_tables_and_the_store(full, confided):
    other = a_registration()
    kept = confide(other)
    due(full)
    openings = list(Opening.objects.values())

    assert retention.apply(at=END + SECOND) == 0
    assert categories.overdue(END + SECOND)["sante"] == 0
    assert Paper.objects.filter(compartment__registration=full).count() == 2

    assert categories.overdue(NEXT)["sante"] == 1
    assert (retention.apply(at=NEXT), retention.apply(at=NEXT)) == (1, 0)
    assert categories.overdue(NEXT)["sante"] == 0
    assert medical.sweep(older_than=NEXT + SECOND) == 2

    assert list(Paper.objects.all()) == [kept]
    assert [kept.key.rpartition("/")[2]] == confided()
    assert not Remark.objects.exists()
    assert not PassingFile.objects.exists()
    assert compartment(full).erased_at == NEXT
    assert list(Opening.objects.values()) == openings
    assert Entry.objects.filter(verb="confided papers erased").count() == 1


def test_a_decision_that_is_no_more_final_keeps_them(full):
    due(full)
    due(full, None)

    assert retention.apply(at=NEXT) == 0
    assert Paper.objects.count() == 2


def test_once_it_is_due_nothing_more_is_confided(full):
    due(full)

    for act in (confide, write):
        with pytest.raises(medical.TakesNothing):
            act(full)
    assert retention.apply(at=NEXT) == 1
    with pytest.raises(medical.TakesNothing):
        write(full)


def test_a_cut_after_the_rows_leaves_files_to_the_sweeper(
    full, confided, django_capture_on_commit_callbacks
):
    due(full)
    with django_capture_on_commit_callbacks() as left:
        retention.apply(at=NEXT)

    assert left
    assert not Paper.objects.exists()
    assert len(confided()) == 2
    assert medical.sweep(older_than=NEXT) == 0
    assert medical.sweep(older_than=NEXT + SECOND) == 2
    assert confided() == []


def test_no_archive_has_what_was_confided(full, confided):
    at = archived_at(full)

    retention.apply(at=at)
    medical.sweep(older_than=at + SECOND)

    assert not Registration.objects.exists()
    for model in (Compartment, Paper, Remark, Opening):
        assert not model.objects.exists(), model
    assert confided() == []
    content = json.dumps(Archive.objects.get().content)
    assert '"registrations.version"' in content
    assert '"medical.' not in content


@pytest.mark.parametrize("is_sent", [False, True])
def test_what_is_confided_for_a_request_that_is_never_sent_goes_six_months_after_the_closing(
    registration, is_sent
):
    confide(registration)
    reach(registration, State.ASKED if is_sent else State.PREPARING)
    # The service closes on 15 December 2026.
    last = midnight(date(2027, 6, 15), "Europe/Paris")

    assert not categories.confided(last).exists()
    assert categories.confided(last + timedelta(days=1)).exists() is not is_sent


LATE = midnight(date(2027, 1, 10), "Europe/Paris") + timedelta(hours=9)
"""After the closing: what is done then counts from then."""


def late(at):
    """Return what a request of that instant says: after the deadline, why."""
    return {"at": at, "late_reason": "APPARUE" if at == LATE else ""}


def said_on(registration):
    """Return the day from which the page says that papers are erased."""
    until = erasing.unsent_from(
        compartment(registration), again(registration), cases_of(registration=registration.pk)
    )
    return until and local_day(until, "Europe/Paris")


def erased_on(registration, *days):
    """Let the nights of these days pass; return the one on which papers were erased."""
    for day in days:
        if retention.apply(at=midnight(day, "Europe/Paris")):
            assert not Paper.objects.filter(compartment__registration=registration).exists()
            return day
    return None


@pytest.mark.parametrize(
    ("decided", "begun", "given", "erased"),
    [
        # The service closes on 15 December 2026; each is six months after the last of these.
        (NOW, NOW, NOW, date(2027, 6, 16)),
        (LATE, LATE, NOW, date(2027, 7, 11)),
        (NOW, LATE, NOW, date(2027, 7, 11)),
        (NOW, NOW, LATE, date(2027, 7, 11)),
    ],
)
def test_a_draft_beside_a_decision_keeps_papers_six_months_after_the_last_that_was_done(
    registration, decided, begun, given, erased
):
    reach(registration, State.NOTIFIED, **late(decided))
    reach(registration, State.PREPARING, **late(begun))
    confide(registration, at=given)
    assert compartment(registration).erase_after is None

    assert said_on(registration) == erased
    days = date(2027, 6, 15), date(2027, 6, 16), date(2027, 7, 10), date(2027, 7, 11)
    assert erased_on(registration, *days) == erased

    assert set(categories.overdue(midnight(days[-1], "Europe/Paris")).values()) == {0}
    assert Entry.objects.filter(verb="confided papers erased").count() == 1


@pytest.mark.parametrize("is_answered", [False, True])
def test_an_appeal_keeps_papers_until_no_court_may_be_asked_beside_a_draft_that_is_left_too(
    registration, is_answered
):
    found_clean(confide(registration))
    notified = reach(registration, State.NOTIFIED)
    reach(registration, State.PREPARING)
    made = contest(notified, at=NOW + timedelta(days=75))
    if is_answered:
        at = NOW + timedelta(days=130)
        accommodating.refuse_appeal(found=made, reason="Non.", author=RECTOR, by=OPERATOR, at=at)
    made = Appeal.objects.select_related("case").get()
    made.case.registration = again(registration)
    court = court_until(made, "Europe/Paris")
    assert court > date(2027, 6, 8)

    erased = date(2027, 12, 5) if is_answered else date(2027, 10, 9)
    assert court + timedelta(days=15) < erased
    assert said_on(registration) == erased
    day = timedelta(days=1)
    days = date(2027, 6, 16), court, erased - day, erased
    assert erased_on(registration, *days) == erased
    assert set(categories.overdue(midnight(erased, "Europe/Paris")).values()) == {0}


def test_whoever_goes_on_with_a_draft_that_was_left_confides_other_papers(registration):
    reach(registration, State.NOTIFIED)
    reach(registration, State.PREPARING)
    confide(registration)
    at = midnight(date(2027, 6, 16), "Europe/Paris")
    retention.apply(at=at)

    confide(registration, at=at)

    assert compartment(registration).emptied_at == at
    assert said_on(registration) == date(2027, 12, 17)
    assert not categories.confided(midnight(date(2027, 12, 16), "Europe/Paris")).exists()
    assert categories.confided(midnight(date(2027, 12, 17), "Europe/Paris")).exists()


@pytest.mark.parametrize("begun", [State.PREPARING, None])
def test_what_is_confided_after_it_was_found_to_be_left_stays(registration, begun):
    confide(registration)
    if begun:
        reach(registration, begun)
    at = midnight(date(2027, 6, 16), "Europe/Paris")
    left = categories.confided(at).get()
    confide(registration, at=at)

    assert not erasing.erase(left, at=at)
    assert Paper.objects.count() == 2


def test_what_a_new_request_takes_up_while_the_job_waits_for_its_candidate_stays(registration):
    confide(registration)
    case = reach(registration, State.PREPARING)
    accommodating.withdraw(case=case, by=author(registration.candidate), at=NOW)
    at = NEXT + timedelta(days=30)
    over = categories.confided(at).get()
    reach(registration, State.PREPARING, at=at)

    assert not erasing.erase(over, at=at)
    assert Paper.objects.count() == 1
    confide(registration, at=at)


@pytest.mark.django_db(transaction=True)
def test_the_job_that_waits_for_a_candidate_who_begins_again_erases_nothing(registration):
    confide(registration)
    case = reach(registration, State.PREPARING)
    accommodating.withdraw(case=case, by=author(registration.candidate), at=NOW)
    at, key, outcomes = NEXT + timedelta(days=30), compartment(registration).pk, []
    with transaction.atomic():
        reach(registration, State.PREPARING, at=at)
        job = Thread(target=lambda: outcomes.extend(in_threads(lambda: erase_confided(key, at=at))))
        job.start()
        while not waits_for_us():
            assert job.is_alive()
    job.join()

    assert outcomes == [False]
    assert Paper.objects.count() == 1


def waits_for_us():
    """Return whether a connection waits for what this one holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_stat_clear_snapshot(), EXISTS (SELECT 1 FROM pg_stat_activity"
            " WHERE pg_backend_pid() = ANY(pg_blocking_pids(pid)))"
        )
        return cursor.fetchone()[1]


SPRING = midnight(date(2027, 3, 1), "Europe/Paris") + timedelta(hours=9)
"""Between the closing and the day on which what was left is erased: what is done then counts from then."""
LEFT = ("taken up", "incomplete", "set aside", "withdrawn")


@pytest.mark.parametrize(
    ("left", "at", "erased"),
    [
        *((left, NOW, date(2027, 6, 16)) for left in LEFT),
        # Nobody withdraws a registration once the service is closed.
        *((left, SPRING, date(2027, 9, 2)) for left in LEFT if left != "withdrawn"),
    ],
)
def test_a_request_that_is_left_once_it_was_sent_keeps_papers_no_longer_than_one_that_never_was(
    registration, left, at, erased
):
    found_clean(confide(registration))
    if left == "taken up":
        case = reach(registration, State.ASKED)
        accommodating.take_up(case=case, by=author(registration.candidate), at=at)
    elif left == "incomplete":
        reach(registration, State.ASKED)
        find_incomplete(registration, at=at)
    elif left == "set aside":
        reach(registration, State.WITH_DOCTOR)
        deciding.decide(
            registration=registration, decision=SET_ASIDE, reason="Doublon", by=OPERATOR, at=at
        )
    else:
        reach(registration, State.DECIDED)
        by = author(registration.candidate)
        leaving.withdraw(registration=again(registration), by=by, at=at)

    day = timedelta(days=1)
    assert said_on(registration) == erased
    assert erased_on(registration, date(2027, 6, 15), erased - day, erased) == erased


def test_a_registration_that_is_restored_within_six_months_finds_its_papers_again(registration):
    found_clean(confide(registration))
    reach(registration, State.WITH_DOCTOR)
    by = OPERATOR
    deciding.decide(registration=registration, decision=SET_ASIDE, reason="Doublon", by=by, at=NOW)
    deciding.decide(registration=registration, decision=RESTORE, reason="Erreur", by=by, at=SPRING)

    assert erased_on(registration, date(2028, 1, 1)) is None


def test_what_its_service_takes_again_and_finds_incomplete_keeps_papers(registration):
    confide(registration)
    case = reach(registration, State.NOTIFIED)
    taken_again(case, has_opinion=False, at=NOW)
    find_incomplete(registration)

    assert said_on(registration) is None
    assert erased_on(registration, date(2028, 1, 1)) is None


@pytest.mark.parametrize("state", [State.ASKED, State.WITH_DOCTOR, State.DECIDED])
def test_a_request_that_is_sent_beside_a_decision_keeps_papers(registration, state):
    reach(registration, State.NOTIFIED)
    reach(registration, State.PREPARING)
    confide(registration)
    reach(registration, state)

    assert said_on(registration) is None
    assert not categories.confided(midnight(date(2028, 1, 1), "Europe/Paris")).exists()


@pytest.mark.parametrize(
    ("given", "erased"),
    [
        # Six months before the last days of August is the last of February.
        (date(2027, 2, 28), date(2027, 9, 1)),
        (date(2027, 8, 31), date(2028, 3, 1)),
        (date(2027, 3, 31), date(2027, 10, 1)),
    ],
)
def test_the_day_that_is_said_is_that_of_the_job_at_the_end_of_months_too(
    registration, given, erased
):
    confide(registration, at=midnight(given, "Europe/Paris") + timedelta(hours=9))

    assert said_on(registration) == erased
    day = timedelta(days=1)
    assert erased_on(registration, erased - day, erased) == erased
