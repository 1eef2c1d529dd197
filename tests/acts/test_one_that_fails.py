"""What comes of the other accounts and records, where the database refuses that one of them goes."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client

from sporades.accounts.models import Membership, User
from sporades.acts import tasks
from sporades.acts.agents import inviting
from sporades.acts.people import enrolling, forgetting
from sporades.acts.services import announcing
from sporades.candidates.models import Candidate
from sporades.core import files
from sporades.drawers import operations as drawers
from sporades.drawers.models import Upload
from sporades.evidence.models import ArrivingFile
from sporades.exams.models import RegistrationService
from sporades.mail.models import Message
from sporades.notices.models import OpeningAlert
from tests.acts.people import NOON, join, joined
from tests.factories import NOW, a_candidate, a_record
from tests.refusing import refuse
from tests.web.registry.world import a_member, a_proposed_role

DAY = timedelta(days=1)
MONTHS = NOON + 183 * DAY
ADDRESSES = [f"{name}@exemple.test" for name in ("une", "deux", "trois")]

pytestmark = pytest.mark.usefixtures("invented_exam")


def members():
    """Make three members of staff; return their accounts, the eldest first."""
    return [a_member(address, Membership.Role.MANAGER, ["A09"]) for address in ADDRESSES]


def test_an_account_that_stays_keeps_no_other_that_nobody_activated(caplog):
    for address in ADDRESSES:
        join(address)
    first = User.objects.get(email=ADDRESSES[0])
    refuse("accounts_user", first.pk)

    assert forgetting.delete_unactivated(at=NOON + 3 * DAY) == 2

    assert list(User.objects.all()) == [first]
    assert f"forget_unactivated could not be applied to {first.pk}" in caplog.text


def test_an_account_that_cannot_be_warned_keeps_no_other_from_it(caplog):
    first, *others = [joined(address) for address in ADDRESSES]
    refuse("accounts_user", first.pk)

    assert forgetting.warn_unused(at=MONTHS - 30 * DAY) == 2

    assert set(User.objects.exclude(warned_at=None)) == set(others)
    assert f"could not be applied to {first.pk}" in caplog.text


def test_an_account_that_stays_keeps_no_other_that_nobody_uses(caplog):
    first, *_ = [joined(address) for address in ADDRESSES]
    forgetting.warn_unused(at=MONTHS - 30 * DAY)
    refuse("accounts_user", first.pk)

    assert forgetting.erase_unused(at=MONTHS) == 2

    assert list(User.objects.all()) == [first]
    assert Candidate.objects.get().user == first
    assert f"could not be applied to {first.pk}" in caplog.text


def test_a_record_that_stays_keeps_no_other(caplog):
    first, *_ = [a_record() for _ in ADDRESSES]
    refuse("candidates_candidate", first.pk)

    assert enrolling.erase_unused(at=NOW + enrolling.KEPT_WITHOUT_REGISTRATION) == 2

    assert list(Candidate.objects.all()) == [first]
    assert f"could not be applied to {first.pk}" in caplog.text


def test_a_member_whose_access_stays_open_keeps_no_other_open(caplog):
    first, *_ = members()
    refuse("accounts_membership", first.pk, "user_id")

    assert inviting.close_dormant(at=NOW + 200 * DAY) == 2

    current = Membership.objects.current((NOW + 200 * DAY).date())
    assert [one.user for one in current] == [first]
    assert f"could not be applied to {first.pk}" in caplog.text


def test_an_opening_that_cannot_be_told_to_one_is_told_to_the_others(caplog):
    service = RegistrationService.objects.get(academy="A09")
    RegistrationService.objects.filter(pk=service.pk).update(opens_at=NOW + DAY)
    service.refresh_from_db()
    for address in ADDRESSES:
        announcing.ask_alert(service=service, email=address, network="n", at=NOW)
    alerts = list(OpeningAlert.objects.order_by("pk"))
    for alert in alerts:
        announcing.confirm_alert(alert=alert, at=NOW)
    refuse("notices_openingalert", alerts[0].pk)

    assert announcing.tell_openings(at=service.opens_at) == 2

    told = Message.objects.filter(kind="service_opened").values_list("recipient", flat=True)
    assert set(told) == set(ADDRESSES[1:])
    assert f"could not be applied to {alerts[0].pk}" in caplog.text


def test_a_night_with_an_account_that_stays_does_all_the_rest():
    first, _, _ = [joined(address) for address in ADDRESSES]
    forgetting.warn_unused(at=MONTHS - 30 * DAY)
    record, member = a_record(), a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    refuse("accounts_user", first.pk)

    with time_machine.travel(NOW + 200 * DAY, tick=False):
        tasks.forget_unused(timestamp=0)

    assert set(User.objects.all()) == {first, member}
    assert not Candidate.objects.filter(pk=record.pk).exists()
    assert not member.memberships_on((NOW + 200 * DAY).date())


def test_a_step_that_fails_keeps_no_other_and_its_job_has_failed():
    proposal = a_proposed_role(a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"]))
    refuse("accounts_roleproposal", proposal.pk)
    client = Client()
    client.force_login(a_candidate().user)
    Session.objects.update(expire_date=NOW)

    with (
        time_machine.travel(NOW + 400 * DAY, tick=False),
        pytest.raises(ExceptionGroup) as failed,
    ):
        tasks.forget_accounts(timestamp=0)

    assert [str(one).splitlines()[0] for one in failed.value.exceptions] == ["refused"]
    assert not Session.objects.exists()


def test_a_store_that_is_away_keeps_no_upload(kept, tmp_path):
    owner = a_candidate().user
    drawers.begin(owner=owner, name="carte.jpg", mark="", length=10, at=NOW - 400 * DAY)
    ArrivingFile.objects.create(key="00/00/0.pdf", at=NOW - DAY)
    # As a mount that has gone: what was a folder is none.
    (tmp_path / "kept").rmdir()
    (tmp_path / "kept").touch()

    with time_machine.travel(NOW, tick=False), pytest.raises(ExceptionGroup) as failed:
        tasks.sweep_evidence(timestamp=0)

    assert [type(one) for one in failed.value.exceptions] == [files.OutOfReach]
    assert not Upload.objects.exists()
