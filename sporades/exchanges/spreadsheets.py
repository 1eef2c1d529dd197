"""A table as a file, written line by line: the memory that it takes does not grow with it."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from sporades.core.cells import Cell, in_text

type Row = Sequence[Cell]

_WIDTH = 20
_ABOUT = (24, 100)
_FIRST_YEAR = 1900
"""Before it a workbook has no days: they are written as text."""
MOST_SIGNS = 32_767
"""How many signs a cell of a workbook holds: of a longer text nothing would be written."""
_CUT = " (coupé : à lire dans le dossier)"
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
_OUTSIDE_XML = dict.fromkeys([*(i for i in range(32) if chr(i) not in "\t\n\r"), 0xFFFE, 0xFFFF])


@dataclass(frozen=True)
class Sheet:
    """What is written.

    Attributes:
        title: its name.
        columns: the titles of the columns.
        rows: the lines, as many cells each.
        about: what the file is, where the form has a place for it: pairs of words, read once the
            lines are written.
        widths: how many signs wide each column is, where the form says it; all alike without it.
    """

    title: str
    columns: Sequence[str]
    rows: Iterable[Row]
    about: Iterable[tuple[str, str]]
    widths: Sequence[int] = ()

    @property
    def wide(self) -> Sequence[int]:
        """How wide each column is."""
        return self.widths or [_WIDTH] * len(self.columns)


@dataclass(frozen=True)
class Form:
    """A form of file.

    Attributes:
        code: what an export keeps.
        label: what a reader chooses.
        suffix: the end of the file's name.
        content_type: said to the browser.
        write: writes a sheet.
    """

    code: str
    label: str
    suffix: str
    content_type: str
    write: Callable[[Sheet, BinaryIO], None]


def as_csv(sheet: Sheet, file: BinaryIO) -> None:
    """Write text with semicolons, in UTF-8 with its mark: what French spreadsheets open.

    A cell that a spreadsheet would run as a formula begins with an apostrophe.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    lines = csv.writer(text, delimiter=";", lineterminator="\r\n")
    lines.writerow(map(_harmless, sheet.columns))
    lines.writerows([_harmless(cell) for cell in row] for row in sheet.rows)
    text.flush()
    text.detach()


def _harmless(cell: Cell) -> str:
    said = in_text(cell)
    return f"'{said}" if said.startswith(_FORMULA) else said


def as_xlsx(sheet: Sheet, file: BinaryIO) -> None:
    """Write a workbook: days and numbers are such, all else is text and nothing is run."""
    never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, {"constant_memory": True, **never})
    bold, day = book.add_format({"bold": True}), book.add_format({"num_format": "dd/mm/yyyy"})
    page, line = book.add_worksheet(sheet.title), 0
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    for column, (title, width) in enumerate(zip(sheet.columns, sheet.wide, strict=True)):
        page.set_column(column, column, width)
        page.write_string(0, column, title, bold)
    for line, row in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(row):
            _xlsx_cell(page, line, column, cell, day)
    page.autofilter(0, 0, line, len(sheet.columns) - 1)
    about, wrapped = book.add_worksheet("À propos"), book.add_format({"text_wrap": True})
    for column, width in enumerate(_ABOUT):
        about.set_column(column, column, width)
    for line, (name, said) in enumerate(sheet.about):
        about.write_string(line, 0, name, bold)
        about.write_string(line, 1, said, wrapped)
    book.close()


def _xlsx_cell(page: Worksheet, line: int, column: int, cell: Cell, day: Format) -> None:
    if isinstance(cell, date) and cell.year >= _FIRST_YEAR:
        page.write_datetime(line, column, cell, day)
    elif isinstance(cell, int):
        page.write_number(line, column, cell)
    elif said := in_text(cell):  # what says nothing is an empty cell, which no formula counts
        is_whole = len(said) <= MOST_SIGNS
        page.write_string(line, column, said if is_whole else said[: MOST_SIGNS - len(_CUT)] + _CUT)


_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (
        *((name, name) for name in ("office", "table", "text", "style")),
        ("number", "datastyle"),
        ("fo", "xsl-fo-compatible"),
    )
)
_STYLES = (
    '<number:date-style style:name="jour"><number:day number:style="long"/>'
    '<number:text>/</number:text><number:month number:style="long"/>'
    '<number:text>/</number:text><number:year number:style="long"/></number:date-style>'
    '<style:style style:name="date" style:family="table-cell" style:data-style-name="jour"/>'
    '<style:style style:name="titre" style:family="table-cell">'
    '<style:text-properties fo:font-weight="bold"/></style:style>'
)
_SIGN_IN_MM = 2.1
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.3" '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIME}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


def as_ods(sheet: Sheet, file: BinaryIO) -> None:
    """Write an OpenDocument spreadsheet: days and numbers are such, all else is text.

    The libraries that know the form hold the whole table in memory; these few tags do not.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), _MIME, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        with archive.open("content.xml", "w", force_zip64=True) as content:
            text = io.TextIOWrapper(content, encoding="utf-8")
            widths = "".join(map(_ods_width, sorted({*sheet.wide, *_ABOUT})))
            text.write(
                f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES} '
                f'office:version="1.3"><office:automatic-styles>{_STYLES}{widths}'
                "</office:automatic-styles><office:body><office:spreadsheet>"
            )
            lines = _ods_table(text, sheet.title, sheet.wide, sheet.rows, sheet.columns)
            _ods_table(text, "À propos", _ABOUT, sheet.about)
            last = f"{xl_col_to_name(len(sheet.columns) - 1)}{lines}"
            text.write(
                '<table:database-ranges><table:database-range table:name="lignes" '
                f"table:target-range-address={quoteattr(f'{sheet.title}.A1:{sheet.title}.{last}')} "
                'table:display-filter-buttons="true"/></table:database-ranges>'
                "</office:spreadsheet></office:body></office:document-content>"
            )
            text.flush()
            text.detach()


def _ods_width(signs: int) -> str:
    return (
        f'<style:style style:name="large{signs}" style:family="table-column">'
        f'<style:table-column-properties style:column-width="{signs * _SIGN_IN_MM:.0f}mm"/>'
        "</style:style>"
    )


def _ods_table(
    text: io.TextIOBase,
    title: str,
    widths: Sequence[int],
    rows: Iterable[Row],
    titles: Sequence[str] = (),
) -> int:
    """Write a table, its titles to be repeated on each printed page; return how many lines it has."""
    lines = 0
    text.write(f"<table:table table:name={quoteattr(title)}>")
    text.writelines(f'<table:table-column table:style-name="large{one}"/>' for one in widths)
    if titles:
        cells = "".join(_ods_cell(one, "titre") for one in titles)
        header = f"<table:table-row>{cells}</table:table-row>"
        text.write(f"<table:table-header-rows>{header}</table:table-header-rows>")
        lines = 1
    for row in rows:
        text.write(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>")
        lines += 1
    text.write("</table:table>")
    return lines


def _ods_cell(cell: Cell, style: str = "") -> str:
    said = escape(in_text(cell).translate(_OUTSIDE_XML))
    if not said:
        return "<table:table-cell/>"
    kind = 'office:value-type="string"'
    if isinstance(cell, date):
        style, kind = "date", f'office:value-type="date" office:date-value="{cell.isoformat()}"'
    elif isinstance(cell, int):
        kind = f'office:value-type="float" office:value="{cell}"'
    named = f'table:style-name="{style}" ' if style else ""
    return f"<table:table-cell {named}{kind}><text:p>{said}</text:p></table:table-cell>"


FORMS = {
    form.code: form
    for form in (
        Form(
            "csv",
            "CSV (texte séparé par des points-virgules)",
            ".csv",
            "text/csv; charset=utf-8",
            as_csv,
        ),
        Form(
            "xlsx",
            "XLSX (Excel)",
            ".xlsx",
            "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            as_xlsx,
        ),
        Form("ods", "ODS (LibreOffice)", ".ods", _MIME, as_ods),
    )
}
