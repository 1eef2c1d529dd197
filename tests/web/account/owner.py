"""What the owner of an account does with it, and whoever may have taken it."""

import re
from contextlib import closing
from threading import Thread

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.db import connection, transaction
from django.urls import reverse

from sporades.mail.models import Message
from tests.endurance.arena import eventually, rows
from tests.factories import NOW, PASSWORD, a_candidate
from tests.jobs import work

NEW = "quatre mots sans rapport"
WAITS_FOR_US = """
    SELECT pid FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))
"""


def activated(email):
    user = a_candidate(email=email).user
    user.emailaddress_set.create(email=email, primary=True, verified=True)
    return user


def sign_in(client, email="maelle@exemple.test", password=PASSWORD, **extra):
    return client.post(reverse("account_login"), {"login": email, "password": password}, **extra)


def mails(to="maelle@exemple.test"):
    work()
    return list(Message.objects.filter(recipient=to).order_by("pk").values_list("kind", flat=True))


def code_of(secret, at=NOW):
    """The code that an application shows for a secret."""
    return format_hotp_value(hotp_value(secret, int(at.timestamp()) // 30))


def link_in(message):
    return re.search(r" : https://inscriptions\.exemple\.test(/\S+)", message.body)[1]


def activate_totp(client):
    page = client.get(reverse("mfa_activate_totp"))
    secret = page.context["form"].secret
    answer = client.post(reverse("mfa_activate_totp"), {"code": code_of(secret)})
    return secret, answer


def answered_during(act, ask):
    """Return what is answered to who is read before an act, and waits for it."""
    given = []

    def asked():
        with closing(connection):
            given.append(ask())

    with transaction.atomic():
        act()
        pressed = Thread(target=asked)
        pressed.start()
        eventually(lambda: rows(WAITS_FOR_US))
    pressed.join()
    return given[0]
