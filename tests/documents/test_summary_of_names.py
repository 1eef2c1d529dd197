"""Names of the whole world, on the page and on the paper."""

import pytest

from sporades.candidates.names import cleaned_name
from sporades.core import pdf, signs
from sporades.documents.operations import printed
from tests.documents.conformity import problems
from tests.documents.reading import page_count, page_text, pdf_text, twin, twins_differ, words
from tests.documents.summaries import a_summary, in_words
from tests.factories import a_candidate

pytestmark = pytest.mark.usefixtures("competition")


@pytest.mark.parametrize(
    "name",
    [
        "Œuvrard-L'Haÿ d'Été",
        "Ōtepa Tāne Ũ",
        "ʻAlohi Kaʻiulani",
        "Nguyễn Thị Ấn",
        "Александра Жукова",
        "محمد عبد الله",
        "\u0639\u0644\u06cc\u200c\u067e\u0648\u0631",
        "王小明",
        "Wolfeschlegelsteinhausenbergerdorff" * 2 + "É" * 30,
        " ".join(["Marie-Thérèse"] * 7) + " O",
    ],
    ids=[
        "French",
        "macrons",
        "ʻokina",
        "Vietnamese",
        "Cyrillic",
        "Arabic",
        "Persian",
        "Han",
        "100 at once",
        "100",
    ],
)
def test_a_name_is_the_same_on_the_page_and_on_the_paper(name, tmp_path):
    assert cleaned_name(name) == name
    version = a_summary(a_candidate(birth_name=name))
    paper = printed(version)

    assert twins_differ(version) == []
    assert in_words(f"Nom de famille {name}") in in_words(pdf_text(paper))
    assert signs.STAND_IN not in pdf_text(paper)
    assert problems(paper, tmp_path) == []
    assert page_count(paper) <= 2


def test_a_name_that_our_fonts_lack_shows_its_gaps_on_the_paper_and_whole_on_the_page(tmp_path):
    name = "สมชาย Jaidee"
    version = a_summary(a_candidate(birth_name=name))
    paper = printed(version)

    text = in_words(pdf_text(paper))
    assert f"Nom de famille {signs.STAND_IN * 5} Jaidee" in text
    assert in_words(pdf.MISSING_SIGNS) in text
    assert f"Nom de famille {name}" in in_words(page_text(twin(version)))
    # The paper says one thing more than the page: that signs are missing.
    assert twins_differ(version) == [f"- {word}" for word in words(pdf.MISSING_SIGNS)]
    assert problems(paper, tmp_path) == []
