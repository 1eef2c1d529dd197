"""What is erased is erased everywhere: every column of every table is searched (P-21, P-22)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace

import pytest
from asgiref.sync import async_to_sync
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client

import config.settings
from sporades.acts import tasks
from sporades.acts.people import addressing, changing, forgetting, joining
from sporades.acts.services import announcing
from sporades.candidates.models import Candidate
from sporades.core.queue import app
from sporades.exams.held import forget
from sporades.exams.models import RegistrationService
from sporades.mail.models import Message
from sporades.notices import operations as notices
from sporades.notices.models import OpeningAlert
from tests.acts.people import IDENTITY, NOON, join, joined
from tests.endurance.arena import WAITING, eventually, held, rows
from tests.factories import NOW, a_candidate, a_draft, a_registration
from tests.leftovers import columns, where

ADDRESS, OTHER_ADDRESS = "oubli@exemple.test", "ailleurs@exemple.test"
NAMES = {"birth_name": "Quelqu'unique", "first_names": "Zébulon"}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

pytestmark = pytest.mark.usefixtures("invented_exam")


@pytest.fixture(autouse=True)
def _shared_cache(settings):
    """The cache is in the database, as in a real installation."""
    settings.CACHES = config.settings.CACHES


def test_the_search_looks_where_people_are_kept():
    searched = {table for _, table, _ in columns()}

    assert {
        "accounts_user",
        "candidates_identity",
        "journal_entry",
        "mail_message",
        "notices_openingalert",
        "procrastinate_jobs",
        "registrations_sectionanswers",
    } <= searched


def test_the_search_reads_what_sessions_and_the_shared_cache_encode():
    client = Client()
    session = client.session
    session["left"] = {"address": ADDRESS.upper(), "padding": "x" * 2000}
    session.save()
    cache.set("left", ["à", NAMES], timeout=60)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE shared_cache SET expires = '2000-01-01'")

    assert where(ADDRESS) == {"django_session"}
    assert where("zébulon") == {"shared_cache"}


def test_nothing_is_left_of_an_account_that_nobody_activated():
    join(ADDRESS, **NAMES)
    joining.send_activation_again(ADDRESS, network="n", at=NOON + HOUR)
    joining.send_activation_again(ADDRESS, network="n", at=NOON + 3 * HOUR)
    assert Message.objects.count() == 3
    assert {"accounts_user", "candidates_identity", "mail_message"} <= where(
        ADDRESS, *NAMES.values()
    )

    forgetting.delete_unactivated(at=NOON + 49 * HOUR)

    assert where(ADDRESS, "Quelqu", "Zébulon") == set()


def test_nothing_is_left_of_an_account_that_was_never_used_to_register():
    user = joined(OTHER_ADDRESS)
    change = changing.accounts.ask_change(user, email=ADDRESS, at=NOON)
    changing.confirm_address_change(change.pk, at=NOON)
    candidate = Candidate.objects.get(user=user)
    changing.change_identity(
        candidate, identity={**IDENTITY, **NAMES}, by=an_actor(candidate), at=NOON
    )
    draft = a_draft(Candidate.objects.get(user=user), at=NOON)
    announcing.remind_drafts(at=draft.service.closes_at - DAY)
    addressing.warn_owner(ADDRESS, network="n", at=NOON + DAY)
    changing.accounts.forget_old_changes(at=NOON + 4 * DAY)
    forgetting.warn_unused(at=NOON + 153 * DAY)
    assert {message.kind for message in Message.objects.all()} == {
        "activation",
        "address_changed",
        "draft_closing",
        "address_known",
        "account_unused",
    }

    forgetting.erase_unused(at=NOON + 183 * DAY)

    assert where(ADDRESS, OTHER_ADDRESS, "Quelqu", "Zébulon") == set()


def an_actor(candidate):
    """The candidate as the pages name it."""
    return changing.Actor("candidate", str(candidate), f"user:{candidate.user_id}")


@pytest.mark.parametrize("confirms", [False, True])
def test_nothing_is_left_of_an_alert_that_was_told_or_never_confirmed(confirms):
    service = RegistrationService.objects.get(academy="A09")
    service.opens_at = NOON + DAY
    service.save()
    announcing.ask_alert(service=service, email=ADDRESS, network="n", at=NOON)
    if confirms:
        announcing.confirm_alert(alert=OpeningAlert.objects.get(), at=NOON + HOUR)
    assert announcing.tell_openings(at=service.opens_at) == confirms
    assert where(ADDRESS) == {"notices_openingalert", "mail_message"}
    Message.objects.update(state=Message.State.SENT, sent_at=service.opens_at)

    assert notices.forget_settled(at=NOON + 3 * DAY) == 1

    assert where(ADDRESS) == set()


def test_forgetting_one_leaves_the_mails_of_the_others():
    registration = a_registration(at=NOON)
    kept = list(Message.objects.values_list("pk", flat=True))
    join(ADDRESS)

    forgetting.delete_unactivated(at=NOON + 49 * HOUR)

    assert list(Message.objects.values_list("pk", flat=True)) == kept
    assert where(registration.candidate.email) >= {"accounts_user", "mail_message"}


def forget_jobs():
    """Do the job of the hour in a thread of its own: this one may have the loop of a browser."""

    def done():
        try:
            async_to_sync(tasks.forget_jobs.func)(SimpleNamespace(app=app), timestamp=0)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as apart:
        apart.submit(done).result()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("hours", "kept"), [(47, {"procrastinate_jobs"}), (49, set())])
def test_a_job_that_failed_keeps_no_address_for_more_than_two_days(hours, kept):
    tasks.help_back_in.defer(address=ADDRESS, network="n", known_accounts=[], at=NOON.isoformat())
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET status = 'doing'")
        cursor.execute("UPDATE procrastinate_jobs SET status = 'failed'")
        cursor.execute(
            "UPDATE procrastinate_events SET at = now() - make_interval(hours => %s)", [hours]
        )
    assert where(ADDRESS) == {"procrastinate_jobs"}

    forget_jobs()

    assert where(ADDRESS) == kept


@pytest.mark.django_db(transaction=True)
def test_who_registers_while_the_list_is_gone_through_is_not_warned():
    first, second = a_candidate(email=ADDRESS), a_candidate(email=OTHER_ADDRESS)
    at = NOW + 160 * DAY
    RegistrationService.objects.update(closes_at=at + 30 * DAY)
    forget()
    first.user.save()  # written again, its row lies behind the other: the list is in its own order

    def warn():
        try:
            return forgetting.warn_unused(at=at)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as apart:
        with held(first.user):
            warning = apart.submit(warn)
            eventually(lambda: rows(WAITING))
            a_registration(second, at=at)

        assert warning.result() == 1
    assert Message.objects.get(kind="account_unused").recipient == ADDRESS
