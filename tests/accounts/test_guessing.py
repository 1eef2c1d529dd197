"""Wrong passwords: each makes the next wait longer, and the owner is never shut out."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from sporades.accounts import guessing
from sporades.accounts.guessing import Place, TooManyTries
from sporades.accounts.models import Attempt

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
HERE, ELSEWHERE = Place("network 192.0.2.1"), Place("network 198.51.100.7")
KNOWN = Place("device abc", is_known=True)
ADDRESS = "ines@exemple.test"


def tries_until(place, *, start=NOON, lasts=timedelta(hours=24)):
    """Try as often as allowed; return the instants at which a password was looked at."""
    looked, at = [], start
    while at < start + lasts:
        try:
            guessing.begin(ADDRESS, place, at=at)
            looked.append(at)
        except TooManyTries as refusal:
            at += max(refusal.wait, timedelta(seconds=1))
    return looked


@pytest.mark.django_db
def test_five_tries_are_free_then_each_waits_twice_as_long():
    looked = tries_until(HERE, lasts=timedelta(minutes=20))

    seconds = [(at - NOON).total_seconds() for at in looked]
    assert seconds == [0, 0, 0, 0, 0, 60, 180, 420, 900]


@pytest.mark.django_db
def test_one_network_makes_fewer_than_25_tries_in_a_day():
    assert len(tries_until(HERE)) < guessing.MOST_FROM_UNKNOWN_DEVICES


@pytest.mark.django_db
def test_the_owner_enters_at_the_first_try_from_another_network_while_one_is_attacking():
    for second in range(100):
        try:
            guessing.begin(ADDRESS, HERE, at=NOON + timedelta(seconds=second))
        except TooManyTries:
            continue

    assert guessing.begin(ADDRESS, ELSEWHERE, at=NOON + timedelta(seconds=101))


@pytest.mark.django_db
def test_unknown_devices_have_25_tries_a_day_together_and_known_ones_are_not_among_them():
    for number in range(25):
        guessing.begin(ADDRESS, Place(f"network 203.0.113.{number}"), at=NOON)

    with pytest.raises(TooManyTries) as refusal:
        guessing.begin(ADDRESS, ELSEWHERE, at=NOON)

    assert refusal.value.wait == timedelta(hours=24)
    assert guessing.begin(ADDRESS, KNOWN, at=NOON)
    assert guessing.begin(ADDRESS, ELSEWHERE, at=NOON + timedelta(hours=24, seconds=1))


@pytest.mark.django_db
def test_what_known_devices_try_shuts_no_unknown_one_out():
    for number in range(guessing.MOST_FROM_UNKNOWN_DEVICES):
        guessing.begin(ADDRESS, Place(f"device {number}", is_known=True), at=NOON)

    assert guessing.begin(ADDRESS, ELSEWHERE, at=NOON)


@pytest.mark.django_db
def test_a_new_password_by_mail_starts_everything_anew():
    for number in range(25):
        guessing.begin(ADDRESS, Place(f"network 203.0.113.{number}"), at=NOON)

    for _ in range(guessing.FREE_TRIES):
        guessing.begin(ADDRESS, KNOWN, at=NOON)

    guessing.forget(ADDRESS)

    assert guessing.begin(ADDRESS, HERE, at=NOON)
    assert guessing.begin(ADDRESS, KNOWN, at=NOON)


@pytest.mark.django_db
def test_a_new_password_by_mail_starts_nothing_anew_for_another():
    for number in range(25):
        guessing.begin(ADDRESS, Place(f"network 203.0.113.{number}"), at=NOON)

    guessing.forget("nina@exemple.test")

    with pytest.raises(TooManyTries):
        guessing.begin(ADDRESS, HERE, at=NOON)


@pytest.mark.django_db
def test_the_right_password_forgets_the_slips_of_its_own_place_only():
    for _ in range(4):
        guessing.begin(ADDRESS, HERE, at=NOON)
        guessing.begin(ADDRESS, ELSEWHERE, at=NOON)

    guessing.begin(ADDRESS, HERE, at=NOON).succeeded()

    assert Attempt.objects.count() == 4
    assert guessing.begin("nina@exemple.test", HERE, at=NOON)


@pytest.mark.django_db
def test_neither_address_nor_network_is_kept_in_clear():
    guessing.begin(ADDRESS, HERE, at=NOON)

    attempt = Attempt.objects.get()
    assert len(attempt.key) == 64
    assert "exemple" not in attempt.key
    assert "192" not in attempt.limit


@pytest.mark.django_db
def test_the_refusal_says_how_long_to_wait_and_the_way_round():
    for _ in range(5):
        guessing.begin(ADDRESS, HERE, at=NOON)

    with pytest.raises(TooManyTries, match="Réessayez dans une minute, ou demandez") as refusal:
        guessing.begin(ADDRESS, HERE, at=NOON)

    assert "Mot de passe oublié, réinitialisation du mot de passe" in str(refusal.value)


@pytest.mark.django_db(transaction=True)
def test_twenty_tries_at_the_same_instant_are_counted_one_by_one():
    together, allowed = Barrier(20), []

    def attempt():
        together.wait()
        try:
            guessing.begin(ADDRESS, HERE, at=NOON)
            allowed.append(1)
        except TooManyTries:
            pass
        finally:
            connection.close()

    threads = [Thread(target=attempt) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(allowed) == guessing.FREE_TRIES


@pytest.mark.django_db
def test_no_address_that_is_typed_counts_as_the_second_factor_of_somebody_else():
    for number in range(25):
        stranger = Place(f"network 203.0.113.{number}")
        guessing.begin(f"{guessing.SECOND_FACTOR.name}{ADDRESS}", stranger, at=NOON)

    assert guessing.begin(ADDRESS, HERE, secret=guessing.SECOND_FACTOR, at=NOON)
