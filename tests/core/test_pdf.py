"""From content to PDF: whatever is said is printed, and nothing but what is said."""

import io
import re
import subprocess
import sys
import threading
import time
import unicodedata
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sporades.core import pdf, signs
from tests.documents.conformity import headings, problems, tags
from tests.documents.reading import drawn_text, farthest, page_count, pdf_text, words
from tests.documents.sample import to_return, usual, whole

TEMPLATE = "registrations/typst/summary.typ"
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
RIGHT = (210 - 17) / 25.4 * 72 + 1
"""Where the text ends, in points: an A4 page less its margin, and the shoulder of a letter."""


def summary(**changes):
    return pdf.typeset(TEMPLATE, whole(usual(**changes)), at=NOON)


def named(name):
    """Print a summary whose candidate has this name, and return its words."""
    return words(pdf_text(summary(identity=[["Nom de famille", name]])))


# --- The file --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [usual(), to_return(), usual(identity=[["Nom", "Жанна محمد 王小明 ʻOkina Nguyễn"]])],
    ids=["usual", "to return", "all scripts"],
)
def test_a_paper_is_tagged_french_and_made_to_last(content, tmp_path):
    printed = pdf.typeset(TEMPLATE, whole(content), at=NOON)

    assert problems(printed, tmp_path) == []


def test_a_word_that_is_longer_than_its_line_is_cut_and_stays_on_the_page():
    long_name = "Wolfeschlegelsteinhausenbergerdorff" * 4

    printed = summary(identity=[["Nom de famille", long_name], ["Prénoms", "Zoé"]])

    assert farthest(printed) <= RIGHT
    assert long_name in words(pdf_text(printed))


def test_the_checks_see_what_is_wrong(tmp_path):
    with pikepdf.open(io.BytesIO(summary())) as file:
        del file.Root.MarkInfo, file.Root.Lang, file.Root.OutputIntents
        file.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="1")
        spoilt = io.BytesIO()
        file.save(spoilt)

    found = problems(spoilt.getvalue(), tmp_path)

    assert {
        "not marked as tagged",
        "language is not French",
        "no output intent",
        "JavaScript",
    } <= set(found)


def test_titles_tables_and_lists_are_told_to_who_cannot_see_them():
    printed = summary()

    assert headings(printed)[0] == 1
    assert set(headings(printed)[1:]) == {2}
    assert tags(printed).count("/Table") == 2
    assert tags(printed).count("/Caption") == 2
    assert tags(printed).count("/TH") == 12
    assert "/Figure" in tags(printed)


def test_the_same_content_at_the_same_instant_gives_the_same_bytes():
    first = summary()

    assert summary() == first
    assert pdf.typeset(TEMPLATE, whole(usual()), at=NOON + timedelta(seconds=1)) != first


def test_a_usual_summary_holds_on_one_page():
    assert page_count(summary()) == 1


def test_pages_are_numbered_paper_by_paper():
    long = usual(identity=[[f"Ligne {number}", "Réponse"] for number in range(200)])

    printed = pdf.typeset_all(TEMPLATE, [whole(usual()), whole(long), whole(usual())], at=NOON)

    middle = page_count(printed) - 2
    assert middle >= 3
    assert re.findall(r"Page \d+ sur \d+", drawn_text(printed)) == [
        "Page 1 sur 1",
        *(f"Page {number} sur {middle}" for number in range(1, middle + 1)),
        "Page 1 sur 1",
    ]


# --- Signs -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "Œuvrard-L'Haÿ d'Été Ÿvonne",
        "Nguyễn Thị Ấn",
        "Łukasz Šťastný Őrült İpek",
        "ʻAlohi Kaʻiulani Kʼuna",
        "Александра Жукова",
        "Ελένη Παπαδοπούλου",
        "محمد عبد الله",
        "דוד",
        "王小明",
        "さくら",
        "Հայկ ქართველი",
    ],
)
def test_a_name_is_printed_sign_for_sign(name):
    assert words(name) == [word for word in named(name) if word in words(name)]


def test_a_name_of_a_hundred_letters_is_printed_whole():
    name = ("Abcdefghijklmnopqrstuvwxyz" * 4)[:100]

    assert name in named(name)


def test_a_sign_that_no_font_has_is_shown_as_such_and_the_paper_says_so():
    printed = named("Somchai สมชาย")

    assert "Somchai" in printed
    assert signs.STAND_IN * 5 in printed
    assert words(pdf.MISSING_SIGNS)[-5:] == printed[-5:]


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Un rang\n\u05bc suit", "Un rang\n□ suit"),
        ("\u05bc", "□"),
        ("a\u05ba\u2a96\u2a1b\ufe28", "a\u05ba\u2a96\u2a1b□"),
        ("\u05d1\u05b4\u30fc\u1dd7\u30c0", "\u05d1\u05b4\u30fc□\u30c0"),
        ("\u05d1\u05b8\uf433\u1dc2", "\u05d1\u05b8□□"),
    ],
)
def test_a_mark_that_no_font_draws_with_its_letter_does_not_stop_a_paper(typed, printed):
    assert signs.printable(typed) == (printed, False)
    assert signs.STAND_IN in pdf_text(summary(identity=[["Nom", typed]]))


@pytest.mark.parametrize(
    "typed",
    [
        "\u05e9\u05c1\u05b8\u05dc\u05d5\u05b9\u05dd",  # Hebrew with its points
        "\u0645\u064f\u062d\u064e\u0645\u0651\u064e\u062f",  # Arabic with its vowels
        "E\u030bk\u0254\u0303 \u1eb9\u0301",  # languages of West Africa
        "\u304b\u309a",  # kana
    ],
)
def test_marks_that_a_script_writes_are_printed_with_their_letters(typed):
    assert signs.printable(typed) == (unicodedata.normalize("NFC", typed), True)


def test_a_paper_whose_signs_are_all_printed_says_nothing_of_signs():
    assert signs.STAND_IN not in named("Nguyễn")


# Many to a paper: printing is what takes time.
ANYTHING = st.lists(st.text(max_size=120), min_size=5, max_size=30)
SIGNS = st.characters(categories=["L", "M", "N", "P", "S", "Co", "Cn", "Cs"])
LETTERS = st.text(st.characters(categories=["L"], max_codepoint=0x17F), min_size=1, max_size=14)


@settings(max_examples=10, deadline=None)
@given(ANYTHING)
def test_whatever_is_typed_is_printed(texts):
    assert page_count(summary(identity=[["Nom", text] for text in texts])) >= 1
    for text in texts:
        printed, _ = signs.printable(text)
        assert signs.printable(printed) == (printed, True)


@settings(max_examples=10, deadline=None)
@given(st.lists(st.text(SIGNS, max_size=60), min_size=5, max_size=30), st.text(SIGNS, min_size=1))
def test_signs_of_every_kind_never_stop_a_paper(texts, title):
    printed = summary(identity=[[text, text] for text in texts], title=title)

    assert page_count(printed) >= 1


@settings(max_examples=10, deadline=None)
@given(st.lists(LETTERS, min_size=5, max_size=30, unique=True))
def test_latin_letters_in_any_order_are_read_as_they_were_typed(names):
    printed = words(pdf_text(summary(identity=[["Nom", name] for name in names])))

    begun = printed.index("Nom")
    assert [word for name in names for word in words(name)] == [
        word for word in printed[begun : begun + 2 * len(names)] if word != "Nom"
    ]


# --- Text is only text -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "typed",
    [
        "#panic()",
        "*gras* _italique_ `code` $x^2$ @ref <label>",
        '#include "/core/pdf.py"',
        "= Titre",
        '#image("/etc/passwd") \\ // commentaire',
        "]]}})) #import",
    ],
)
def test_a_name_that_looks_like_a_program_is_a_name(typed):
    assert words(typed) == [word for word in named(typed) if word in set(words(typed))]


@pytest.mark.parametrize(
    "label", ["Projet", "Décrivez en quelques lignes votre projet professionnel"]
)
def test_lines_of_an_answer_are_read_one_after_the_other(label):
    pairs = [["Nom", "Ève"], [label, "Le tour\ndes îles."], ["Option", "Voile"]]

    printed = words(pdf_text(summary(identity=pairs)))

    said = words(" ".join(text for pair in pairs for text in pair))
    assert " ".join(said) in " ".join(printed)


def test_quotes_are_printed_as_they_were_typed():
    assert {"l'eau", '"vive"', "..."} <= set(named('l\'eau "vive" ...'))


# --- Bounds -------------------------------------------------------------------------------------------


def test_a_content_beyond_reason_is_refused_at_once():
    with pytest.raises(pdf.CannotPrint):
        summary(identity=[["Nom", "x" * (pdf.MOST_SIGNS + 1)]])


def test_the_largest_content_that_is_accepted_takes_seconds():
    rows = [["U1", "Une épreuve au nom assez long", "Inscrit", "Écrite"]] * 4_000
    table = {
        "caption": "Épreuves",
        "columns": ["Unité", "Épreuve", "Statut", "Nature"],
        "rows": rows,
    }
    section = {"slug": "epreuves", "title": "Épreuves", "lines": [], "tables": [table]}
    start = time.monotonic()

    printed = summary(sections=[section])

    assert time.monotonic() - start < 10
    assert page_count(printed) > 50


def test_a_content_that_the_template_cannot_draw_is_a_fault_that_says_where():
    with pytest.raises(pdf.CannotPrint, match=TEMPLATE):
        pdf.typeset(TEMPLATE, {"heading": "Sans rien"}, at=NOON)


def test_threads_print_side_by_side():
    expected = summary()
    printed = []

    def work():
        printed.extend(summary() for _ in range(5))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert printed == [expected] * 20


def test_files_of_many_papers_do_not_pile_up_in_memory():
    # What a process took at most, according to getrusage, begins with what its parent took.
    program = """
import re
from pathlib import Path
from datetime import UTC, datetime
import django
django.setup()
from sporades.core import pdf
from tests.documents.sample import usual, whole
for turn in range(3):
    contents = [whole(usual(registration_number=f"{turn} {paper}")) for paper in range(100)]
    pdf.typeset_all("registrations/typst/summary.typ", contents, at=datetime(2026, 11, 25, tzinfo=UTC))
took = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
print(int(took[1]) // 1024)
"""

    took = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    ).stdout

    assert int(took) < 512, f"{took} MB"
