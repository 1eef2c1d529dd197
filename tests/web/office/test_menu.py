"""The menu of the office: what the roles that one has today lead to."""

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from django.urls import reverse

from sporades.accounts.models import Membership
from tests.factories import NOW
from tests.web.guide import main, seen, words

AUDITOR, MANAGER = Membership.Role.AUDITOR, Membership.Role.MANAGER

pytestmark = pytest.mark.usefixtures("invented_exam")


def entries(page):
    return {words(link) for link in seen(page).cssselect("nav a")}


def test_a_role_that_has_ended_adds_nothing_to_the_menu(member):
    auditor = member("A09", role=AUDITOR)
    was = Membership.objects.create(
        user=auditor.user, role=MANAGER, full_name="Claude Martin", academies=["A09"]
    )
    assert "Publications" in entries(auditor.get("/gestion/"))

    was.ends_on = NOW.date().replace(day=NOW.day - 1)
    was.save()

    shown = entries(auditor.get("/gestion/"))
    assert "Publications" not in shown
    assert "Gérer les inscriptions" in shown


def test_whoever_has_no_role_any_more_is_led_to_public_pages_alone(manager):
    manager.user.memberships.update(ends_on=NOW.date().replace(day=NOW.day - 1))

    page = manager.get("/gestion/")

    assert page.status_code == 404
    assert {"Ouverture des services", "J'ai besoin d'aide"} <= entries(page)
    assert not {"Accueil", "Gérer les inscriptions", "Gérer les services"} & entries(page)


@pytest.mark.parametrize("name", ["batches", "exports", "drafts", "banner"])
def test_what_no_menu_leads_to_says_where_it_is(member, name):
    administrator = member(role=Membership.Role.ADMINISTRATOR)

    page = seen(administrator.get(reverse(f"office:{name}")))

    [first, *_] = page.cssselect(".fr-breadcrumb__link")
    assert (words(first), first.get("href")) == ("Accueil", reverse("office:home"))


@pytest.mark.parametrize("address", ["/gestion/", "/ouverture-des-services", "/aide"])
def test_a_member_of_the_office_is_called_by_name_on_every_page(manager, address):
    named = [words(one) for one in seen(manager.get(address)).cssselect(".s-person__name")]

    assert named == [manager.user.memberships.get().full_name]


def test_the_openings_lead_no_member_of_the_office_to_a_page_of_candidates(manager, client):
    shown = "/ouverture-des-services"

    assert "M'inscrire" in main(client.get(shown))
    page = main(manager.get(shown))
    assert "Il reste 20 jours" in page
    assert "M'inscrire" not in page


def test_who_has_only_given_a_password_is_not_named(manager):
    session = manager.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [
        one for one in session[AUTHENTICATION_METHODS_SESSION_KEY] if one["method"] == "password"
    ]
    session.save()

    [named] = [words(one) for one in seen(manager.get("/aide")).cssselect(".s-person__name")]

    assert named.replace("\u2060", "").replace("\u200b", "") == manager.user.email
