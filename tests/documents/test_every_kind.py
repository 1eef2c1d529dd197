"""What is frozen is what is read, in every kind of document: on the page and on the paper."""

import io
import subprocess

import pikepdf
import pytest

from sporades.documents import kinds
from sporades.documents.operations import printed
from tests.documents.conformity import problems
from tests.documents.reading import page_text, pdf_text, twin, twins_differ, words
from tests.documents.summaries import a_summary, in_words, lines

pytestmark = pytest.mark.usefixtures("competition")

KINDS = [kind.slug for kind in kinds.registered()]
# What programs read, and what is not text but a link.
UNREAD = {"regulation", "filed_at", "until", "zone", "slug", "verify_url"}
# How a document of each kind comes to be, through the act that causes it.
MAKERS = {"recapitulatif": a_summary}


def as_drawn(content, folder):
    """Return the words that another program finds on a paper, wherever they stand."""
    path = folder / "read.pdf"
    path.write_bytes(content)
    found = subprocess.run(["pdftotext", str(path), "-"], capture_output=True, check=True)
    return set(words(found.stdout.decode()))


def values(said):
    """Return every value that a person reads in a content."""
    match said:
        case bool() | None | "":
            return []
        case dict():
            return [
                one for key, value in said.items() if key not in UNREAD for one in values(value)
            ]
        case list():
            return [one for value in said for one in values(value)]
        case _:
            return [str(said)]


def test_every_kind_of_document_is_read_here():
    assert set(MAKERS) == set(KINDS)


@pytest.mark.parametrize("slug", KINDS)
def test_all_that_is_frozen_is_on_the_page_and_on_the_paper(slug, tmp_path):
    version = MAKERS[slug]()
    paper = printed(version)
    content = {
        **version.content,
        "issuer": version.content["issuer"]["authority"],
        "evidence": [{**piece, "code": ""} for piece in version.content.get("evidence", ())],
    }

    said = [in_words(value) for value in values(content)]
    beside = [in_words(line) for line in lines(content)]

    assert len(said) > 50
    assert len(beside) > 20
    for text in (in_words(pdf_text(paper)), in_words(page_text(twin(version)))):
        assert [value for value in said if value not in text] == []
        assert [line for line in beside if line not in text] == []
    drawn = as_drawn(paper, tmp_path)
    assert [word for value in beside for word in value.split() if word not in drawn] == []


@pytest.mark.parametrize("slug", KINDS)
def test_page_and_paper_say_the_same_words_in_the_same_order(slug):
    assert twins_differ(MAKERS[slug]()) == []


@pytest.mark.parametrize("slug", KINDS)
def test_a_paper_is_made_for_every_reader_and_to_last(slug, tmp_path):
    assert problems(printed(MAKERS[slug]()), tmp_path) == []


@pytest.mark.parametrize("slug", KINDS)
def test_a_paper_leads_to_its_verification(slug):
    version = MAKERS[slug]()

    with pikepdf.open(io.BytesIO(printed(version))) as file:
        links = {
            str(note.A.URI)
            for page in file.pages
            for note in page.get("/Annots", [])
            if "/A" in note and "/URI" in note.A
        }

    assert version.content["verify_url"] in links
