"""Who lives far from the court has more time to ask it, and is told so (CJA R. 421-7)."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sporades.accommodations.contesting import (
    clock_of,
    contest_in_words,
    court_day_of,
    court_until,
    final_of,
    is_in_time,
    last_day_of,
    papers_needed_until,
    presumed_at,
)
from sporades.accommodations.models import Appeal, Case
from sporades.accommodations.queries import requests_of
from sporades.accommodations.states import State
from sporades.accommodations.tracker import check_of
from sporades.acts.accommodating import notify_decision
from sporades.acts.registrations.moving import move_for_good
from sporades.core.days import midnight
from sporades.documents.operations import mark_opened
from sporades.mail.models import Message
from sporades.medical.models import Compartment
from sporades.registrations.models import Registration
from sporades.registrations.receipt import against_of, silence_on
from sporades.territory.models import FRANCE
from tests.accommodations.asked import again, case_of, contest, reach, write
from tests.accommodations.test_following import DECLARED
from tests.accommodations.test_notified_by_letter import contest_by_letter
from tests.factories import NOW, OPERATOR, a_registration
from tests.spaces import plain

pytestmark = pytest.mark.usefixtures("kept", "confided", "invented_exam")

BELGIUM = "99131"
AUTHORITY = date(2027, 2, 11)
"""Two months after the day on which a notification of NOW that nobody opens is received."""


def living(registration, postcode, country=FRANCE):
    """Have its candidate live elsewhere, and return it as it is read then."""
    Registration.objects.filter(pk=registration.pk).update(postcode=postcode, country=country)
    return Registration.objects.whole().get(pk=registration.pk)


def notified(postcode, country=FRANCE):
    registration = living(a_registration(informations=DECLARED), postcode, country)
    case = reach(registration, State.NOTIFIED)
    case.registration = registration
    return case


@pytest.mark.parametrize(
    ("postcode", "country", "months", "court"),
    [
        ("59000", FRANCE, "", AUTHORITY),
        ("97400", FRANCE, "trois", date(2027, 3, 11)),
        ("97500", FRANCE, "trois", date(2027, 3, 11)),
        ("1000", BELGIUM, "quatre", date(2027, 4, 12)),
    ],
    ids=["near", "La Réunion", "Saint-Pierre-et-Miquelon", "abroad"],
)
def test_the_court_waits_for_who_lives_far_and_the_authority_does_not(
    postcode, country, months, court
):
    case = notified(postcode, country)
    zone = case.registration.service.zone

    said = plain(contest_in_words(case, case.notified_at, None))

    assert last_day_of(case, zone) == AUTHORITY
    assert court_day_of(case) == court
    assert final_of(case, zone).date() == court + timedelta(days=1)
    assert "la contester jusqu'au 11 février 2027 inclus" in said
    assert ("Pour saisir le tribunal" in said) == bool(months)
    assert f"vous avez {months} mois, jusqu'au" in said or not months


@pytest.mark.parametrize(
    ("lived", "lives", "court", "why"),
    [
        ("97400", "59000", date(2027, 3, 11), "parce que vous habitiez loin de lui"),
        ("59000", "97400", date(2027, 3, 11), "parce que vous habitez loin de lui"),
    ],
    ids=["nearer since", "farther since"],
)
def test_what_a_decision_told_holds_for_who_moves_and_so_does_what_the_law_gives_them(
    lived, lives, court, why
):
    case = notified(lived)
    told = plain(case.notification.content["until"])

    case.registration = living(case.registration, lives)
    said = plain(contest_in_words(case, case.notified_at, None))

    assert ("trois mois, jusqu'au 11 mars 2027 inclus" in told) == (lived == "97400")
    assert "trois mois, jusqu'au 11 mars 2027 inclus" in said
    assert why in said
    assert court_day_of(case) == court
    kept = midnight(court + timedelta(days=16), case.registration.service.zone)
    assert papers_needed_until(case.registration, [case]) == kept


def test_the_court_is_that_of_who_took_the_decision_whatever_academy_has_its_candidate_since():
    case = notified("97400")
    Case.objects.filter(pk=case.pk).update(court_seat="A28", months_of_distance=0)
    case.refresh_from_db(fields=["court_seat", "months_of_distance"])

    assert case.registration.months_of_distance == 1
    assert court_day_of(case) == AUTHORITY


def test_each_day_is_counted_by_the_clock_of_who_took_the_decision():
    case = notified("97400")
    Case.objects.filter(pk=case.pk).update(court_seat="A28", months_of_distance=0)
    # Half past ten in the evening in Paris, half past one on the next day in La Réunion.
    mark_opened(case.notification, at=datetime(2026, 12, 1, 21, 30, tzinfo=UTC))
    case = Case.objects.select_related("notification").get(pk=case.pk)

    last = last_day_of(case, clock_of(case))
    said = plain(contest_in_words(case, case.notified_at, case.opened_at))
    assert last == date(2027, 2, 3)
    assert "la contester jusqu'au 3 février 2027 inclus" in said
    assert court_day_of(case) == last

    contest(case, at=midnight(last, "Europe/Paris") + timedelta(hours=10))
    acknowledged = plain(Message.objects.get(kind="appeal_received").body)
    assert "après le dernier jour" not in acknowledged
    assert is_in_time(Appeal.objects.get(), clock_of(case))
    needed = papers_needed_until(case.registration, [case])
    assert needed.astimezone(ZoneInfo("Indian/Reunion")).hour == 0


@pytest.mark.parametrize("is_former", [False, True])
def test_the_pages_that_sum_up_count_silence_by_the_clock_of_who_took_the_decision(is_former):
    case = notified("59000")
    mark_opened(case.notification, at=NOW)
    contest(case)
    Case.objects.update(court_seat="A28")
    registration = again(Registration.objects.get())
    case = requests_of(registration.pk).get()
    # Eleven in the evening in Paris, two in the morning of the next day in La Réunion.
    at = midnight(date(2027, 1, 26), "Europe/Paris") - timedelta(hours=1)
    told = {"case": case}
    if is_former:
        write(registration, at=NOW + timedelta(days=1))
        told = {"case": requests_of(registration.pk).first(), "former": case}

    [check] = check_of(registration, **told, at=at)

    assert "est resté sans réponse le 25 janvier 2027" in plain(check.note)


@pytest.mark.parametrize("seat", ["A28", "A31"], ids=["La Réunion", "Martinique"])
def test_whoever_appeals_at_once_does_so_by_any_clock(seat):
    case = notified("59000")
    for hour in (2, 22):
        at = midnight(NOW.date(), "Europe/Paris") + timedelta(hours=hour)
        Case.objects.filter(pk=case.pk).update(court_seat=seat, notified_at=at)
        appeal = contest(case, at=at)
        assert is_in_time(Appeal.objects.get(pk=appeal.pk), clock_of(appeal.case))
        appeal.delete()


def test_the_court_is_that_of_who_decided_where_another_academy_notifies():
    registration = living(a_registration(informations=DECLARED), "59000")
    reach(registration, State.DECIDED)
    move_for_good(
        registration=again(registration),
        academy="A25",
        reason="Il déménage.",
        by=OPERATOR,
        at=NOW,
    )

    notify_decision(registration=again(registration), by=OPERATOR, at=NOW)

    assert case_of(registration).court_seat == "A09"


def test_what_the_answer_to_an_appeal_told_holds_for_who_moves():
    case = notified("97400")
    appeal = contest_by_letter(case.registration, at=presumed_at(NOW, "Europe/Paris"))
    before = court_until(appeal, case.registration.service.zone)

    appeal = Appeal.objects.get(pk=appeal.pk)
    appeal.case.registration = living(case.registration, "59000")

    assert court_until(appeal, case.registration.service.zone) == before


def test_an_appeal_keeps_its_two_months_and_the_court_has_more_after_its_silence():
    case = notified("1000", BELGIUM)
    registration, zone = case.registration, case.registration.service.zone

    appeal = contest_by_letter(registration, at=presumed_at(NOW, "Europe/Paris"))
    appeal.case.registration = registration

    # Silent two months after it came, on 10 February; then four to go to court.
    assert is_in_time(appeal, zone)
    assert court_until(appeal, zone) == date(2027, 6, 11)


def test_papers_of_health_are_kept_as_long_as_the_court_may_ask_for_them():
    case = notified("1000", BELGIUM)
    contest_by_letter(case.registration, at=presumed_at(NOW, "Europe/Paris"))

    held = Compartment.objects.get(registration=case.registration)

    assert held.erase_after is None or held.erase_after.date() > date(2027, 4, 12)


@pytest.mark.parametrize(
    ("postcode", "country", "more"),
    [("59000", FRANCE, ""), ("97400", FRANCE, "un mois"), ("1000", BELGIUM, "deux mois")],
)
def test_what_goes_against_a_registration_says_how_much_more_time_the_court_gives(
    postcode, country, more
):
    registration = living(a_registration(), postcode, country)

    said = plain(" ".join([*against_of(registration), *silence_on(registration, NOW, at=NOW)]))

    assert said.count("R. 421-7") == (2 if more else 0)
    assert f"vous avez {more} de plus" in said or not more
