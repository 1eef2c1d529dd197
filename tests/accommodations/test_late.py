"""What is added to a request after its deadline: told with its reason, or refused (H1)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from sporades.accommodations import operations
from sporades.accommodations.late import came_in_time, late_told, was_in_time
from sporades.accommodations.models import Again
from sporades.accommodations.rules import Wish, deadline_of, late_until, plan_in_words, rules_of
from sporades.accommodations.states import State
from sporades.acts import accommodating, tasks
from sporades.acts.registrations import requesting
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.notices import operations as notices
from sporades.notices.models import Banner
from sporades.registrations.models import Registration
from tests.accommodations.asked import (
    ACCESS,
    MANAGER,
    READER,
    THIRD,
    WISHES,
    case_of,
    find_incomplete,
    reach,
    send,
    write,
)
from tests.factories import NOW, a_registration, author, load_invented
from tests.requests import ask

AFTER = datetime(2026, 12, 20, 12, tzinfo=UTC)
MUCH_LATER = AFTER + timedelta(days=60)
WHY = {"late_reason": "APPARUE"}
LATE = "tardive:\n        - {code: APPARUE, libelle: La gêne est apparue après la date limite}\n"
NOTHING_LATE = (f"      {LATE}", "")
LATE_UNTIL = (
    "      tardive:",
    "      tardive_jusqu_au: {jours_apres_fermeture: 30}\n      tardive:",
)


def with_rules(*changes):
    """File a registration for the invented exam, of which these words are changed."""
    load_invented(*changes)
    forget()
    return a_registration(informations={"has_disability": "oui"})


def take_up(registration, *, at=AFTER):
    by = author(registration.candidate)
    accommodating.take_up(case=case_of(registration), by=by, at=at)


def filed_again(registration):
    """Have a modification accepted once the service has closed: it is under what is in force now."""
    asked = ask(Registration.objects.get(pk=registration.pk), AFTER)
    requesting.accept(request=asked, by=MANAGER, at=AFTER)


def told(registration):
    case = case_of(registration)
    return late_told(case, case.measures.all())


@pytest.mark.parametrize("step", [take_up, find_incomplete])
@pytest.mark.parametrize(
    "added",
    [
        (*WISHES, Wish(READER)),
        # Another one instead is one more.
        (Wish(READER),),
        # More épreuves than were asked for, then all of them.
        (Wish(THIRD, ("E1", "E2")), Wish(ACCESS)),
        (Wish(THIRD), Wish(ACCESS)),
    ],
)
def test_what_is_added_after_the_deadline_says_why(registration, step, added):
    reach(registration, State.ASKED)
    step(registration, at=AFTER)

    with pytest.raises(operations.LateReasonMissing, match="dites pourquoi vous ajoutez « "):
        write(registration, *added, at=AFTER)
    write(registration, *added, **WHY, at=AFTER)
    send(registration, at=AFTER)

    [(label, said)] = told(registration)
    assert label == "Après la date limite"
    assert said.endswith("». La gêne est apparue après la date limite")
    assert case_of(registration).first_asked_at == NOW


@pytest.mark.parametrize("step", [take_up, find_incomplete])
@pytest.mark.parametrize("added", [(*WISHES, Wish(READER)), (Wish(THIRD), Wish(ACCESS))])
def test_nothing_is_added_where_nothing_late_is_taken(step, added):
    registration = with_rules(NOTHING_LATE)
    reach(registration, State.ASKED)
    step(registration, at=AFTER)

    with pytest.raises(operations.AddedTooLate, match="ne s'ajoute plus"):
        write(registration, *added, at=AFTER)
    write(registration, Wish(THIRD, ("E1",)), at=AFTER)
    write(registration, *WISHES, at=AFTER)
    send(registration, at=AFTER)

    assert told(registration) == []


def test_what_a_measure_specifies_is_part_of_it(registration):
    registration = with_rules(
        ("libelle: Secrétaire lecteur,", "libelle: Secrétaire lecteur, precision: Lequel,")
    )
    reach(registration, State.ASKED, Wish(READER, precision="Une heure par jour"))
    take_up(registration)

    with pytest.raises(operations.LateReasonMissing):
        write(registration, Wish(READER, precision="Deux heures par jour"), at=AFTER)
    write(registration, Wish(READER, ("E1",), "Une heure par jour"), at=AFTER)


def test_what_is_written_in_time_and_sent_after_the_deadline_says_why(registration):
    reach(registration, State.ASKED)
    take_up(registration, at=NOW)
    write(registration, *WISHES, Wish(READER), at=NOW)

    with pytest.raises(operations.LateReasonMissing):
        send(registration, at=AFTER)


def test_what_is_sent_again_in_time_is_no_addition(registration):
    reach(registration, State.ASKED)
    take_up(registration, at=NOW)
    write(registration, *WISHES, Wish(READER), at=NOW)
    send(registration, at=NOW)
    take_up(registration)
    write(registration, Wish(READER), at=AFTER)
    send(registration, at=AFTER)

    assert told(registration) == []


def test_what_was_sent_in_time_and_left_comes_back_without_a_reason(registration):
    reach(registration, State.ASKED)
    take_up(registration)
    write(registration, Wish(ACCESS), at=AFTER)
    send(registration, at=AFTER)
    take_up(registration)
    write(registration, *WISHES, at=AFTER)
    send(registration, at=AFTER)

    assert told(registration) == []


def test_a_reason_of_what_is_not_added_after_all_is_not_kept(registration):
    reach(registration, State.ASKED)
    take_up(registration)
    write(registration, *WISHES, Wish(READER), **WHY, at=AFTER)
    write(registration, *WISHES, **WHY, at=AFTER)
    send(registration, at=AFTER)

    assert case_of(registration).late_reason == ""


def test_a_service_that_closes_later_takes_all_of_it_in_time(registration):
    reach(registration, State.ASKED)
    take_up(registration)
    write(registration, *WISHES, Wish(READER), **WHY, at=AFTER)
    send(registration, at=AFTER)
    RegistrationService.objects.filter(pk=registration.service_id).update(closes_at=MUCH_LATER)
    take_up(registration)
    send(registration, at=AFTER)

    assert told(registration) == []
    assert case_of(registration).late_reason == ""


def extended(registration, *, until):
    """Extend its service, and let the job go through it, as it does."""
    service = RegistrationService.objects.filter(pk=registration.service_id)
    service.update(closes_at=until)
    forget()
    with time_machine.travel(AFTER + timedelta(hours=2), tick=False):
        tasks.follow_dates(str(registration.service_id), "0")


def as_it_is(registration):
    case = case_of(registration)
    case.registration = Registration.objects.get(pk=registration.pk)
    return case


@pytest.mark.parametrize(
    ("until", "is_late"), [(AFTER, False), (AFTER - timedelta(minutes=1), True)]
)
def test_what_came_late_is_in_time_once_its_service_is_extended_beyond_it(
    registration, until, is_late
):
    reach(registration, State.ASKED, **WHY, at=AFTER)
    assert told(registration) == [("Demande tardive", "La gêne est apparue après la date limite")]

    extended(registration, until=until)

    case = as_it_is(registration)
    assert (was_in_time(case), came_in_time(case)) == (not is_late, not is_late)
    assert bool(told(registration)) is is_late


def test_what_was_added_late_is_in_time_once_its_service_is_extended_beyond_it(registration):
    reach(registration, State.ASKED)
    take_up(registration)
    write(registration, *WISHES, Wish(READER), **WHY, at=AFTER)
    send(registration, at=AFTER)

    extended(registration, until=MUCH_LATER)

    assert told(registration) == []
    assert case_of(registration).late_reason == ""
    # What was added is in time: it is asked for again later without a reason.
    take_up(registration, at=MUCH_LATER)
    write(registration, Wish(READER), at=MUCH_LATER + timedelta(days=1))


def test_a_late_request_is_added_to_until_nothing_late_is_taken():
    registration = with_rules(LATE_UNTIL)
    reach(registration, State.ASKED, **WHY, at=AFTER)
    take_up(registration)
    write(registration, *WISHES, Wish(READER), **WHY, at=AFTER)
    send(registration, at=AFTER)
    assert told(registration) == [("Demande tardive", "La gêne est apparue après la date limite")]
    find_incomplete(registration, at=AFTER)

    with pytest.raises(operations.AddedTooLate):
        write(registration, Wish(THIRD), **WHY, at=MUCH_LATER)
    write(registration, Wish(READER), **WHY, at=MUCH_LATER)
    send(registration, at=MUCH_LATER)

    assert case_of(registration).state == State.ASKED


def test_a_decision_that_is_taken_again_still_says_what_came_late(registration):
    reach(registration, State.ASKED)
    take_up(registration)
    reach(registration, State.NOTIFIED, *WISHES, Wish(READER), **WHY, at=AFTER)
    accommodating.take_again(
        case=case_of(registration), why=Again.ERROR, has_opinion=True, by=MANAGER, at=AFTER
    )

    [(_, said)] = told(registration)
    assert said == "« Secrétaire lecteur ». La gêne est apparue après la date limite"


def test_why_a_request_is_late_stays_said_under_a_version_that_knows_it_no_more(registration):
    reach(registration, State.ASKED, **WHY, at=AFTER)
    before = told(registration)
    assert before == [("Demande tardive", "La gêne est apparue après la date limite")]
    load_invented(
        ("{code: APPARUE, libelle: La gêne est apparue", "{code: DEPUIS, libelle: Depuis")
    )
    forget()

    filed_again(registration)

    case = case_of(registration)
    assert rules_of(case.registration).late_reason(case.late_reason) is None
    assert told(registration) == before


def test_a_plan_stays_said_under_a_version_that_knows_it_no_more(registration):
    reach(registration, State.ASKED, plan="PAP", at=NOW)
    load_invented(
        ("{code: PAP, libelle: Plan d'acc", "{code: PPS, libelle: Projet d'acc"),
        ("categories: [FORM], plans: [PAP]", "categories: [FORM], plans: [PPS]"),
        ("si: {plans: [PAP]}", "si: {plans: [PPS]}"),
    )
    forget()

    filed_again(registration)

    case = case_of(registration)
    assert rules_of(case.registration).plan(case.plan) is None
    assert plan_in_words(case) == "Plan d'accompagnement personnalisé"


@pytest.mark.parametrize("is_of_late_ones", [False, True])
def test_what_ends_while_nothing_is_written_is_taken_until_the_evening_of_the_next_day(
    is_of_late_ones,
):
    registration = with_rules(*([LATE_UNTIL] if is_of_late_ones else []))
    until = late_until if is_of_late_ones else deadline_of
    last = until(registration)
    notices.show(
        kind=Banner.Kind.ALERT,
        message="Panne.",
        at=last - timedelta(hours=2),
        until=last + timedelta(hours=4),
        stops_writing=True,
    )

    with time_machine.travel(last + timedelta(hours=5), tick=False):
        assert until(registration) == last + timedelta(days=2)
