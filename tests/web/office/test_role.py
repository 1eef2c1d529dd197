"""« Votre rôle »: what one may do, and who does the rest where one works."""

import pytest
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.accounts.permissions import GRANTED, Permission
from tests.factories import NOW
from tests.web.guide import main, seen, words
from tests.web.registry.world import a_member

PAGE = reverse("office:role")
Role = Membership.Role
MOST = 6
MINE = "//main//h2[.='Ce que vous pouvez faire']"

pytestmark = pytest.mark.usefixtures("invented_exam")


def colleague(email, role, academies, name, **said):
    user = a_member(email, role, academies)
    user.memberships.update(full_name=name, **said)
    return user


def asked_of(page):
    """Whom the table names, by what is asked of them."""
    return {
        words(act): words(row.cssselect("th")[0])
        for row in seen(page).cssselect("main tbody tr")
        for act in row.cssselect("td li")
    }


@pytest.mark.parametrize(
    "role", [Role.MANAGER, Role.HEAD, Role.AUDITOR, Role.HELPDESK, Role.ADMINISTRATOR]
)
def test_each_permission_is_said_once_as_one_s_own_or_as_another_s(member, role):
    browser = member(*([] if role == Role.ADMINISTRATOR else ["A09"]), role=role)

    page = browser.get(PAGE)

    mine = {words(one) for one in seen(page).xpath(f"{MINE}/following-sibling::ul[1]/li")}
    said = {f"{one.value[:1].upper()}{one.value[1:]}" for one in Permission if role in GRANTED[one]}
    assert mine == said
    assert len(mine) + len(asked_of(page)) == len(Permission)
    assert not mine & set(asked_of(page))


def test_what_no_page_does_is_asked_of_whoever_runs_the_service(manager, settings):
    settings.DEPLOYER_NAME = "Direction des essais"

    said = main(manager.get(PAGE))

    assert "écrivez à l'autorité qui exploite le service : Direction des essais." in said
    for asked in ("Téléphone ou clé perdus", "Boîte mail et mot de passe perdus", "compte volé"):
        assert asked in said
    assert "À joindre à la demande : l'adresse mail du compte, le nom du titulaire" in said


def test_the_rest_is_asked_of_whoever_may_do_it_in_the_same_perimeter(manager):
    colleague("cheffe@exemple.test", Role.HEAD, ["A09", "A25"], "Dominique Roux")
    colleague("ailleurs@exemple.test", Role.HEAD, ["A25"], "Camille Petit")
    colleague("maths@exemple.test", Role.HEAD, ["A09"], "Sacha Noël", domains=["BE"])
    colleague(
        "parti@exemple.test",
        Role.HEAD,
        ["A09"],
        "Alix Morel",
        ends_on=NOW.date().replace(year=2025),
    )
    closed = colleague("ferme@exemple.test", Role.HEAD, ["A09"], "Lou Garnier")
    closed.is_active = False
    closed.save()

    asked = asked_of(manager.get(PAGE))

    merges = "Approuver ou refuser une fusion qu'un autre propose"
    assert asked[merges] == "Dominique Roux (chef de service), Sacha Noël (chef de service)"
    assert (
        asked["Afficher ou retirer le bandeau de toutes les pages"]
        == "Personne dans votre périmètre"
    )


def test_who_works_everywhere_finds_their_colleagues_too(member):
    colleague("doc@exemple.test", Role.DOCTOR, ["A09"], "Anne Roussel")

    asked = asked_of(member(role=Role.ADMINISTRATOR).get(PAGE))

    health = "Lire les papiers de santé qui lui sont confiés, donner son avis"
    assert asked[health] == "Anne Roussel (médecin désigné)"


def test_of_many_the_first_are_named_and_the_others_counted(manager):
    for place in range(7):
        colleague(f"c{place}@exemple.test", Role.HEAD, ["A09"], f"Nom {place}")

    asked = asked_of(manager.get(PAGE))

    named = asked["Approuver ou refuser une fusion qu'un autre propose"]
    assert named.endswith("Nom 4 (chef de service), et 2 autres")


def test_who_works_in_one_domain_is_not_sent_to_whoever_works_in_another(member):
    manager = member("A09", domains=["BE"])
    colleague("autre@exemple.test", Role.HEAD, ["A09"], "Sacha Noël", domains=["XX"])

    assert "Sacha" not in main(manager.get(PAGE))


def test_the_door_leads_there_and_says_until_when_a_role_counts(manager):
    manager.user.memberships.update(ends_on=NOW.date().replace(year=2027))

    home = manager.get(reverse("office:home"))

    assert PAGE in seen(home).xpath("//main//a/@href")
    assert "Jusqu'au" in main(home)
    assert "Ajouter un collègue" in main(manager.get(PAGE))


def test_the_page_costs_as_much_for_many_as_for_one(manager, django_assert_max_num_queries):
    for place in range(30):
        colleague(f"c{place}@exemple.test", Role.HEAD, ["A09"], f"Nom {place}")

    with django_assert_max_num_queries(MOST):
        manager.get(PAGE)
