"""A table as a file: what is written is what is read, and nothing in it is run."""

import csv
import io
import tracemalloc
import zipfile
from datetime import date, datetime

import lxml.etree
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from sporades.core.cells import in_text
from sporades.exchanges.spreadsheets import FORMS, MOST_SIGNS, Sheet

COLUMNS = ["Nom", "Prénom(s)"]
FORMULAS = ['=HYPERLINK("https://mechant.test")', "+33 6", "-1+1", "@SUM(A1)", "\tx", "\r=1"]
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)
ODF = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"


def written(form, rows, about=()):
    """Return a table as a file."""
    file = io.BytesIO()
    FORMS[form].write(Sheet("Inscriptions", COLUMNS, rows, about), file)
    return file.getvalue()


def read(form, content):
    """Return the lines of a file, its titles first."""
    if form == "csv":
        return [
            list(row)
            for row in csv.reader(
                io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"
            )
        ]
    if form == "xlsx":
        book = load_workbook(io.BytesIO(content))
        return [[cell.value or "" for cell in row] for row in book.worksheets[0].rows]
    return tables(content)[0]


def tables(content):
    """Return the tables of an OpenDocument file."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        tree = lxml.etree.fromstring(archive.read("content.xml"))
    return [
        [
            [" ".join(cell.itertext()) for cell in row]
            for row in table.iter(ODF % "table" + "table-row")
        ]
        for table in tree.iter(ODF % "table" + "table")
    ]


@pytest.mark.parametrize("form", FORMS)
@given(rows=st.lists(st.tuples(TEXT.filter(bool), TEXT), max_size=4))
def test_what_is_written_is_what_is_read(form, rows):
    lines = read(form, written(form, rows))

    def harmless(cell):
        return f"'{cell}" if form == "csv" and cell[:1] in ("=", "+", "-", "@") else cell

    assert lines == [COLUMNS, *([harmless(cell) for cell in row] for row in rows)]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_spreadsheet_runs_nothing_of_a_text_file(formula):
    file = io.BytesIO()
    FORMS["csv"].write(Sheet("Inscriptions", [formula], [[formula]], ()), file)

    assert read("csv", file.getvalue()) == [[f"'{formula}"], [f"'{formula}"]]


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_workbook_holds_text_and_no_formula_or_link(formula):
    book = load_workbook(io.BytesIO(written("xlsx", [(formula, "https://mechant.test")])))

    cell, other = book.worksheets[0][2]
    assert (cell.data_type, other.data_type, other.hyperlink) == ("s", "s", None)


@pytest.mark.parametrize("sign", ["\x00", "\x1b", "\ufffe", "\uffff"])
@pytest.mark.parametrize("form", FORMS)
def test_a_sign_that_no_file_of_its_kind_holds_does_not_spoil_it(form, sign):
    lines = read(form, written(form, [(f"Le{sign} Goff", "x")]))

    assert lines[1][0].startswith("Le")
    assert lines[1][0].endswith(" Goff")


def test_a_text_that_no_cell_of_a_workbook_holds_is_cut_and_says_so():
    whole, longer = "é" * MOST_SIGNS, "é" * (MOST_SIGNS + 1)

    [_, said] = read("xlsx", written("xlsx", [(whole, longer)]))

    assert (said[0], len(said[1])) == (whole, MOST_SIGNS)
    assert said[1].endswith("é (coupé : à lire dans le dossier)")
    assert read("csv", written("csv", [("a", longer)]))[1] == ["a", longer]


def test_an_opendocument_file_says_what_it_is_first_and_names_no_formula():
    content = written("ods", [("=1+1", "<b>")])

    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        first = archive.infolist()[0]
        assert (first.filename, first.compress_type) == ("mimetype", zipfile.ZIP_STORED)
        assert b"formula" not in archive.read("content.xml")
    assert read("ods", content)[1] == ["=1+1", "<b>"]


@pytest.mark.parametrize("form", ["xlsx", "ods"])
def test_a_second_sheet_says_where_the_file_comes_from(form):
    content = written(form, [("a", "b")], about=[("Motif", "Convocations")])

    if form == "ods":
        assert tables(content)[1] == [["Motif", "Convocations"]]
    else:
        about = load_workbook(io.BytesIO(content)).worksheets[1]
        assert [cell.value for cell in about[1]] == ["Motif", "Convocations"]


@pytest.mark.parametrize("form", FORMS)
def test_the_memory_that_a_file_takes_does_not_grow_with_its_lines(form, tmp_path):
    def peak(count):
        rows = ((f"Nom {line}", "Prénom") for line in range(count))
        with (tmp_path / f"{form}-{count}").open("wb") as file:
            tracemalloc.start()
            FORMS[form].write(Sheet("Inscriptions", COLUMNS, rows, ()), file)
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
        return most

    peak(10)  # what is loaded the first time
    assert peak(8_000) < 2 * peak(800)


DAY, OF_OLD = date(2026, 11, 28), date(1899, 12, 31)
TYPED = [("20000030056", DAY), ("Le Goff", None), ("", OF_OLD), (3, "07/1998")]


def test_a_workbook_has_days_numbers_and_empty_cells():
    page = load_workbook(io.BytesIO(written("xlsx", TYPED))).worksheets[0]

    assert [[cell.value for cell in row] for row in page.iter_rows(min_row=2)] == [
        ["20000030056", datetime(2026, 11, 28)],  # noqa: DTZ001 - a day of a sheet has no clock
        ["Le Goff", None],
        [None, "31/12/1899"],
        [3, "07/1998"],
    ]
    assert (page["B2"].number_format, page["B2"].is_date) == ("dd/mm/yyyy", True)
    assert [page[at].data_type for at in ("A2", "B2", "A5", "B5")] == ["s", "d", "n", "s"]


def test_an_opendocument_file_has_days_numbers_and_empty_cells():
    with zipfile.ZipFile(io.BytesIO(written("ods", TYPED))) as archive:
        tree = lxml.etree.fromstring(archive.read("content.xml"))

    table = next(tree.iter(ODF % "table" + "table"))
    [_, *rows] = table.iter(ODF % "table" + "table-row")
    office = ODF % "office"
    said = [
        [
            next(
                (cell.get(f"{office}{what}") for what in HELD if cell.get(f"{office}{what}")), None
            )
            for cell in row
        ]
        for row in rows
    ]
    assert said == [
        ["string", "2026-11-28"],
        ["string", None],
        [None, "1899-12-31"],
        ["3", "string"],
    ]
    assert tables(written("ods", TYPED))[0][1:] == [
        [in_text(cell) for cell in row] for row in TYPED
    ]


HELD = ("date-value", "value", "value-type")


def test_a_text_file_writes_days_and_numbers_as_they_are_read():
    assert read("csv", written("csv", TYPED))[1:] == [
        [in_text(cell) for cell in row] for row in TYPED
    ]


def test_a_workbook_is_filtered_printed_and_read_at_its_width():
    file = io.BytesIO()
    sheet = Sheet("Inscriptions", COLUMNS, [("a", "b"), ("c", "d")], (), widths=[12, 50])
    FORMS["xlsx"].write(sheet, file)

    page = load_workbook(file).worksheets[0]
    assert (page.auto_filter.ref, page.print_title_rows, page.freeze_panes) == (
        "A1:B3",
        "$1:$1",
        "A2",
    )
    assert [round(page.column_dimensions[one].width) for one in "AB"] == [13, 51]


def test_an_opendocument_file_is_filtered_printed_and_read_at_its_width():
    file = io.BytesIO()
    sheet = Sheet("Inscriptions", COLUMNS, [("a", "b"), ("c", "d")], (), widths=[12, 50])
    FORMS["ods"].write(sheet, file)

    with zipfile.ZipFile(file) as archive:
        tree = lxml.etree.fromstring(archive.read("content.xml"))
    of_table, style = ODF % "table", ODF % "style"
    [filtered] = tree.iter(of_table + "database-range")
    [titles] = tree.iter(of_table + "table-header-rows")
    widths = {
        one.get(style + "name"): one[0].get(style + "column-width")
        for one in tree.iter(style + "style")
        if one.get(style + "family") == "table-column"
    }
    columns = list(next(tree.iter(of_table + "table")).iter(of_table + "table-column"))
    assert filtered.get(of_table + "target-range-address") == "Inscriptions.A1:Inscriptions.B3"
    assert [" ".join(cell.itertext()) for cell in titles[0]] == COLUMNS
    assert [widths[one.get(of_table + "style-name")] for one in columns] == ["25mm", "105mm"]
