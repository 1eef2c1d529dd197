"""From one file to the next of a search, whatever is decided on the way."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.urls import reverse

from sporades.accounts.permissions import Permission, reach
from sporades.searches import operations as searches
from sporades.searches import queries
from sporades.searches.catalogue import CRITERIA
from sporades.searches.operators import Operator
from sporades.searches.trees import Group, Leaf
from sporades.web.office.registrations import walking
from tests.factories import NOW, a_candidate, a_registration
from tests.web.guide import main, seen

NAMES = ("Abgrall", "Bozec", "Corre")


@pytest.fixture
def three(db):
    """File three registrations in Lille."""
    return [a_registration(a_candidate(birth_name=name)) for name in NAMES]


@pytest.fixture
def search(manager, three):
    """Keep a search that finds those that are registered, by name."""
    registered = Leaf(CRITERIA["etat"], Operator.IS, ("registered",))
    return searches.keep(tree=Group(members=(registered,)), columns=[], by=manager.user, at=NOW)


def opened(client, search, place):
    """Press the number of a line of the list."""
    page = client.get(reverse("office:found", args=[search.pk]))
    links = re.findall(r'href="(/gestion/inscriptions/\d+\?dans=[^"]+)"', page.text)
    lines = list(dict.fromkeys(links))  # by its number and by its name
    return client.get(lines[place].replace("&amp;", "&"))


def follow(client, page, label):
    """Press a link of the page."""
    found = re.search(rf'href="([^"]+)" data-key="[jk]">{label}', page.text)
    return client.get(found[1].replace("&amp;", "&"))


def name_on(page):
    return page.context["registration"].identity.birth_name


def test_one_goes_on_and_back(manager, search):
    first = opened(manager, search, 0)
    assert name_on(first) == "Abgrall"
    assert "Dossier 1 sur 3" in main(first)
    assert "Dossier précédent" not in main(first)

    last = follow(manager, follow(manager, first, "Dossier suivant"), "Dossier suivant")
    assert name_on(last) == "Corre"
    assert "Dossier suivant" not in main(last)
    assert name_on(follow(manager, last, "Dossier précédent")) == "Bozec"


def test_tabs_and_acts_stay_on_the_way(manager, search):
    page = opened(manager, search, 1)
    way = page.context["walk"].query

    for tab in ("history", "documents", "mails", "notes", "journal", "decide"):
        where = reverse(f"office:{tab}", args=[page.context["registration"].number])
        assert f'href="{where}{way}"'.replace("&", "&amp;") in page.text
        if tab != "decide":
            assert "Dossier 2 sur 3" in main(manager.get(where + way))


def test_off_the_way_no_address_ends_with_a_question_mark_alone(manager, three):
    number = three[0].number

    page = manager.get(reverse("office:decide", args=[number]))

    led = [link.get("href") for link in seen(page).cssselect("main a[href]")]
    assert reverse("office:withdraw_as_asked", args=[number]) in led
    assert [one for one in led if one.endswith("?")] == []


def decided(client, page, decision="validate", reason=""):
    """Press « Enregistrer la décision » for the file of a page, and follow."""
    where = reverse("office:decide", args=[page.context["registration"].number])
    answer = {"decision": decision, "motif": reason}
    return client.post(where + page.context["walk"].query, answer, follow=True)


def test_what_is_decided_takes_a_file_out_and_one_is_at_the_next_at_once(manager, search):
    page = opened(manager, search, 1)
    number = page.context["registration"].number

    page = decided(manager, page)

    assert name_on(page) == "Corre"
    assert "Dossier 2 sur 2" in main(page)
    said = f"Maëlle Anne BOZEC, n°{number}. La décision est enregistrée, un mail part au candidat."
    assert said in main(page)
    way = re.search(r'href="([^"]+)">Revenir à ce dossier', page.text)[1].replace("&amp;", "&")
    page = manager.get(way)
    assert name_on(page) == "Bozec"
    assert "Ce dossier n'est plus dans la recherche" in main(page)
    assert name_on(follow(manager, page, "Dossier suivant")) == "Corre"
    assert name_on(follow(manager, page, "Dossier précédent")) == "Abgrall"


def test_after_the_last_one_and_where_a_file_stays_one_is_at_the_file(manager, search, three):
    last = decided(manager, opened(manager, search, 2))
    assert name_on(last) == "Corre"

    everybody = searches.keep(tree=Group(), columns=[], by=manager.user, at=NOW)
    page = decided(manager, opened(manager, everybody, 0), "set_aside", "Hors de l'académie.")
    assert name_on(page) == "Abgrall"
    assert "Dossier 1 sur 3" in main(page)


def test_who_seeks_somebody_is_led_to_nobody_else(manager, search):
    name = Leaf(CRITERIA["nom"], Operator.CONTAINS, ("b",))
    tree = Group(members=(*search.group.members, name))
    somebody = searches.keep(tree=tree, columns=[], by=manager.user, at=NOW)

    page = decided(manager, opened(manager, somebody, 0))

    assert name_on(page) == "Abgrall"
    assert follow(manager, page, "Dossier suivant").status_code == 200


def test_who_goes_through_a_pasted_list_is_led_to_the_next(manager, search, three):
    numbers = "\n".join(one.number for one in three)
    listed = Leaf(CRITERIA["numero_inscription"], Operator.AMONG, (numbers,))
    tree = Group(members=(*search.group.members, listed))
    column = searches.keep(tree=tree, columns=[], by=manager.user, at=NOW)

    page = decided(manager, opened(manager, column, 0))

    assert name_on(page) == "Bozec"


def test_one_comes_back_to_the_line_of_the_file(manager, search, monkeypatch):
    monkeypatch.setattr(walking, "ON_A_PAGE", 2)
    page = opened(manager, search, 2)

    address, _, line = page.context["walk"].back.partition("#")

    assert address.endswith("?tri=nom&page=2")
    assert f'<tr id="{line}">' in manager.get(address.replace("page=2", "page=1")).text


def test_beyond_the_first_thousand_one_goes_on_and_back(manager, search, monkeypatch):
    monkeypatch.setattr(walking, "AT_FIRST", 1)
    first, last = opened(manager, search, 0), opened(manager, search, 2)

    assert "Dossier 1 sur 3" in main(first)
    assert "Dossier 3 sur 3" in main(last)
    assert name_on(follow(manager, last, "Dossier précédent")) == "Bozec"


def test_of_more_files_than_are_read_their_number_is_not_said(manager, search, monkeypatch):
    monkeypatch.setattr(walking, "AT_FIRST", 2)

    assert "Dossier 1 sur plus de 2" in main(opened(manager, search, 0))


def test_the_order_of_the_list_is_that_of_the_way(manager, search):
    page = manager.get(reverse("office:found", args=[search.pk]), {"tri": "-nom"})
    link = re.search(r'href="(/gestion/inscriptions/\d+\?dans=[^"]+)"', page.text)[1]

    first = manager.get(link.replace("&amp;", "&"))

    assert name_on(first) == "Corre"
    assert name_on(follow(manager, first, "Dossier suivant")) == "Bozec"


@pytest.mark.parametrize(
    "asked",
    [
        {"dans": "rien", "rang": "1"},
        {"dans": str(uuid4()), "rang": "1"},
        {"rang": "1"},
        {"dans": "{search}"},
        {"dans": "{search}", "rang": "x"},
        {"dans": "{search}", "rang": "99999999999999999999"},
        {"dans": "{search}", "rang": "²"},
    ],
)
def test_an_address_that_says_no_way_opens_the_file_alone(manager, search, three, asked):
    asked = {name: value.format(search=search.pk) for name, value in asked.items()}

    page = manager.get(reverse("office:registration", args=[three[0].number]), asked)

    assert page.status_code == 200
    assert page.context["walk"] is None


def test_a_file_is_read_though_its_search_takes_too_long(manager, search, three, monkeypatch):
    monkeypatch.setattr(queries, "LONGEST", timedelta(milliseconds=20))
    asleep = RawSQL("(SELECT pg_sleep(60))::text = ''", [], output_field=BooleanField())
    monkeypatch.setattr(Leaf, "condition", lambda self, reach=None: Q(asleep))
    asked = {"dans": str(search.pk), "rang": "1"}

    page = manager.get(reverse("office:registration", args=[three[0].number]), asked)

    assert page.status_code == 200
    assert name_on(page) == "Abgrall"
    assert page.context["walk"] is None


@pytest.mark.parametrize(("place", "count"), [("0", 1), ("700", 4)])
def test_a_place_that_is_not_there_is_the_nearest(manager, search, three, place, count):
    out = a_registration(a_candidate())
    out.__class__.objects.filter(pk=out.pk).update(state="validated", decided_at=NOW)

    page = manager.get(
        reverse("office:registration", args=[out.number]), {"dans": search.pk, "rang": place}
    )

    assert page.context["walk"].place == count


def test_the_search_of_somebody_else_is_no_way(member, search, three):
    other = member("A09", email="autre@exemple.test")

    page = other.get(
        reverse("office:registration", args=[three[0].number]), {"dans": search.pk, "rang": "1"}
    )

    assert page.context["walk"] is None


def test_a_shared_search_leads_to_the_files_of_its_readers_perimeter_alone(
    member, search, three, in_versailles
):
    within = reach(search.owner.memberships.all(), Permission.READ_FILES)
    searches.name(
        search=search,
        name="Inscrits",
        shared_within=within,
        by=search.owner,
        author=within.perimeters[0].member,
        at=NOW,
    )
    other = member("A09", "A25", email="autre@exemple.test")
    elsewhere = member("A25", email="ailleurs@exemple.test")

    where = reverse("office:registration", args=[in_versailles.number])
    page, theirs = (one.get(where, {"dans": search.pk, "rang": "1"}) for one in (other, elsewhere))

    every = {in_versailles.number, *(one.number for one in three)}
    assert set(page.context["walk"].numbers) == every
    assert "Inscrits" in main(page)
    assert theirs.context["walk"] is None
