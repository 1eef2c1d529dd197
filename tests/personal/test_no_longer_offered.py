"""A copy of one's data holds what was typed, whatever the réglementation has become since."""

import html

import pytest

from sporades.exams import queries
from sporades.personal import operations
from sporades.personal.wording import papers_in
from sporades.registrations.operations import drafting
from tests.factories import NOW, a_candidate, a_draft, author, load_invented
from tests.web.registry.test_own_data import archive_of

PROJECT = "      - {code: projet, type: texte_long"
VESSEL = "      - {code: navire, type: texte, libelle: Nom de votre navire}\n"
NEW_QUESTION = (PROJECT, VESSEL + PROJECT)

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param([("  - code: BE\n", "  - code: AUTRE\n")], id="the exam"),
        pytest.param(
            [("      - {code: MARIN, libelle: Marin}\n", ""), (", specialites: [MARIN]", "")],
            id="the speciality",
        ),
    ],
)
def test_what_was_typed_is_read_by_the_labels_of_when_it_was_offered(changes):
    draft = a_draft(a_candidate())
    typed = {row.section: row.answers for row in draft.answers.all()}["epreuves"]
    load_invented(*changes)
    # It is answered under a version that has no such exam, or no such speciality.
    drafting.answer(draft=draft, section="epreuves", typed=typed, seen_revision=None, at=NOW)

    page = page_of(draft.candidate)
    read = papers_in(queries.exam_once_offered(draft.regulation, exam="BE"))
    papers = [read[name.removeprefix("statut-")] for name in typed if name.startswith("statut-")]
    assert papers
    assert all(f"{one}, statut" in html.unescape(page) for one in papers)


def page_of(candidate):
    """Return what a copy says, to be read."""
    by = author(candidate)
    copy = operations.ask(candidate=candidate, by=by, at=NOW)
    operations.prepare(str(copy.pk), at=NOW)
    files = archive_of(operations.take(copy=copy, reader=None, by=by, at=NOW))
    return files[operations.README].decode()


def test_an_answer_to_a_question_that_is_new_since_it_was_begun_is_read_with_it():
    draft = a_draft(a_candidate())
    typed = {row.section: row.answers for row in draft.answers.all()}["supplementaires"]
    load_invented(NEW_QUESTION)
    said = {**typed, "q-navire": "Belem"}
    drafting.answer(draft=draft, section="supplementaires", typed=said, seen_revision=None, at=NOW)

    page = html.unescape(page_of(draft.candidate))

    assert "Nom de votre navire" in page
    assert "Question qui n'est plus posée" not in page
