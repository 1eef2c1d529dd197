"""A table as a file, written line by line: the memory that it takes does not grow with it."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from xml.sax.saxutils import escape, quoteattr

import xlsxwriter

type Row = Sequence[str]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_OUTSIDE_XML = dict.fromkeys([*(i for i in range(32) if chr(i) not in "\t\n\r"), 0xFFFE, 0xFFFF])


@dataclass(frozen=True)
class Sheet:
    """What is written.

    Attributes:
        title: its name.
        columns: the titles of the columns.
        rows: the lines, as many cells each.
        about: what the file is, where the form has a place for it: pairs of words.
    """

    title: str
    columns: Row
    rows: Iterable[Row]
    about: Sequence[tuple[str, str]]


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
    lines.writerow(sheet.columns)
    lines.writerows([_harmless(cell) for cell in row] for row in sheet.rows)
    text.flush()
    text.detach()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def as_xlsx(sheet: Sheet, file: BinaryIO) -> None:
    """Write a workbook; every cell is text, none is run."""
    never = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    book = xlsxwriter.Workbook(file, {"constant_memory": True, **never})
    bold = book.add_format({"bold": True})
    page = book.add_worksheet(sheet.title)
    page.freeze_panes(1, 0)
    page.set_column(0, len(sheet.columns) - 1, 20)
    for column, title in enumerate(sheet.columns):
        page.write_string(0, column, title, bold)
    for line, row in enumerate(sheet.rows, start=1):
        for column, cell in enumerate(row):
            page.write_string(line, column, cell)
    about = book.add_worksheet("À propos")
    about.set_column(0, 1, 40)
    for line, (name, said) in enumerate(sheet.about):
        about.write_string(line, 0, name, bold)
        about.write_string(line, 1, said)
    book.close()


_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_NAMES = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in (("office", "office"), ("table", "table"), ("text", "text"))
)
_MANIFEST = (
    '<?xml version="1.0" encoding="UTF-8"?><manifest:manifest manifest:version="1.3" '
    'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
    f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{_MIME}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/>'
    "</manifest:manifest>"
)


def as_ods(sheet: Sheet, file: BinaryIO) -> None:
    """Write an OpenDocument spreadsheet; every cell is text.

    The libraries that know the form hold the whole table in memory; these few tags do not.
    """
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("mimetype"), _MIME, zipfile.ZIP_STORED)
        archive.writestr("META-INF/manifest.xml", _MANIFEST)
        with archive.open("content.xml", "w", force_zip64=True) as content:
            text = io.TextIOWrapper(content, encoding="utf-8")
            text.write(
                f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {_NAMES} '
                'office:version="1.3"><office:body><office:spreadsheet>'
            )
            _ods_table(text, sheet.title, [sheet.columns], sheet.rows)
            _ods_table(text, "À propos", sheet.about)
            text.write("</office:spreadsheet></office:body></office:document-content>")
            text.flush()
            text.detach()


def _ods_table(text: io.TextIOBase, title: str, *parts: Iterable[Row]) -> None:
    text.write(f"<table:table table:name={quoteattr(title)}>")
    for part in parts:
        for row in part:
            cells = "".join(map(_ods_cell, row))
            text.write(f"<table:table-row>{cells}</table:table-row>")
    text.write("</table:table>")


def _ods_cell(cell: str) -> str:
    said = escape(cell.translate(_OUTSIDE_XML))
    return (
        f'<table:table-cell office:value-type="string"><text:p>{said}</text:p></table:table-cell>'
    )


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
