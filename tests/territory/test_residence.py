import pytest
from hypothesis import given
from hypothesis import strategies as st

from sporades.territory import queries, reference
from sporades.territory.models import FRANCE, Commune
from sporades.territory.rules import Outcome, departments_suggested_by

MOROCCO = "99350"


@pytest.mark.parametrize(
    ("postcode", "academy"),
    [
        ("59000", "A09"),
        ("62100", "A09"),
        ("75013", "A01"),
        ("75116", "A01"),
        ("78000", "A25"),
        ("94000", "A24"),
        ("20000", "A27"),
        ("20200", "A27"),
        ("97100", "A32"),
        ("97200", "A31"),
        ("97300", "A33"),
        ("97400", "A28"),
        ("97600", "A43"),
        ("97500", "A70"),
        ("97133", "A32"),
        ("97150", "A32"),
        ("98600", "A42"),
        ("98714", "A41"),
        ("98800", "A40"),
    ],
)
def test_a_postcode_tells_the_academy_of_residence(postcode, academy):
    residence = queries.residence_academy(postcode)

    assert residence.outcome is Outcome.ONE
    assert residence.academy == queries.academy(academy)


def test_saint_barthelemy_and_saint_martin_are_not_departments_of_guadeloupe_but_of_its_academy():
    found = [queries.departments_of_postcode(postcode) for postcode in ("97133", "97150")]

    assert [{d.code for d in departments} for departments in found] == [{"977"}, {"978"}]


def test_a_postcode_may_begin_as_another_department_does():
    # Orly's airport is served by Val-de-Marne and stands in Essonne.
    assert {d.code for d in queries.departments_of_postcode("94390")} == {"91"}
    assert queries.residence_academy("94390").academy.name == "Versailles"


def test_a_postcode_that_spans_departments_of_one_academy_tells_it():
    assert {d.code for d in queries.departments_of_postcode("52100")} == {"51", "52"}
    assert queries.residence_academy("52100").academy.name == "Reims"


@pytest.mark.parametrize(
    ("postcode", "town", "academy"),
    [
        ("01200", "01033", "Lyon"),
        ("01200", "74109", "Grenoble"),
        ("01410", "01247", "Lyon"),
        ("01410", "39274", "Besançon"),
        ("13780", "13030", "Aix-Marseille"),
        ("13780", "83105", "Nice"),
        ("37160", "37115", "Orléans-Tours"),
        ("37160", "86042", "Poitiers"),
        ("48250", "48086", "Montpellier"),
        ("48250", "07136", "Grenoble"),
    ],
)
def test_the_town_tells_where_the_postcode_spans_academies(postcode, town, academy):
    assert queries.residence_academy(postcode).outcome is Outcome.SEVERAL
    assert queries.residence_academy(postcode, town).academy.name == academy


def test_a_postcode_that_spans_academies_asks_for_the_town():
    residence = queries.residence_academy("13780")

    assert residence.outcome is Outcome.SEVERAL
    assert [academy.name for academy in residence.academies] == ["Aix-Marseille", "Nice"]
    assert residence.academy is None
    assert residence.allows(queries.academy("A23"))
    assert not residence.allows(queries.academy("A09"))


def test_a_town_of_another_postcode_tells_nothing():
    assert queries.residence_academy("13780", "59350").outcome is Outcome.SEVERAL
    assert queries.residence_academy("59000", "83105").academy.name == "Lille"


def test_every_town_of_a_postcode_that_spans_departments_settles_the_academy():
    spanning = [code for code, where in reference.held().postcodes.items() if len(where) > 1]
    towns = [
        (postcode, commune)
        for commune in Commune.objects.filter(kind="current", postcodes__overlap=spanning)
        for postcode in set(commune.postcodes) & set(spanning)
    ]

    settled = [queries.residence_academy(postcode, town.code).academy for postcode, town in towns]

    assert len(spanning) == 16
    assert settled == [queries.department(town.department_id).academy for _, town in towns]


def test_one_who_lives_abroad_chooses_an_academy():
    residence = queries.residence_academy("20000", None, MOROCCO)

    assert residence.outcome is Outcome.ABROAD
    assert residence.academy is None
    assert list(residence.academies) == queries.academies()


@pytest.mark.parametrize(
    ("postcode", "suggested"),
    [
        ("59034", ["Lille"]),  # a CEDEX
        ("20999", ["Corse"]),
        ("97199", ["Guadeloupe"]),
        ("98000", []),  # Monaco
        ("00000", []),
        ("5900", []),
        ("", []),
        ("SW1A 1AA", []),
    ],
)
def test_a_postcode_off_the_list_is_unknown_and_at_most_suggests(postcode, suggested):
    residence = queries.residence_academy(postcode)

    assert residence.outcome is Outcome.UNKNOWN
    assert [academy.name for academy in residence.academies] == suggested
    assert residence.academy is None


@pytest.mark.parametrize("typed", ["78 000", " 78000", "78\u202f000", "78000\u200b"])
def test_a_postcode_is_read_as_people_write_it(typed):
    assert queries.residence_academy(typed).academy.name == "Versailles"
    assert queries.zone_of_address(typed) == "Europe/Paris"
    assert [c.name for c in queries.communes_of_postcode(typed)] == ["Versailles"]
    assert queries.communes_matching("versail", postcode=typed)[0].name == "Versailles"
    assert queries.town_of_postcode(typed, "Versailles").code == "78646"
    assert queries.residence_academy("13 780", "83105").academy.name == "Nice"


@given(st.text(max_size=8))
def test_whatever_is_typed_as_a_postcode_suggests_departments_or_nothing(typed):
    assert all(2 <= len(code) <= 3 for code in departments_suggested_by(typed))


def test_every_postcode_of_the_list_leads_to_an_academy():
    held = reference.held()

    outcomes = {queries.residence_academy(postcode).outcome for postcode in held.postcodes}

    assert len(held.postcodes) == 6310
    assert outcomes == {Outcome.ONE, Outcome.SEVERAL}


@pytest.mark.usefixtures("_held")
def test_a_residence_costs_no_query_once_held(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert queries.residence_academy("13780", "83105").academy.name == "Nice"
        assert queries.residence_academy("59000").academy.zone == "Europe/Paris"
        assert queries.academies_of_postcode("48250")
        assert queries.residence_academy("59034").academies
        assert queries.residence_academy("", None, MOROCCO).academies


@pytest.mark.parametrize(
    ("postcode", "country", "seat", "months"),
    [
        ("59000", FRANCE, "A09", 0),
        ("13001", FRANCE, "A09", 0),
        ("97400", FRANCE, "A09", 1),
        ("97500", FRANCE, "A70", 1),
        ("97400", FRANCE, "A28", 0),
        ("59000", FRANCE, "A28", 1),
        ("97200", FRANCE, "A28", 1),
        ("1000", "99131", "A09", 2),
        ("1000", "99131", "A28", 2),
        ("", "", "A09", 0),
        ("00000", FRANCE, "A28", 0),
    ],
)
def test_the_months_of_distance_are_those_of_the_code(postcode, country, seat, months):
    assert queries.months_of_distance(postcode, country, seat=seat) == months
