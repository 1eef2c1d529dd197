"""Devices that are known, strangers who try, addresses behind one network (B9)."""

import hashlib
import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from sporades.accounts.models import User
from sporades.mail.models import Message
from sporades.web.account import devices
from sporades.web.layout.device import said_by
from tests.endurance.arena import figure
from tests.factories import NOW, PASSWORD
from tests.jobs import work
from tests.web.account.owner import NEW, mails, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]


def test_a_new_device_is_told_to_the_owner_but_not_the_first_nor_a_known_one(
    client, client_two, user
):
    sign_in(client)
    client.post(reverse("account_logout"))
    sign_in(client)
    assert mails() == []

    sign_in(client_two, headers={"user-agent": "Mozilla/5.0 (Windows NT 10.0) Firefox/140.0"})

    assert mails() == ["new_device"]
    assert "Firefox sur Windows" in Message.objects.get().body


def test_a_known_device_enters_while_strangers_try_and_a_reset_lets_anyone_in(
    client, client_two, user
):
    sign_in(client)
    client.post(reverse("account_logout"))
    for number in range(30):
        sign_in(client_two, password="faux faux faux", REMOTE_ADDR=f"203.0.113.{number}")

    assert "Trop d&#x27;essais" in sign_in(client_two, REMOTE_ADDR="198.51.100.1").text
    assert sign_in(client).status_code == 302

    client_two.post(reverse("account_reset_password"), {"email": user.email})
    work()
    link = re.search(r"https://inscriptions\.exemple\.test(/\S+)", Message.objects.last().body)[1]
    form = client_two.get(link, follow=True)
    client_two.post(form.request["PATH_INFO"], {"password1": NEW})
    assert sign_in(client_two, password=NEW, REMOTE_ADDR="198.51.100.1").status_code == 302


def test_strangers_who_ask_for_resets_never_keep_the_owner_from_asking(client, client_two, user):
    sign_in(client)
    client.post(reverse("account_logout"))
    for _ in range(10):
        client_two.post(reverse("account_reset_password"), {"email": user.email})
        work()
    assert mails() == ["password_reset"] * 2

    client.post(reverse("account_reset_password"), {"email": user.email})

    assert mails() == ["password_reset"] * 3


def test_an_address_gets_three_mails_an_hour_and_five_a_day_whoever_asks(
    client, client_two, user, time_machine, now
):
    time_machine.move_to(now, tick=False)
    sign_in(client)
    client.post(reverse("account_logout"))
    sent = []

    for _ in range(35):
        for browser in (client_two, client_two, client_two, client, client):
            browser.post(reverse("account_reset_password"), {"email": user.email})
            time_machine.shift(timedelta(seconds=1))
        sent.append(len(mails()))
        time_machine.shift(timedelta(minutes=40))

    assert sent[:2] == [3, 3]
    assert sent[-1] == 5


def test_an_owner_who_asks_in_the_day_is_answered_though_strangers_ask_without_end(
    client, client_two, user, time_machine, now
):
    time_machine.move_to(now, tick=False)
    sign_in(client)
    client.post(reverse("account_logout"))
    for _ in range(60):
        client_two.post(reverse("account_reset_password"), {"email": user.email})
        time_machine.shift(timedelta(minutes=20))
    before = len(mails())

    answered = []
    for _ in range(2):
        client.post(reverse("account_reset_password"), {"email": user.email})
        answered.append(len(mails()) - before)
        time_machine.shift(timedelta(minutes=1))

    assert before == 3
    assert answered == [1, 2]


def test_a_device_that_knew_the_old_password_is_a_stranger_once_it_is_changed(
    client, client_two, user
):
    sign_in(client)
    sign_in(client_two)
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW})
    client.post(reverse("account_logout"))
    user.refresh_from_db()
    owner, thief = (
        RequestFactory().get("/", headers={"cookie": browser.cookies.output(header="", sep=";")})
        for browser in (client, client_two)
    )

    assert (devices.knows(owner, user), devices.knows(thief, user)) == (True, False)
    assert (devices.accounts_known(owner), devices.accounts_known(thief)) == ([user.pk], [])
    sign_in(client, password=NEW)
    assert mails() == ["new_device", "password_changed"]
    sign_in(client_two, password=NEW)
    assert mails() == ["new_device", "password_changed", "new_device"]


def test_a_forged_cookie_makes_no_device_known(client, user):
    client.cookies["__Host-device"] = "eyJhY2NvdW50cyI6WzFdfQ:forged"

    for _ in range(5):
        sign_in(client, password="faux faux faux")

    assert "Trop d&#x27;essais" in sign_in(client).text


def test_the_cookie_of_a_device_of_many_is_one_that_browsers_keep(rf):
    """RFC 6265, 6.1: 4096 bytes with its name; a shared computer signs many in."""
    request = rf.get("/")
    for number in range(devices.MOST_ACCOUNTS + 2):
        answer = HttpResponse()
        owner = User(pk=10**12 + number, password=f"empreinte {number}")
        devices.remember(request, answer, owner)
        request.COOKIES = {name: one.value for name, one in answer.cookies.items()}

    [(name, value)] = request.COOKIES.items()
    assert len(said_by(request)["accounts"]) == devices.MOST_ACCOUNTS
    assert len(name) + len(value) < 4096


def test_x_forwarded_for_is_believed_from_our_proxy_only(client, user, settings):
    for number in range(6):
        sign_in(
            client, password="faux faux faux", headers={"x-forwarded-for": f"203.0.113.{number}"}
        )
    assert "Trop d&#x27;essais" in sign_in(client).text

    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    assert sign_in(client, headers={"x-forwarded-for": "203.0.113.99"}).status_code == 302


@pytest.mark.endurance
@pytest.mark.timeout(3600)
def test_a_crowd_of_pupils_behind_one_address_signs_in(client):
    digest = hashlib.md5(f"sel{NEW}".encode()).hexdigest()
    people = User.objects.bulk_create(
        User(
            email=f"eleve{number}@exemple.test",
            password=f"md5$sel${digest}",
            created_at=NOW,
            activated_at=NOW,
        )
        for number in range(figure(200, 1_000))
    )
    EmailAddress.objects.bulk_create(
        EmailAddress(user=one, email=one.email, primary=True, verified=True) for one in people
    )

    refused = sum(
        sign_in(Client(), email=one.email, password=NEW).status_code != 302 for one in people
    )

    assert refused == 0
