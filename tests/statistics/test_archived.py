"""I8, P-20: what is archived keeps its figures, the same as before, and nobody is in them."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from sporades.accommodations.models import Again, Case
from sporades.accommodations.states import State as CaseState
from sporades.acts import accommodating
from sporades.acts.pieces import verifying
from sporades.acts.registrations import deciding
from sporades.acts.registrations.adding import More
from sporades.core.french import at_most_in_words
from sporades.evidence import operations as evidence
from sporades.evidence.models import Verdict
from sporades.exams import held
from sporades.exams.models import Exam, RegistrationService
from sporades.registrations.added import ADDED
from sporades.registrations.giving import Giving
from sporades.registrations.models import Registration
from sporades.registrations.states import SET_ASIDE, VALIDATE, State
from sporades.retention import archiving, operations
from sporades.retention.models import Archive
from sporades.statistics import keeping
from sporades.statistics.accommodations import delays as delays_of_requests
from sporades.statistics.archived import FEWEST, archived, requests, verdicts
from sporades.statistics.archived import by_hour as archived_by_hour
from sporades.statistics.archived import keep as keep_figures
from sporades.statistics.delays import delays
from sporades.statistics.models import ArchivedCount
from sporades.statistics.periods import Period
from sporades.statistics.queries import filed_by_hour
from sporades.statistics.selection import Selection
from tests.accommodations import asked
from tests.endurance.arena import together
from tests.evidence.given import MANAGER, again, give, piece
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
        allowed = {"day": ["day"], "choice": ["exam"], "state": ["value"], "hour": ["value"]}
        assert said == allowed.get(row.kind, said)
        assert not (row.day and (row.exam_id or row.value))


@pytest.mark.parametrize(
    "crossed",
    [
        {"kind": "day", "day": date(2026, 11, 25), "value": "registered"},
        {"kind": "state", "value": "registered", "day": date(2026, 11, 25)},
        {"kind": "state", "value": ""},
        {"kind": "day"},
        {"kind": "hour", "value": "2026-11-25T09", "day": date(2026, 11, 25)},
        {"kind": "verdict"},
        {"kind": "verdict", "day": date(2026, 11, 25), "value": "IDENTITE 5"},
        {"kind": "delay", "value": "0 5"},
        {"kind": "piece", "value": "IDENTITE 5", "day": date(2026, 11, 25)},
        {"kind": "refusal", "value": "Illisible", "day": date(2026, 11, 25)},
        {"kind": "step_day", "day": date(2026, 11, 25), "value": "opinion"},
        {"kind": "step", "value": "opinion 0 5", "day": date(2026, 11, 25)},
        {"kind": "request", "value": "5"},
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


def validate(registration):
    found = Registration.objects.whole().get(pk=registration.pk)
    deciding.decide(registration=found, decision=VALIDATE, reason="", by=OPERATOR, at=NOW)


def test_as_many_stand_as_before_though_a_state_of_them_is_not_told(invented_exam):
    for one in some(FEWEST + 3)[:3]:
        validate(one)
    before = figures()["standing"]

    archive_all()

    assert (before, figures()["standing"]) == (FEWEST + 3, FEWEST + 3)
    assert figures()["unsaid"]["state"] == 3
    assert not keeping.filed(Selection(EVERYWHERE), YEAR, at=NOW).filed.is_least


def test_how_many_stood_is_not_told_where_it_would_tell_of_too_few(invented_exam):
    made = some(FEWEST + 4)
    for one in made[:3]:
        validate(one)
    set_aside(made[3])

    archive_all()

    found = keeping.filed(Selection(EVERYWHERE), YEAR, at=NOW).filed
    assert (found.total, found.standing, found.is_least) == (FEWEST + 4, FEWEST, True)


def test_of_a_part_of_the_campaign_the_days_alone_are_told(invented_exam):
    some(FEWEST, days=3)
    archive_all()
    two_days = Period(date(2026, 11, 25), date(2026, 11, 26), "Europe/Paris")

    found = figures(two_days)

    assert found["by day"] == {date(2026, 11, 25): 2, date(2026, 11, 26): 2}
    assert (found["total"], found["academies"]) == (4, {"A09": 4})
    assert (found["choices"], found["categories"], found["states"]) == ({}, {}, {})
    assert keeping.filed(Selection(EVERYWHERE), two_days, at=NOW).filed.is_least
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
        ("hour", 2),
    }


# --- Hours ------------------------------------------------------------------------------------

DAY = Period(NOW.date(), NOW.date(), "Europe/Paris")


def hours(period=DAY):
    found, without = archived_by_hour(Selection(EVERYWHERE), period)
    return dict(found), without


def test_hours_are_the_same_before_and_after(invented_exam):
    for minutes in (0, 20, 150):
        a_registration(a_candidate(), at=NOW + timedelta(minutes=minutes))
    before = filed_by_hour(Selection(EVERYWHERE), DAY)
    assert sorted(before.values()) == [1, 2]

    archive_all()

    assert hours() == (before, 0)
    assert hours(Period(date(2026, 11, 24), date(2026, 11, 24), "Europe/Paris")) == ({}, 0)


def test_of_those_archived_when_no_hour_was_kept_only_the_day_is_known(invented_exam):
    some(2)
    archive_all()
    ArchivedCount.objects.filter(kind="hour").delete()

    assert hours() == ({}, 2)


# --- Several clocks ---------------------------------------------------------------------------

EVENING = datetime(2026, 11, 25, 20, 30, tzinfo=UTC)
"""Half past nine in Paris; the morning of the 26th in Nouméa."""


@pytest.fixture
def far(invented_exam):
    """File one registration in Lille and one in Nouméa, in the same evening of Paris."""
    RegistrationService.objects.filter(academy="A25").update(zone="Pacific/Noumea")
    held.forget()
    a_registration(at=EVENING)
    yield a_registration(a_candidate(), academy="A25", identification=VERSAILLES, at=EVENING)
    held.forget()


def test_where_services_follow_several_clocks_their_days_are_the_same_before_and_after(far):
    """By the one that the page says, that of Paris."""
    to_that_day = Period(YEAR.first, NOW.date(), "Europe/Paris")
    from_the_next = Period(date(2026, 11, 26), YEAR.last, "Europe/Paris")
    asked = (YEAR, DAY, to_that_day, from_the_next)
    before = [figures(one) for one in asked]
    assert before[0]["by day"] == {NOW.date(): 2}
    assert [one["total"] for one in before] == [2, 2, 2, 0]

    archive_all()

    names = ("total", "by day", "academies")
    after = [figures(one) for one in asked]
    assert [[one[name] for name in names] for one in after] == [
        [one[name] for name in names] for one in before
    ]


def test_days_and_hours_agree_where_services_follow_several_clocks(far):
    archive_all()

    assert hours() == ({EVENING.replace(minute=0): 2}, 0)
    assert figures(DAY)["total"] == 2


def test_alone_a_service_is_counted_by_its_own_clock(far):
    alone = {"service": far.service_id}
    there = Period(date(2026, 11, 26), date(2026, 11, 26), "Pacific/Noumea")
    before = figures(there, **alone)["by day"]
    assert before == {date(2026, 11, 26): 1}

    archive_all()

    assert figures(there, **alone)["by day"] == before


def test_of_those_of_another_clock_without_an_hour_the_day_of_their_service_is_told(far):
    archive_all()
    next_day = Period(date(2026, 11, 26), date(2026, 11, 26), "Europe/Paris")
    ArchivedCount.objects.filter(kind="hour", service=far.service).delete()

    assert figures(YEAR)["by day"] == {date(2026, 11, 25): 1, date(2026, 11, 26): 1}
    assert hours(next_day) == ({}, 1)
    assert hours() == ({EVENING.replace(minute=0): 1}, 0)


# --- Verdicts on pieces -----------------------------------------------------------------------


def judged(registration, *, took, verb="refuse", motive="Illisible"):
    """Give a file, and say what it is worth after a while."""
    given = give(registration, at=NOW)
    evidence.note_scanned(given, is_clean=True, at=NOW)
    row = piece(registration)
    if verb == "refuse":
        said = {"reason": "Illisible.", "motive": motive}
        verifying.refuse(row=row, **said, seen=given.pk, by=MANAGER, at=NOW + took)
    else:
        verifying.accept(row=row, seen=given.pk, by=MANAGER, at=NOW + took)


def counted(period=YEAR, **chosen):
    """Return what the page says of verdicts."""
    found = delays(Selection(EVERYWHERE, **chosen), period, at=NOW)
    one = {
        name: {key: told(delay) for key, delay in getattr(found, name).items()}
        for name in ("by_academy", "by_exam", "by_piece")
    }
    return {
        **one,
        "whole": told(found.whole),
        "ages": dict(found.ages),
        "refusals": dict(found.refusals),
    }


def told(delay):
    """Return a delay as it is said."""
    said = [at_most_in_words(one) if one is not None else "" for one in (delay.median, delay.most)]
    return (delay.count, *said)


TOOK = [
    timedelta(minutes=12, seconds=5),
    timedelta(hours=5),
    timedelta(hours=31, minutes=10),
    timedelta(days=2, hours=1),
    timedelta(days=3),
    timedelta(days=9, hours=7),
]


def test_delays_and_reasons_of_refusals_are_the_same_before_and_after(invented_exam):
    for registration, took in zip(some(len(TOOK)), TOOK, strict=True):
        judged(registration, took=took)
    before = counted()
    assert before["whole"][0] == len(TOOK)

    archive_all()

    assert not Verdict.objects.exists()
    assert counted() == before
    assert counted(academy="A25")["whole"] == (0, "", "")


def test_pieces_asked_for_in_addition_are_counted_together_before_and_after(invented_exam):
    made = some(3)
    until = made[0].service.closes_at.date() + timedelta(days=30)
    for registration, giving in zip(made, (Giving.POST, Giving.BOTH, Giving.BOTH), strict=True):
        more = More(label="Attestation", until=until, giving=giving)
        verifying.ask_more(registration=again(registration), more=more, by=MANAGER, at=NOW)
        row = registration.evidence.get(code__startswith="plus-")
        verifying.receive(row=row, posted_on=NOW.date(), by=MANAGER, at=NOW)
        row.refresh_from_db()
        verifying.accept(row=row, seen=None, by=MANAGER, at=NOW + timedelta(hours=5))
    before = counted()
    assert before["by_piece"] == {ADDED: (3, "5 heures", "5 heures")}
    at = made[0].service.closes_at + timedelta(days=800)

    for one in made:
        assert archiving.archive(one.pk, at=at)
        assert counted() == before


def test_they_are_the_same_while_they_are_being_archived(invented_exam):
    made = some(len(TOOK))
    for registration, took in zip(made, TOOK, strict=True):
        judged(registration, took=took, verb="accept")
    before = counted()
    at = made[0].service.closes_at + timedelta(days=800)

    for one in made:
        assert archiving.archive(one.pk, at=at)
        assert counted() == before


def test_reasons_of_too_few_refusals_are_told_together(invented_exam):
    one, *_ = some(2)
    judged(one, took=timedelta(hours=1))
    archive_all()

    found = delays(Selection(EVERYWHERE), YEAR, at=NOW)

    assert (dict(found.refusals), found.few, found.archived) == ({}, 1, 1)


def test_a_reason_that_was_kept_as_a_whole_sentence_is_counted_with_its_beginning(invented_exam):
    whole = "Nom différent : joignez ce qui le dit."
    for rank, registration in enumerate(some()):
        motive = whole if rank % 2 else "Nom différent"
        judged(registration, took=timedelta(hours=1), motive=motive)
    assert counted()["refusals"] == {"Nom différent": FEWEST}

    archive_all()

    assert counted()["refusals"] == {"Nom différent": FEWEST}
    [kept] = ArchivedCount.objects.filter(kind="refusal")
    # As it was kept before.
    ArchivedCount.objects.create(service=kept.service, kind="refusal", value=whole, count=1)
    ArchivedCount.objects.filter(pk=kept.pk).update(count=FEWEST - 1)
    assert counted()["refusals"] == {"Nom différent": FEWEST}


def test_of_a_part_of_the_verdicts_of_a_campaign_none_is_told(invented_exam):
    first, second = some(2)
    judged(first, took=timedelta(hours=1))
    judged(second, took=timedelta(days=4))
    archive_all()

    found = delays(Selection(EVERYWHERE), DAY, at=NOW)

    assert (found.whole.count, found.archived, found.unsaid) == (0, 0, 1)


def test_what_is_archived_of_verdicts_is_asked_in_two_questions(invented_exam):
    judged(some(1)[0], took=timedelta(hours=1))
    archive_all()
    selection = Selection(EVERYWHERE)
    assert selection.services

    with CaptureQueriesContext(connection) as queries:
        verdicts(selection, YEAR)

    assert len(queries) == 2


# --- Requests for accommodations --------------------------------------------------------------


def notified(registration, *days):
    """Bring a request to its notification, each step after so many days; the first is now."""
    asked.reach(registration, CaseState.NOTIFIED)
    instants = [NOW + timedelta(days=sum(days[:place])) for place in range(len(days) + 1)]
    names = ("asked_at", "opined_at", "decided_at", "notified_at")
    Case.objects.filter(registration=registration).update(
        first_asked_at=NOW, **dict(zip(names, instants, strict=True))
    )


def of_requests(period=YEAR, **chosen):
    """Return what the page says of requests that have ended."""
    found = delays_of_requests(Selection(EVERYWHERE, **chosen), period, at=NOW)
    return {
        "by_academy": {key: told(one) for key, one in found.by_academy.items()},
        "by_exam": {key: told(one) for key, one in found.by_exam.items()},
        "stages": {key: (told(one.delay), dict(one.ages)) for key, one in found.stages.items()},
    }


STEPS = [(20, 3, 1), (40, 2, 1), (1, 2, 3), (3, 8, 15), (61, 1, 1)]


def test_delays_of_requests_are_the_same_before_and_after_they_are_archived(
    invented_exam, confided
):
    made = some(len(STEPS) + 1)
    for registration, days in zip(made, STEPS, strict=False):
        notified(registration, *days)
    asked.reach(made[-1], CaseState.OPINION_GIVEN)
    before = of_requests()
    assert before["stages"]["whole"][0][0] == len(STEPS)
    assert before["stages"]["opinion"][0][0] == len(made)

    at = made[0].service.closes_at + timedelta(days=800)
    for one in made:
        assert archiving.archive(one.pk, at=at)

    assert of_requests() == before
    assert not Case.objects.exists()
    found = delays_of_requests(Selection(EVERYWHERE), YEAR, at=NOW)
    assert (found.archived, found.unsaid, found.few) == (len(STEPS), 0, 0)
    assert of_requests(academy="A25")["stages"]["whole"][0] == (0, "", "")


def test_delays_of_too_few_requests_are_not_told(invented_exam, confided):
    for registration in some(FEWEST - 1):
        notified(registration, 20, 3, 1)
    archive_all()

    found = delays_of_requests(Selection(EVERYWHERE), YEAR, at=NOW)

    assert {one.delay.count for one in found.stages.values()} == {0}
    assert (found.by_academy, found.by_exam) == ({}, {})
    assert (found.archived, found.few) == (0, (FEWEST - 1) * len(found.stages))


@pytest.mark.parametrize(
    ("counts", "told", "unsaid"),
    [
        ((5, 1), {}, 6),
        ((6, 1, 5), {"T0": 6}, 6),
        ((4, 1, 5), {"T2": 5}, 5),
        ((5, 5), {"T0": 5, "T1": 5}, 0),
        ((2, 2), {}, 0),
    ],
)
def test_requests_of_an_exam_of_few_are_not_found_without_those_of_others(
    invented_exam, counts, told, unsaid
):
    exam = Exam.objects.select_related("domain", "session").first()
    service = RegistrationService.objects.filter(domain=exam.domain).first()
    said = {"domain": exam.domain, "session": exam.session, "kind": exam.kind}
    ArchivedCount.objects.create(service=service, kind="step_day", day=YEAR.first, count=1)
    ArchivedCount.objects.create(
        service=service, kind="step", value="whole 24 34560", count=sum(counts)
    )
    for place, count in enumerate(counts):
        one = Exam.objects.create(code=f"T{place}", label=f"Essai {place}", **said)
        ArchivedCount.objects.create(
            service=service, kind="request", exam=one, value="34560", count=count
        )

    found = requests(Selection(EVERYWHERE), YEAR)

    by_exam = {Exam.objects.get(pk=key).code: took.total() for key, took in found.exams.items()}
    assert (by_exam, found.unsaid_exams) == (told, unsaid)


def test_a_delay_is_kept_in_whole_days_whatever_its_minute(invented_exam, confided):
    [registration] = some(1)
    notified(registration, 0.1, 1.6, 0.01)
    archive_all()

    kept = ArchivedCount.objects.filter(kind__in=["step", "request"])
    assert set(kept.values_list("value", flat=True)) == {
        "opinion 0 1440",
        "decision 1 2880",
        "notification 0 1440",
        "whole 1 2880",
        "2880",
    }


def test_a_decision_taken_again_is_not_archived_as_a_request(invented_exam, confided):
    made = some()
    for registration in made:
        notified(registration, 20, 3, 1)
    accommodating.take_again(
        case=asked.case_of(made[0]),
        why=Again.ERROR,
        has_opinion=True,
        by=asked.MANAGER,
        at=NOW + timedelta(days=30),
    )
    asked.decide(made[0], at=NOW + timedelta(days=31))
    before = of_requests()

    archive_all()

    assert of_requests() == before


def test_of_a_part_of_the_steps_of_a_campaign_none_is_told(invented_exam, confided):
    first, second = some(2)
    notified(first, 0.1, 0.1, 0.1)
    notified(second, 20, 3, 1)
    archive_all()

    found = delays_of_requests(Selection(EVERYWHERE), DAY, at=NOW)

    counts = {one.delay.count for one in found.stages.values()}
    assert (counts, found.archived, found.unsaid) == ({0}, 0, 3)


def test_what_is_archived_of_requests_is_asked_in_two_questions(invented_exam, confided):
    notified(some(1)[0], 20, 3, 1)
    archive_all()
    selection = Selection(EVERYWHERE)
    assert selection.services

    with CaptureQueriesContext(connection) as queries:
        requests(selection, YEAR)

    assert len(queries) == 2
