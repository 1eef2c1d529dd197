"""A doctor who is one no more keeps no request: those that wait go back to the list (H2)."""

from datetime import timedelta

import pytest

from sporades.accommodations.doctors import doctors_for
from sporades.accommodations.models import Case
from sporades.accommodations.queries import left_by_their_doctor
from sporades.accommodations.states import State
from sporades.accounts.models import Membership
from sporades.acts import accommodating
from sporades.acts.agents import inviting
from sporades.acts.medical import opining, relieving
from sporades.core.actors import SYSTEM
from sporades.journal.models import Entry
from sporades.medical.operations import compartment_of
from sporades.medical.queries import compartment, draft_of
from tests.accommodations.asked import as_doctor, case_of, opine, send, write
from tests.factories import NOW, OPERATOR, a_registration
from tests.medical.given import a_doctor
from tests.refusing import refuse
from tests.web.registry.world import a_member

TOMORROW = NOW + timedelta(days=1)
LEFT = "accommodation left by its doctor"


@pytest.fixture
def doctor():
    return a_doctor()


@pytest.fixture
def role(doctor):
    return doctor.memberships.get()


@pytest.fixture
def case(registration, doctor):
    """Make a request that is with its doctor, and what they have typed of an opinion."""
    compartment_of(registration)
    return with_doctor(registration, doctor)


def with_doctor(registration, doctor):
    write(registration)
    send(registration)
    found = case_of(registration)
    accommodating.entrust(case=found, doctor=doctor, name="Dr Anne Roussel", by=OPERATOR, at=NOW)
    return case_of(registration)


def end_of_the_role(role):
    role.ends_on = NOW.date()


def another_academy(role):
    role.academies = ["A25"]


def another_domain(role):
    role.domains = ["AUTRE"]


def another_role(role):
    role.role = Membership.Role.AUDITOR


def test_a_request_may_be_entrusted_to_the_doctors_of_its_academy_alone(registration, role):
    a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    a_doctor("medecin.versailles@exemple.test", academies=("A25",))

    assert doctors_for(registration, day=NOW.date()) == [role]


@pytest.mark.parametrize("change", [end_of_the_role, another_academy, another_domain, another_role])
def test_what_a_doctor_who_is_one_no_more_had_goes_back_to_the_list_at_night(case, role, change):
    change(role)
    role.save()

    assert relieving.relieve(at=TOMORROW) == 1
    assert relieving.relieve(at=TOMORROW) == 0

    found = Case.objects.get(pk=case.pk)
    assert (found.state, found.doctor, found.doctor_name) == (State.ASKED, None, "")
    assert found.left_at == TOMORROW
    assert compartment(case.registration).doctor is None
    entry = Entry.objects.get(verb=LEFT)
    assert (entry.actor_kind, entry.academy) == (SYSTEM.kind, "A09")
    assert entry.payload["after"] == {"case": case.pk, "doctor": "Dr Anne Roussel"}


def test_one_that_cannot_be_given_back_stops_nobody_s_night(case, role, caplog):
    end_of_the_role(role)
    role.save()
    refuse("accommodations_case", case.pk)

    assert relieving.relieve(at=TOMORROW) == 0

    assert Case.objects.get(pk=case.pk).state == State.WITH_DOCTOR
    assert f"could not be applied to {case.pk}" in caplog.text


def test_an_account_that_is_barred_keeps_nothing(case, doctor):
    doctor.is_active = False
    doctor.save()

    assert relieving.relieve(at=NOW) == 1


def test_a_doctor_keeps_what_they_have_until_the_last_day_is_over(case, role):
    role.ends_on = NOW.date()
    role.domains = [case.registration.exam.domain.code]
    role.save()

    assert relieving.relieve(at=NOW) == 0
    assert case_of(case.registration).state == State.WITH_DOCTOR


def test_closing_an_account_gives_its_requests_back_at_once_in_the_name_of_who_closes(case, doctor):
    other = a_doctor("autre@exemple.test", "Dr Autre")
    kept = with_doctor(a_registration(informations={"has_disability": "oui"}), other)

    inviting.close(email=doctor.email, by=OPERATOR, at=NOW)

    assert case_of(case.registration).state == State.ASKED
    assert case_of(kept.registration).state == State.WITH_DOCTOR
    assert Entry.objects.get(verb=LEFT).actor_name == OPERATOR.name


def test_an_account_that_sleeps_gives_its_requests_back(case):
    assert inviting.close_dormant(at=NOW + timedelta(days=200)) == 1

    assert case_of(case.registration).state == State.ASKED


def test_what_was_signed_stays(case, role):
    opine(case.registration)
    role.delete()

    assert relieving.relieve(at=TOMORROW) == 0
    found = case_of(case.registration)
    assert (found.state, found.doctor_name) == (State.OPINION_GIVEN, "Dr Anne Roussel")


def test_the_next_doctor_finds_what_was_typed_and_nothing_is_said_of_the_former(case, doctor, role):
    opining.keep(case=case, typed={"texte": "Essai"}, seen=0, by=as_doctor(doctor), at=NOW)
    role.delete()
    relieving.relieve(at=NOW)

    next_one = a_doctor("autre@exemple.test", "Dr Autre")
    accommodating.entrust(case=case, doctor=next_one, name="Dr Autre", by=OPERATOR, at=TOMORROW)

    assert case_of(case.registration).left_at is None
    draft = draft_of(compartment(case.registration))
    assert opining.typed_in(draft) == {"texte": "Essai"}


def test_all_of_them_are_found_in_one_question(case, role, django_assert_num_queries):
    with_doctor(a_registration(informations={"has_disability": "oui"}), role.user)
    role.delete()

    with django_assert_num_queries(1):
        assert len(left_by_their_doctor(day=NOW.date())) == 2
