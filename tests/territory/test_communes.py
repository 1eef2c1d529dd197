import re

import pytest
from django.db import IntegrityError
from hypothesis import given
from hypothesis import strategies as st

from sporades.core.text import search_key
from sporades.territory import queries
from sporades.territory.models import Commune
from sporades.territory.rules import commune_key, sought


def names(typed, **options):
    return [commune.name for commune in queries.communes_matching(typed, **options)]


# --- The list ---------------------------------------------------------------------------------


def test_the_list_is_whole():
    counts = {kind: Commune.objects.filter(kind=kind).count() for kind in Commune.Kind.values}

    assert counts == {"current": 34_969, "district": 45, "delegated": 2_028, "associated": 471}


def test_every_commune_is_in_a_department_and_every_department_has_communes():
    departments = set(Commune.objects.values_list("department", flat=True))

    assert departments == {department.code for department in queries.departments()}


def test_a_part_of_a_commune_is_part_of_a_current_one():
    parts = set(Commune.objects.exclude(kind="current").values_list("part_of", flat=True))
    current = set(Commune.objects.filter(kind="current").values_list("code", flat=True))

    assert len(parts) > 800
    assert parts - current == set()


def test_current_communes_have_postcodes_but_where_nobody_lives():
    without = Commune.objects.filter(kind="current", postcodes=[])

    assert {commune.department_id for commune in without} == {"984"}


def test_a_code_kept_by_a_merger_names_the_current_commune_unless_the_former_is_asked_for():
    assert queries.commune("01033").name == "Valserhône"
    assert (
        queries.commune("01033", name="Bellegarde sur Valserine").name == "Bellegarde-sur-Valserine"
    )
    assert queries.commune("01033", name="Valserhone").kind == "current"
    assert queries.commune("01033", name="Nulle part").name == "Valserhône"


@pytest.mark.parametrize(
    ("code", "name", "department"),
    [
        ("59350", "Lille", "59"),
        ("2A004", "Ajaccio", "2A"),
        ("2B033", "Bastia", "2B"),
        ("75056", "Paris", "75"),
        ("75113", "Paris 13e Arrondissement", "75"),
        ("97411", "Saint-Denis", "974"),
        ("97502", "Saint-Pierre", "975"),
        ("97701", "Saint-Barthélemy", "977"),
        ("97801", "Saint-Martin", "978"),
        ("98613", "Uvea", "986"),
        ("98735", "Papeete", "987"),
        ("98818", "Nouméa", "988"),
        ("98901", "Île de Clipperton", "989"),
    ],
)
def test_a_commune_is_found_by_its_code(code, name, department):
    commune = queries.commune(code)

    assert (commune.name, commune.department.code) == (name, department)


def test_an_unknown_code_is_an_unknown_commune():
    with pytest.raises(Commune.DoesNotExist):
        queries.commune("59999")


@pytest.mark.parametrize(
    ("fault", "values"),
    [
        ("commune_code_is_official", {"code": "2C001"}),
        ("commune_is_current_or_part_of_another", {"part_of": "59350"}),
        ("commune_is_current_or_part_of_another", {"kind": "delegated"}),
        ("commune_is_known_by_its_code_and_kind", {"code": "59350"}),
        ("commune_can_be_searched", {"search_key": ""}),
    ],
)
def test_the_database_refuses_a_commune_that_cannot_be(fault, values):
    commune = {
        "code": "59998",
        "kind": "current",
        "name": "Ys",
        "search_key": "ys",
        "department_id": "59",
    }

    with pytest.raises(IntegrityError, match=fault):
        Commune.objects.create(**(commune | values))


# --- What is typed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "Saint-Étienne",
        "saint-etienne",
        "SAINT ETIENNE",
        "st etienne",
        "St-Étienne",
        "  saint  étienne ",
    ],
)
def test_a_name_is_found_with_or_without_accents_hyphens_and_in_short(typed):
    assert queries.communes_matching(typed)[0].code == "42218"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("l'haÿ les roses", "L'Haÿ-les-Roses"),
        ("Le Havre", "Le Havre"),
        ("havre", "Le Havre"),
        ("rochelle", "La Rochelle"),
        ("Œuilly", "Œuilly"),
        ("oeuilly", "Œuilly"),
        ("ste marie aux mines", "Sainte-Marie-aux-Mines"),
        ("stes maries", "Saintes-Maries-de-la-Mer"),
        ("paris", "Paris"),
        ("Paris 13", "Paris 13e Arrondissement"),
        ("paris 13ème", "Paris 13e Arrondissement"),
        ("marseille 1ère", "Marseille 1er Arrondissement"),
        ("lyon 3e arr", "Lyon 3e Arrondissement"),
        ("boul mer", "Boulogne-sur-Mer"),
        ("mer boulogne", "Boulogne-sur-Mer"),
        ("papeete", "Papeete"),
        ("noumea", "Nouméa"),
        ("saint-barth", "Saint-Barthélemy"),
        ("ajaccio", "Ajaccio"),
        ("bellegarde sur val", "Bellegarde-sur-Valserine"),
    ],
)
def test_the_likeliest_commune_comes_first(typed, first):
    assert names(typed)[0] == first


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("lil", ["Lille", "Lillers", "Lillebonne"]),
        ("mar", ["Marseille", "Martigues", "Marcq-en-Barœul"]),
        ("saint d", ["Saint-Denis", "Saint-Denis", "Saint-Dizier"]),
    ],
)
def test_of_names_that_begin_alike_the_larger_commune_comes_first(typed, first):
    assert names(typed, limit=3) == first


def test_a_word_inside_a_name_is_found():
    assert "Aix-les-Bains" in names("bains", department="73")
    assert "Aix-les-Bains" not in names("ains", department="73")


def test_st_alone_is_saint_and_the_beginning_of_strasbourg():
    found = names("st", department="67", limit=100)

    assert {"Saint-Martin", "Strasbourg"} <= set(found)
    assert "Strasbourg" in names("str")


def test_whole_names_come_first_then_whole_words_then_letters_then_words_inside():
    keys = [search_key(name) for name in names("lyon", limit=100)]

    ranks = [
        next(
            rank
            for rank, begins in enumerate(("lyon$", "lyon ", "lyon", ""))
            if re.match(begins, key)
        )
        for key in keys
    ]

    assert ranks == sorted(ranks)
    assert set(ranks) == {0, 1, 2, 3}


def test_a_department_keeps_the_others_out():
    found = queries.communes_matching("saint-denis", department="974")

    assert [(c.name, c.department.name) for c in found] == [("Saint-Denis", "La Réunion")]


def test_there_are_never_more_than_asked_for():
    assert len(names("saint")) == 20
    assert len(names("saint", limit=5)) == 5


@pytest.mark.parametrize(
    "typed",
    ["", "   ", "-", "'", "%", "_", ":*", "&", "!", "\\", "\x00", "xyzzy", "' OR 1=1 --", "é%"],
)
def test_signs_find_nothing_and_break_nothing(typed):
    assert [n for n in names(typed) if search_key(typed) not in search_key(n)] == []


@given(st.text(max_size=40))
def test_whatever_is_typed_is_words_or_nothing(typed):
    meant = sought(typed)

    if meant is None:
        assert search_key(typed) == ""
    else:
        assert 1 <= len(meant.words) <= len(search_key(typed).split())
        assert all(re.fullmatch(r"\w+", b) for beginnings in meant.words for b in beginnings)


@given(st.text(st.characters(max_codepoint=0x17F), max_size=40))
def test_a_key_is_its_own_key(name):
    assert commune_key(commune_key(name)) == commune_key(name)


def test_any_commune_is_found_by_its_own_name_within_its_department():
    every_300th = list(Commune.objects.order_by("code", "kind"))[::300]

    lost = [
        commune.name
        for commune in every_300th
        if commune
        not in queries.communes_matching(
            commune.name.upper(), department=commune.department_id, limit=5
        )
    ]

    assert len(every_300th) > 100
    assert lost == []


def test_a_postcode_keeps_the_communes_that_it_serves():
    served = queries.communes_matching("saint", postcode="59230")

    assert [commune.name for commune in served] == ["Saint-Amand-les-Eaux"]
    assert queries.communes_matching("lille", postcode="59230") == []


# --- Towns of a postcode ------------------------------------------------------------------------


def test_a_postcode_lists_its_current_communes_by_name():
    assert [c.name for c in queries.communes_of_postcode("13780")] == ["Cuges-les-Pins", "Riboux"]
    assert [c.name for c in queries.communes_of_postcode("75013")] == ["Paris"]
    assert queries.communes_of_postcode("59034") == []


@pytest.mark.parametrize(
    ("postcode", "typed", "code"),
    [
        ("01200", "VALSERHONE", "01033"),
        ("01200", "Bellegarde sur Valserine", "01033"),  # as people still write
        ("01200", "eloise", "74109"),
        ("75013", "Paris 13ème arrondissement", "75056"),
        ("42000", "St Etienne", "42218"),
        ("76600", "Havre", "76351"),
    ],
)
def test_the_town_of_an_address_is_understood_as_it_is_written(postcode, typed, code):
    assert queries.town_of_postcode(postcode, typed).code == code


@pytest.mark.parametrize(
    ("postcode", "typed"), [("01200", "Lille"), ("59034", "Lille"), ("01200", ""), ("", "Lille")]
)
def test_a_town_that_a_postcode_does_not_serve_is_no_answer(postcode, typed):
    assert queries.town_of_postcode(postcode, typed) is None


def test_communes_of_one_name_are_listed_current_ones_first():
    found = queries.communes_named("saint denis", department="974")

    assert [c.code for c in found] == ["97411"]
    assert len({c.department_id for c in queries.communes_named("Sainte-Marie")}) > 5


# --- What it costs --------------------------------------------------------------------------------


@pytest.mark.usefixtures("_held")
def test_a_question_about_communes_costs_one_query(django_assert_num_queries):
    with django_assert_num_queries(1):
        assert {c.department.academy.name for c in queries.communes_matching("lille")} > {"Lille"}
    with django_assert_num_queries(1):
        assert queries.communes_of_postcode("13780")[0].department.name == "Bouches-du-Rhône"
    with django_assert_num_queries(1):
        assert queries.commune("59350").department.academy.name == "Lille"
    with django_assert_num_queries(0):
        assert queries.communes_matching("  ") == []


@pytest.mark.parametrize("typed", ["s", "saint-e", "havre", "bou mer"])
def test_autocompletion_reads_an_index(typed):
    plan = queries.likeliest(sought(typed)).explain()

    assert "commune_by_word" in plan
    assert "Seq Scan" not in plan


def test_a_word_typed_a_hundred_times_is_looked_up_once():
    meant = sought("saint " * 100 + "omer")

    assert meant.words == (("saint",), ("omer",))
    assert sought("bora bora").exact[0] == "bora bora"
