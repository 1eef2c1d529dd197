"""What is frozen is what is read, in every kind of document: on the page and on the paper."""

import io
import subprocess

import pikepdf
import pytest

from sporades.documents import kinds
from sporades.documents.operations import printed
from tests.documents.conformity import problems
from tests.documents.reading import page_text, pdf_text, twin, twins_differ, words
from tests.documents.summaries import (
    a_decision,
    a_deposit,
    a_pdf,
    a_request,
    a_summary,
    an_answer,
    an_attestation,
    in_words,
    lines,
)
from tests.factories import a_candidate

pytestmark = pytest.mark.usefixtures("competition")

KINDS = [kind.slug for kind in kinds.registered() if not kind.is_deposited]
DEPOSITED = [kind.slug for kind in kinds.registered() if kind.is_deposited]
# What programs read, and what is not text but a link.
UNREAD = {"regulation", "filed_at", "until", "zone", "slug", "verify_url"}
# How a document of each kind comes to be, through the act that causes it.
MAKERS = {
    "recapitulatif": a_summary,
    "demande-pieces": a_request,
    "attestation-inscription": an_attestation,
    "decision-amenagement": a_decision,
    "reponse-recours": an_answer,
}
# How many values, and lines of them side by side, a person reads there at least.
LEAST = {
    "recapitulatif": (50, 20),
    "demande-pieces": (10, 0),
    "attestation-inscription": (10, 0),
    "decision-amenagement": (20, 0),
    "reponse-recours": (15, 0),
}


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
        "sections": [_without_codes(part) for part in version.content.get("sections", ())],
        # A postmark bears a day, which `last_day` is, and no hour.
        "to_return": {**(version.content.get("to_return") or {}), "before": ""},
    }

    said = [in_words(value) for value in values(content)]
    beside = [in_words(line) for line in lines(content)]

    assert (len(said), len(beside)) > LEAST[slug]
    for text in (in_words(pdf_text(paper)), in_words(page_text(twin(version)))):
        assert [value for value in said if value not in text] == []
        assert [line for line in beside if line not in text] == []
    drawn = as_drawn(paper, tmp_path)
    assert [word for value in beside for word in value.split() if word not in drawn] == []


def _without_codes(part):
    return {**part, "tables": [{**table, "codes": []} for table in part["tables"]]}


@pytest.mark.parametrize(
    "slug", ["attestation-inscription", "decision-amenagement", "reponse-recours"]
)
@pytest.mark.parametrize(
    ("usage_name", "said"),
    [
        ("Kermarrec", "Candidat Maëlle Anne KERMARREC Nom de famille LE GOFF Date de naissance"),
        ("", "Candidat Maëlle Anne LE GOFF Date de naissance"),
        ("Le-Goff", "Candidat Maëlle Anne LE-GOFF Date de naissance"),
    ],
)
def test_who_is_called_by_a_name_of_use_has_the_name_of_birth_beside(slug, usage_name, said):
    version = MAKERS[slug](a_candidate(usage_name=usage_name))

    assert in_words(said) in in_words(page_text(twin(version)))
    assert twins_differ(version) == []
    assert ("Nom de famille" in pdf_text(printed(version))) is ("Nom de famille" in said)


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


# --- What was made elsewhere -------------------------------------------------------------------


@pytest.mark.parametrize("slug", DEPOSITED)
def test_what_is_known_of_a_deposited_paper_is_on_its_page(slug):
    version = a_deposit(slug)
    unread = {"file": "", "issuer": version.content["issuer"]["authority"]}

    said = [in_words(value) for value in values({**version.content, **unread})]
    page = in_words(page_text(twin(version)))

    assert len(said) > 10
    assert [value for value in said if value not in page] == []


@pytest.mark.parametrize("slug", DEPOSITED)
def test_a_deposited_paper_is_given_as_it_came(slug):
    content = a_pdf("Convocation de Noémie")
    version = a_deposit(slug, content)

    assert printed(version) == content
    assert printed(version) == content
