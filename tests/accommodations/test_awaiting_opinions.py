"""A doctor is told that requests wait for an opinion: once a day, and only of what is new (H2)."""

from datetime import timedelta

import pytest

from sporades.accounts.models import Membership
from sporades.acts import accommodating
from sporades.acts.medical import awaiting_opinions
from sporades.mail.models import Message
from sporades.mail.operations import forget
from sporades.registrations.models import Registration
from tests.accommodations.asked import case_of, opine, send, write
from tests.factories import NOW, OPERATOR, a_candidate, a_registration
from tests.medical.given import a_doctor

MORNING = NOW + timedelta(hours=20)
DAY = timedelta(days=1)


@pytest.fixture
def doctor():
    return a_doctor()


def entrust(doctor, registration=None, *, at=NOW):
    """Entrust the request of a registration to a doctor."""
    registration = registration or a_registration(a_candidate())
    write(registration)
    send(registration)
    case = case_of(registration)
    accommodating.entrust(case=case, doctor=doctor, name="Dr Anne Roussel", by=OPERATOR, at=at)
    return registration


def told():
    return Message.objects.filter(kind="opinions_awaited").order_by("pk")


def test_of_many_one_mail_says_how_many_and_nothing_of_whom(registration, doctor):
    entrust(doctor, registration)
    entrust(doctor)

    assert awaiting_opinions.tell_doctors(at=MORNING) == 1

    [mail] = told()
    said = f"{mail.subject} {mail.body}"
    assert mail.recipient == doctor.email
    assert mail.subject == "2 demandes attendent votre avis"
    for secret in (registration.number, registration.identity.birth_name, "aménagement", "santé"):
        assert secret.casefold() not in said.casefold()


def test_pressed_again_the_same_day_it_is_said_once(registration, doctor):
    entrust(doctor, registration)
    awaiting_opinions.tell_doctors(at=MORNING)
    entrust(doctor, at=MORNING + timedelta(hours=1))

    assert awaiting_opinions.tell_doctors(at=MORNING + timedelta(hours=2)) == 0
    assert awaiting_opinions.tell_doctors(at=MORNING + DAY) == 1
    assert [mail.subject for mail in told()] == [
        "Une demande attend votre avis",
        "2 demandes attendent votre avis",
    ]


def test_of_what_was_told_already_nothing_is_said_again(registration, doctor):
    entrust(doctor, registration)
    awaiting_opinions.tell_doctors(at=MORNING)

    assert awaiting_opinions.tell_doctors(at=MORNING + DAY) == 0


def test_what_no_more_waits_is_not_told(registration, doctor):
    entrust(doctor, registration)
    opine(registration)

    assert awaiting_opinions.tell_doctors(at=MORNING) == 0
    assert not told()


def test_a_closed_account_is_not_written_to(registration, doctor):
    entrust(doctor, registration)
    doctor.is_active = False
    doctor.save()

    assert awaiting_opinions.tell_doctors(at=MORNING) == 0


LAST_DAY = MORNING.date()
"""The role of a doctor is theirs until the end of that day."""


@pytest.mark.parametrize(
    ("role", "after", "is_told"),
    [
        ({"ends_on": LAST_DAY}, 0 * DAY, True),
        ({"ends_on": LAST_DAY}, DAY, False),
        ({"academies": ["A25"]}, 0 * DAY, False),
        ({"domains": ["AUTRE"]}, 0 * DAY, False),
        ({"role": Membership.Role.AUDITOR}, 0 * DAY, False),
    ],
)
def test_who_is_no_more_the_doctor_of_a_request_is_not_written_to(
    registration, doctor, role, after, is_told
):
    entrust(doctor, registration)
    doctor.memberships.update(**role)

    assert awaiting_opinions.tell_doctors(at=MORNING + after) == is_told


def test_what_is_in_the_perimeter_alone_is_counted(registration, doctor):
    entrust(doctor, registration)
    elsewhere = entrust(doctor)
    Registration.objects.filter(pk=elsewhere.pk).update(academy="A25")

    awaiting_opinions.tell_doctors(at=MORNING)

    assert [mail.subject for mail in told()] == ["Une demande attend votre avis"]


def test_it_goes_with_the_account(registration, doctor):
    entrust(doctor, registration)
    awaiting_opinions.tell_doctors(at=MORNING)

    forget([doctor])

    assert not told()
