"""Accounts of staff: the invitation, the second factor, the end."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from sporades.accounts import second_factor
from sporades.acts.agents import inviting
from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.factories import NOW, OPERATOR, PASSWORD
from tests.web.account.owner import NEW, activate_totp, sign_in
from tests.web.guide import seen, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("territory", "clock", "_empty_cache")]


def test_staff_sees_nothing_before_a_second_factor(client, agent):
    answer = sign_in(client, email=agent.email)
    assert answer.url == reverse("office:home")
    assert client.get(reverse("office:home")).url == reverse("mfa_activate_totp")

    activate_totp(client)
    assert client.get(reverse("office:home")).status_code == 200

    client.post(reverse("account_logout"))
    cache.clear()
    assert sign_in(client, email=agent.email).url == reverse("mfa_authenticate")
    assert client.get(reverse("office:home")).status_code == 302
    code = second_factor.current_code(agent)
    assert client.post(reverse("mfa_authenticate"), {"code": code}).url == reverse("office:home")
    assert client.get(reverse("office:home")).status_code == 200


def test_the_frame_of_a_page_tells_neither_name_nor_role_before_the_second_factor(client, agent):
    [membership] = agent.memberships.all()
    sign_in(client, email=agent.email)

    before = seen(client.get(reverse("mfa_activate_totp")))
    activate_totp(client)
    after = seen(client.get(reverse("office:home")))

    assert words(before.cssselect(".s-person__name")[0]) == agent.email
    assert membership.full_name not in words(before)
    assert words(after.cssselect(".s-person__name")[0]) == membership.full_name
    in_menu, once_shown = (
        {words(a) for a in page.cssselect(".s-menu__link")} for page in (before, after)
    )
    assert in_menu == {"Ouverture des services", "J'ai besoin d'aide"}
    assert {"Accueil", "Gérer les inscriptions", "Publications"} <= once_shown


def test_an_agent_is_told_what_the_account_is_for_and_offered_no_page_of_candidates(client, agent):
    sign_in(client, email=agent.email)
    activate_totp(client)

    office = client.get(reverse("office:home")).text
    plan = client.get(reverse("public:sitemap")).text

    assert "Trouver une inscription" in office
    assert "Votre espace candidat" not in plan
    assert f'<a href="{reverse("office:home")}">Gestion</a>' in plan
    assert reverse("candidate:registrations") not in plan


def test_whoever_is_invited_chooses_a_long_password_and_a_second_factor_before_anything(client):
    inviting.invite(
        email="claude@exemple.test",
        full_name="Claude Martin",
        role="manager",
        academies=["A09"],
        by=OPERATOR,
        at=NOW,
    )
    link = re.search(r"https://inscriptions\.exemple\.test(/\S+)", Message.objects.get().body)[1]
    where = client.get(link, follow=True).redirect_chain[-1][0]

    page = client.get(where).text
    assert "Choisissez votre mot de passe" in page
    assert "déconnectés" not in page
    assert "nouveau mot de passe" not in page
    short = client.post(where, {"password1": "quinze lettres!"})
    chosen = client.post(where, {"password1": NEW}, follow=True)
    assert "Votre mot de passe est enregistré." in chosen.text
    assert "nouveau mot de passe" not in chosen.text
    # Who has just chosen it needs no mail about it.
    assert not Message.objects.filter(kind="password_changed").exists()

    assert "il en faut au moins 16" in short.text
    assert sign_in(client, email="claude@exemple.test", password=NEW).url == reverse("office:home")
    assert client.get(reverse("office:home")).url == reverse("mfa_activate_totp")
    activate_totp(client)
    assert "Lille" in client.get(reverse("office:home")).text
    inviting.close(email="claude@exemple.test", by=OPERATOR, at=NOW)
    assert client.get(reverse("office:home")).status_code == 302


def test_a_membership_that_ended_opens_nothing(client, agent):
    sign_in(client, email=agent.email)
    activate_totp(client)
    agent.memberships.update(ends_on=NOW.date() - timedelta(days=1))

    assert client.get(reverse("office:home")).status_code == 404


def test_the_journal_says_in_what_role_an_agent_changed_their_own_account(client, agent):
    sign_in(client, email=agent.email)
    activate_totp(client)
    changed = {"oldpassword": PASSWORD, "password1": NEW}
    client.post(reverse("account_change_password"), changed)

    act = Entry.objects.get(verb="password changed")
    assert act.author_in_words == "Camille Petit, gestionnaire"
