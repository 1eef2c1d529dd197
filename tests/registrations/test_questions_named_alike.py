"""Two questions may have one label, « Précisez » : each answer is its own."""

import pytest

from sporades.acts.registrations import registering
from sporades.registrations.operations import drafting
from tests.factories import NOW, a_registration, author, load_invented

TWICE = "      - {{code: {}, type: texte, libelle: Précisez, obligatoire: false}}\n"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"q-un": "C"}, ["Précisez : A → C"]),
        ({"q-deux": "C"}, ["Précisez : B → C"]),
        ({"q-un": "B", "q-deux": "A"}, ["Précisez : A → B", "Précisez : B → A"]),
        ({"q-deux": ""}, ["Précisez : B → rien"]),
    ],
)
def test_either_of_two_questions_of_one_label_is_modified(typed, said):
    load_invented(
        ("    questions:\n", f"    questions:\n{TWICE.format('un')}{TWICE.format('deux')}")
    )
    filed = a_registration(supplementaires={"q-un": "A", "q-deux": "B"})
    by = author(filed.candidate)
    draft = registering.amend(registration=filed, by=by, at=NOW)
    known = draft.answers.get(section="supplementaires").answers
    drafting.answer(
        draft=draft,
        section="supplementaires",
        typed={**known, **typed},
        seen_revision=None,
        at=NOW,
    )

    version = registering.register(draft=draft, by=by, at=NOW)

    assert version.changes == said
