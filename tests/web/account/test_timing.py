"""Known and unknown addresses take the same time (S-13): 200 runs each in `make endure`."""

import os
import statistics
import time

import pytest
from django.core.cache import cache
from django.urls import reverse

from sporades.accounts.models import Attempt, User
from tests.factories import PASSWORD, a_candidate
from tests.web.account.newcomer import ANSWERS

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("territory"),
    pytest.mark.endurance,
]

ENDURES = bool(os.environ.get("SPORADES_ENDURE"))
RUNS = 200 if ENDURES else 25
# A busy machine makes a page wait, never work more: only the long run looks at the clock.
clock = time.perf_counter if ENDURES else time.thread_time
CLOSE = 0.010
KNOWN = "maelle@exemple.test"


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam."""


@pytest.fixture(autouse=True)
def _real_hasher(settings):
    settings.PASSWORD_HASHERS = ["sporades.accounts.hashers.Argon2id"]
    cache.clear()


@pytest.fixture
def known():
    user = a_candidate(email=KNOWN).user
    user.emailaddress_set.create(email=KNOWN, primary=True, verified=True)
    return user


def apart(client, send):
    """Return by how much known and unknown addresses usually differ, in seconds.

    Each pair is sent in the same breath, so that a slow moment of the machine falls on both.
    """
    differences = []
    for run in range(RUNS):
        times = {}
        for is_known in (True, False) if run % 2 else (False, True):
            client.cookies.clear()
            Attempt.objects.all().delete()
            address = KNOWN if is_known else f"inconnue{run}@exemple.test"
            begun = clock()
            send(address)
            times[is_known] = clock() - begun
        differences.append(times[True] - times[False])
    return abs(statistics.median(differences))


def test_signing_in(client, known):
    page = reverse("account_login")

    assert (
        apart(client, lambda address: client.post(page, {"login": address, "password": "x"}))
        < CLOSE
    )


def test_forgotten_password(client, known):
    page = reverse("account_reset_password")

    assert apart(client, lambda address: client.post(page, {"email": address})) < CLOSE


def test_activation_mail_sent_again(client, known):
    User.objects.filter(pk=known.pk).update(activated_at=None)
    page = reverse("account_email_verification_sent")

    assert apart(client, lambda address: client.post(page, {"email": address})) < CLOSE


def test_changing_the_address_in_silent_mode(client, known, settings):
    settings.HIDE_KNOWN_ADDRESSES = True
    mine = a_candidate(email="nina@exemple.test").user
    mine.emailaddress_set.create(email=mine.email, primary=True, verified=True)
    client.post(reverse("account_login"), {"login": mine.email, "password": PASSWORD})
    session = client.cookies["__Host-session"].value
    page = reverse("account_email")

    def ask(address):
        client.cookies["__Host-session"] = session
        assert client.post(page, {"email": address}).status_code == 302

    assert apart(client, ask) < CLOSE


def test_signing_up_in_silent_mode(client, known, settings):
    settings.HIDE_KNOWN_ADDRESSES = True
    page = reverse("account_signup")

    difference = apart(client, lambda address: client.post(page, ANSWERS | {"email": address}))

    assert difference < CLOSE
    assert User.objects.count() == 1 + RUNS
