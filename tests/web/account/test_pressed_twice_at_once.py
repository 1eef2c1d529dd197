"""A link that serves once, pressed twice at one instant: each press is told what the first has done."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client

from sporades.accounts.models import AddressChange
from sporades.acts.people import changing
from sporades.mail.models import Message
from tests.endurance.arena import WAITING, eventually, held, rows
from tests.factories import NOW
from tests.web.account.owner import activated, link_in
from tests.web.guide import signed_in

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.usefixtures("territory", "clock", "_empty_cache"),
]
NEW = "neuve@exemple.test"


@pytest.fixture
def user(territory):
    return activated("maelle@exemple.test")


def pressed(user, link, browsers):
    """Press a button in each of these browsers, all having read before any writes; return the pages."""

    def press(browser):
        try:
            return browser.post(link, follow=True)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(browsers)) as apart:
        with held(user):
            presses = [apart.submit(press, browser) for browser in browsers]
            eventually(lambda: len(rows(WAITING)) == len(browsers))
        return [one.result() for one in presses]


def asked(user):
    """Ask for another address; return the link that confirms it."""
    changing.ask_address_change(user, email=NEW, network="", at=NOW)
    return link_in(Message.objects.get(kind="address_change"))


def test_a_new_address_is_said_to_be_confirmed(user):
    link = asked(user)

    pages = pressed(user, link, [signed_in(user) for _ in range(2)])

    user.refresh_from_db()
    assert user.email == NEW
    assert [page.status_code for page in pages] == [200, 200]
    assert all(f"Votre adresse est maintenant {NEW}." in page.text for page in pages)
    assert Message.objects.filter(kind="address_changed", recipient=NEW).count() == 1


def test_an_account_is_said_to_be_given_back(user):
    asked(user)
    changing.confirm_address_change(AddressChange.objects.get().pk, at=NOW)
    link = link_in(Message.objects.get(kind="address_changed", recipient=user.email))

    pages = pressed(user, link, [Client() for _ in range(2)])

    assert [page.status_code for page in pages] == [200, 200]
    said = "Votre compte a de nouveau l&#x27;adresse maelle@exemple.test"
    assert all(said in page.text for page in pages)
    assert Message.objects.filter(kind="address_restored", recipient=user.email).count() == 1
