"""Five doors at which one could ask whether an address is known; none of them tells (S-13)."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from sporades.accounts import operations as accounts
from sporades.accounts.models import User
from sporades.mail.models import Message
from tests.factories import NOW, PASSWORD, a_candidate
from tests.jobs import work
from tests.web.account.newcomer import ANSWERS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory")]

# As long as each other: what a page weighs must not differ for that.
KNOWN, WAITING, UNKNOWN = "connue@exemple.test", "attend@exemple.test", "autres@exemple.test"


@dataclass(frozen=True)
class Door:
    """A form in which an address is typed.

    Attributes:
        name: its route.
        field: where the address goes.
        known: an address that means something there.
        told: what its owner is sent.
        others: what else is typed.
        is_inside: whether one must be signed in.
    """

    name: str
    field: str
    known: str
    told: list[str]
    others: dict[str, Any]
    is_inside: bool = False


DOORS = [
    Door("account_login", "login", KNOWN, [], {"password": "un autre mot de passe"}),
    Door("account_signup", "email", KNOWN, ["address_known"], ANSWERS),
    Door("account_reset_password", "email", KNOWN, ["password_reset"], {}),
    Door("account_email_verification_sent", "email", WAITING, ["activation"], {}),
    Door("account_email", "email", KNOWN, ["address_known"], {}, is_inside=True),
]


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam."""


@pytest.fixture(autouse=True)
def _people(settings, time_machine):
    time_machine.move_to(NOW, tick=False)
    settings.HIDE_KNOWN_ADDRESSES = True
    cache.clear()
    for email in (KNOWN, "nina@exemple.test", "lena@exemple.test"):
        user = a_candidate(email=email).user
        user.emailaddress_set.create(email=email, primary=True, verified=True)
    accounts.open_account(email=WAITING, password_hash="!", at=NOW)


def answered(door, address, whose):
    """Type an address at a door; return all that comes back, the page it leads to included."""
    browser = Client()
    if door.is_inside:
        browser.post(reverse("account_login"), {"login": whose, "password": PASSWORD})
    first = browser.post(reverse(door.name), {**door.others, door.field: address})
    pages = [first, browser.get(first.url)] if first.status_code == 302 else [first]
    return [
        (page.status_code, shared(page), set(page.cookies), bare(page.text, address, whose))
        for page in pages
    ]


def shared(page):
    """Return the headers of a page but the number of its request."""
    return {name: one for name, one in page.headers.items() if name != "X-Request-Id"}


def bare(page, *addresses):
    """Return a page without what is drawn at random and without who is asked about."""
    page = re.sub(r'name="(csrfmiddlewaretoken|reader)" value="[^"]+"', "", page)
    for address in addresses:
        page = page.replace(address, "…")
    return page


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.name)
def test_a_door_answers_the_same_whether_the_address_is_known_or_not(door):
    known = answered(door, door.known, "nina@exemple.test")
    unknown = answered(door, UNKNOWN, "lena@exemple.test")

    assert known == unknown
    work()
    kinds = list(Message.objects.filter(recipient=door.known).values_list("kind", flat=True))
    assert kinds == door.told
    assert not User.objects.filter(email=UNKNOWN).exists() or door.name == "account_signup"
