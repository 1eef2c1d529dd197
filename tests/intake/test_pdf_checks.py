"""What comes from outside is read elsewhere, within bounds, and refused if it does anything."""

import contextlib
import subprocess
import sys
import threading
import time

import pytest

from sporades.intake import drawing, pdf_checks, reading
from sporades.intake.cleaning import JPEG
from sporades.intake.reading import Bounds
from tests.documents.summaries import a_pdf
from tests.intake import papers, pdfs

LITTLE = Bounds(memory=256_000_000)
LATE = Bounds(patience=0.05)


@pytest.fixture(scope="module")
def reader():
    with pdf_checks.reader() as one:
        yield one


def test_a_plain_pdf_says_how_many_pages_it_has(reader):
    assert [reader.look_at(a_pdf(pages=pages)).pages for pages in (1, 3)] == [1, 3]
    assert pdf_checks.look_at(a_pdf(pages=2)).pages == 2


@pytest.mark.parametrize(
    ("content", "has_text", "is_tagged"),
    [
        (a_pdf(), False, False),
        (pdfs.spoken(), True, True),
        (pdfs.spoken(tags=False), True, False),
        (papers.styled(), True, True),
    ],
)
def test_it_says_what_a_screen_reader_finds_in_it(reader, content, has_text, is_tagged):
    looked = reader.look_at(content)

    assert (looked.has_text, looked.is_tagged) == (has_text, is_tagged)


def test_a_document_that_opens_at_a_page_and_follows_links_is_plain(reader):
    def change(pdf):
        shown = pdfs.pikepdf.Array([pdf.pages[0].obj, pdfs.pikepdf.Name.Fit])
        pdf.Root.OpenAction = pdfs.pikepdf.Dictionary(S=pdfs.pikepdf.Name.GoTo, D=shown)
        link = pdfs.pikepdf.Dictionary(S=pdfs.pikepdf.Name.URI, URI="https://exemple.test/")
        seen = pdfs.pikepdf.Dictionary(Subtype=pdfs.pikepdf.Name.Link, A=link)
        pdf.pages[0].Annots = pdfs.pikepdf.Array([seen])

    assert reader.look_at(pdfs.changed(change)).pages == 1


@pytest.mark.parametrize("address", ["x.exe", "\\\\host\\share\\x", "file:///C:/x", ""])
def test_a_link_that_may_lead_to_the_readers_own_machine_is_refused(reader, address):
    def change(pdf):
        link = pdfs.pikepdf.Dictionary(S=pdfs.pikepdf.Name.URI, URI=address)
        seen = pdfs.pikepdf.Dictionary(Subtype=pdfs.pikepdf.Name.Link, A=link)
        pdf.pages[0].Annots = pdfs.pikepdf.Array([seen])

    with pytest.raises(pdf_checks.Acts):
        reader.look_at(pdfs.changed(change))


@pytest.mark.parametrize("is_packed", [False, True], ids=["plain", "packed"])
@pytest.mark.parametrize("name", pdfs.ACTIVE)
def test_what_acts_or_holds_a_file_is_refused_wherever_it_says_so(reader, name, is_packed):
    with pytest.raises(pdf_checks.Acts):
        reader.look_at(pdfs.active(name, packed=is_packed))


@pytest.mark.parametrize(
    ("content", "refusal"),
    [
        (b"", pdf_checks.NotAPdf),
        (b"MZ\x90", pdf_checks.NotAPdf),
        (b"%PDF-1.7\nrien", pdf_checks.NotAPdf),
        (a_pdf()[: len(a_pdf()) // 2], pdf_checks.NotAPdf),
        (a_pdf(pages=0), pdf_checks.NotAPdf),
        (b"%PDF-1.7" + bytes(reading.LARGEST), reading.TooLarge),
        (pdfs.locked(), pdf_checks.Locked),
        (pdfs.with_password(), pdf_checks.Locked),
        (pdfs.written_oddly(), pdf_checks.Acts),
        (pdfs.said_twice(), pdf_checks.Damaged),
        (a_pdf(pages=2_001), pdf_checks.PagesWrong),
        (pdfs.of_side(10, 842), pdf_checks.PagesWrong),
        (pdfs.of_side(595, 6_000), pdf_checks.PagesWrong),
        (pdfs.of_side(595, 842, unit=20), pdf_checks.PagesWrong),
    ],
    ids=[
        *("empty", "program", "junk", "cut", "no page", "large", "locked", "password"),
        *("oddly written", "said twice", "pages", "thin", "high", "unit"),
    ],
)
def test_what_is_no_plain_pdf_is_refused_with_its_reason(reader, content, refusal):
    with pytest.raises(refusal):
        reader.look_at(content)


# --- Within bounds ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("make", "amount", "bounds"),
    [
        (pdfs.swelling, 400, LITTLE),
        (pdfs.of_many_objects, 50_000, LATE),
        (pdfs.of_many_objects, 300_000, Bounds(seconds=0)),
    ],
    ids=["memory", "clock", "processor"],
)
def test_what_takes_too_much_is_refused_and_its_process_is_no_more(children, make, amount, bounds):
    # Made here: each worker would make them all to learn the names of the tests.
    content = make(amount)

    with pytest.raises(reading.TooHeavy):
        pdf_checks.look_at(content, bounds)

    assert [child.returncode is not None for child in children] == [True]


def test_what_one_file_breaks_is_not_counted_against_the_next(children):
    with pdf_checks.reader(LITTLE) as one:
        assert one.look_at(a_pdf()).pages == 1
        with pytest.raises(reading.TooHeavy):
            one.look_at(pdfs.swelling(400))
        assert one.look_at(a_pdf(pages=2)).pages == 2

    # The second, started anew for the file itself, has been as short as the first.
    assert len(children) == 3
    assert {child.returncode is not None for child in children} == {True}


def test_many_files_have_one_process_that_ends_with_them(children):
    with pdf_checks.reader() as one:
        for pages in range(1, 9):
            assert one.look_at(a_pdf(pages=pages)).pages == pages

    assert len(children) == 1
    assert children[0].returncode is not None


def test_what_needs_no_reading_starts_no_process(children):
    for content in (b"", b"%PDF-1.7" + bytes(reading.LARGEST)):
        with pytest.raises(reading.Unfit):
            pdf_checks.look_at(content)

    assert children == []


def test_a_process_that_does_not_start_is_no_fault_of_the_file(monkeypatch, tmp_path, children):
    monkeypatch.setattr(reading, "_CHILD", "sporades.intake.none")

    with pytest.raises(reading.Unready):
        pdf_checks.look_at(a_pdf())
    assert children[0].returncode is not None
    monkeypatch.setattr(sys, "executable", str(tmp_path / "none"))
    with pytest.raises(reading.Unready):
        pdf_checks.look_at(a_pdf())


def test_the_process_knows_no_secret(children, monkeypatch):
    given = []
    real = subprocess.Popen.__init__

    def kept(self, *words, **said):
        given.append(said["env"])
        real(self, *words, **said)

    monkeypatch.setattr(subprocess.Popen, "__init__", kept)
    monkeypatch.setenv("SECRET_KEY", "un-secret")
    pdf_checks.look_at(a_pdf())

    assert len(given) == 1
    assert "un-secret" not in given[0].values()
    assert not any(name.endswith(("_URL", "_KEY", "_PASSWORD")) for name in given[0])


def test_one_file_is_read_at_a_time_and_the_next_waits_for_it(children):
    asks, looked = threading.Event(), []

    def ask():
        asks.set()
        looked.append(pdf_checks.look_at(a_pdf()))

    other = threading.Thread(target=ask)
    with reading.for_who_waits():
        # Read for long: whoever sends waits all the same.
        reading._place._taken_at = time.monotonic() - reading.WAITING
        other.start()
        assert asks.wait(reading.WAITING)
        assert (looked, children) == ([], [])
    other.join()

    assert [one.pages for one in looked] == [1]


def test_who_sends_waits_no_longer_than_one_file_may_take(children):
    with reading.for_who_waits(), pytest.raises(reading.TooBusy, match="réessayez"):
        pdf_checks.look_at(a_pdf(), LATE)

    assert children == []


def test_who_looks_at_a_page_while_a_file_is_read_for_long_is_told_at_once(children):
    with reading.for_who_waits():
        # Not by monkeypatch, which would leave the place taken for ever.
        reading._place._taken_at = time.monotonic() - reading.WAITING
        for _ in range(3):
            with pytest.raises(reading.TooBusy, match="réessayez"):
                drawing.page_of(a_pdf(), 1)

    assert children == []
    assert drawing.page_of(a_pdf(), 1).startswith(JPEG)


def test_five_people_hold_their_files_and_the_next_is_told():
    late = Bounds(patience=0)
    with contextlib.ExitStack() as held:
        for _ in range(reading.HELD_AT_ONCE):
            held.enter_context(reading.turn())
        with pytest.raises(reading.TooBusy), reading.turn(late):
            pass
    with reading.turn(late):
        pass
