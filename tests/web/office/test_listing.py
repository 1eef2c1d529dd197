"""The list of a search: counted no further than it is turned over, exactly when one asks."""

import pytest
from django.urls import reverse

from sporades.searches import operations as searches
from sporades.searches.catalogue import CRITERIA
from sporades.searches.operators import Operator
from sporades.searches.trees import Group, Leaf
from sporades.web.office.searches import listing
from tests.factories import NOW, a_candidate, a_registration
from tests.web.guide import seen, words


def address(manager, *leaves):
    """Return the address of what a search finds."""
    asked = [Leaf(CRITERIA[code], operator, tuple(values)) for code, operator, *values in leaves]
    kept = searches.keep(tree=Group(members=tuple(asked)), columns=["nom"], by=manager.user, at=NOW)
    return reverse("office:found", args=[kept.pk])


def names(page):
    """Return the family names that a list shows, after the numbers."""
    return [line["cells"][1] for line in page.context["lines"]]


def count(page):
    """Return how many the page says that it finds."""
    return words(seen(page).get_element_by_id("nombre"))


@pytest.fixture
def _short_lists(monkeypatch):
    monkeypatch.setattr(listing, "ON_A_PAGE", 1)
    monkeypatch.setattr(listing, "COUNTED_AT_FIRST", 3)
    monkeypatch.setattr(listing, "MOST_COUNTED", 5)


@pytest.fixture
def many(in_lille, in_versailles):
    """Give seven registrations in Lille, one elsewhere."""
    for name in ("Abadie", "Bellec", "Corre", "Derrien", "Eon", "Floch"):
        a_registration(a_candidate(birth_name=name))


@pytest.mark.usefixtures("many", "_short_lists")
def test_many_are_counted_up_to_a_bound_that_is_said_and_exactly_when_asked(manager):
    page = manager.get(address(manager))

    assert count(page) == "Plus de 3 inscriptions. Les compter toutes"
    assert words(seen(page).cssselect("[aria-current=page]")[-1]) == "1"
    assert "Agir sur toutes<" in page.text

    [link] = seen(page).cssselect("#nombre a")
    exact = manager.get(link.get("href"))

    assert count(exact) == "7 inscriptions"
    assert "Agir sur toutes (7)" in exact.text
    assert names(exact) == names(page) == ["Abadie"]


def test_what_is_done_of_all_stands_above_the_list_with_a_way_to_what_is_done_of_some(
    manager, in_lille
):
    page = words(seen(manager.get(address(manager))).cssselect("main")[0])

    found = (
        *("Changer les critères", "Agir sur toutes (1)", "Écrire à tous", "Exporter ces"),
        *("cochées, après la liste", in_lille.number, "Agir sur les inscriptions cochées É"),
    )
    assert [page.count(one) for one in found[:4]] == [1] * 4
    places = [page.rindex(one) for one in found]
    assert places == sorted(places)


@pytest.mark.usefixtures("many", "_short_lists")
def test_the_pages_beyond_the_first_count_are_read_too(manager):
    where = address(manager)

    pages = [manager.get(f"{where}?page={page}") for page in range(1, 6)]

    assert [names(page) for page in pages] == [
        [n] for n in ["Abadie", "Bellec", "Corre", "Derrien", "Eon"]
    ]
    assert all(seen(page).cssselect("[rel=next]") for page in pages[:4])
    assert count(pages[3]) == "Plus de 5 inscriptions. Les compter toutes"
    assert names(manager.get(f"{where}?page=6")) == ["Eon"]


@pytest.mark.usefixtures("many")
def test_fewer_are_counted_exactly(manager):
    page = manager.get(address(manager))

    assert count(page) == "7 inscriptions"
    assert not seen(page).cssselect("#nombre a")


@pytest.mark.parametrize(
    ("operator", "sought", "found"),
    [
        (Operator.STARTS, "goff", ["Goffic"]),
        (Operator.STARTS, "le", ["Le Goff", "Le Goff"]),
        (Operator.STARTS, "le go", ["Le Goff", "Le Goff"]),
        (Operator.STARTS, "le goff ma", []),
        (Operator.STARTS, "goffic m", []),
        (Operator.IS, "le", []),
    ],
)
def test_the_beginning_of_a_family_name_does_not_run_into_the_first_names(
    manager, in_lille, operator, sought, found
):
    for name in ("Goffic", "Le Goff"):
        a_registration(a_candidate(birth_name=name))

    assert names(manager.get(address(manager, ("nom", operator, sought)))) == found


def test_names_that_are_alike_are_sorted_both_ways(manager, in_lille):
    for name in ("Kerguélen", "Kerguelin", "Kerguelec"):
        a_registration(a_candidate(birth_name=name))
    where = address(manager, ("nom_complet", Operator.IS_LIKE, "kerguele"))

    there = names(manager.get(where))

    assert there == ["Kerguelec", "Kerguélen", "Kerguelin"]
    assert names(manager.get(f"{where}?tri=-nom")) == there[::-1]
