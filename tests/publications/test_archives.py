"""What an archive may hold, how its files are named, and what is refused of it."""

import io
import random
import stat
import zipfile
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from sporades.core.refusals import Refused
from sporades.intake import reading
from sporades.publications import archives
from sporades.publications.archives import Named
from tests.documents.summaries import a_pdf
from tests.publications.zips import TABLE, archive, lines, zipped

PAPER = a_pdf()
ODD = ("a\0.pdf", "../a.pdf", "/a.pdf", "lot/../../a.pdf", "a\n.pdf", "lot\\..\\a.pdf")


def named(table, *names):
    """Return how the lines of a table are read, with files of these names."""
    said = [*((name, PAPER) for name in names), (TABLE, table)]
    return archives.read_names(zipped(said))


def reasons(found):
    return [one.why for one in found]


# --- Whose each file is ----------------------------------------------------------------------


def test_of_two_files_of_one_name_neither_is_chosen_by_its_name_alone():
    found = named(lines(("1", "a.pdf"), ("2", "b.pdf")), "lille/a.pdf", "paris/a.pdf", "b.pdf")

    assert found == [Named("1", "a.pdf", archives.SEVERAL), Named("2", "b.pdf")]


class ReadName:
    """A file of an archive, which counts how often its name is read."""

    count = 0
    flag_bits = compress_type = 0

    def __init__(self, name):
        self.orig_filename = name

    @property
    def filename(self):
        ReadName.count += 1
        return self.orig_filename


def test_as_many_files_of_one_name_as_lines_are_not_each_gone_through_for_each():
    pairs = [(str(one), "releve.pdf") for one in range(200)]
    papers = [ReadName(f"{one}/releve.pdf") for one in range(200)]

    found = archives._named(pairs, papers, beside=Path())

    assert reasons(found) == [archives.SEVERAL] * 200
    assert ReadName.count < 10 * len(papers)


def test_the_table_that_is_given_as_an_example_is_read():
    example = Path(finders.find("exemples/documents.csv")).read_bytes()
    names = ("convocation-durand.pdf", "convocation-martin.pdf", "dossier-b/convocation.pdf")

    assert reasons(named(example, *names)) == ["", "", ""]


@pytest.mark.parametrize("here", ["lille/a.pdf", "./a.pdf", "lille\\A.pdf"])
def test_a_path_says_which_of_two_files(here):
    found = named(lines(("1", here), ("2", "paris/a.pdf")), "a.pdf", "lille/a.pdf", "paris/a.pdf")

    wanted = "a.pdf" if here.startswith(".") else "lille/a.pdf"
    assert found[:2] == [Named("1", wanted), Named("2", "paris/a.pdf")]


def test_a_path_that_is_not_there_is_not_replaced_by_another():
    found = named(lines(("1", "lille/a.pdf")), "paris/a.pdf")

    assert reasons(found) == [archives.NO_FILE, archives.UNNAMED]


def test_a_table_in_a_folder_names_what_stands_beside_it():
    said = [(f"lot/{TABLE}", lines(("1", "lille/a.pdf"))), ("lot/lille/a.pdf", PAPER)]

    assert archives.read_names(zipped(said)) == [Named("1", "lot/lille/a.pdf")]


PAIR = ("20000000791", "a.pdf")


@pytest.mark.parametrize(
    "table",
    [
        pytest.param(lines(PAIR, separator="\t").encode("utf-16"), id="Texte Unicode"),
        pytest.param(lines(PAIR, separator="\t").encode(), id="tabs"),
        pytest.param(lines(PAIR).encode("mac_roman"), id="an older Mac"),
        pytest.param(lines(PAIR).replace("\r\n", "\r").encode("mac_roman"), id="its own lines"),
        pytest.param(lines(PAIR).encode("cp1252"), id="Windows"),
        pytest.param(lines(PAIR).replace("N° ", "N°\u00a0").encode(), id="a no-break space"),
        pytest.param(lines(PAIR).replace("N°", "Nº").encode(), id="the ordinal sign"),
        pytest.param(lines(PAIR).replace("N° I", "n° i").encode(), id="no capitals"),
        pytest.param(b"sep=;\r\n" + lines(PAIR).encode(), id="the separator told"),
        pytest.param(lines(('="20000000791"', "a.pdf")).encode(), id="a number kept a text"),
        pytest.param(lines(('"=""20000000791"""', "a.pdf")).encode(), id="the same, quoted"),
    ],
)
def test_a_table_is_read_as_spreadsheets_save_it(table):
    assert archives.read_names(zipped([("a.pdf", PAPER), (TABLE, table)])) == [Named(*PAIR)]


def test_a_table_that_is_a_workbook_is_said_to_be_one():
    with pytest.raises(archives.TableWrong, match="est un classeur"):
        archives.read_names(zipped([("lot/Liste.XLSX", b"PK"), ("lot/durand.pdf", PAPER)]))
    # Beside files that say by themselves whose they are, it is one that is not taken.
    beside = archives.read_names(zipped([("liste.xlsx", b"PK"), ("20000000791.pdf", PAPER)]))
    assert reasons(beside) == [archives.NO_PDF, ""]


def test_which_titles_a_table_has_is_said_where_they_are_others():
    with pytest.raises(archives.TableWrong, match="Sa première ligne a : « Numéro », « PDF »"):
        named("Numéro;PDF\r\n1;a.pdf\r\n", "a.pdf")
    with pytest.raises(archives.TableWrong, match="Sa première ligne est vide"):
        named("\r\n1;a.pdf\r\n", "a.pdf")


def test_a_line_without_its_file_is_named_as_a_spreadsheet_numbers_it():
    table = lines(("1", "a.pdf")).encode() + b"\r\n;\r\n2\r\n"

    with pytest.raises(archives.TableWrong, match="Ligne 5 du tableau"):
        archives.read_names(zipped([("a.pdf", PAPER), (TABLE, table)]))


@pytest.mark.parametrize(
    "code", [pytest.param("utf-8", id="macOS"), pytest.param("cp850", id="Windows in French")]
)
def test_names_are_read_in_the_code_of_the_system_that_says_none(code):
    name = "LEFÈVRE Noëlle.pdf"
    other = unnamed(zipped([("z" * len(name.encode(code)), PAPER)]), name.encode(code))

    assert archives.read_names(other) == [
        Named("LEFÈVRE Noëlle", name),
    ]
    with archives.opened(other) as archive:
        assert archive.read(name) == PAPER


def unnamed(made, name):
    """Return a ZIP whose only file has a name that is in no code which it says."""
    [file] = zipfile.ZipFile(io.BytesIO(made)).namelist()
    return made.replace(file.encode(), name)


def test_accents_are_compared_in_one_form():
    found = named(lines(("1", "e\u0301te\u0301.pdf")), "été.pdf")

    assert found == [Named("1", "été.pdf")]


def test_one_file_on_several_lines_is_refused_on_each():
    found = named(
        lines(("1", "a.pdf"), ("2", "./a.pdf"), ("3", "A.PDF"), ("4", "b.pdf")), "a.pdf", "b.pdf"
    )

    assert reasons(found) == [*[archives.FILE_TWICE] * 3, ""]


def test_a_file_that_no_line_names_is_not_left_without_a_word():
    found = named(lines(("1", "a.pdf")), "a.pdf", "b.pdf")

    assert found == [Named("1", "a.pdf"), Named("", "b.pdf", archives.UNNAMED)]


def test_without_a_table_what_is_no_pdf_is_said():
    found = archives.read_names(zipped({"1.pdf": PAPER, "2.PDF": PAPER, "3.docx": b"PK"}))

    assert found == [
        Named("1", "1.pdf"),
        Named("2", "2.PDF"),
        Named("3", "3.docx", archives.NO_PDF),
    ]


def test_what_a_system_leaves_is_no_file():
    said = dict.fromkeys(
        ("1.pdf", "__MACOSX/._1.pdf", ".DS_Store", "Thumbs.db", "lot/.x.pdf"), PAPER
    )

    assert archives.read_names(zipped(said)) == [Named("1", "1.pdf")]


@pytest.mark.parametrize(
    ("one", "other"),
    [("20 26", "2026"), ("ab1", " A B1 "), ("２０２６", "2026"), ("20\u200b26", "20\u202f26")],
)
def test_numbers_have_one_form(one, other):
    assert archives.normal(one) == archives.normal(other)


# --- What is refused at its line -------------------------------------------------------------


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_of_one_path_are_not_told_apart():
    said = [("a.pdf", PAPER), ("a.pdf", a_pdf("autre")), (TABLE, lines(("1", "./a.pdf")))]

    assert reasons(archives.read_names(zipped(said))) == [archives.SEVERAL]


def odd(name):
    """Return an archive one name of which was written by hand."""
    place = "x" * (len(name) - 4) + ".pdf"
    return zipped([(place, PAPER), ("1.pdf", PAPER)]).replace(place.encode(), name.encode())


@pytest.mark.parametrize("name", ODD, ids=ascii)
def test_a_name_that_leads_elsewhere_is_refused_at_its_line(name):
    found = archives.read_names(odd(name))

    assert reasons(found) == [archives.ODD_NAME, ""]
    assert all("\0" not in one.number + one.file for one in found)


def test_a_link_leads_to_no_file():
    link = zipfile.ZipInfo("1.pdf")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(link, __file__)

    with archives.opened(made.getvalue()) as opened:
        assert opened.read("1.pdf") == __file__.encode()


def test_a_name_that_is_too_long_is_refused_at_its_line():
    found = archives.read_names(zipped([("a" * 5_000 + ".pdf", PAPER), ("1.pdf", PAPER)]))

    assert reasons(found) == [archives.LONG_NAME, ""]
    assert len(found[0].number) <= archives.LONGEST_NUMBER
    assert len(found[0].file) <= archives.LONGEST_NAME


def test_a_cell_that_no_row_may_hold_is_read_without_it():
    found = named(lines(("1\0", "a\0.pdf"), ("2" * 9_000, "b" * 9_000)), "c.pdf")

    assert found[0] == Named("1", "a .pdf", archives.NO_FILE)
    assert (len(found[1].number), len(found[1].file)) == (
        archives.LONGEST_NUMBER,
        archives.LONGEST_NAME,
    )


def marked(content, name, at, value):
    """Return an archive in which two bytes of a file's entry, and of its list's, are changed."""
    made = bytearray(content)
    for head, place, names in ((b"PK\x03\x04", at, 30), (b"PK\x01\x02", at + 2, 46)):
        start = next(
            found
            for found in range(len(made))
            if made[found : found + 4] == head
            and made[found + names : found + names + len(name)] == name.encode()
        )
        made[start + place : start + place + 2] = value.to_bytes(2, "little")
    return bytes(made)


@pytest.mark.parametrize(
    ("at", "value", "why"),
    [(6, 1, archives.ENCRYPTED), (8, zipfile.ZIP_LZMA, archives.PACKED), (8, 99, archives.PACKED)],
    ids=["encrypted", "lzma", "unknown"],
)
def test_what_is_locked_or_packed_in_another_way_is_refused_at_its_line(at, value, why):
    two = zipped({"1.pdf": PAPER, "2.pdf": PAPER})

    assert reasons(archives.read_names(marked(two, "1.pdf", at, value))) == [why, ""]
    said = marked(zipped({"1.pdf": PAPER, TABLE: lines(("1", "1.pdf"))}), TABLE, at, value)
    with pytest.raises(archives.TableWrong, match="Tableau de l'archive"):
        archives.read_names(said)


def test_a_damaged_file_is_refused_when_it_is_read():
    content = bytearray(zipped({"1.pdf": PAPER, "2.pdf": PAPER}))
    at = content.index(b"1.pdf") + 5
    content[at : at + 40] = bytes(range(200, 240))

    with archives.opened(bytes(content)) as opened:
        with pytest.raises(archives.NotTaken, match="ne peut pas être lu"):
            opened.read("1.pdf")
        assert opened.read("2.pdf") == PAPER
        with pytest.raises(archives.NotTaken, match="n'est pas dans l'archive"):
            opened.read("3.pdf")


def test_a_file_is_read_no_further_than_a_document_may_go():
    content = zipped({"1.pdf": b"%PDF-" + bytes(50_000_000)})

    with archives.opened(content) as opened, pytest.raises(reading.TooLarge):
        opened.read("1.pdf")


# --- What is refused whole -------------------------------------------------------------------


def not_utf8():
    """Return an archive a name of which says that it is UTF-8, and is not."""
    return zipped({"éé.pdf": PAPER}).replace("éé".encode(), b"\xff\xfe\xff\xfe")


def a_long_list():
    """Return an archive that says that its list of files is longer than those that we take."""
    made = bytearray(archive(a=PAPER))
    made[-10:-6] = (archives.LARGEST_LIST + 1).to_bytes(4, "little")
    return bytes(made)


def in_the_large_form():
    made = archive(a=PAPER)
    return made[:-22] + b"PK\x06\x07" + bytes(16) + made[-22:]


@pytest.mark.parametrize(
    ("content", "refusal", "words"),
    [
        (b"", archives.NotAnArchive, "archive ZIP lisible"),
        (b"rien", archives.NotAnArchive, "archive ZIP lisible"),
        (archive(a=PAPER)[:-30], archives.NotAnArchive, "archive ZIP lisible"),
        (not_utf8(), archives.NotAnArchive, "archive ZIP lisible"),
        (a_long_list(), archives.ArchiveTooLarge, "10 000 fichiers"),
        (in_the_large_form(), archives.ArchiveTooLarge, "10 000 fichiers"),
        (archive(lines(("1", "a.pdf"))), archives.TableWrong, "aucun fichier PDF"),
        (archive("a;b\r\n1;a.pdf", a=PAPER), archives.TableWrong, "N° Inscription"),
        (archive("", a=PAPER), archives.TableWrong, "N° Inscription"),
        (archive(lines(), a=PAPER), archives.TableWrong, "aucune ligne"),
        (archive(lines(("1",)), a=PAPER), archives.TableWrong, "Ligne 2"),
        (archive(lines(('"1', "a.pdf")), a=PAPER), archives.TableWrong, "CSV"),
        (archive(lines() + "\0" * 2_000_000, a=PAPER), archives.TableTooLarge, "2 Mo au plus"),
        (archive(lines(*[("1", "a.pdf")] * 10_001), a=PAPER), archives.TableTooLarge, "lignes"),
        (zipped({"a.csv": "x", "b.csv": "x", "a.pdf": PAPER}), archives.TableWrong, "plusieurs"),
    ],
    ids=[
        *("nothing", "junk", "cut", "no utf-8", "long list", "large form", "no file", "titles"),
        *("empty", "no line", "short", "quote", "heavy table", "long table", "two tables"),
    ],
)
def test_an_archive_that_cannot_be_read_is_refused_whole(content, refusal, words):
    with pytest.raises(refusal, match=words):
        archives.read_names(content)


def test_too_many_files_are_refused(monkeypatch):
    monkeypatch.setattr(archives, "MOST_FILES", 2)

    with pytest.raises(archives.ArchiveTooLarge):
        archives.read_names(archive(**{str(number): PAPER for number in range(4)}))


@pytest.mark.parametrize("seed", range(20))
def test_whatever_an_archive_breaks_it_is_refused_in_words(seed):
    chance = random.Random(seed)
    content = bytearray(zipped({"1.pdf": PAPER, "2.pdf": PAPER, TABLE: lines(("1", "1.pdf"))}))
    for _ in range(200):
        broken = content.copy()
        for _ in range(chance.randint(1, 4)):
            # Its list, more often than not: that is what the library reads first.
            least = chance.choice([0, len(broken) - 250])
            broken[chance.randrange(least, len(broken))] = chance.randrange(256)
        try:
            found = archives.read_names(bytes(broken))
            with archives.opened(bytes(broken)) as opened:
                for one in found:
                    if not one.why:
                        opened.read(one.file)
        except Refused:
            continue
