"""« Télécharger en CSV »: the figures of a table, for a spreadsheet; nobody is named in them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from sporades.accounts.models import Membership
from sporades.acts.pieces import verifying
from sporades.acts.registrations import leaving
from sporades.evidence import operations as evidence
from sporades.exams.models import RegistrationService
from tests.evidence.given import MANAGER, give, piece
from tests.factories import NOW, a_candidate, a_draft, a_registration, author
from tests.web.guide import seen, words
from tests.web.office.conftest import VERSAILLES

Role = Membership.Role
PAGES = ("statistics", "hours", "begun", "verdicts", "accommodation_delays", "troubles")


def links(answer):
    """Return where the tables of a page are downloaded, by what each says."""
    found = seen(answer).cssselect("main a[href*='.csv']")
    return {words(one.cssselect("span")[0]).removeprefix(": "): one.get("href") for one in found}


def lines(file):
    """Return the lines of a file, cell by cell."""
    said = file.content.decode("utf-8").replace("\xa0", " ")
    assert said.startswith("\ufeff")
    assert said.endswith("\r\n")
    return [line.split(";") for line in said.removeprefix("\ufeff").splitlines()]


def name(file):
    return file["Content-Disposition"].removeprefix('attachment; filename="').removesuffix('"')


def test_a_file_says_what_its_table_says(member, in_lille, in_versailles):
    administrator = member(role=Role.ADMINISTRATOR)
    a_registration()
    answer = administrator.get(reverse("office:statistics"))

    file = administrator.get(links(answer)["Inscriptions par académie"])

    assert file["Content-Type"] == "text/csv; charset=utf-8"
    assert lines(file) == [
        ["Académie", "Nombre", "Part"],
        ["Lille", "2", "66,7 %"],
        ["Versailles", "1", "33,3 %"],
    ]


@pytest.mark.parametrize("page", PAGES)
def test_every_table_that_names_nobody_has_its_file(member, in_lille, page):
    administrator = member(role=Role.ADMINISTRATOR)
    given = give(in_lille, at=NOW)
    evidence.note_scanned(given, is_clean=True, at=NOW)
    verifying.accept(row=piece(in_lille), seen=given.pk, by=MANAGER, at=NOW + timedelta(minutes=5))
    a_draft()
    answer = administrator.get(reverse(f"office:{page}"), {"academie": "A09", "au": "30/11/2026"})
    shown = {
        words(table.find("caption")): [
            [words(cell) for cell in row] for row in table.cssselect("tr")
        ]
        for table in seen(answer).cssselect("main table")
        if "N° Inscription" not in words(table)
    }
    assert shown

    files = {caption: administrator.get(url) for caption, url in links(answer).items()}

    assert {caption: lines(file) for caption, file in files.items()} == shown
    assert len({name(file) for file in files.values()}) == len(shown)


def test_whole_numbers_are_not_cut_by_threes():
    from sporades.web.office.charts import Delays, Row, by_size

    made = by_size("Inscriptions", "Académie", [Row("Lille", 12_345)])
    delays = Delays("Délai", ("Académie", "Verdicts"), (("Lille", 12_345, "1 jour", "2 jours"),))

    assert made.lines == [("Lille", "12345", "100,0 %")]
    assert delays.lines == [("Lille", "12345", "1 jour", "2 jours")]
    assert delays.cells == [("Lille", "12\u202f345", "1 jour", "2 jours")]


def test_the_name_of_a_file_says_what_where_and_when(member, manager, in_lille):
    administrator = member(role=Role.ADMINISTRATOR, email="tout@exemple.test")
    of_many = member("A09", "A25", email="deux@exemple.test")
    service = RegistrationService.objects.get(academy="A09").pk

    def named(client, page="statistics", caption="Inscriptions par état, aujourd'hui", **asked):
        url = links(client.get(reverse(f"office:{page}"), asked))[caption]
        return name(client.get(url))

    exam = "brevet-dessai_session-2027"
    days, counted = "2026-10-12_2026-11-25", "compte-le-2026-11-25.csv"
    state = "inscriptions-par-etat-aujourdhui"
    assert named(administrator) == f"{state}_national_{exam}_{days}_{counted}"
    assert named(of_many) == f"{state}_2-academies_{exam}_{days}_{counted}"
    assert named(manager) == f"{state}_lille_{exam}_{days}_{counted}"
    assert named(
        administrator, service=service, comptees="en-cours", du="25/11/2026", au="25/11/2026"
    ) == (f"{state}_lille_{exam}_service-{service}_en-cours_2026-11-25_2026-11-25_{counted}")
    assert named(manager, "hours", "Inscriptions par heure", jour="24/11/2026") == (
        f"inscriptions-par-heure_lille_{exam}_2026-11-24_{counted}"
    )
    assert named(manager, "troubles", "Mails en difficulté") == (
        f"mails-en-difficulte_lille_{exam}_{counted}"
    )


def test_an_auditor_has_the_files_of_what_they_read(member, in_lille, in_versailles):
    auditor = member("A25", role=Role.AUDITOR)

    file = auditor.get(links(auditor.get(reverse("office:statistics")))["Inscriptions par domaine"])

    assert lines(file)[1:] == [["Brevet d'essai", "1", "100,0 %"]]


def test_the_choice_of_the_page_is_that_of_the_file(manager, in_lille):
    gone = a_registration(a_candidate())
    leaving.withdraw(registration=gone, by=author(gone.candidate), at=NOW)
    answer = manager.get(reverse("office:statistics"), {"comptees": "en-cours"})

    file = manager.get(links(answer)["Inscriptions par domaine"])

    assert lines(file)[1:] == [["Brevet d'essai", "1", "100,0 %"]]


@pytest.mark.parametrize(
    ("page", "slug", "asked"),
    [
        ("ailleurs", "inscriptions-par-domaine", {}),
        ("inscriptions", "inscriptions-par-nom", {}),
        ("heures", "inscriptions-par-domaine", {}),
        ("inscriptions", "inscriptions-par-domaine", {"academie": "A25"}),
        ("inscriptions", "inscriptions-par-domaine", {"du": "hier"}),
    ],
)
def test_what_is_no_table_of_its_reader_is_not_found(manager, in_lille, page, slug, asked):
    known = reverse("office:statistics_table", args=("inscriptions", "inscriptions-par-domaine"))
    assert manager.get(known).status_code == 200

    where = reverse("office:statistics_table", args=(page, slug))

    assert manager.get(where, asked).status_code == 404


def test_a_file_costs_as_much_for_many_as_for_few(member, in_lille):
    administrator = member(role=Role.ADMINISTRATOR)
    where = reverse("office:statistics_table", args=("inscriptions", "inscriptions-par-domaine"))

    def cost():
        administrator.get(where)
        with CaptureQueriesContext(connection) as told:
            assert administrator.get(where).status_code == 200
        return len(told)

    few = cost()
    for _ in range(3):
        a_registration(academy="A25", identification=VERSAILLES)

    assert cost() == few <= 10
