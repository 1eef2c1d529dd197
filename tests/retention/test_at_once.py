"""What takes a record's code while the record goes: one order of locks, the code before the person."""

from datetime import timedelta

import pytest

from sporades.accounts.models import Membership, User
from sporades.acts.people import claiming, enrolling, forgetting, joining
from sporades.acts.registrations import standing_in
from sporades.candidates import claims
from sporades.candidates.models import Candidate, ClaimCode
from sporades.exams.held import forget
from sporades.exams.models import Exam, RegistrationService
from sporades.registrations.models import Draft
from sporades.retention import archiving
from sporades.retention.models import Archive
from tests.endurance.arena import first
from tests.factories import EVERYWHERE, NOW, OPERATOR, PASSWORD, a_record
from tests.retention.test_retention import archived_at
from tests.web.registry.world import a_member

pytestmark = pytest.mark.django_db(transaction=True)
BIRTH = (14, 3, 1998)


@pytest.fixture
def record(territory, filed):
    """A record whose only registration is to be archived, and whose code is over by then."""
    record = filed.candidate
    Candidate.objects.update(user=None)
    yield record
    Archive.objects.all().delete()


def give(record, *, at):
    return claiming.give_code(record, reach=EVERYWHERE, academy="A09", by=OPERATOR, at=at)


def holding_the_code(record, act):
    """Return an act that takes the code first, as all of them do, then goes on."""

    def begin(holds):
        claims.lock([record.pk])
        holds()
        return act

    return begin


def test_a_record_is_archived_while_it_is_given_another_code(record, filed):
    at = archived_at(filed)
    give(record, at=NOW)

    [code, is_archived] = first(
        holding_the_code(record, lambda: give(record, at=at)),
        lambda: archiving.archive(filed.pk, at=at),
    )

    assert isinstance(code, str)
    assert is_archived is True
    assert ClaimCode.objects.get().candidate == record
    assert ClaimCode.objects.get().digest == claims.digest_of(code)


def test_a_record_is_archived_while_somebody_takes_it_at_the_last_instant_of_its_code(
    record, filed
):
    at = archived_at(filed)
    just_before = at - timedelta(minutes=1)
    code = give(record, at=just_before - claims.LASTS)
    ClaimCode.objects.update(expires_at=at)
    user = User.objects.create_user("une@exemple.test", PASSWORD, created_at=NOW, activated_at=NOW)

    def take():
        claiming.claim_into(user, code=code, birth=BIRTH, network="ici", at=just_before)

    outcomes = first(holding_the_code(record, take), lambda: archiving.archive(filed.pk, at=at))

    assert outcomes == [None, True]
    record.refresh_from_db()
    assert record.user == user


def test_a_record_is_archived_while_a_registration_is_begun_for_it(record, filed):
    at, exam, there = archived_at(filed), filed.exam, filed.service
    there.pk, there.academy_id = None, "A25"
    there.opens_at, there.closes_at = at - timedelta(days=1), at + timedelta(days=30)
    RegistrationService.objects.filter(academy="A25", domain=there.domain).delete()
    there.save()
    forget()
    agent = a_member("agent@exemple.test", Membership.Role.MANAGER, ["A25"])

    def begin(holds):
        standing_in.begin(
            candidate=record,
            exam=exam,
            speciality=exam.specialities.get(code="MARIN"),
            service=there,
            author=agent,
            by=OPERATOR,
            at=at,
        )
        holds()

    outcomes = first(begin, lambda: archiving.archive(filed.pk, at=at))

    assert outcomes == [None, True]
    assert Draft.objects.get().candidate == record


def test_a_record_that_nobody_used_is_erased_while_it_is_given_another_code(territory):
    record = a_record()
    give(record, at=NOW)
    at = NOW + enrolling.KEPT_WITHOUT_REGISTRATION

    [code, erased] = first(
        holding_the_code(record, lambda: give(record, at=at)),
        lambda: enrolling.erase_unused(at=at),
    )

    assert (isinstance(code, str), erased) == (True, 0)
    assert list(Candidate.objects.all()) == [record]


def test_a_record_that_nobody_used_is_erased_while_a_registration_is_begun_for_it(invented_exam):
    record = a_record()
    at = NOW + enrolling.KEPT_WITHOUT_REGISTRATION
    RegistrationService.objects.update(closes_at=at + timedelta(days=30))
    forget()
    exam = Exam.objects.get(code="BE")

    def begin(holds):
        standing_in.begin(
            candidate=record,
            exam=exam,
            speciality=exam.specialities.get(code="MARIN"),
            service=RegistrationService.objects.get(academy="A09"),
            author=a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"]),
            by=OPERATOR,
            at=at,
        )
        holds()

    outcomes = first(begin, lambda: enrolling.erase_unused(at=at))

    assert outcomes == [None, 0]
    assert Draft.objects.get().candidate == record


def test_an_account_made_with_a_code_is_activated_while_it_would_be_forgotten(territory):
    record = a_record()
    code = give(record, at=NOW)
    claiming.claim(
        code=code,
        birth=BIRTH,
        email="une@exemple.test",
        password=PASSWORD,
        network="ici",
        at=NOW,
    )
    user = User.objects.get()

    [activated, forgotten] = first(
        holding_the_code(record, lambda: joining.activate(user.pk, at=user.activation_deadline)),
        lambda: forgetting.forget_unactivated(user.pk, at=NOW + timedelta(days=9)),
    )

    assert (activated, forgotten) == (user, 0)
    record.refresh_from_db()
    assert record.user == user
