"""« Gérer les inscriptions »: the tree of criteria, the address of a search, its list."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from lxml import html

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.registrations import deciding, registering
from sporades.candidates.models import Candidate
from sporades.core.french import NO_SUCH_DAY
from sporades.exams import held
from sporades.exams.models import Exam, RegistrationService, Speciality
from sporades.exchanges.operations import columns_of
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.mail.queries import undelivered_to
from sporades.notices import queries as notices
from sporades.notices.models import Banner
from sporades.registrations.models import Registration
from sporades.registrations.states import VALIDATE
from sporades.searches import operations as searches
from sporades.searches import queries, quick
from sporades.searches.catalogue import CRITERIA
from sporades.searches.columns import COLUMNS
from sporades.searches.models import Search
from sporades.searches.operators import Operator
from sporades.searches.rules import OF_HEALTH, seeks_somebody
from sporades.searches.trees import Group, Leaf
from sporades.territory.models import ManagingService
from tests.endurance import arena
from tests.factories import (
    EVERYWHERE,
    INVENTED,
    NOW,
    OPERATOR,
    a_candidate,
    a_mail,
    a_record,
    a_registration,
    answer_all,
    author,
    load_invented,
)
from tests.spaces import plain
from tests.web.guide import COMPETITION_ANSWERS, load_competition, main, seen, words
from tests.web.office.conftest import VERSAILLES

SEARCH = reverse("office:search")


def leaf(place, criterion, operator, value="", until=""):
    """Return what a criterion of the page posts."""
    return {
        f"{place}-critere": criterion,
        f"{place}-operateur": operator,
        f"{place}-valeur": value,
        f"{place}-jusque": until,
    }


def sought(client, *leaves, link="et", **more):
    """Search, and return the page of what is found."""
    said = {"g-lien": link, "faire": "rechercher", **more}
    for fields in leaves:
        said |= fields
    return client.post(SEARCH, said, follow=True)


def numbers(page):
    """Return the numbers that a list shows."""
    return [line["number"] for line in page.context["lines"]]


def test_a_manager_finds_the_registrations_of_their_academy_alone(manager, in_lille, in_versailles):
    page = sought(manager, leaf("g-1", "nom", "commence", "le goff"))

    assert numbers(page) == [in_lille.number]
    assert page.context["count"] == 1


def test_a_file_is_opened_by_its_number_and_by_its_name(manager, in_lille):
    page = sought(manager, leaf("g-1", "nom", "commence", "le goff"))

    of_number, of_name = seen(page).cssselect("main tbody a")
    assert of_number.get("href") == of_name.get("href")
    assert [words(one).lower() for one in (of_number, of_name)] == [
        in_lille.number,
        f"le goff n°{in_lille.number}",
    ]


def test_an_administrator_finds_those_of_every_academy(member, in_lille, in_versailles):
    page = sought(
        member(role=Membership.Role.ADMINISTRATOR), leaf("g-1", "nom", "commence", "le goff")
    )

    assert numbers(page) == [in_lille.number, in_versailles.number]


def test_a_domain_that_is_not_of_the_perimeter_has_no_registration(member, in_lille):
    page = sought(member("A09", domains=["AUTRE"]))

    assert page.context["count"] == 0
    assert "Aucune inscription ne répond" in page.text


@pytest.mark.parametrize(
    ("typed", "operator"),
    [
        ("SW1A 1AA", "egal"),
        ("sw1a1aa", "egal"),
        ("sw1a 1", "commence"),
        ("1a1", "contient"),
        ("59 000", "non_egal"),
    ],
)
def test_a_postcode_of_another_country_is_found_however_its_signs_are_separated(
    manager, in_lille, typed, operator
):
    abroad = a_registration(a_candidate(birth_name="Smith"))
    Registration.objects.filter(pk=abroad.pk).update(postcode="SW1A 1AA", country="99132")

    page = sought(manager, leaf("g-1", "code_postal", operator, typed))

    assert numbers(page) == [abroad.number]


def test_a_postcode_of_france_is_found_as_it_is_typed_and_no_other_is(manager, in_lille):
    assert numbers(sought(manager, leaf("g-1", "code_postal", "egal", "59 000"))) == [
        in_lille.number
    ]
    for operator, typed in (("egal", "62000"), ("commence", "SW1"), ("non_egal", "59000")):
        page = sought(manager, leaf("g-1", "code_postal", operator, typed))
        assert page.context["count"] == 0


def test_the_address_of_a_search_names_nobody_and_finds_again(manager, in_lille):
    page = sought(manager, leaf("g-1", "nom", "egal", "Le Goff"))

    [(address, _)] = page.redirect_chain
    assert "goff" not in address.lower()
    assert numbers(manager.get(address)) == [in_lille.number]


def test_the_same_question_has_the_same_address(manager, in_lille):
    first = sought(manager, leaf("g-1", "nom", "egal", "Le Goff")).redirect_chain
    second = sought(manager, leaf("g-1", "nom", "egal", "Le Goff")).redirect_chain

    assert first == second


def test_a_search_that_is_read_is_not_forgotten_unless_nothing_is_written(manager, in_lille):
    [(address, _)] = sought(manager, leaf("g-1", "nom", "egal", "Le Goff")).redirect_chain
    long_ago = NOW - searches.PASSING_LASTS - timedelta(days=1)
    Search.objects.update(asked_at=long_ago)

    Banner.objects.create(
        kind=Banner.Kind.ALERT, message="Panne.", starts_at=NOW, stops_writing=True
    )
    notices.forget()
    manager.get(address)
    assert Search.objects.get().asked_at == long_ago

    Banner.objects.update(ends_at=NOW)
    notices.forget()
    manager.get(address)
    searches.forget_passing(at=NOW)
    assert numbers(manager.get(address)) == [in_lille.number]


def test_what_served_nobody_for_three_months_is_forgotten_unless_it_has_a_name(manager, in_lille):
    [(address, _)] = sought(manager, leaf("g-1", "nom", "egal", "Le Goff")).redirect_chain
    manager.post(f"{address}/nom", {"nom": "Suivie"})
    sought(manager, leaf("g-1", "nom", "egal", "Zola"))
    Search.objects.update(asked_at=NOW - searches.PASSING_LASTS)

    assert searches.forget_passing(at=NOW) == 0
    assert searches.forget_passing(at=NOW + timedelta(seconds=1)) == 1

    assert [one.name for one in Search.objects.all()] == ["Suivie"]


def shared(client, *leaves, name="Inscrits"):
    """Search, share the search under a name, and return its address."""
    [(address, _)] = sought(client, *leaves).redirect_chain
    client.post(f"{address}/nom", {"nom": name, "partagee": "on"})
    return address


REGISTERED = leaf("g-1", "etat", "egal", "registered")


def test_a_search_of_somebody_else_does_not_exist_until_it_is_shared(member, in_lille):
    mine, theirs = member("A09"), member("A09", email="autre@exemple.test")
    [(address, _)] = sought(mine, REGISTERED).redirect_chain

    before = theirs.get(address).status_code
    mine.post(f"{address}/nom", {"nom": "Inscrits", "partagee": "on"})

    assert before == 404
    assert numbers(theirs.get(address)) == [in_lille.number]
    assert "Inscrits (partagée)" in main(theirs.get(SEARCH))
    assert "Inscrits (partagée)" in main(theirs.get(reverse("office:home")))


def test_what_colleagues_are_given_to_read_is_in_the_journal_and_what_is_ones_own_is_not(
    member, in_lille
):
    mine = member("A09")
    address = shared(mine, REGISTERED)
    mine.post(f"{address}/nom", {"nom": "Les miens"})
    mine.post(f"{address}/nom", {"nom": "Encore miens"})
    mine.post(f"{address}/nom", {"nom": "Encore", "partagee": "on"})
    mine.post(f"{address}/oubli")

    acts = Entry.objects.filter(object_kind="search").order_by("pk")

    assert not Search.objects.exclude(name="").exists()
    assert [(one.verb, one.payload["after"]["name"]) for one in acts] == [
        ("search shared", "Inscrits"),
        ("search shared no more", "Les miens"),
        ("search shared", "Encore"),
        ("shared search forgotten", "Encore"),
    ]
    assert {(one.academy, one.actor_id) for one in acts} == {("A09", f"user:{mine.user.pk}")}


@pytest.mark.parametrize(
    "since",
    [{"ends_on": (NOW - timedelta(days=3)).date()}, {"role": Membership.Role.HELPDESK}],
    ids=["has_left", "answers_the_telephone"],
)
def test_what_somebody_shares_who_reads_no_list_more_is_taken_away_by_a_colleague(
    member, in_lille, since
):
    gone, here = member("A09"), member("A09", email="autre@exemple.test")
    address = shared(gone, REGISTERED)
    before = main(here.post(f"{address}/oubli", follow=True))
    assert "Ne plus partager" not in main(here.get(address))
    assert "Son auteur peut encore cesser de la partager" in plain(before)
    gone.user.memberships.update(**since)

    page = main(here.get(address))
    said = main(here.post(f"{address}/oubli", follow=True))

    assert "Ne plus partager cette recherche" in page
    assert "La recherche n'est plus partagée." in said
    assert here.get(address).status_code == 404
    last = Entry.objects.filter(object_kind="search").latest("pk")
    assert (last.verb, last.actor_id) == ("search shared no more", f"user:{here.user.pk}")


@pytest.mark.parametrize("page", ["office:found", "office:export", "office:batch", "office:write"])
def test_a_shared_search_does_not_exist_for_another_academy(member, in_lille, in_versailles, page):
    mine, theirs = member("A09"), member("A25", email="autre@exemple.test")
    shared(mine, REGISTERED)
    search = Search.objects.get(name="Inscrits")

    assert theirs.get(reverse(page, args=[search.pk])).status_code == 404
    assert mine.get(reverse(page, args=[search.pk])).status_code == 200
    assert "Inscrits (partagée)" not in main(theirs.get(SEARCH))
    assert "Inscrits (partagée)" not in main(theirs.get(reverse("office:home")))


def test_a_shared_search_is_open_to_who_has_more_and_not_to_who_has_less(member, in_lille):
    author = member("A09", "A25")
    more = member(role=Membership.Role.ADMINISTRATOR, email="plus@exemple.test")
    less = member("A09", email="moins@exemple.test")

    address = shared(author, REGISTERED)

    assert more.get(address).status_code == 200
    assert less.get(address).status_code == 404


def test_a_shared_search_finds_in_it_what_its_reader_may_see(member, in_lille, in_versailles):
    mine, theirs = member("A09"), member("A09", "A25", email="autre@exemple.test")

    address = shared(mine, REGISTERED)

    assert numbers(mine.get(address)) == [in_lille.number]
    assert numbers(theirs.get(address)) == [in_lille.number, in_versailles.number]


def test_a_search_that_is_shared_no_more_is_its_author_s_alone(member, in_lille):
    mine, theirs = member("A09"), member("A09", email="autre@exemple.test")
    address = shared(mine, REGISTERED)

    mine.post(f"{address}/nom", {"nom": "Inscrits"})

    assert theirs.get(address).status_code == 404
    assert Search.objects.get(name="Inscrits").perimeters == []


@pytest.mark.parametrize(
    ("criterion", "value"),
    [("nom", "Le Goff"), ("numero_inscription", "20000000025"), ("ine", "1234567890A")],
)
def test_a_search_that_seeks_somebody_is_named_and_not_shared(member, in_lille, criterion, value):
    mine, theirs = member("A09"), member("A09", email="autre@exemple.test")
    page = sought(mine, leaf("g-1", criterion, "egal", value))
    [(address, _)] = page.redirect_chain
    form = {"nom": "Les Goff"}

    refused = mine.post(f"{address}/nom", {**form, "partagee": "on"})
    before = Search.objects.filter(name="Les Goff").exists()
    mine.post(f"{address}/nom", form)

    assert "désigne une personne : elle reste la vôtre et ne se partage pas" in main(page)
    assert list(page.context["naming"].fields) == ["nom"]
    assert refused.status_code == 422
    assert refused.context["naming"].errors.keys() == {"partagee"}
    assert refused.context["naming"]["nom"].value() == "Les Goff"
    assert not before
    assert Search.objects.get(name="Les Goff").is_shared is False
    assert theirs.get(address).status_code == 404


@pytest.mark.parametrize(
    "typed", ["Zzzzqq", "Zzzzqq 28/02/2005", "02/2005", "Zzzzqq 2005", "personne@exemple.test"]
)
def test_where_nobody_is_found_it_is_said_first_and_the_box_is_there_to_try_again(manager, typed):
    page = manager.post(reverse("office:find"), {"quoi": typed}, follow=True)

    assert page.context["title"] == "Aucune inscription trouvée"
    assert words(seen(page).cssselect("h1")[0]) == "Aucune inscription trouvée"
    [box] = seen(page).cssselect("main [role=search] [name=quoi]")
    assert box.get("value") == typed


@pytest.mark.parametrize(("typed", "is_by_name"), [("kemener", True), ("20000000999", False)])
def test_who_is_found_by_no_name_is_to_be_sought_otherwise(manager, typed, is_by_name):
    page = manager.post(reverse("office:find"), {"quoi": typed}, follow=True)

    assert ("cherchez par la date de naissance seule" in main(page)) == is_by_name


@pytest.mark.parametrize(
    ("typed", "alone"),
    [
        ("Zola 14/03/1998", ["14/03/1998"]),
        ("Zola mars 1998", ["03/1998"]),
        ("1998 Zola", ["1998"]),
        ("Le Goff 28/02/2005", ["Le Goff"]),
        ("{number} 15/03/1998", ["{number}"]),
        ("Zola 28/02/2005", []),
        ("28/02/2005", []),
        ("Zola", []),
    ],
)
def test_a_name_and_a_birth_date_of_nobody_are_sought_one_without_the_other_where_one_is_somebody_s(
    manager, in_lille, in_versailles, typed, alone
):
    find = reverse("office:find")

    typed, *alone = (one.format(number=in_lille.number) for one in (typed, *alone))
    page = manager.post(find, {"quoi": typed}, follow=True)

    buttons = seen(page).cssselect("main button[name=quoi]")
    assert (page.context["count"], [one.get("value") for one in buttons]) == (0, alone)
    for button in buttons:
        # A list, though one alone is found: whose other half is not the one typed is read first.
        asked = dict(button.getparent().getparent().form_values())
        led = manager.post(find, {**asked, "quoi": button.get("value")}, follow=True)
        listed = seen(led).cssselect("main tbody th")
        assert [words(one) for one in listed] == [in_lille.number]


def test_whether_a_name_is_somebodys_is_asked_by_no_walk_along_all_names(in_lille):
    named, _ = quick.each_alone(quick.tree_of("Zola 28/02/2005"))
    with CaptureQueriesContext(connection) as asked:
        assert not queries.is_somebody(queries.found(named, reach=EVERYWHERE))

    [looked] = [one["sql"] for one in asked if "%> 'zola'" in one["sql"]]
    # For a first one alone, the names of a country are compared one by one, which takes seconds.
    assert "LIMIT" not in looked


def test_two_days_that_a_reader_chose_are_not_sought_as_a_month(manager, in_lille):
    around = leaf("g-1", "naissance", "entre", "01/03/1998", "01/04/1998")

    page = sought(manager, around, leaf("g-2", "nom_complet", "commence", "Zola"))

    assert page.context["count"] == 0
    assert not seen(page).cssselect("main button[name=quoi]")


def test_what_a_list_serves_for_is_said_before_it_is_sought(manager, member):
    told = "De la liste trouvée, vous pourrez écrire aux candidats"

    assert told in main(manager.get(reverse("office:search")))
    auditor = member("A09", role=Membership.Role.AUDITOR, email="auditeur@exemple.test")
    assert told not in main(auditor.get(reverse("office:search")))


def test_a_search_by_criteria_has_no_box_to_fill(manager, in_lille):
    for asked in (leaf("g-1", "nom", "contient", "Zola"), leaf("g-1", "mail", "vide")):
        page = sought(manager, asked)
        assert [one.get("value") for one in seen(page).cssselect("main [name=quoi]")] == [None]

    assert not seen(sought(manager)).cssselect("main [name=quoi]")


def test_a_search_in_a_group_that_seeks_somebody_is_one_too():
    somebody = Group(members=(Leaf(CRITERIA["nom"], Operator.IS, ("Le Goff",)),))

    assert seeks_somebody(Group(members=(somebody,)).as_json())
    assert not seeks_somebody(Group().as_json())


def test_two_searches_of_one_author_do_not_bear_one_name(manager, in_lille):
    for name in ("Le Goff", "Goff"):
        [(address, _)] = sought(manager, leaf("g-1", "nom", "contient", name)).redirect_chain
        page = manager.post(f"{address}/nom", {"nom": "Ma recherche"}, follow=True)

    assert page.status_code == 422
    assert "porte déjà ce nom" in page.text
    assert page.context["naming"]["nom"].value() == "Ma recherche"
    assert page.context["title"] == "Inscriptions trouvées"
    assert Search.objects.exclude(name="").count() == 1


def names(manager, value, name, **more):
    """A search by a name at birth, and the page once it is given a name."""
    [(address, _)] = sought(manager, leaf("g-1", "nom", "contient", value)).redirect_chain
    return address, manager.post(f"{address}/nom", {"nom": name, **more}, follow=True)


def test_a_search_that_is_changed_takes_the_place_of_the_one_that_had_its_name(manager, in_lille):
    kept, _ = names(manager, "Le Goff", "Ma recherche")
    address, refused = names(manager, "Goff", "Ma recherche")
    assert "cochez « La remplacer par celle-ci »" in main(refused)
    form = seen(refused).cssselect(f"form[action^='{address}/nom']")[0]

    page = manager.post(f"{address}/nom", {**dict(form.fields), "remplace": "on"}, follow=True)

    assert page.redirect_chain == [(kept, 302)]
    assert page.context["title"] == "Ma recherche"
    assert page.context["asked"] == ["Nom de famille : contient « Goff »"]
    assert Search.objects.exclude(name="").count() == 1


def test_a_search_is_not_replaced_by_whoever_read_another_name(manager, in_lille):
    names(manager, "Le Goff", "Ma recherche")
    names(manager, "Marin", "Une autre")
    said = {"deja": "Ma recherche", "remplace": "on"}

    _, page = names(manager, "Goff", "Une autre", **said)

    assert page.status_code == 422
    form = page.context["naming"]
    assert (form["deja"].value(), form["remplace"].value()) == ("Une autre", False)
    assert [one.group.members[0].values for one in Search.objects.named()] == [
        ("Le Goff",),
        ("Marin",),
    ]


def test_a_search_that_has_a_name_and_takes_that_of_another_stands_at_its_address(
    manager, in_lille
):
    kept, _ = names(manager, "Le Goff", "Ma recherche")
    other, _ = names(manager, "Goff", "Une autre")
    said = {"nom": "Ma recherche", "deja": "Ma recherche", "remplace": "on"}

    page = manager.post(f"{other}/nom", said, follow=True)

    assert page.redirect_chain == [(kept, 302)]
    assert page.context["asked"] == ["Nom de famille : contient « Goff »"]
    assert Search.objects.named().get().name == "Ma recherche"


def takes_the_name(search, name):
    """Return the act by which a search takes the name of another, and its place."""
    told = {"shared_within": None, "by": search.owner, "author": OPERATOR, "at": NOW}
    return lambda: searches.name(search=search, name=name, replaces=True, **told)


@pytest.mark.django_db(transaction=True)
def test_of_two_searches_that_take_the_name_of_each_other_one_is_left(manager, in_lille):
    for name in ("L'une", "L'autre"):
        names(manager, name, name)
    other, one = Search.objects.named()

    def take(holds):
        takes_the_name(one, "L'autre")()
        holds()

    _, then = arena.first(take, takes_the_name(other, "L'une"))

    left = Search.objects.named().get()
    assert left == then == other
    assert (left.name, left.group.members[0].values) == ("L'une", ("L'une",))


def test_a_search_that_was_just_deleted_is_not_given_a_name(manager, in_lille):
    names(manager, "Goff", "La nôtre")
    search = Search.objects.named().get()
    searches.forget(Search.objects.get(pk=search.pk), by=OPERATOR, at=NOW)

    with pytest.raises(searches.Forgotten, match="vient d'être supprimée"):
        takes_the_name(search, "Une autre")()


def test_a_shared_search_is_forgotten_once(manager, in_lille):
    [(address, _)] = sought(manager).redirect_chain
    manager.post(f"{address}/nom", {"nom": "Les nôtres", "partagee": "on"})
    pressed = [Search.objects.named().get() for _ in range(2)]

    for search in pressed:
        searches.forget(search, by=OPERATOR, at=NOW)

    assert [one.verb for one in Entry.objects.filter(object_kind="search").order_by("pk")] == [
        "search shared",
        "shared search forgotten",
    ]


@pytest.mark.parametrize("first", [searches.stop_sharing, searches.forget])
def test_what_nobody_shares_any_more_is_taken_away_once(member, in_lille, first):
    gone = member("A09")
    shared(gone, REGISTERED)
    gone.user.memberships.update(ends_on=(NOW - timedelta(days=3)).date())
    pressed = [Search.objects.named().get() for _ in range(2)]

    for search, act in zip(pressed, (first, searches.stop_sharing), strict=True):
        act(search, by=OPERATOR, at=NOW)

    acts = Entry.objects.filter(object_kind="search")
    assert acts.exclude(verb="search shared").count() == 1


def test_what_takes_the_place_of_a_shared_search_is_shared_no_more_unless_it_is_said(
    manager, member, in_lille
):
    [(kept, _)] = sought(manager).redirect_chain
    manager.post(f"{kept}/nom", {"nom": "Les nôtres", "partagee": "on"})
    colleague = member("A09", email="collegue@exemple.test")
    assert colleague.get(kept).status_code == 200

    names(manager, "Goff", "Les nôtres", deja="Les nôtres", remplace="on")

    acts = Entry.objects.filter(object_kind="search").order_by("pk")
    assert colleague.get(kept).status_code == 404
    assert [one.verb for one in acts] == ["search shared", "search shared no more"]


def test_a_name_that_is_refused_leaves_a_list_whose_links_lead_to_its_results(manager, in_lille):
    a_registration(a_candidate(birth_name="Zola"))
    [(address, _)] = sought(manager).redirect_chain

    page = manager.post(f"{address}/nom", {"nom": ""})

    sorts = [one.get("href") for one in seen(page).cssselect(".s-table__sort")]
    assert page.status_code == 422
    assert words(seen(page).cssselect("title")[0]).startswith("1 erreur : Inscriptions trouvées")
    assert sorts
    assert all(manager.get(one).status_code == 200 for one in sorts)
    assert page.context["base"].startswith(f"{address}?")


def test_a_search_that_is_named_keeps_the_order_in_which_it_is_read(manager, in_lille):
    a_registration(a_candidate(birth_name="Zola"))
    [(address, _)] = sought(manager).redirect_chain
    form = seen(manager.get(address, {"tri": "-nom"})).cssselect("form[action*='/nom']")[0]

    page = manager.post(form.get("action"), {"nom": "De la fin"}, follow=True)

    assert page.request["QUERY_STRING"] == ""
    [line] = seen(page).cssselect(".s-table th[aria-sort]")
    assert line.get("aria-sort") == "descending"
    assert [one["who"] for one in manager.get(address).context["lines"]] == [
        "Zola Maëlle Anne",
        "Le Goff Maëlle Anne",
    ]
    assert manager.get(address, {"tri": "nom"}).context["lines"][0]["number"] == in_lille.number


def test_a_list_of_all_columns_goes_sideways_in_its_place(manager, in_lille):
    page = sought(manager, colonnes=[column.code for column in COLUMNS])

    [table] = seen(page).cssselect("table.s-table")
    assert len(table.cssselect("thead th")) == len(COLUMNS)
    assert table.getparent().get("class") == "s-scroll"


def test_a_search_is_deleted_by_its_author_alone(member, in_lille):
    mine, theirs = member("A09"), member("A09", email="autre@exemple.test")
    address = shared(mine, REGISTERED)

    refused = theirs.post(f"{address}/oubli", follow=True)
    [still] = Search.objects.all()
    mine.post(f"{address}/oubli")

    assert "Son auteur peut encore cesser de la partager" in refused.text
    assert still.is_shared
    assert not Search.objects.exists()


def test_criteria_are_added_and_taken_out_without_a_script(manager):
    page = manager.post(SEARCH, {"g-lien": "et", "g-ajout": "nom", "faire": "ajouter:g"})
    assert "g-1-operateur" in page.text

    page = manager.post(
        SEARCH,
        {"g-lien": "et", **leaf("g-1", "nom", "commence", "Kerou"), "faire": "grouper:g"},
    )
    assert 'value="Kerou"' in page.text
    assert "Groupe de critères" in page.text

    page = manager.post(
        SEARCH,
        {
            "g-lien": "et",
            **leaf("g-1", "nom", "commence", "Kerou"),
            "g-2-lien": "ou",
            "g-2-ajout": "etat",
            "faire": "ajouter:g-2",
        },
    )
    assert "g-2-1-operateur" in page.text
    assert 'value="Kerou"' in page.text
    assert read_with(page) == ("g-2-1-operateur", "Critère ajouté : État.")

    page = manager.post(
        SEARCH, {"g-lien": "et", **leaf("g-1", "nom", "commence", "Kerou"), "faire": "retirer:g-1"}
    )
    assert "Kerou" not in page.text
    assert read_with(page) == ("g-ajout", "Critère retiré : Nom de famille.")


def test_a_criterion_that_is_compared_in_one_way_asks_for_its_value_alone(manager, in_lille):
    page = manager.post(SEARCH, {"g-lien": "et", "g-ajout": "a_revoir", "faire": "ajouter:g"})

    [criterion] = seen(page).cssselect(".s-criterion")
    [operator] = criterion.cssselect("[name=g-1-operateur]")
    assert (operator.get("type"), operator.get("value")) == ("hidden", "egal")
    assert [words(one) for one in criterion.cssselect("label")] == ["Valeur"]
    assert read_with(page)[0] == "g-1-valeur"
    assert numbers(sought(manager, leaf("g-1", "a_revoir", "egal", "non"))) == [in_lille.number]


def read_with(page):
    """Return the field that the page goes on from, and what is read out with it."""
    [field] = html.fromstring(page.text).cssselect(".s-search [autofocus], .s-tree [autofocus]")
    hint = html.fromstring(page.text).get_element_by_id(field.get("aria-describedby").split()[0])
    return field.get("name"), plain(hint.text_content())


def test_groups_are_joined_as_they_say(manager, in_lille):
    other = a_registration(a_candidate(birth_name="Zola", first_names="Nour"))

    either = sought(
        manager,
        leaf("g-1", "nom", "egal", "Le Goff"),
        leaf("g-2", "nom", "egal", "Zola"),
        link="ou",
    )
    both = sought(
        manager, leaf("g-1", "nom", "egal", "Le Goff"), leaf("g-2", "prenoms", "contient", "nour")
    )
    nested = sought(
        manager,
        leaf("g-1", "etat", "egal", "registered"),
        {"g-2-lien": "ou"},
        leaf("g-2-1", "prenoms", "contient", "nour"),
        leaf("g-2-2", "prenoms", "contient", "personne"),
    )

    assert numbers(either) == [in_lille.number, other.number]
    assert numbers(both) == []
    assert numbers(nested) == [other.number]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (("nom", "egal", "  ", ""), "Indiquez ce que vous cherchez."),
        (("nom", "egal", "--", ""), "Indiquez des lettres ou des chiffres à chercher."),
        (("naissance", "egal", "31/02/2008", ""), "Ce jour n&#x27;existe pas dans le calendrier"),
        (("naissance", "entre", "", ""), "Indiquez au moins une des deux bornes."),
        (
            ("naissance", "entre", "01/01/2009", "01/01/2008"),
            "Indiquez la plus petite borne d&#x27;abord.",
        ),
        (("version", "egal", "deux", ""), "Indiquez un nombre en chiffres"),
        (("etat", "egal", "", ""), "Choisissez dans la liste."),
        (("examen", "egal", "1 or 1", ""), "Choisissez dans la liste."),
        (("qualification", "egal", "", ""), "Choisissez dans la liste."),
        (("qualification", "egal", "examen-", ""), "Choisissez dans la liste."),
        (("qualification", "egal", "examen-x", ""), "Choisissez dans la liste."),
        (("epreuve", "inscrit", "", ""), "Choisissez une épreuve."),
        (("telephone", "egal", "12", ""), "Indiquez les dix chiffres du numéro"),
    ],
)
def test_what_cannot_be_compared_is_said_at_its_box(manager, asked, said):
    page = sought(manager, leaf("g-1", *asked))

    assert page.status_code == 422
    assert said in page.text.replace("\u00a0", " ")
    assert not Search.objects.exists()


@pytest.mark.parametrize(
    "said",
    [
        {"faire": "n'importe quoi"},
        {"faire": "ajouter:g-9", "g-9-ajout": "nom"},
        {"faire": "ajouter:g", "g-ajout": "password"},
        {"faire": "rechercher", "g-1-critere": "candidate__user__password"},
        {"faire": "rechercher", **leaf("g-1", "etat", "contient", "x")},
        {"faire": "rechercher", "g-lien": "xor"},
        {"faire": "rechercher", "g-1-lien": "et", "g-1-1-lien": "et", "g-1-1-1-lien": "et"},
    ],
)
def test_what_no_page_of_ours_posts_is_refused(manager, said):
    assert manager.post(SEARCH, said).status_code == 400


def test_no_more_than_thirty_criteria_are_searched_at_once(manager):
    leaves = [leaf(f"g-{place}", "nom", "egal", "x") for place in range(1, 32)]
    within = [{"g-30-lien": "et"}, *(leaf(f"g-30-{n}", "nom", "egal", "x") for n in (1, 2))]

    assert sought(manager, *leaves[:30]).status_code == 200
    assert sought(manager, *leaves).status_code == 400
    assert sought(manager, *leaves[:29], *within).status_code == 400


def test_one_box_finds_by_number_name_birth_date_and_address(manager, in_lille):
    a_registration(a_candidate(birth_name="Zola", birth_year=2001))
    find, file = reverse("office:find"), reverse("office:registration", args=[in_lille.number])
    candidate = in_lille.candidate

    for typed in (
        in_lille.number,
        f"{in_lille.number[:3]} {in_lille.number[3:]}",
        f"{in_lille.number[:3]}.{in_lille.number[3:6]}.{in_lille.number[6:]}",
        f"{in_lille.number[:5]}-{in_lille.number[5:]}",
        candidate.number,
        candidate.user.email.upper(),
        "14/03/1998",
        "14 mars 1998",
        "14 Mars  1998",
        "le goff maelle",
        "Le Gof Maelle",
    ):
        page = manager.post(find, {"quoi": typed}, follow=True)
        assert page.redirect_chain[-1][0] == file, typed


@pytest.mark.parametrize(
    "typed", [".*", "le go.*", "^le goff$", "(le", "[a-z]+", "le goff|zola", "\\"]
)
def test_a_sign_of_expressions_that_is_typed_is_a_sign(manager, in_lille, typed):
    zola = a_registration(a_candidate(birth_name="Zola", birth_year=2001))

    pages = [
        sought(manager, leaf("g-1", "nom", "commence", typed)),
        sought(manager, leaf("g-1", "nom", "contient", typed)),
        manager.post(reverse("office:find"), {"quoi": typed}, follow=True),
    ]

    # Of signs alone, nothing is left to be sought.
    assert {page.status_code for page in pages} in ({200}, {422})
    assert [page for page in pages if zola.number in page.text] == []


@pytest.mark.parametrize(
    "typed",
    [
        *("le goff 14/03/1998", "14/03/1998 Le Goff", "Le Goff, Maëlle 14-03-1998"),
        *("Le Gof 14 mars 1998", "14 Mars 1998 le goff", "Le Goff née le 14/03/1998"),
        *("le goff 1998-03-14", "le goff 14 03 1998", "né(e) le 14/03/1998 le goff"),
        *("le goff 03/1998", "03/1998 le goff", "Le Goff mars 1998", "le goff 1998", "né en 1998"),
        *("03/1998", "3/1998", "mars 1998", "03 1998", "1998"),
    ],
)
def test_one_box_understands_a_name_and_a_birth_date_together(manager, in_lille, typed):
    for other in (
        {"birth_name": "Le Goff", "birth_year": 2001},
        {"birth_name": "Zola", "birth_year": 2001},
        {"birth_name": "Le Goff", "birth_year": 1999, "birth_month": 4},
    ):
        a_registration(a_candidate(**other))

    page = manager.post(reverse("office:find"), {"quoi": typed}, follow=True)

    file = reverse("office:registration", args=[in_lille.number])
    assert page.redirect_chain[-1][0] == file


@pytest.mark.parametrize(
    ("known", "found"),
    [
        ({"birth_day": None}, True),
        ({"birth_day": None, "birth_month": 2}, False),
        ({"birth_day": None, "birth_month": 4}, False),
        ({"birth_day": None, "birth_year": 1999}, False),
        # Perhaps of that month, and perhaps not.
        ({"birth_day": None, "birth_month": None}, False),
    ],
)
def test_who_was_born_on_a_day_that_nobody_knows_is_found_by_the_month(manager, known, found):
    born = a_registration(a_candidate(**{"birth_month": 3, "birth_year": 1998} | known))

    page = manager.post(reverse("office:find"), {"quoi": "le goff 03/1998"}, follow=True)

    file = reverse("office:registration", args=[born.number])
    assert (page.redirect_chain[-1][0] == file) is found


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        ("01/01/1998", "31/12/1998", ["known", "month", "year"]),
        ("02/01/1998", "31/12/1998", ["known", "month"]),
        ("01/01/1998", "30/12/1998", ["known", "month"]),
        ("01/03/1998", "31/03/1998", ["known", "month"]),
        ("02/03/1998", "31/03/1998", ["known"]),
        ("01/03/1998", "30/03/1998", ["known"]),
        ("14/03/1998", "14/03/1998", ["known"]),
        ("", "31/12/1998", ["known", "month", "year"]),
        ("01/01/1998", "", ["known", "month", "year"]),
        ("01/01/1999", "", []),
        ("", "31/12/1997", []),
    ],
)
def test_of_a_birth_date_that_is_known_in_part_all_that_is_known_lies_between_two_days(
    manager, since, until, found
):
    named = {
        name: a_registration(a_candidate(birth_month=month, birth_day=day)).number
        for name, month, day in (("known", 3, 14), ("month", 3, None), ("year", None, None))
    }

    page = sought(manager, leaf("g-1", "naissance", "entre", since, until))

    assert sorted(numbers(page)) == sorted(named[one] for one in found)


def test_one_box_understands_a_number_beside_a_birth_date(manager, in_lille):
    file = reverse("office:registration", args=[in_lille.number])
    for typed in (f"{in_lille.number} 14/03/1998", f"N° {in_lille.number}", "n°" + in_lille.number):
        page = manager.post(reverse("office:find"), {"quoi": typed}, follow=True)
        assert page.redirect_chain[-1][0] == file, typed

    page = manager.post(
        reverse("office:find"), {"quoi": f"{in_lille.number} 15/03/1998"}, follow=True
    )
    assert page.context["count"] == 0


def test_one_box_says_how_it_read_a_name_and_a_month(manager):
    page = manager.post(reverse("office:find"), {"quoi": "Artois 02/2004"}, follow=True)

    [born, named] = page.context["asked"]
    assert born == "Date de naissance : entre « 01/02/2004 » et « 29/02/2004 »"
    assert "Nom et prénoms : commence par « Artois »" in named
    assert "INE" not in " ".join(page.context["asked"])


@pytest.mark.parametrize(
    ("kept", "typed"),
    [
        ({"mobile": "0639981299"}, "06 39 98 12 99"),
        ({"mobile": "0639981299"}, "06.39.98.12.99"),
        ({"mobile": "0639981299"}, "+33 6 39 98 12 99"),
        ({"mobile": "0639981299"}, "0033 (0)6 39 98 12 99"),
        ({"mobile": "+33639981299"}, "0639981299"),
        ({"phone": "0353011234"}, "03-53-01-12-34"),
        ({"guardian_phone": "0639981299"}, "06 39 98 12 99"),
        ({"phone": "0262201234"}, "+262 262 20 12 34"),
        ({"phone": "265555"}, "26 55 55"),
        ({"phone": "265555"}, "+687 26.55.55"),
        ({"phone": "+687265555"}, "265555"),
        ({"phone": "40465555"}, "+689 40 46 55 55"),
        ({"mobile": "+32471123456"}, "+32 471 12 34 56"),
    ],
)
def test_one_box_finds_who_is_called_by_a_number_however_it_is_dialled(
    manager, in_lille, kept, typed
):
    a_registration(a_candidate(birth_name="Zola", birth_year=2001))
    Registration.objects.filter(pk=in_lille.pk).update(**kept)

    page = manager.post(reverse("office:find"), {"quoi": typed}, follow=True)

    file = reverse("office:registration", args=[in_lille.number])
    assert page.redirect_chain[-1][0] == file


@pytest.mark.parametrize("typed", ["06 39 98 12 35", "12 2005", "40465556"])
def test_what_dials_nobody_or_is_no_telephone_finds_nobody(manager, in_lille, typed):
    kept = {"mobile": "0639981299", "phone": "122005", "guardian_phone": "40465556"}
    Registration.objects.filter(pk=in_lille.pk).update(**kept)

    page = manager.post(reverse("office:find"), {"quoi": typed}, follow=True)

    assert page.context["count"] == 0


def test_a_telephone_is_asked_of_the_three_indexes(in_lille):
    tree = quick.tree_of("06 39 98 12 99")
    with queries.planned_anew(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        plan = Registration.objects.filter(tree.condition()).explain()

    for index in ("by_mobile", "by_phone", "by_guardian_phone"):
        assert f"registration_{index}" in plan


OFF_THE_LISTS = [
    ({"nationality": "aucun"}, ("nationalite", "aucun"), "apatride"),
    ({"nationality": "autre"}, ("nationalite", "autre"), "autre"),
    (
        {"birth_country": "autre", "birth_department": "", "birth_commune": ""},
        ("pays_naissance", "autre"),
        "Autre pays ou territoire",
    ),
]


@pytest.mark.parametrize(("changes", "asked", "said"), OFF_THE_LISTS)
def test_what_is_off_the_lists_is_shown_and_sought(manager, in_lille, changes, asked, said):
    parents = {"father_name": "inconnu", "mother_name": "inconnu"}
    mine = a_registration(
        a_candidate(email="autre@exemple.test", **changes),
        identification=parents if "birth_country" in changes else {},
    )
    column, value = asked

    page = sought(manager, leaf("g-1", column, "egal", value), colonnes=[column])

    assert numbers(page) == [mine.number]
    assert page.context["lines"][0]["cells"][1] == said


@pytest.mark.parametrize(
    "typed", ["ana@exemple.test", " ANA@exemple.test ", "ana@", "Ana@exemple.t", "03 20 11 22 33"]
)
def test_who_has_no_account_is_found_by_what_their_record_says(manager, in_lille, typed):
    record = a_record(email="ana@exemple.test", channel="mail", phone="0320112233")
    mine = a_registration(record, identification={"mobile": None})

    page = manager.post(reverse("office:find"), {"quoi": typed})

    assert page["Location"].partition("?")[0] == reverse("office:registration", args=[mine.number])


def test_an_address_that_is_heard_half_finds_whoever_has_one_that_begins_so(manager, in_lille):
    mine = [a_registration(a_candidate(email=f"ana{one}@exemple.test")) for one in ("1", "12")]
    a_registration(a_candidate(email="anabelle@exemple.test"))
    find = reverse("office:find")

    one = manager.post(find, {"quoi": "ana1@ex"}, follow=True)
    whole = manager.post(find, {"quoi": "ana12@exemple.test"}, follow=True)

    assert one.redirect_chain[-1][0] == reverse("office:registration", args=[mine[0].number])
    assert whole.redirect_chain[-1][0] == reverse("office:registration", args=[mine[1].number])
    other = manager.post(find, {"quoi": "ana13@"}, follow=True)
    assert other.context["asked"] == ["Adresse mail : commence par « ana13@ »"]


def test_an_address_is_found_as_its_owner_says_it(manager, in_lille):
    mine = a_registration(a_candidate(email="ana@xn--exmple-cua.test"))

    page = manager.post(reverse("office:find"), {"quoi": "ana@exämple.test"})

    assert page["Location"].partition("?")[0] == reverse("office:registration", args=[mine.number])


@pytest.mark.parametrize(
    ("operator", "value", "found"),
    [
        ("egal", "ana@exemple.test", ["ana"]),
        ("commence", "ana@", ["ana"]),
        ("contient", "@exemple.test", ["ana", "zoe"]),
        ("non_egal", "ana@exemple.test", ["nobody", "zoe"]),
        ("vide", "", ["nobody"]),
        ("non_vide", "", ["ana", "zoe"]),
    ],
)
def test_an_address_is_that_of_the_account_or_of_the_record(
    db, invented_exam, operator, value, found
):
    named = {
        a_registration(a_record(email="ana@exemple.test", channel="mail")).pk: "ana",
        a_registration(a_candidate(email="zoe@exemple.test", birth_name="Autre")).pk: "zoe",
        a_registration(a_record(birth_name="Encore")).pk: "nobody",
    }

    asked = CRITERIA["mail"].condition(Operator(operator), [value])

    assert sorted(named[one.pk] for one in Registration.objects.filter(asked)) == found


def test_whom_the_last_mail_did_not_reach_is_found_as_their_record_says_it(manager, in_lille):
    """Of an account, of a record, of whom letters reach since, and of who was reached."""
    on_record = a_registration(a_record(email="une@exemple.test", channel="mail"))
    by_letter = a_registration(a_record(email="deux@exemple.test", channel="mail"))
    reached = a_registration(a_candidate())
    every = (in_lille, on_record, by_letter, reached)
    addresses = [one.candidate.address for one in every]
    Message.objects.filter(recipient__in=addresses[:3]).update(
        state="refused", sent_at=None, written_at=NOW - timedelta(days=2)
    )
    Candidate.objects.filter(pk=by_letter.candidate_id).update(channel="letter")
    Message.objects.filter(recipient=addresses[3]).update(state="sent", sent_at=NOW)
    before = a_mail(addresses[3], at=NOW - timedelta(days=2))
    Message.objects.filter(pk=before.pk).update(state="refused")

    refused = sought(manager, leaf("g-1", "mail_refuse", "egal", "oui"), colonnes="mail_refuse")
    others = sought(manager, leaf("g-1", "mail_refuse", "egal", "non"), colonnes="mail_refuse")
    with_account = leaf("g-2", "compte", "egal", "oui")

    assert sorted(numbers(refused)) == sorted([in_lille.number, on_record.number])
    assert {line["cells"][-1] for line in refused.context["lines"]} == {"23/11/2026"}
    assert sorted(numbers(others)) == sorted([by_letter.number, reached.number])
    assert {line["cells"][-1] for line in others.context["lines"]} == {""}
    both = sought(manager, leaf("g-1", "mail_refuse", "egal", "oui"), with_account)
    assert numbers(both) == [in_lille.number]
    found = {one for one in every if undelivered_to(addresses[every.index(one)])}
    assert found == {in_lille, on_record, by_letter}


@pytest.mark.parametrize(
    ("operator", "typed", "found"),
    [
        ("egal", "bethune", ["Béthune"]),
        ("egal", "St Omer", ["Saint-Omer"]),
        ("commence", "saint", ["Saint-Omer"]),
        ("contient", "omer", ["Saint-Omer"]),
        ("egal", "são paulo", ["São Paulo"]),
        ("non_egal", "Béthune", ["Saint-Omer", "São Paulo"]),
    ],
)
def test_a_town_is_found_as_it_is_typed(manager, in_lille, operator, typed, found):
    lives = {in_lille.pk: "Béthune"}
    lives |= {
        a_registration(a_candidate(birth_name=one)).pk: one for one in ("Saint-Omer", "São Paulo")
    }
    for key, town in lives.items():
        Registration.objects.filter(pk=key).update(town=town)

    page = sought(manager, leaf("g-1", "commune", operator, typed), colonnes=["commune"])

    assert sorted(line["cells"][1] for line in page.context["lines"]) == found


def test_those_without_a_telephone_are_found_and_it_is_a_column(manager, in_lille):
    other = a_registration(a_candidate(birth_name="Zola", birth_year=2001))
    Registration.objects.filter(pk=in_lille.pk).update(
        mobile="0639981299", phone="+687265555", guardian_phone=""
    )
    Registration.objects.filter(pk=other.pk).update(mobile="", phone="", guardian_phone="")

    without = sought(manager, leaf("g-1", "telephone", "vide"))
    reached = sought(manager, leaf("g-1", "telephone", "non_vide"), colonnes=["telephone"])

    assert numbers(without) == [other.number]
    assert numbers(reached) == [in_lille.number]
    assert reached.context["lines"][0]["cells"][1] == "06 39 98 12 99, +687 26 55 55"


def test_an_ine_is_what_has_its_eleven_signs(manager):
    page = manager.post(reverse("office:find"), {"quoi": "1234567890g"}, follow=True)

    assert page.context["asked"] == ["INE : « 1234567890g »"]


def test_a_name_that_very_many_bear_beside_a_month_is_not_sought_by_likeness_too(
    manager, monkeypatch
):
    monkeypatch.setattr(quick, "MANY", 1)
    for name in ("Le Goff", "Le Goffic", "Le Gof"):
        a_registration(a_candidate(birth_name=name))
    find = reverse("office:find")

    for typed, count in (("Le Goff 03/1998", 2), ("Le Goff 14/03/1998", 3)):
        page = manager.post(find, {"quoi": typed}, follow=True)
        assert page.context["count"] == count, typed


def test_a_search_for_somebody_who_is_not_found_says_what_is_not_searched(member, manager):
    reader = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")
    find, drafts, records = (reverse(f"office:{one}") for one in ("find", "drafts", "records"))

    for who, links in ((manager, {drafts, records}), (reader, {records})):
        page = who.post(find, {"quoi": "Personne"}, follow=True)
        said = words(seen(page).cssselect("main")[0])
        assert "Seules les inscriptions enregistrées sont cherchées ici" in said
        found = {one.get("href") for one in seen(page).cssselect("main p a")}
        assert found >= links
        assert (drafts in found) is (drafts in links)
    page = sought(manager, leaf("g-1", "etat", "egal", "withdrawn"))
    assert "Seules les inscriptions enregistrées" not in page.text


def test_an_address_of_no_registration_leads_to_where_its_account_stands(member, manager):
    reader = member("A09", role=Membership.Role.AUDITOR, email="audit@exemple.test")
    asked = 'name="adresse" value="personne@exemple.test"'

    page = manager.post(reverse("office:find"), {"quoi": "personne@exemple.test"}, follow=True)
    assert asked in page.text
    assert f'action="{reverse("office:find_account")}"' in page.text
    for who, typed in (
        (manager, "Personne"),
        (manager, "pers@"),
        (reader, "personne@exemple.test"),
    ):
        page = who.post(reverse("office:find"), {"quoi": typed}, follow=True)
        assert 'name="adresse"' not in page.text, typed


def test_one_box_lists_what_it_finds_when_there_are_several(manager, in_lille):
    other = a_registration(a_candidate(birth_name="Le Goffic"))

    page = manager.post(reverse("office:find"), {"quoi": "le goff"}, follow=True)

    assert set(numbers(page)) == {in_lille.number, other.number}


def test_one_box_shows_the_name_that_was_typed_before_those_like_it(manager, in_lille):
    like = [a_registration(a_candidate(birth_name=name)) for name in ("Le Gof", "Le Gouff")]
    also = a_registration(a_candidate(birth_name="Le Goffic"))
    assert in_lille.identity.birth_name == "Le Goff"

    page = manager.post(reverse("office:find"), {"quoi": "LE GOFF"}, follow=True)

    first, *others = numbers(page)
    assert first == in_lille.number
    assert others == [also.number, like[0].number, like[1].number]
    # The file that follows is the one that the list shows next.
    walked = page.context["lines"][0]["walk"]
    place = reverse("office:registration", args=[first])
    assert others[0] in manager.get(f"{place}{walked}").text


@pytest.mark.parametrize(
    ("typed", "named"),
    [("Le Goff", {"Le Goff", "Le Goffic"}), ("Maëlle", {"Le Goff", "Le Goffic", "Zola"})],
    ids=["beginning with it", "holding it"],
)
def test_a_name_that_very_many_bear_is_not_sought_by_likeness_too(
    manager, monkeypatch, typed, named
):
    monkeypatch.setattr(quick, "MANY", 1)
    filed = {
        name: a_registration(a_candidate(birth_name=name)).number
        for name in ("Le Goff", "Le Goffic", "Zola")
    }
    a_registration(a_candidate(birth_name="Le Gof", first_names="Maele"))

    page = manager.post(reverse("office:find"), {"quoi": typed}, follow=True)

    assert set(numbers(page)) == {filed[name] for name in named}


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("ndiaye", {"N'Diaye"}),
        ("NDiaye Fatou", {"N'Diaye"}),
        ("fatou n’diaye", {"N'Diaye"}),
        ("hadjali", {"Hadj Ali"}),
        ("hadj ali", {"Hadj Ali"}),
        ("Hadjali 14/03/1998", {"Hadj Ali"}),
        ("hadjali 03/1998", {"Hadj Ali"}),
        ("le fort", {"Lefort"}),
        ("saintpierre", {"Saint-Pierre"}),
    ],
)
def test_a_name_is_found_with_or_without_its_apostrophe_its_hyphen_or_its_space(
    manager, typed, named
):
    filed = {
        name: {
            a_registration(a_candidate(birth_name=name, first_names=first)).number
            for first in ("Fatou", "Fatou Ninon")
        }
        for name in ("N'Diaye", "Hadj Ali", "Lefort", "Saint-Pierre", "Martin")
    }

    page = manager.post(reverse("office:find"), {"quoi": typed}, follow=True)

    assert set(numbers(page)) == set().union(*(filed[name] for name in named))


def test_a_name_that_very_many_bear_is_sought_with_its_apostrophe_too(manager, monkeypatch):
    monkeypatch.setattr(quick, "MANY", 1)
    filed = {
        a_registration(a_candidate(birth_name=name, first_names="Awa")).number
        for name in ("Ndiaye", "Ndiaye", "N'Diaye")
    }
    a_registration(a_candidate(birth_name="Ndiye", first_names="Awa"))

    page = manager.post(reverse("office:find"), {"quoi": "ndiaye"}, follow=True)

    assert set(numbers(page)) == filed
    [asked] = page.context["asked"]
    assert "commence par « ndiaye »" in asked
    assert "commence par « n diaye »" in asked


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("lefevre", {"Lefebvre"}),
        ("Lefevre Paul", {"Lefebvre"}),
        ("paul lefevre", {"Lefebvre"}),
        ("henri Lefevre Pual", set()),
        ("thibaut", {"Thibault"}),
        ("Vauqelin", {"Vauquelin"}),
        ("lfeort", {"Lefort"}),
        ("lefortt", {"Lefort"}),
        ("lefert", {"Lefort"}),
        ("lef(ort", {"Lefort"}),
    ],
)
def test_a_name_that_nobody_bears_finds_those_of_whom_one_letter_is_another(manager, typed, named):
    filed = {
        name: {
            a_registration(a_candidate(birth_name=name, first_names=first)).number
            for first in ("Paul", "Paul Henri")
        }
        for name in ("Lefebvre", "Thibault", "Vauquelin", "Lefort", "Martin")
    }

    page = manager.post(reverse("office:find"), {"quoi": typed}, follow=True)

    assert set(numbers(page)) == set().union(*(filed[name] for name in named))


@pytest.mark.parametrize(
    "typed", ["léa dup", "dup léa", "léa du", "léa dupo", "marie leger", "leger lea"]
)
def test_beginnings_of_names_are_found_in_any_order(manager, in_lille, typed):
    lea = a_candidate(birth_name="Dupont-Léger", first_names="Léa Marie", email="lea@exemple.test")
    mine = a_registration(lea)

    page = manager.post(reverse("office:find"), {"quoi": typed}, follow=True)

    assert page.redirect_chain[-1][0] == reverse("office:registration", args=[mine.number])


def test_who_bears_the_words_typed_stands_before_who_bears_one_of_them(manager, in_lille):
    kept = [
        a_registration(a_candidate(birth_name=name, first_names=first, email=f"{first}@e.test"))
        for name, first in (("Martin", "Marion"), ("Martin", "Marie"))
    ]

    page = manager.post(reverse("office:find"), {"quoi": "marie martin"}, follow=True)

    assert numbers(page)[0] == kept[1].number


def test_a_name_that_somebody_bears_is_not_taken_for_a_slip(manager):
    borne = {
        a_registration(a_candidate(birth_name="Lefevre", first_names=first)).number
        for first in ("Paul", "Paule")
    }
    a_registration(a_candidate(birth_name="Lefebvre", first_names="Paul"))

    page = manager.post(reverse("office:find"), {"quoi": "lefevre"}, follow=True)

    assert set(numbers(page)) == borne
    assert "lefebvre" not in main(page).casefold()


@pytest.mark.parametrize(
    ("typed", "is_opened"),
    [
        ("nadeau", True),
        ("Clémence NADEAU", True),
        ("nadeau clemence 14/03/1998", True),
        ("na deau", True),
        ("belkacem clemence", False),
        ("nadeau 14/03/1998 clemance", False),
        ("nadaeu", False),
    ],
)
def test_a_file_of_which_the_name_is_only_like_what_was_typed_is_not_opened_at_once(
    manager, typed, is_opened
):
    filed = a_registration(a_candidate(birth_name="Nadeau", first_names="Clémence Bérénice"))

    page = manager.post(reverse("office:find"), {"quoi": typed}, follow=True)

    [(where, _), *_] = page.redirect_chain
    assert (where == reverse("office:registration", args=[filed.number])) == is_opened
    assert is_opened or filed.number in numbers(page)


LONG = "andriamampandrisoa"


@pytest.mark.parametrize(
    "slip",
    [
        *(LONG[:at] + LONG[at + 1 :] for at in range(1, len(LONG) - 1)),
        *(f"{LONG[:at]}k{LONG[at:]}" for at in range(len(LONG) + 1)),
        *(f"{LONG[:at]}k{LONG[at + 1 :]}" for at in range(len(LONG))),
        *(LONG[:at] + LONG[at + 1] + LONG[at] + LONG[at + 2 :] for at in range(len(LONG) - 1)),
    ],
)
def test_a_slip_anywhere_in_a_long_name_finds_it_by_its_parts(in_lille, slip):
    Registration.objects.update(name_key=f"{LONG} paul")

    asked = quick.narrowed(quick.tree_of(f"{slip} paul"), reach=EVERYWHERE)

    assert [*queries.found(asked, reach=EVERYWHERE)] == [in_lille]
    assert LONG in str([leaf.values for leaf in asked.leaves()])


def test_of_a_long_name_the_index_is_asked_for_the_halves_and_for_no_expression(in_lille):
    with CaptureQueriesContext(connection) as asked:
        quick.narrowed(quick.tree_of(LONG), reach=EVERYWHERE)

    looked = [one["sql"] for one in asked if "~" in one["sql"]]
    assert looked
    for one in looked:
        assert "%andriamam%" in one
        assert '"name_key"::text ~' not in one


def test_a_search_that_takes_too_long_says_so_and_what_to_do(manager, in_lille, monkeypatch):
    monkeypatch.setattr(queries, "LONGEST", timedelta(milliseconds=20))
    asleep = RawSQL("(SELECT pg_sleep(60))::text = ''", [], output_field=BooleanField())
    monkeypatch.setattr(Leaf, "condition", lambda self, reach=None: Q(asleep))

    page = sought(manager, leaf("g-1", "nom", "commence", "Le"))

    assert page.status_code == 409
    assert "Cette recherche demande trop de temps" in main(page)


def test_no_other_academy_says_how_a_name_is_written(manager):
    a_registration(a_candidate(birth_name="Lefebvre"), academy="A25", identification=VERSAILLES)

    page = manager.post(reverse("office:find"), {"quoi": "lefevre"}, follow=True)

    assert not numbers(page)
    assert "lefebvre" not in main(page).casefold()


def test_who_bears_every_word_that_was_typed_stands_before_those_whose_name_is_like_them(manager):
    for first in ("Abel", "Axelle"):
        a_registration(a_candidate(birth_name="Lamouret", first_names=first))
    exact = a_registration(a_candidate(birth_name="Lamourette", first_names="Quentin Axel"))

    page = manager.post(reverse("office:find"), {"quoi": "axel lamourette"}, follow=True)

    assert len(numbers(page)) > 1
    assert numbers(page)[0] == exact.number


def test_whom_half_of_each_word_begins_stands_before_those_of_whom_one_word_is_alike(manager):
    for name in ("Boursault", "Cadiou"):
        a_registration(a_candidate(birth_name=name, first_names="Océane"))
    meant = a_registration(a_candidate(birth_name="Dérignac", first_names="Océane Lise"))

    page = manager.post(reverse("office:find"), {"quoi": "oceane der"}, follow=True)

    assert (len(numbers(page)), numbers(page)[0]) == (3, meant.number)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        *((typed, "Indiquez un numéro, un nom") for typed in (" ", "[]", "🧑🏽‍🎓", "-", "(", "%")),
        *((length * "x", "Raccourcissez ce que vous cherchez") for length in (201, 100_000)),
        ("31/02/2001", NO_SUCH_DAY),
        ("31-02-2001", NO_SUCH_DAY),
        ("2001-02-31", NO_SUCH_DAY),
        ("31 février 2001", NO_SUCH_DAY),
        ("14/03/1850", "Indiquez une année entre 1900 et 2200"),
        ("20000030158", "Ce numéro a un chiffre faux ou deux chiffres inversés"),
        ("20000003051", "Ce numéro a un chiffre faux ou deux chiffres inversés"),
        ("10000013", "Ce numéro a un chiffre faux ou deux chiffres inversés"),
        ("06 39 98 12", quick.NOT_DIALLED),
        ("06.39.98.12.345", quick.NOT_DIALLED),
        ("+33 6 39 98 12", quick.NOT_DIALLED),
        ("06 39", quick.NOT_DIALLED),
        *((typed, quick.TOO_SHORT) for typed in ("12345", "1850", "200 000")),
        *(
            (typed, quick.NO_YEAR)
            for typed in ("Artois 02/05", "28.02", "28/02/05", "artois 28/02/05", "2 mai Artois")
        ),
        ("Artois 31/02/2001", NO_SUCH_DAY),
        ("Artois 13/2005", "Indiquez un mois entre 1 et 12"),
        ("02/1850 Artois", "Indiquez une année entre 1900 et 2200"),
        *(
            (typed, quick.NOT_UNDERSTOOD)
            for typed in (
                *("artois 12", "artois2005", "artois 1850", "1234567890 G"),
                *("artois 28/02/2005 12", "jeanne@exemple.test artois", "12/34", "12 artois 2005"),
                *("1234567890/G", "A1", "0" * 11 + "x"),
            )
        ),
    ],
)
def test_a_box_that_finds_nothing_says_what_to_type_at_its_place_and_above(manager, typed, said):
    page = manager.post(reverse("office:find"), {"quoi": typed})

    assert page.status_code == 422
    assert page.context["quick"].errors["quoi"][0].startswith(said)
    assert page.context["quick"]["quoi"].value() == typed
    [summary] = seen(page).cssselect("[data-error-summary]")
    [link] = summary.cssselect("a")
    assert words(summary).startswith("Il y a un point à corriger")
    assert said in words(link)
    [field] = seen(page).cssselect("main form.s-quick [name=quoi]")
    assert link.get("href") == f"#{field.get('id')}"
    assert not Search.objects.exists()


def test_columns_are_those_that_were_chosen(manager, in_lille):
    page = sought(manager, colonnes=["mail", "numero_inscription"])

    assert page.context["labels"] == ["N° Inscription", "Adresse mail"]
    assert in_lille.candidate.user.email in page.text


def test_the_number_is_the_first_column_whatever_was_chosen(manager, in_lille):
    page = sought(manager, colonnes=["academie"])

    boxes = [one.get("value") for one in seen(page).cssselect("[name=colonnes]")]
    assert page.context["labels"] == ["N° Inscription", "Académie"]
    assert words(seen(page).cssselect("tbody th a")[0]) == in_lille.number
    assert boxes == [column.code for column in COLUMNS if column.code != "numero_inscription"]


def test_what_is_sought_of_a_registration_is_shown_of_it_but_its_health(manager, in_lille):
    Registration.objects.filter(pk=in_lille.pk).update(has_disability=True, ine="1234567890A")
    page = sought(manager, colonnes=[column.code for column in COLUMNS])

    [line] = page.context["lines"]
    said = dict(zip(page.context["labels"], line["cells"], strict=True))
    assert {label: cell for label, cell in said.items() if label in OF_ONE_VALUE} == OF_ONE_VALUE
    assert not [label for label in said if "andicap" in label]


OF_ONE_VALUE = {
    "INE": "1234567890A",
    "Civilité": "Madame",
    "Année de naissance": "1998",
    "Nationalité": "française",
    "Pays de naissance": "France",
    "Code postal": "59000",
    "Commune": "Lille",
    "Pays de résidence": "France",
    "Canal": "Mail",
    "Domaine": "Brevet d'essai",
    "Session": "session 2027",
    "Examen": "Brevet d'essai",
    "Code de l'académie": "A09",
    "Académie": "Lille",
    "Service gestionnaire": "Bureau des essais de Lille",
    "Enregistrée le": "25/11/2026",
    "Enregistrée à": "10\u00a0h\u00a030 (heure de Paris)",
    "Désinscrite le": "",
    "Récapitulatif signé posté ou remis le": "",
    "Récapitulatif signé venu": "",
    "Forme de passage": "Globale",
    "Zone souhaitée": "Lille et sa métropole",
    "Diplôme présenté": "CAP",
    "Années d'expérience": "2",
    "Accepte la publication de son nom": "Non",
}


def test_a_list_is_sorted_both_ways_and_read_page_by_page(manager, in_lille):
    for name in ("Abadie", "Zola"):
        a_registration(a_candidate(birth_name=name))
    [(address, _)] = sought(manager).redirect_chain

    down = manager.get(f"{address}?tri=-nom")

    assert [line["cells"][1] for line in down.context["lines"]] == ["Zola", "Le Goff", "Abadie"]
    assert 'aria-sort="descending"' in down.text
    for gone in ("page=2", "page=0", "page=x", "page=999", f"page={'9' * 30}"):
        page = manager.get(f"{address}?{gone}")
        assert (page.status_code, page.context["page"].number, len(page.context["lines"])) == (
            *(200, 1),
            3,
        )
    assert manager.get(f"{address}?tri=password").status_code == 200


def test_those_of_one_surname_are_sorted_by_their_first_names_then_by_their_number(manager):
    usual = {"birth_name": "Martin"}
    people = [
        {"first_names": "Zoé", "usage_name": "Abadie"},
        {"first_names": "Anne", "usage_name": "Zola"},
        {"first_names": "Marie"},
        {"first_names": "Marie"},
        {"first_names": "Bruno"},
    ]
    zoe, anne, marie, again, bruno = (a_registration(a_candidate(**usual, **one)) for one in people)

    page = sought(manager, leaf("g-1", "nom", "egal", "Martin"))

    assert numbers(page) == [one.number for one in (anne, bruno, marie, again, zoe)]


def names_in(page):
    """Return what the column of the family name says of each registration found."""
    cells = seen(page).cssselect("main td[data-label='Nom de famille']")
    # Which registration it opens is heard after it.
    return [words(cell).partition(" n°")[0] for cell in cells]


def test_who_is_found_by_a_name_of_use_is_shown_with_it(manager):
    a_registration(a_candidate(birth_name="Jourdain", usage_name="Quéméner"))
    a_registration(a_candidate(birth_name="Quéméner"))

    page = manager.post(reverse("office:find"), {"quoi": "quemen"}, follow=True)

    assert names_in(page) == ["Jourdain (Quéméner)", "Quéméner"]


def test_a_name_of_use_that_has_its_column_is_not_said_twice(manager):
    a_registration(a_candidate(birth_name="Jourdain", usage_name="Quéméner"))

    page = sought(
        manager, leaf("g-1", "nom", "egal", "Jourdain"), colonnes=["nom", "nom_usage", "prenoms"]
    )

    assert names_in(page) == ["Jourdain"]
    assert words(seen(page).cssselect('main td[data-label="Nom d\'usage"]')[0]) == "Quéméner"


def test_what_is_asked_of_an_epreuve_is_the_choice_of_the_candidate(manager):
    page = manager.post(SEARCH, {"g-lien": "et", "g-ajout": "epreuve", "faire": "ajouter:g"})

    [criterion] = seen(page).cssselect(".s-criterion")
    assert [words(one) for one in criterion.cssselect("label")] == ["Choix du candidat", "Épreuve"]


def named_papers():
    """Return how each épreuve is offered, with its unit or without."""
    everywhere = Reach((Perimeter(None, None, OPERATOR),))
    return [
        label
        for _, papers in CRITERIA["epreuve"].choices(everywhere)
        for _, label in papers
        if label.startswith(("Navigation", "Langue facultative", "Mathématiques"))
    ]


def test_an_epreuve_is_named_as_candidates_read_it(db):
    assert named_papers() == ["Mathématiques (U2)", "Navigation (U4)", "Langue facultative"]


def test_epreuves_of_one_name_are_told_apart_by_exam_speciality_or_code(db):
    text = INVENTED.read_text()
    exam = text[text.index("  - code: BE\n") : text.index("services_gestionnaires:")]
    small = exam.replace("code: BE\n", "code: BF\n").replace(
        "libelle: Brevet d'essai", "libelle: Petit brevet"
    )
    small = "".join(line for line in small.splitlines(keepends=True) if "Mathématiques" not in line)
    forest = "{code: M4, unite: U4, libelle: Navigation, nature: orale, groupe: CHOIX, specialites: [FOREST]}"

    load_invented(
        ("libelle: Chant facultatif", "libelle: Langue facultative"),
        ("      - {code: F1,", f"      - {forest}\n      - {{code: F1,"),
        ("services_gestionnaires:", f"{small}services_gestionnaires:"),
    )

    here, there = "Brevet d'essai, session 2027", "Petit brevet, session 2027"
    assert named_papers() == [
        "Mathématiques (U2)",
        f"Navigation (U4), {here}, Marin",
        f"Navigation (U4), {here}, Forestier",
        f"Langue facultative, {here}, F1",
        f"Langue facultative, {here}, F2",
        f"Navigation (U4), {there}",
        f"Langue facultative, {there}",
    ]


def test_how_a_date_is_written_is_said_once_for_both_bounds(manager):
    page = manager.post(SEARCH, {"g-lien": "et", "g-ajout": "naissance", "faire": "ajouter:g"})

    [criterion] = seen(page).cssselect(".s-criterion")
    assert words(criterion.cssselect("legend")[0]) == "Date de naissance Par exemple : 14/03/2008"
    assert words(criterion).count("Par exemple") == 1


def test_a_list_whose_titles_are_hidden_is_sorted_by_links_above_it(manager, in_lille):
    page = sought(manager, leaf("g-1", "nom", "non_vide"))

    tree = seen(page)
    titles, links = (tree.cssselect(one) for one in (".s-table__sort", ".s-sort a"))
    assert [one.get("href") for one in links] == [one.get("href") for one in titles]
    assert [words(one) for one in links][:3] == [
        "N° Inscription",
        "Nom de famille, de la fin au début",
        "Date de naissance",
    ]


def test_the_column_that_sorts_says_so(manager, in_lille):
    [(address, _)] = sought(manager).redirect_chain

    [sorts] = seen(manager.get(f"{address}?tri=nom")).cssselect("th[aria-sort]")

    assert (words(sorts), sorts.get("aria-sort")) == ("Nom de famille", "ascending")


@pytest.mark.parametrize("day", ["31/12/9999", "01/01/0001", "31/12/2201", "1/1/1899"])
@pytest.mark.parametrize("criterion", ["enregistree", "naissance"])
def test_a_year_that_no_registration_has_is_told_at_its_box(manager, in_lille, criterion, day):
    page = sought(manager, leaf("g-1", criterion, "egal", day))

    assert page.status_code == 422
    assert "Indiquez une année entre 1900 et 2200" in page.text


def in_competition():
    """File a registration for an exam that has no speciality."""
    load_competition()
    candidate, exam = a_candidate(), Exam.objects.get(code="CE")
    draft = registering.begin(
        candidate=candidate,
        exam=exam,
        speciality=None,
        service=RegistrationService.objects.get(domain=exam.domain, academy="A09"),
        by=author(candidate),
        at=NOW,
    )
    answer_all(draft, COMPETITION_ANSWERS)
    return registering.register(draft=draft, by=author(candidate), at=NOW).registration


def test_each_qualification_of_the_list_finds_those_that_the_column_says_are_of_it(manager):
    others = {"epreuves": {"statut-M1": None, "statut-M2": "inscrit"}}
    alone, forester = in_competition(), a_registration(speciality="FOREST", **others)
    sailor = a_registration()
    everyone = {alone.number, forester.number, sailor.number}
    reach = Reach((Perimeter(None, None, OPERATOR),))
    offered = dict(
        pair for _, members in CRITERIA["qualification"].choices(reach) for pair in members
    )

    found = {
        label: sought(
            manager, leaf("g-1", "qualification", "egal", value), colonnes=["qualification"]
        )
        for value, label in offered.items()
    }
    left = {
        label: sought(manager, leaf("g-1", "qualification", "non_egal", value))
        for value, label in offered.items()
    }

    assert {label: numbers(page) for label, page in found.items()} == {
        "Brevet d'essai – Marin, session 2027": [sailor.number],
        "Brevet d'essai – Forestier, session 2027": [forester.number],
        "Concours externe d'essai, session 2027": [alone.number],
    }
    for label, page in found.items():
        [cell] = seen(page).cssselect("main tbody td[data-label]")
        assert f"{words(cell)}, session 2027" == label
        assert f"« {label} »" in words(seen(page).cssselect(".s-asked")[0])
        assert set(numbers(left[label])) == everyone - set(numbers(page))


def a_year_later(registration):
    """Have a registration be for the same speciality of the session that follows, open too."""
    load_invented(
        (
            'session: {code: "2027", libelle: session 2027, annee: 2027}',
            'session: {code: "2028", libelle: session 2028, annee: 2028}',
        )
    )
    there = Speciality.objects.get(exam__session__code="2028", code="MARIN")
    Registration.objects.filter(pk=registration.pk).update(exam=there.exam, speciality=there)


def test_what_is_sought_and_each_line_say_their_session_where_there_are_several(manager, in_lille):
    later = a_registration(a_candidate(birth_name="Le Goff"))
    of_2027 = Speciality.objects.get(code="MARIN")
    a_year_later(later)

    of_one = sought(manager, leaf("g-1", "qualification", "egal", str(of_2027.pk)))
    both = sought(manager, leaf("g-1", "nom", "egal", "Le Goff"), colonnes=["qualification"])
    apart = sought(
        manager, leaf("g-1", "nom", "egal", "Le Goff"), colonnes=["qualification", "session"]
    )

    assert numbers(of_one) == [in_lille.number]
    said = "Qualification présentée : « Brevet d'essai – Marin, session 2027 »"
    assert of_one.context["asked"] == [said]
    assert {line["number"]: line["cells"][1] for line in both.context["lines"]} == {
        in_lille.number: "Brevet d'essai – Marin, session 2027",
        later.number: "Brevet d'essai – Marin, session 2028",
    }
    assert [line["cells"][1:] for line in apart.context["lines"]] == [
        ["session 2027", "Brevet d'essai – Marin"],
        ["session 2028", "Brevet d'essai – Marin"],
    ]


def test_a_file_of_the_usual_columns_has_the_session_where_there_are_several(manager, in_lille):
    kept = sought(manager, leaf("g-1", "etat", "egal", "registered")).context["search"]
    chosen = Search(owner=kept.owner, tree=kept.tree, columns=["qualification"])
    everywhere = Reach((Perimeter(None, None, OPERATOR),))
    assert columns_of(kept, reach=everywhere) == []

    a_year_later(a_registration(a_candidate()))

    assert columns_of(kept, reach=everywhere) == [*(one.code for one in kept.shown), "session"]
    assert columns_of(chosen, reach=everywhere) == ["qualification"]


def test_managing_services_of_one_name_are_one_option_that_finds_all_of_them(member, manager):
    both = [in_competition(), a_registration()]
    elsewhere = a_registration(academy="A25", identification=VERSAILLES)
    bureau = "Bureau des examens"
    ManagingService.objects.update(name=bureau)
    held.forget()
    administrator = member(role=Membership.Role.ADMINISTRATOR, email="admin@exemple.test")

    offered = CRITERIA["service"].choices(EVERYWHERE)
    value = next(value for value, label in offered if label == f"{bureau}, Lille")
    mine, others = (
        sought(administrator, leaf("g-1", "service", how, value)) for how in ("egal", "non_egal")
    )

    assert [label for _, label in offered] == [f"{bureau}, Lille", f"{bureau}, Versailles"]
    assert set(numbers(mine)) == {one.number for one in both}
    assert numbers(others) == [elsewhere.number]
    assert mine.context["asked"] == [f"Service gestionnaire : « {bureau}, Lille »"]


def test_a_search_kept_by_one_of_the_services_of_a_name_is_read_as_all_of_them(manager):
    both = {in_competition().number, a_registration().number}
    ManagingService.objects.filter(academy="A09").update(name="Bureau des examens")
    held.forget()

    for service in ManagingService.objects.filter(academy="A09"):
        asked = Leaf(CRITERIA["service"], Operator.IS, (str(service.pk),))
        kept = searches.keep(tree=Group(members=(asked,)), columns=[], by=manager.user, at=NOW)
        page = manager.get(reverse("office:found", args=[kept.pk]))

        assert set(numbers(page)) == both
        assert page.context["asked"] == ["Service gestionnaire : « Bureau des examens, Lille »"]
        assert seen(page).cssselect("[name=g-1-valeur] option[selected]")


def test_each_criterion_that_looks_at_health_is_known_to_or_is_said_by_a_column():
    looking = {
        code
        for code, one in CRITERIA.items()
        if any(word in str(one.path) for word in ("disab", "accommodation", "case", "medical"))
    }

    # Where a request stands is a column, for those who organise the épreuves.
    assert looking == {*OF_HEALTH, "amenagement"}


# --- A criterion that is no more ----------------------------------------------------------------


@pytest.fixture
def unknown(manager, in_lille):
    """Share a search under a name; the service then forgets its criterion."""
    address = shared(manager, REGISTERED, name="Mes dossiers")
    tree = {"link": "et", "members": [{"criterion": "gone", "operator": "egal", "values": ["x"]}]}
    Search.objects.update(tree=tree)
    return address


def test_a_search_of_a_criterion_that_is_no_more_is_deleted_and_its_name_serves_again(
    manager, unknown
):
    page = manager.get(unknown)
    deleted = manager.post(f"{unknown}/oubli", follow=True)
    again = shared(manager, REGISTERED, name="Mes dossiers")

    assert page.status_code == 409
    assert "Cette recherche porte sur un critère qui n'existe plus." in main(page)
    [form] = seen(page).xpath("//main//form")
    assert (form.action, words(form.find(".//button"))) == (
        f"{unknown}/oubli",
        "Supprimer cette recherche",
    )
    assert "La recherche est supprimée." in main(deleted)
    assert [str(one.pk) in again for one in Search.objects.named()] == [True]


def test_a_colleague_reads_that_it_finds_nothing_any_more_and_deletes_nothing(member, unknown):
    colleague = member("A09", email="autre@exemple.test")

    page = colleague.get(unknown)

    assert "Cette recherche porte sur un critère qui n'existe plus." in main(page)
    assert seen(page).xpath("//main//form") == []


# --- Order --------------------------------------------------------------------------------------


def test_what_is_in_no_cell_comes_last_whichever_way_a_list_is_sorted(manager, in_lille):
    first, last = (a_registration(a_candidate(birth_name=name)) for name in ("Abgrall", "Zola"))
    for one, instant in ((first, NOW), (last, NOW + timedelta(minutes=1))):
        deciding.decide(
            registration=Registration.objects.whole().get(pk=one.pk),
            decision=VALIDATE,
            reason="",
            by=OPERATOR,
            at=instant,
        )
    [(address, _)] = sought(manager).redirect_chain

    up = numbers(manager.get(f"{address}?tri=decidee"))
    down = numbers(manager.get(f"{address}?tri=-decidee"))

    assert up == [first.number, last.number, in_lille.number]
    assert down == [last.number, first.number, in_lille.number]


# --- Apostrophes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed", ["Fa'atau", "fa\u2019atau", "fa atau", "fa'a", "Fa\u02bbatau", "Fa\u02bcatau"]
)
@pytest.mark.parametrize("borne", ["Fa\u02bbatau", "Fa\u02bcatau", "Fa'atau"])
def test_an_okina_is_found_as_an_apostrophe(manager, borne, typed):
    one = a_registration(a_candidate(birth_name=borne, first_names="Moana"))
    a_registration(a_candidate(birth_name="Faure", first_names="Moana"))

    page = manager.post(reverse("office:find"), {"quoi": typed}, follow=True)
    by_name = sought(manager, leaf("g-1", "nom", "egal", "fa'atau"))

    assert page.request["PATH_INFO"] == reverse("office:registration", args=[one.number])
    assert numbers(by_name) == [one.number]


def test_a_line_is_named_by_its_number_and_its_box_stands_apart(manager, in_lille):
    [line] = seen(sought(manager)).cssselect(".s-table tbody tr")

    [title] = line.cssselect("th")
    assert words(title) == in_lille.number
    assert [box.get("value") for box in line.cssselect("td .s-tick")] == [in_lille.number]


def test_the_title_says_how_many_are_found_and_the_caption_in_what_order(manager, in_lille):
    a_registration(a_candidate(birth_name="Zola"))
    [(address, _)] = sought(manager).redirect_chain

    page = seen(manager.get(address, {"tri": "-nom"}))

    assert words(page.cssselect("title")[0]).startswith("Inscriptions trouvées : 2 - ")
    said = words(page.cssselect(".s-table caption")[0])
    assert said.startswith("Inscriptions trouvées, par « ")
    assert said.endswith(" » de la fin au début")


def test_the_title_of_a_column_is_its_name_alone_and_says_beside_that_it_sorts(manager, in_lille):
    page = sought(manager)

    links = seen(page).cssselect("th .s-table__sort")
    labels = [column["label"] for column in page.context["columns"] if column["url"]]
    assert [words(one) for one in links] == labels
    assert {one.get("aria-describedby") for one in links} == {"trier"}
    assert words(seen(page).cssselect("#trier")[0]) == "Trier"
