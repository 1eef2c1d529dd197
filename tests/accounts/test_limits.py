"""What may not be done too often is counted exactly."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from sporades.accounts import limits
from sporades.accounts.limits import (
    MAILS_BUT_RESETS,
    MAILS_FROM_A_NETWORK,
    MAILS_TO_AN_ADDRESS,
    key_of,
    spend,
    spend_all,
)
from sporades.accounts.models import Attempt
from sporades.acts.people import addressing

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.mark.django_db
def test_three_mails_an_hour_and_five_a_day():
    instants = [NOON + timedelta(minutes=10 * number) for number in range(144)]

    sent = [at for at in instants if spend(MAILS_TO_AN_ADDRESS, "ines@exemple.test", at=at)]

    assert [(at - NOON) // timedelta(minutes=1) for at in sent] == [0, 10, 20, 60, 70]
    assert spend(MAILS_TO_AN_ADDRESS, "ines@exemple.test", at=NOON + timedelta(hours=24))


@pytest.mark.django_db
def test_what_arrived_later_and_was_dealt_with_first_is_counted():
    instants = [NOON + timedelta(seconds=number) for number in (3, 2, 1, 0)]

    sent = [spend(MAILS_TO_AN_ADDRESS, "ines@exemple.test", at=at) for at in instants]

    assert sent == [True, True, True, False]


@pytest.mark.django_db
def test_one_address_does_not_spend_for_another():
    for _ in range(3):
        spend(MAILS_TO_AN_ADDRESS, "ines@exemple.test", at=NOON)

    assert spend(MAILS_TO_AN_ADDRESS, "nina@exemple.test", at=NOON)


@pytest.mark.django_db
def test_a_network_causes_two_thousand_mails_an_hour_whomever_they_go_to():
    key = key_of("192.0.2.1")
    Attempt.objects.bulk_create(
        Attempt(limit=MAILS_FROM_A_NETWORK.name, key=key, at=NOON) for _ in range(1_999)
    )

    def may_write(number, **changes):
        said = {"network": "192.0.2.1", "at": NOON} | changes
        return addressing.may_write(f"eleve{number}@exemple.test", **said)

    assert [may_write(number) for number in range(3)] == [True, False, False]
    assert may_write(4, network="198.51.100.1")
    assert may_write(5, at=NOON + timedelta(hours=1))


@pytest.mark.django_db
def test_a_share_of_an_address_s_mails_is_kept_for_new_passwords():
    def may_write(**kind):
        return addressing.may_write("ines@exemple.test", network="n", at=NOON, **kind)

    assert [may_write() for _ in range(3)] == [True, True, False]
    assert [may_write(is_reset=True) for _ in range(2)] == [True, False]


@pytest.mark.django_db
def test_a_use_that_one_limit_refuses_is_counted_by_none():
    for _ in range(3):
        spend(MAILS_TO_AN_ADDRESS, "ines@exemple.test", at=NOON)

    allowed = spend_all(
        [(MAILS_BUT_RESETS, "ines@exemple.test"), (MAILS_TO_AN_ADDRESS, "ines@exemple.test")],
        at=NOON,
    )

    assert not allowed
    assert not Attempt.objects.filter(limit=MAILS_BUT_RESETS.name).exists()


@pytest.mark.django_db(transaction=True)
def test_twelve_at_once_take_three():
    together, taken = Barrier(12), []

    def take():
        together.wait()
        taken.append(spend(MAILS_TO_AN_ADDRESS, "ines@exemple.test", at=NOON))
        connection.close()

    threads = [Thread(target=take) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(taken) == 3


@pytest.mark.django_db
def test_what_no_limit_counts_any_more_is_deleted():
    spend(MAILS_TO_AN_ADDRESS, "ines@exemple.test", at=NOON)
    spend(MAILS_TO_AN_ADDRESS, "ines@exemple.test", at=NOON + timedelta(hours=2))

    assert limits.forget_old(at=NOON + timedelta(hours=24)) == 1
    assert Attempt.objects.count() == 1
