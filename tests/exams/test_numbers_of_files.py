"""Whatever number or day a file says, it is understood, or refused in French at its line."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sporades.exams.checking import Source, checked
from sporades.exams.differences.content import chapters
from sporades.exams.operations.loading import versioned
from tests.exams.conftest import ESSAI, ZONES

EVERY_KEY = Path(__file__).parents[1] / "web" / "toutes_les_cles.yaml"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in (ESSAI, EVERY_KEY)}
LONGEST_SAID = 10_000
_WRITTEN = re.compile(r"(?<=: )-?\d[\d.-]*(?: \d\d:\d\d)?(?=[,}\s])")
PLACES = [(name, found.span()) for name, text in TEXTS.items() for found in _WRITTEN.finditer(text)]
LARGE = ("9" * 15, f"-{'9' * 15}", "2147483648")
TOO_LARGE = ("9" * 16, "9" * 40, f"-{'9' * 40}", f"1{'0' * 5_000}")
STRANGE = (
    ".inf",
    "-.inf",
    ".nan",
    "inf",
    "Infinity",
    "nan",
    "1e999",
    "1e999999999",
    "1e-999999999",
)
OTHERS = ("0e999999999", "-0", "1.5", "0.000000000001", "0x10", "1_000", "oui", "~", "[1]", "{}")
DAYS = (
    "0001-01-01",
    "9999-12-31",
    "1899-12-31",
    "2027-02-30",
    "0001-01-01 00:00",
    "9999-12-31 23:59",
)


def written(place, value):
    """Return a file with another value at a place, and the line of that place."""
    name, (start, end) = place
    text = TEXTS[name]
    return Source(name, f"{text[:start]}{value}{text[end:]}"), text[:start].count("\n") + 1


def before(name):
    """Return a file as it is, understood."""
    return checked(Source(name, TEXTS[name]), zones=ZONES)[1]


def test_there_are_numbers_and_days_to_change():
    assert len(PLACES) > 60
    assert all(before(name) is not None for name in TEXTS)


@settings(max_examples=100, deadline=None)
@given(
    place=st.sampled_from(PLACES),
    value=st.sampled_from((*LARGE, *TOO_LARGE, *STRANGE, *OTHERS, *DAYS)),
)
def test_a_file_is_understood_or_refused_whatever_it_says(place, value):
    source, _ = written(place, value)

    document, file, problems = checked(source, zones=ZONES)

    assert file is not None or problems
    assert all(len(problem.message) < LONGEST_SAID for problem in problems)
    if file is not None and not problems:
        versioned(document.data)
        told = [one for chapter in chapters(before(place[0]), file) for one in chapter.changes]
        assert all(len(text) < LONGEST_SAID for one in told for text in one.as_json())


@settings(max_examples=100, deadline=None)
@given(place=st.sampled_from(PLACES), value=st.sampled_from((*TOO_LARGE, *STRANGE)))
def test_what_no_one_means_is_refused_at_its_line(place, value):
    source, line = written(place, value)

    _, _, problems = checked(source, zones=ZONES)

    assert line in {problem.line for problem in problems}


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("        maximum: 1\n", "        maximum: 999999999999999\n", "au plus 1000"),
        ("maximum: 50000", "maximum: 1e999999999", "au plus 999999999999999"),
        ("maximum: 2026-12-31", "maximum: 9999-12-31", "l'année est entre 1900 et 2200"),
    ],
)
def test_what_is_too_large_is_said_in_french(old, new, message):
    text = TEXTS[ESSAI.name]
    assert text.count(old) == 1, old

    _, _, problems = checked(Source("essai.yaml", text.replace(old, new)), zones=ZONES)

    assert any(message in problem.message for problem in problems), problems


@pytest.mark.parametrize(
    ("old", "new"),
    [("eliminatoire: {note: 5,", "eliminatoire: {note: 20,"), ("seuil: 10\n", "seuil: 20\n")],
)
def test_the_highest_mark_is_a_mark_that_may_be_asked_for(old, new):
    text = TEXTS[ESSAI.name]
    assert text.count(old) == 1, old

    _, _, problems = checked(Source("essai.yaml", text.replace(old, new)), zones=ZONES)

    assert not [one for one in problems if "dépasse la note la plus haute" in one.message]
