"""Open sessions: listed, closed, ended by themselves (B9)."""

import re
from datetime import timedelta

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from sporades.accounts.sessions import forget_closed
from sporades.acts.tasks import forget_accounts
from sporades.journal.models import Entry
from tests.factories import NOW
from tests.web.account.owner import sign_in
from tests.web.guide import main, seen

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]


def test_open_sessions_are_listed_and_closed_elsewhere_or_everywhere(client, client_two, user):
    sign_in(client)
    sign_in(client_two)

    page = client.get(reverse("usersessions_list"))
    assert len(page.context["rows"]) == 2
    assert "(cet appareil)" in page.text
    client.post(reverse("usersessions_list"), {"others": ""})
    assert client.get(reverse("account_edit")).status_code == 200
    assert client_two.get(reverse("account_edit")).status_code == 302

    sign_in(client_two)
    client.post(reverse("usersessions_list"), {"everywhere": ""})
    assert client.get(reverse("account_edit")).status_code == 302
    assert client_two.get(reverse("account_edit")).status_code == 302
    assert not UserSession.objects.exists()
    acts = Entry.objects.filter(object_kind="user", verb__endswith="closed").order_by("pk")
    assert [one.verb for one in acts] == ["other sessions closed", "every session closed"]
    assert {one.actor_id for one in acts} == {user.identifier}


def test_nothing_is_offered_for_other_devices_where_there_are_none(client, user):
    sign_in(client)

    page = client.get(reverse("usersessions_list"))

    assert seen(page).cssselect("main button") == []
    assert "Votre compte n'est ouvert que sur cet appareil." in main(page)


def test_a_session_that_is_over_is_listed_no_more_and_forgotten(client, client_two, user):
    sign_in(client)
    sign_in(client_two)
    Session.objects.filter(session_key=client_two.session.session_key).delete()

    page = client.get(reverse("usersessions_list"))
    count = forget_closed(at=NOW)

    assert len(page.context["rows"]) == 1
    assert count == 1
    assert UserSession.objects.get().session_key == client.session.session_key


def test_sessions_whose_time_is_over_go_by_themselves_and_open_ones_stay(client, client_two, user):
    sign_in(client)
    sign_in(client_two)
    over = Session.objects.filter(session_key=client_two.session.session_key)
    over.update(expire_date=NOW - timedelta(seconds=1))

    forget_accounts(timestamp=0)

    assert Session.objects.get().session_key == client.session.session_key
    assert UserSession.objects.get().session_key == client.session.session_key


def test_a_session_of_an_older_password_is_not_listed(client, client_two, user):
    sign_in(client)
    sign_in(client_two)
    session = client_two.session
    session["_auth_user_hash"] = "celui d'un autre mot de passe"
    session.save()

    page = client.get(reverse("usersessions_list"))

    assert len(page.context["rows"]) == 1


def test_a_page_seen_writes_nothing(client, user, django_assert_max_num_queries):
    sign_in(client)
    client.get(reverse("account_edit"))

    with django_assert_max_num_queries(8) as seen:
        client.get(reverse("account_edit"))

    assert not [one["sql"] for one in seen.captured_queries if not one["sql"].startswith("SELECT")]


def test_a_session_that_nobody_uses_ends_after_thirty_minutes_and_says_so(client, user):
    sign_in(client)
    client.get(reverse("account_edit"))
    session = client.session
    session["seen_at"] = (NOW - timedelta(minutes=31)).isoformat()
    session.save()

    answer = client.get(reverse("account_edit"), follow=True)

    assert answer.redirect_chain[0][0].startswith(reverse("account_login"))
    assert "Votre session s&#x27;est terminée" in answer.text


@pytest.mark.parametrize("apart", [0, 59, 60])
def test_a_session_lasts_as_long_as_its_last_page_counts(client, user, stopped_clock, apart):
    sign_in(client)
    client.get(reverse("account_edit"))
    stopped_clock.shift(timedelta(seconds=apart))
    page = client.get(reverse("account_edit"))
    idle = int(seen(page).cssselect("body")[0].get("data-session-idle"))

    stopped_clock.shift(timedelta(seconds=idle))

    assert client.post(reverse("account_extend_session")).status_code == 204


@pytest.mark.parametrize(
    ("who", "page", "longest"),
    [
        ("user", "account_edit", timedelta(hours=12)),
        ("agent", "mfa_activate_totp", timedelta(hours=10)),
    ],
)
def test_a_session_in_use_ends_after_twelve_hours_and_ten_for_staff(
    client, request, who, page, longest
):
    sign_in(client, email=request.getfixturevalue(who).email)
    session = client.session

    def asked(after):
        session["seen_at"], session["since"] = NOW.isoformat(), (NOW - after).isoformat()
        session.save()
        return client.get(reverse(page)).status_code

    assert asked(longest - timedelta(minutes=1)) == 200
    assert asked(longest + timedelta(minutes=1)) == 302


@pytest.mark.parametrize(
    ("seen_before", "lasted", "why"),
    [
        (timedelta(minutes=31), timedelta(hours=1), "faute d'activité"),
        (timedelta(0), timedelta(hours=12, minutes=1), "une session ne dure qu'une journée"),
    ],
)
def test_why_a_session_has_ended_is_said(client, user, seen_before, lasted, why):
    sign_in(client)
    session = client.session
    session["seen_at"] = (NOW - seen_before).isoformat()
    session["since"] = (NOW - lasted).isoformat()
    session.save()

    said = main(client.get(reverse("account_edit"), follow=True))

    assert "Votre session s'est terminée" in said
    assert [one in said for one in ("faute d'activité", "une journée")] == [
        one in why for one in ("faute d'activité", "une journée")
    ]


@pytest.mark.parametrize(
    ("who", "page", "longest"),
    [
        ("user", "account_edit", timedelta(hours=12)),
        ("agent", "mfa_activate_totp", timedelta(hours=10)),
    ],
)
def test_a_page_says_when_its_session_ends_whatever_is_done(client, request, who, page, longest):
    sign_in(client, email=request.getfixturevalue(who).email)
    session = client.session
    session["seen_at"] = NOW.isoformat()
    session["since"] = (NOW - longest + timedelta(minutes=7)).isoformat()
    session.save()

    answer = client.get(reverse(page))

    [left] = re.findall(r'data-session-left="(\d+)"', answer.text)
    assert 6 * 60 < int(left) <= 7 * 60
    assert "data-session-left" not in Client().get(reverse("account_login")).text


def test_staying_starts_the_thirty_minutes_again(client, user):
    sign_in(client)
    client.get(reverse("account_edit"))
    session = client.session
    session["seen_at"] = (NOW - timedelta(minutes=29)).isoformat()
    session.save()

    assert client.post(reverse("account_extend_session")).status_code == 204
    assert client.session["seen_at"] > (NOW - timedelta(minutes=1)).isoformat()
