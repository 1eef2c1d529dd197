"""What an archive of PDFs holds, and the table that says whose each file is (I5).

Nothing of it is written on a disk: its names are words, compared with those of the table.
"""

import codecs
import csv
import io
import re
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from sporades.core.refusals import Refused
from sporades.core.text import clean, search_key
from sporades.intake import reading

LARGEST_ARCHIVE = 100_000_000
MOST_FILES = 10_000
LARGEST_TABLE = 2_000_000
LARGEST_LIST = MOST_FILES * 500
"""Of the list of files that ends an archive, in bytes: it is read whole, whatever it lists."""

LONGEST_NAME = 200
LONGEST_NUMBER = 40

NUMBER, FILE = "N° Inscription", "Fichier"
NO_FILE = "Ce fichier n'est pas dans l'archive."
SEVERAL = (
    "Plusieurs fichiers de l'archive ont ce nom : donnez le chemin de celui-ci dans l'archive, "
    "« dossier/nom.pdf »."
)
FILE_TWICE = "Ce fichier est donné à plusieurs lignes : un document n'est qu'à une personne."
UNNAMED = "Aucune ligne du tableau ne dit à qui est ce fichier."
NO_PDF = "Ce fichier n'est pas un PDF, d'après son nom."
ODD_NAME = "Le nom de ce fichier contient un signe ou un chemin qui n'est pas permis."
LONG_NAME = "Le nom de ce fichier, avec ses dossiers, dépasse 200 signes."
ENCRYPTED = "Ce fichier est chiffré : faites l'archive sans mot de passe."
PACKED = "Ce fichier est comprimé d'une manière qui n'est pas lue : faites un ZIP ordinaire."
DAMAGED = "Ce fichier de l'archive ne peut pas être lu."

LONGEST_TITLES = 1_000
MOST_TITLES = 10
_NUMBER_KEYS = frozenset(
    search_key(one) for one in (NUMBER, "No Inscription", "Numéro d'inscription")
)
_FILE_KEYS = frozenset({search_key(FILE)})
_SEPARATOR = re.compile(r"sep=([;,\t])", re.IGNORECASE)
_KEPT_AS_TEXT = re.compile(r'="([^"]*)"')
_CODES = ("utf-8", "cp850")
"""In which the names of an archive may be that does not say so: by macOS, by Windows in French."""

_IS_ENCRYPTED = 0x1
_READ = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_WORKBOOKS = (".xlsx", ".xls", ".ods")
_LEFT_BY_SYSTEMS = frozenset({"thumbs.db", "desktop.ini"})
_BROKEN: tuple[type[Exception], ...] = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError),
    *(OverflowError, RuntimeError, ValueError),
)
"""What the library raises for an archive that is damaged, or made to hurt."""


class NotAnArchive(Refused):
    """It cannot be read as a ZIP."""

    message = "Ce fichier n'est pas une archive ZIP lisible."


class ArchiveTooLarge(Refused):
    """It is more than one deposit takes."""

    message = (
        "Une archive compte 10 000 fichiers et 100 Mo au plus : faites-en plusieurs, d'une même "
        "publication."
    )


class TableWrong(Refused):
    """Its table does not say whose each file is."""


class TableTooLarge(TableWrong):
    """Its table is more than a line for each file."""

    message = "Le tableau de l'archive dépasse la limite : 10 000 lignes et 2 Mo au plus."


class NotTaken(Refused):
    """A file of an archive that is not read, with the reason for its line."""


@dataclass(frozen=True)
class Named:
    """One line of what is deposited.

    Attributes:
        number: a registration's number, as it is said.
        file: the name of its file in the archive; where there is none, as it is said.
        why: why the file is not taken, or nothing.
    """

    number: str
    file: str
    why: str = ""


def normal(number: str) -> str:
    """Return a number in the one form in which numbers are compared: no space, capitals."""
    return "".join(clean(unicodedata.normalize("NFKC", number)).split()).upper()


def read_names(archive: bytes) -> list[Named]:
    """Return whose each file is, as the table says or, without one, as each is named.

    Args:
        archive: the bytes of a ZIP.

    Raises:
        NotAnArchive, ArchiveTooLarge, TableWrong: nothing of it is taken.
    """
    if len(archive) > LARGEST_ARCHIVE:
        raise ArchiveTooLarge
    with _opened(archive) as file:
        inside = [one for one in file.infolist() if _is_ours(one)]
        if len(inside) > MOST_FILES + 1:
            raise ArchiveTooLarge
        tables = [one for one in inside if _ends(one, ".csv")]
        papers = [one for one in inside if not _ends(one, ".csv")]
        if not any(_ends(one, ".pdf") for one in papers):
            raise TableWrong("L'archive ne contient aucun fichier PDF.")
        if len(tables) > 1:
            raise TableWrong("L'archive contient plusieurs tableaux CSV : n'en laissez qu'un.")
        if not tables:
            _refuse_workbook(papers)
            return [_of_itself(one) for one in papers]
        pairs = _pairs(_table(file, tables[0]))
        return _named(pairs, papers, beside=PurePosixPath(tables[0].filename).parent)


def _refuse_workbook(papers: list[zipfile.ZipInfo]) -> None:
    """Refuse a table that is not saved as text, where no file is named by a number. Raises TableWrong.

    Every file would be refused at its line, by a number that it has not, and nothing would say why.
    """
    books = [one for one in papers if one.filename.casefold().endswith(_WORKBOOKS)]
    numbered = (normal(PurePosixPath(one.filename).stem).isdigit() for one in papers)
    if books and not any(numbered):
        name = shown(PurePosixPath(books[0].filename).name, LONGEST_NUMBER)
        raise TableWrong(
            f"Le tableau de l'archive, « {name} », est un classeur : enregistrez-le au format CSV, puis "
            "refaites l'archive."
        )


class Archive:
    """An archive that was taken, read file by file."""

    def __init__(self, file: zipfile.ZipFile) -> None:
        """Keep the open archive."""
        self._file = file

    def read(self, name: str) -> bytes:
        """Return a PDF of an archive, as many bytes as it has whatever the archive says.

        Args:
            name: as `Named.file` says it.

        Raises:
            NotTaken, reading.TooLarge: it is not given.
        """
        try:
            inside = self._file.getinfo(name)
        except KeyError:
            raise NotTaken(NO_FILE) from None
        content = _read(self._file, inside, reading.LARGEST)
        if content is None:
            raise reading.TooLarge
        return content


@contextmanager
def opened(archive: bytes) -> Iterator[Archive]:
    """Open an archive that `read_names` has read. Raises NotAnArchive."""
    with _opened(archive) as file:
        yield Archive(file)


@contextmanager
def _opened(archive: bytes) -> Iterator[zipfile.ZipFile]:
    _refuse_long_list(archive)
    try:
        file = _named_in(archive, *_CODES)
    except _BROKEN as trouble:
        raise NotAnArchive from trouble
    with file:
        yield file


def _named_in(archive: bytes, code: str, *others: str) -> zipfile.ZipFile:
    """Open an archive whose names are in the first of these codes in which all of them can be."""
    try:
        return zipfile.ZipFile(io.BytesIO(archive), metadata_encoding=code)
    except UnicodeDecodeError:
        if not others:
            raise
    return _named_in(archive, *others)


def _refuse_long_list(archive: bytes) -> None:
    """Look at how long the list of files is before it is read (APPNOTE 4.3.16).

    An archive of a size that we take needs no record of the large form: it would hide another
    length.
    """
    head, least, most = b"PK\x05\x06", 22, 22 + 65_535
    tail = archive[-most:]
    at = tail.rfind(head, 0, len(tail) - least + len(head))
    if at < 0:
        raise NotAnArchive
    length = int.from_bytes(tail[at + 12 : at + 16], "little")
    is_large_form = tail[max(at - 20, 0) : at].startswith(b"PK\x06\x07")
    if length > LARGEST_LIST or is_large_form:
        raise ArchiveTooLarge


def _is_ours(inside: zipfile.ZipInfo) -> bool:
    """Return whether it is a file, and none of those that a system leaves by itself."""
    path = PurePosixPath(inside.filename)
    is_left = path.name.startswith(".") or path.name.casefold() in _LEFT_BY_SYSTEMS
    return not (inside.is_dir() or "__MACOSX" in path.parts or is_left)


def _ends(inside: zipfile.ZipInfo, ending: str) -> bool:
    return inside.filename.casefold().endswith(ending)


def _read(file: zipfile.ZipFile, inside: zipfile.ZipInfo, most: int) -> bytes | None:
    """Return a file of an archive, or nothing where it has more bytes. Raises NotTaken."""
    if why := _trouble_of(inside):
        raise NotTaken(why)
    try:
        with file.open(inside) as one:
            content = one.read(most + 1)
    except _BROKEN as trouble:
        raise NotTaken(DAMAGED) from trouble
    return content if len(content) <= most else None


def _trouble_of(inside: zipfile.ZipInfo) -> str:
    """Return why a file of an archive is not read, whatever it holds, or nothing."""
    name = inside.orig_filename
    path = PurePosixPath(name.replace("\\", "/"))
    if not name.isprintable() or ".." in path.parts or path.is_absolute():
        return ODD_NAME
    if len(name) > LONGEST_NAME:
        return LONG_NAME
    if inside.flag_bits & _IS_ENCRYPTED:
        return ENCRYPTED
    return "" if inside.compress_type in _READ else PACKED


def _of_itself(inside: zipfile.ZipInfo) -> Named:
    """Name a file by itself: what stands before its ending is a number."""
    why = _trouble_of(inside) or ("" if _ends(inside, ".pdf") else NO_PDF)
    return _said(PurePosixPath(inside.filename).stem, inside.filename, why)


def _said(number: str, file: str, why: str = "") -> Named:
    """Return a line as it can be kept; what is refused need not be found again by its name."""
    kept = shown(file, LONGEST_NAME) if why else file
    return Named(shown(number, LONGEST_NUMBER), kept, why)


def shown(text: str, most: int) -> str:
    """Return a name as it can be kept and shown.

    Args:
        text: the name, as an archive or a browser says it.
        most: how much of it is kept.
    """
    return clean("".join(sign if sign.isprintable() else " " for sign in text))[:most]


def _table(file: zipfile.ZipFile, inside: zipfile.ZipInfo) -> str:
    try:
        content = _read(file, inside, LARGEST_TABLE)
    except NotTaken as trouble:
        raise TableWrong(f"Tableau de l'archive. {trouble}") from trouble
    if content is None:
        raise TableTooLarge
    return _decoded(content)


def _decoded(content: bytes) -> str:
    """Return the text of a table, in whichever of the codes of spreadsheets it is.

    « Texte Unicode » is UTF-16; of the codes of one byte, that of Windows or of older Macs, only the
    sign of « N° » tells.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        windows, mac = (content.decode(code, errors="replace") for code in ("cp1252", "mac_roman"))
        return mac if _says_number(mac) and not _says_number(windows) else windows


def _says_number(text: str) -> bool:
    return NUMBER.partition(" ")[0] in text[:LONGEST_TITLES]


def _pairs(text: str) -> list[tuple[str, str]]:
    """Return what a table says: a number and a file on each line, under their two titles."""
    # Older Macs end a line by a carriage return alone.
    text = io.StringIO(text, newline=None).getvalue()
    first, _, others = text.partition("\n")
    # What Excel writes, or reads, to know the separator.
    told = _SEPARATOR.fullmatch(first)
    if told:
        text, first = others, others.partition("\n")[0]
    separator = told[1] if told else next((one for one in ";\t" if one in first), ",")
    rows = csv.reader(io.StringIO(text), delimiter=separator, strict=True)
    try:
        read = next(rows, [])
        titles = [search_key(unicodedata.normalize("NFKC", title)) for title in read]
        number, file = _column(titles, _NUMBER_KEYS), _column(titles, _FILE_KEYS)
        if number is None or file is None:
            raise TableWrong(
                f"Le tableau doit avoir les colonnes « {NUMBER} » et « {FILE} ». {_titles_read(read)}"
            )
        filled = [
            (rows.line_num, [_cell(cell) for cell in row])
            for row in rows
            if any(cell.strip() for cell in row)
        ]
    except csv.Error as trouble:
        raise TableWrong("Le tableau ne peut pas être lu comme un fichier CSV.") from trouble
    if len(filled) > MOST_FILES:
        raise TableTooLarge
    short = next((at for at, row in filled if len(row) <= max(number, file)), None)
    if short:
        raise TableWrong(f"Ligne {short} du tableau : il manque une colonne.")
    if not filled:
        raise TableWrong("Le tableau ne contient aucune ligne.")
    return [(row[number], row[file]) for _, row in filled]


def _column(titles: list[str], keys: frozenset[str]) -> int | None:
    return next((at for at, title in enumerate(titles) if title in keys), None)


def _titles_read(titles: list[str]) -> str:
    """Say which titles a table has, for whoever sees the right ones in their spreadsheet."""
    said = [f"« {shown(title, LONGEST_NUMBER)} »" for title in titles[:MOST_TITLES]]
    if not any(title.strip() for title in titles):
        return "Sa première ligne est vide."
    return f"Sa première ligne a : {', '.join(said)}."


def _cell(typed: str) -> str:
    """Return what a cell says, of one that keeps a number a text too: « ="20000000791" »."""
    said = typed.strip()
    kept = _KEPT_AS_TEXT.fullmatch(said)
    return kept[1].strip() if kept else said


def _named(
    pairs: list[tuple[str, str]], papers: list[zipfile.ZipInfo], *, beside: PurePosixPath
) -> list[Named]:
    """Give each line of a table its file, and each file that has no line the refusal of it."""
    by_path, by_name = defaultdict(list), defaultdict(list)
    for one in papers:
        by_path[_key(one.filename)].append(one)
        by_name[PurePosixPath(_key(one.filename)).name].append(one)

    def found(file: str) -> list[zipfile.ZipInfo]:
        if "/" not in file.replace("\\", "/"):
            return by_name.get(_key(file), [])
        return by_path.get(_key(file)) or by_path.get(_key(f"{beside}/{file}"), [])

    lines, given, several = [], Counter[str](), set[int]()
    for number, file in pairs:
        fitting = found(file)
        # Thousands of one name, each line naming all of them, are gone through once.
        if id(fitting) not in several:
            given.update(one.filename for one in fitting)
        if len(fitting) > 1:
            several.add(id(fitting))
        why = SEVERAL if len(fitting) > 1 else _trouble_of(fitting[0]) if fitting else NO_FILE
        lines.append(_said(number, file if why else fitting[0].filename, why))
    once = [
        replace(line, why=FILE_TWICE) if not line.why and given[line.file] > 1 else line
        for line in lines
    ]
    left = [_said("", one.filename, UNNAMED) for one in papers if one.filename not in given]
    return once + left


def _key(path: str) -> str:
    """Return a path as paths are compared: one form of accents, no case, « / » between folders."""
    composed = unicodedata.normalize("NFC", path).replace("\\", "/")
    return PurePosixPath(composed).as_posix().casefold()
