from datetime import date
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError

from sporades.core import french
from sporades.territory import queries
from sporades.territory.models import Academy, Department

PARIS = "Europe/Paris"
TABLE = [
    ("A01", "académie de Paris", PARIS, "75"),
    ("A02", "académie d'Aix-Marseille", PARIS, "04 05 13 84"),
    ("A03", "académie de Besançon", PARIS, "25 39 70 90"),
    ("A04", "académie de Bordeaux", PARIS, "24 33 40 47 64"),
    ("A06", "académie de Clermont-Ferrand", PARIS, "03 15 43 63"),
    ("A07", "académie de Dijon", PARIS, "21 58 71 89"),
    ("A08", "académie de Grenoble", PARIS, "07 26 38 73 74"),
    ("A09", "académie de Lille", PARIS, "59 62"),
    ("A10", "académie de Lyon", PARIS, "01 42 69"),
    ("A11", "académie de Montpellier", PARIS, "11 30 34 48 66"),
    ("A12", "académie de Nancy-Metz", PARIS, "54 55 57 88"),
    ("A13", "académie de Poitiers", PARIS, "16 17 79 86"),
    ("A14", "académie de Rennes", PARIS, "22 29 35 56"),
    ("A15", "académie de Strasbourg", PARIS, "67 68"),
    ("A16", "académie de Toulouse", PARIS, "09 12 31 32 46 65 81 82"),
    ("A17", "académie de Nantes", PARIS, "44 49 53 72 85"),
    ("A18", "académie d'Orléans-Tours", PARIS, "18 28 36 37 41 45"),
    ("A19", "académie de Reims", PARIS, "08 10 51 52"),
    ("A20", "académie d'Amiens", PARIS, "02 60 80"),
    ("A22", "académie de Limoges", PARIS, "19 23 87"),
    ("A23", "académie de Nice", PARIS, "06 83"),
    ("A24", "académie de Créteil", PARIS, "77 93 94"),
    ("A25", "académie de Versailles", PARIS, "78 91 92 95"),
    ("A27", "académie de Corse", PARIS, "2A 2B"),
    ("A28", "académie de La Réunion", "Indian/Reunion", "974 984"),
    ("A31", "académie de Martinique", "America/Martinique", "972"),
    ("A32", "académie de Guadeloupe", "America/Guadeloupe", "971 977 978"),
    ("A33", "académie de Guyane", "America/Cayenne", "973"),
    ("A40", "vice-rectorat de la Nouvelle-Calédonie", "Pacific/Noumea", "988"),
    ("A41", "vice-rectorat de la Polynésie française", "Pacific/Tahiti", "987 989"),
    ("A42", "vice-rectorat de Wallis-et-Futuna", "Pacific/Wallis", "986"),
    ("A43", "académie de Mayotte", "Indian/Mayotte", "976"),
    ("A70", "académie de Normandie", PARIS, "14 27 50 61 76 975"),
]


@pytest.mark.parametrize(("code", "full_name", "zone", "departments"), TABLE)
def test_an_academy_has_its_name_its_clock_and_its_departments(code, full_name, zone, departments):
    academy = queries.academy(code)

    assert academy.full_name == full_name
    assert academy.zone == zone
    assert [d.code for d in queries.departments() if d.academy == academy] == departments.split()


def test_thirty_academies_and_three_vice_rectorates_are_open():
    found = queries.academies()

    assert sorted(academy.code for academy in found) == [code for code, *_ in TABLE]
    assert [a.code for a in found if a.is_vice_rectorate] == ["A40", "A41", "A42"]


def test_academies_come_by_name_without_minding_accents():
    names = [academy.name for academy in queries.academies()]

    assert names[:3] == ["Aix-Marseille", "Amiens", "Besançon"]
    assert names.index("Créteil") < names.index("Dijon")


def test_every_department_belongs_to_an_open_academy():
    found = queries.departments()

    assert len(found) == 109
    assert {d.academy_id for d in found} == {academy.code for academy in queries.academies()}


def test_a_department_follows_the_clock_of_its_academy_except_saint_pierre_et_miquelon():
    apart = [(d.code, d.zone) for d in queries.departments() if d.zone != d.academy.zone]

    assert apart == [("975", "America/Miquelon")]


def test_every_clock_exists_and_can_be_said_in_french():
    zones = {d.zone for d in queries.departments()} | {a.zone for a in queries.academies()}

    assert {ZoneInfo(zone).key for zone in zones} == zones
    assert zones == set(french.ZONES)


def test_an_academy_that_merged_names_its_successor():
    assert [queries.academy(code).successor.code for code in ("A05", "A21")] == ["A70", "A70"]
    assert [a.name for a in queries.academies(on=date(2019, 12, 31)) if a.code > "A43"] == []
    assert "Caen" in [a.name for a in queries.academies(on=date(2019, 12, 31))]
    assert "Caen" not in [a.name for a in queries.academies(on=date(2020, 1, 1))]
    assert "Normandie" in [a.name for a in queries.academies(on=date(2020, 1, 1))]


def test_every_open_academy_has_a_website_of_its_own():
    sites = [academy.website for academy in queries.academies()]

    assert len(set(sites)) == 33
    assert all(site.startswith("https://") for site in sites)


def test_an_academy_is_said_with_its_article():
    lille, noumea = queries.academy("A09"), queries.academy("A40")

    assert (lille.with_article, lille.with_preposition) == (
        "l'académie de Lille",
        "de l'académie de Lille",
    )
    assert (lille.as_receiver, noumea.as_receiver) == (
        "à l'académie de Lille",
        "au vice-rectorat de la Nouvelle-Calédonie",
    )
    assert (noumea.with_article, noumea.with_preposition) == (
        "le vice-rectorat de la Nouvelle-Calédonie",
        "du vice-rectorat de la Nouvelle-Calédonie",
    )


def test_an_unknown_code_is_an_unknown_place():
    with pytest.raises(Academy.DoesNotExist):
        queries.academy("A99")
    with pytest.raises(Department.DoesNotExist):
        queries.department("20")


def test_corsica_is_two_departments_of_one_academy():
    assert [queries.department(code).name for code in ("2A", "2B")] == [
        "Corse-du-Sud",
        "Haute-Corse",
    ]
    assert {queries.department(code).academy.name for code in ("2A", "2B")} == {"Corse"}


@pytest.mark.parametrize(
    ("fault", "values"),
    [
        ("academy_code_is_a_letter_and_two_digits", {"code": "Z1"}),
        ("academy_has_a_zone", {"zone": ""}),
        (
            "academy_closes_after_it_opened",
            {"opened_on": date(2027, 1, 1), "closed_on": date(2026, 1, 1)},
        ),
        ("academy_with_a_successor_has_closed", {"successor_id": "A70"}),
        ("academy_does_not_succeed_itself", {"successor_id": "A98", "closed_on": date(2026, 1, 1)}),
    ],
)
def test_the_database_refuses_an_academy_that_cannot_be(fault, values):
    academy = {
        "code": "A98",
        "name": "Thulé",
        "full_name": "académie de Thulé",
        "zone": PARIS,
        "is_vice_rectorate": False,
    }

    with pytest.raises(IntegrityError, match=fault):
        Academy.objects.create(**(academy | values))


@pytest.mark.usefixtures("_held")
def test_academies_and_departments_cost_no_query_once_held(django_assert_num_queries):
    with django_assert_num_queries(0):
        found = [d.academy.full_name for d in queries.departments() if d.code in {"59", "62"}]
        merged = queries.academy("A05").successor.name

    assert found == ["académie de Lille", "académie de Lille"]
    assert merged == "Normandie"
