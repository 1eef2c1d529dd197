"""Somebody without an account is found by the same box as an inscription, and no name stands in an address."""

import pytest
from django.db import connection
from django.urls import reverse

from sporades.accounts.models import User
from sporades.accounts.permissions import reach_of
from sporades.searches import quick
from sporades.searches.queries import planned_anew
from sporades.searches.records import ALIKE, records_found
from tests.factories import NOW, a_candidate, a_record, a_registration
from tests.web.guide import main, seen, words
from tests.web.office.conftest import VERSAILLES

LIST, BOX = reverse("office:records"), reverse("office:find")
ROSALIE = {
    "birth_name": "Vauquelin",
    "first_names": "Rosalie Jeanne",
    "birth_year": 2001,
    "birth_month": 4,
    "birth_day": 12,
}
MOST = 12


@pytest.fixture(autouse=True)
def _open(invented_exam):
    """The invented exam is open."""


def found(client, typed):
    """Whom the list shows, once something is typed in its box."""
    page = client.post(LIST, {"quoi": typed}, follow=True)
    assert page.status_code == 200
    return [words(one) for one in seen(page).cssselect("main tbody th")]


@pytest.mark.parametrize(
    "typed",
    [
        "Vauquelin",
        "vauquelin rosalie",
        "Rosalie VAUQUELIN",
        "Jeanne Vauquelin",
        "Vauqelin",
        "12/04/2001",
        "Vauquelin 12/04/2001",
        "Rosalie 2001",
        "Vauquelin avril 2001",
        *("rosalie@exemple.test", "rosalie@", "Rosalie@exem"),
        "06 39 98 12 34",
        "+33 6 39 98 12 34",
    ],
)
def test_somebody_is_found_as_they_are_written_in_either_order_with_a_slip_or_by_birth(
    manager, typed
):
    a_record(channel="mail", email="rosalie@exemple.test", phone="0639981234", **ROSALIE)
    a_record(birth_name="Kermarrec", first_names="Rozenn", birth_year=1961)

    assert found(manager, typed) == ["Rosalie Jeanne VAUQUELIN"]


def test_who_has_an_account_and_has_registered_is_no_record_to_be_found(manager):
    a_registration(a_candidate(**ROSALIE))
    record = a_record(**ROSALIE)

    assert found(manager, "Vauquelin") == ["Rosalie Jeanne VAUQUELIN"]
    reach = reach_of(manager.user.memberships.all())
    with planned_anew(alike=ALIKE):
        assert list(records_found(quick.tree_of("Vauquelin"), reach=reach)) == [record]


def test_the_number_of_a_registration_is_nobodys_who_has_not_registered(manager):
    a_record(**ROSALIE)
    asked = quick.tree_of(a_registration().number)

    with planned_anew(alike=ALIKE):
        assert list(records_found(asked, reach=reach_of(manager.user.memberships.all()))) == []


def test_those_who_resemble_are_shown_only_where_nobody_is_named_so(manager):
    a_record(**ROSALIE)
    a_record(birth_name="Vauquelain", first_names="Léa")

    assert found(manager, "Vauquelin") == ["Rosalie Jeanne VAUQUELIN"]
    assert set(found(manager, "Vauquelen")) == {"Rosalie Jeanne VAUQUELIN", "Léa VAUQUELAIN"}


@pytest.mark.parametrize("typed", ["Vauquelin Rosalie", "Vauqelin"])
def test_names_are_asked_of_their_index_and_not_compared_one_by_one(manager, typed):
    reach = reach_of(manager.user.memberships.all())
    a_record(birth_name="Kermarrec", first_names="Rozenn")
    with planned_anew(alike=ALIKE), connection.cursor() as cursor:
        # So few people are joined along another index, were it not forbidden.
        cursor.execute("SET LOCAL enable_indexscan = off")
        cursor.execute("SET LOCAL enable_nestloop = off")
        plan = records_found(quick.tree_of(typed), reach=reach).explain()

    assert "identity_by_likeness" in plan


@pytest.mark.parametrize("typed", ["Nemo", "13/04/2001", "Vauquelin 1999"])
def test_what_was_sought_is_said_where_nobody_is_found(manager, typed):
    a_record(**ROSALIE)

    page = manager.post(LIST, {"quoi": typed}, follow=True)

    assert f"Aucun candidat sans compte ne répond à « {typed} » dans votre périmètre." in main(page)
    assert seen(page).cssselect("main [name=quoi]")[0].get("value") == typed


def test_what_is_not_understood_is_said_at_its_place(manager):
    page = manager.post(LIST, {"quoi": "31/02/2001"})

    assert page.status_code == 422
    assert seen(page).cssselect("#id_quoi-error, [id$=quoi-errors], .fr-error-text, .s-error")


def test_those_found_have_an_address_to_come_back_to_that_names_nobody(manager):
    a_record(**ROSALIE)

    there = manager.post(LIST, {"quoi": "Vauquelin"})["Location"]
    page = manager.get(there)

    assert "vauquelin" not in there.lower()
    assert [words(one) for one in seen(page).cssselect("main tbody th")] == [
        "Rosalie Jeanne VAUQUELIN"
    ]
    assert seen(page).cssselect("main [name=quoi]")[0].get("value") == "Vauquelin"


def test_who_is_found_by_a_name_of_use_is_named_by_both(manager):
    a_record(**{**ROSALIE, "usage_name": "Quéméner"})

    page = manager.post(LIST, {"quoi": "quemen"}, follow=True)

    assert [words(one) for one in seen(page).cssselect("main tbody th")] == [
        "Rosalie Jeanne VAUQUELIN (QUÉMÉNER)"
    ]


def test_an_address_whose_words_are_forgotten_asks_for_them_again(manager):
    page = manager.get(LIST, {"pour": "inconnu"})

    assert page.status_code == 422
    assert "Cette recherche n'est plus en mémoire" in main(page)


def test_who_has_an_account_or_is_of_another_academy_is_not_found(manager):
    a_candidate(**ROSALIE)
    a_record(academy="A25", **ROSALIE)

    assert found(manager, "Vauquelin") == []


def claimed(record, email="rosalie.vauquelin@exemple.test"):
    """Give a record to the account that its code has made."""
    record.user, record.email, record.channel = (
        User.objects.create_user(email, created_at=NOW, activated_at=NOW),
        email,
        "mail",
    )
    record.save()
    return record


def test_who_has_taken_their_record_and_not_registered_is_found_by_who_made_it(manager):
    record = claimed(a_record(**ROSALIE))

    page = manager.post(LIST, {"quoi": "vauquel"}, follow=True)
    box = manager.post(BOX, {"quoi": "vauquel"}, follow=True)

    assert "A maintenant un compte, sans inscription" in main(page)
    assert "Rosalie Jeanne VAUQUELIN" in main(box)
    assert "a maintenant un compte" in main(box)
    [link] = seen(box).xpath("//main//h2[.='Sans inscription']/following-sibling::ul[1]//a/@href")
    assert manager.get(link).status_code == 200
    # Without a search, the list is of those who have no account.
    assert record.identity.full_name not in main(manager.get(LIST))


def test_nobody_else_finds_who_has_taken_their_record_nor_opens_it(manager, member):
    record = claimed(a_record(**ROSALIE))
    elsewhere = member("A25", email="ailleurs@exemple.test")

    for where in (LIST, BOX):
        page = elsewhere.post(where, {"quoi": "vauquel"}, follow=True)
        assert record.identity.full_name not in main(page)
    assert elsewhere.get(reverse("office:record", args=[record.pk])).status_code == 404


def test_once_registered_elsewhere_they_are_no_more_of_who_made_their_record(manager):
    record = claimed(a_record(**ROSALIE))
    a_registration(record, academy="A25", identification=VERSAILLES)

    assert found(manager, "vauquel") == []
    assert manager.get(reverse("office:record", args=[record.pk])).status_code == 404


def test_the_box_of_inscriptions_names_those_who_have_none(manager):
    record = a_record(**ROSALIE)
    registered = a_record(birth_name="Vauquelin", first_names="Paul")
    a_registration(registered)
    elsewhere = a_record(academy="A25", birth_name="Zyzomysse", first_names="Ève")

    page = manager.post(BOX, {"quoi": "Vauquelin Rosalie"}, follow=True)
    none = manager.post(BOX, {"quoi": "Zyzomysse"}, follow=True)

    [link] = seen(page).xpath("//main//h2[.='Sans inscription']/following-sibling::ul[1]//a")
    assert (words(link), link.get("href")) == (
        "Rosalie Jeanne VAUQUELIN",
        reverse("office:record", args=[record.pk]),
    )
    assert elsewhere.identity.full_name not in main(none)


def test_a_search_of_people_costs_as_much_for_many_as_for_one(
    manager, django_assert_max_num_queries
):
    for number in range(20):
        a_record(**{**ROSALIE, "birth_day": number + 1})

    with django_assert_max_num_queries(MOST):
        there = manager.post(LIST, {"quoi": "Vauqelin"})["Location"]
    with django_assert_max_num_queries(MOST):
        page = manager.get(there)

    assert len(seen(page).cssselect("main tbody th")) == 20


def test_whoever_looks_for_somebody_from_a_further_page_is_led_to_those_found(manager):
    a_record(**ROSALIE)

    form = seen(manager.get(LIST, {"page": "2"})).cssselect("main form[role=search]")[0]

    assert form.get("action") == LIST
