"""Who does not receive our mail is told on the screen, until a mail arrives again (F5)."""

from datetime import timedelta

import pytest
import time_machine

from sporades.mail import tasks
from sporades.mail.models import Message
from tests.factories import NOW, a_candidate, a_mail
from tests.web.guide import links, main, seen, signed_in, words

ADDRESS = "zoe@exemple.test"
SENTENCE = f"Un message n'a pas pu vous être remis à {ADDRESS} : vérifiez votre adresse."
LATER = NOW + timedelta(minutes=1)


@pytest.fixture
def client(stopped_clock):
    """Return the browser of a candidate who has just signed in."""
    return signed_in(a_candidate(email=ADDRESS).user)


def tell(at, to=ADDRESS):
    """Write a message that needs nothing else, and let what waits be delivered."""
    message = a_mail(to, at=at)
    with time_machine.travel(at, tick=False):
        tasks.sweep(0)
    message.refresh_from_db()
    return message


def what_is_said(client):
    """Return what the home page and « Modifier mon compte » say of it."""
    home, account = client.get("/accueil"), client.get("/mon-compte")
    assert (home.status_code, account.status_code) == (200, 200)
    awaited = [
        " ".join(words(part) for part in one.cssselect("h2, h2 + p"))
        for one in seen(home).cssselect("main .s-awaiting li")
    ]
    noticed = [words(one) for one in seen(account).cssselect("main .s-notice")]
    return awaited, noticed


def test_a_refused_address_is_told_to_who_is_signed_in_with_the_way_to_change_it(office, client):
    office.tempers["RCPT"] = "550 Boite inconnue"
    refused = tell(NOW)

    assert refused.state == Message.State.REFUSED
    assert what_is_said(client) == ([SENTENCE], [SENTENCE])
    home = client.get("/accueil")
    assert words(seen(home).cssselect("h1")[0]) == "Une chose vous attend"
    [way] = links(home, "Modifier mon adresse mail")
    assert way in {link.get("href") for link in seen(client.get("/mon-compte")).cssselect("main a")}


def test_once_a_later_message_arrives_nothing_is_said_any_more(office, client):
    office.tempers["RCPT"] = "550 Boite inconnue"
    tell(NOW)
    office.tempers.clear()
    arrived = tell(LATER)

    assert arrived.state == Message.State.SENT
    assert what_is_said(client) == ([], [])


def test_a_message_that_still_waits_says_nothing_new(office, client):
    tell(NOW)
    office.tempers["RCPT"] = "450 Boite occupee"
    waiting = tell(LATER)

    assert waiting.state == Message.State.WAITING
    assert what_is_said(client) == ([], [])


def test_what_another_does_not_receive_is_not_told_here(office, client):
    office.tempers["RCPT"] = "550 Boite inconnue"
    refused = tell(NOW, to="autre@exemple.test")

    assert refused.state == Message.State.REFUSED
    assert what_is_said(client) == ([], [])
    assert SENTENCE not in main(client.get("/accueil"))
