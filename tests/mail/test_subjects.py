"""The subject of each mail: a telephone shows it whole, and it tells one mail from another."""

import re
from collections import defaultdict
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.template import engines
from django.template.base import Node, TextNode, VariableNode
from django.template.defaulttags import IfNode

from sporades import mail
from sporades.acts.registrations.deciding import TOLD, UNMET
from sporades.core.text import shortened
from tests.tree import ROOT

LONGEST = 60
"""How many signs of a subject a telephone shows."""

LETTERS = {
    path.stem: path.read_text()
    for path in Path(mail.__file__).parents[1].glob("*/templates/mail/*.txt")
    if path.read_text().startswith("Objet : ")
}
TO_THE_LETTER = {
    # Features, E2: « Modification d'inscription : <exam> », then which one.
    "amended": [
        "Modification d'inscription : {{snapshot.title}}, n°{{snapshot.registration_number}}"
    ],
    # The words of whoever writes it in the office.
    "message_of_service": ["{{subject}}"],
}
NUMBER = "20000000001"
MOST = {
    "registration.number": NUMBER,
    "number": NUMBER,
    "snapshot.registration_number": NUMBER,
    "version.number": "99",
    "document.number": "99",
    "service": settings.SERVICE_NAME,
    "day": "30 septembre 2027",
    "last": "30 septembre 2027",
    "count": "100",
    "changes|length": "100",
    "decided.1": "approuvée",
    "export.counted": "100 000 lignes",
    "told.subject": max(
        [
            *(one.subject for one in TOLD.values()),
            *(one.get("subject", "") for one in UNMET.values()),
        ],
        key=len,
    ),
}
"""What a subject says without shortening it, at its longest."""

EXAMS = [
    exam
    for path in sorted((ROOT / "demo/reglementation").glob("*.yaml"))
    for exam in yaml.safe_load(path.read_text())["examens"]
]


def ways(kind: str) -> list[str]:
    """Return each subject that a kind of mail may have, its words in braces."""
    first, _, _ = LETTERS[kind].removeprefix("Objet : ").partition("\n")
    return list(_of_all(engines["text"].from_string(first).template.nodelist))


def _of_all(nodes: list[Node]) -> Iterator[str]:
    for parts in product(*(list(_of(node)) for node in nodes)):
        yield "".join(parts)


def _of(node: Node) -> Iterator[str]:
    match node:
        case TextNode():
            yield node.s
        case VariableNode():
            yield f"{{{{{node.filter_expression.token}}}}}"
        case IfNode():
            for condition, nodes in node.conditions_nodelists:
                # A letter has a whole sheet for its title.
                if getattr(condition, "text", "") != "by_letter":
                    yield from _of_all(nodes)
            if all(condition is not None for condition, _ in node.conditions_nodelists):
                yield ""
        case _:
            raise AssertionError(node)


def _longest(word: re.Match[str]) -> str:
    name, _, most = word[1].partition("|shortened:")
    return "x" * int(most) if most else MOST[name]


@pytest.mark.parametrize("kind", sorted(LETTERS.keys() - TO_THE_LETTER))
def test_a_telephone_shows_the_whole_subject(kind):
    longest = [re.sub("{{(.*?)}}", _longest, way) for way in ways(kind)]

    assert [one for one in longest if len(one) > LONGEST] == []


@pytest.mark.parametrize(("kind", "given"), TO_THE_LETTER.items())
def test_a_subject_that_is_given_stays_as_it_is(kind, given):
    assert ways(kind) == given


def test_two_kinds_of_mail_share_no_subject():
    kinds = defaultdict(set)
    for kind in LETTERS:
        for way in ways(kind):
            kinds[way].add(kind)

    # An account of the office is closed once, by somebody or by its disuse.
    assert [alike for alike in kinds.values() if len(alike) > 1] == [
        {"member_closed", "member_dormant"}
    ]


def test_what_is_said_of_one_registration_says_its_number_first_and_its_exam_soon():
    about = {kind for kind, letter in LETTERS.items() if "\nNuméro d'inscription : " in letter}
    # What is said of each of somebody's registrations is of none alone; what a minor has asked for
    # late has no number yet.
    about -= {"message_of_service", "record_detached", "guardian_awaited"}
    before = {kind: LETTERS[kind].partition("\nExamen ou concours : ")[0] for kind in about}

    assert {kind for kind in LETTERS if all("number" in way for way in ways(kind))} == about
    # Under its subject and its greeting, what happened; then why, at most.
    assert {kind for kind in about if before[kind].count("\n\n") > 4} == set()


@pytest.mark.parametrize("exam", EXAMS, ids=lambda exam: exam["code"])
def test_the_pieces_of_an_exam_are_told_apart_in_a_subject(exam):
    labels = {piece["libelle"] for piece in exam["pieces"]}
    [most] = {
        int(one) for one in re.findall(r"piece.label\|shortened:(\d+)", "".join(LETTERS.values()))
    }

    assert len({shortened(label, most) for label in labels}) == len(labels)


@pytest.mark.parametrize(
    ("text", "most", "cut"),
    [
        ("Pièce d'identité", 16, "Pièce d'identité"),
        ("Pièce d'identité", 15, "Pièce…"),
        ("Accompagnement, soins et services", 16, "Accompagnement…"),
        ("Brevet – Marin", 10, "Brevet…"),
        ("Anticonstitutionnellement", 10, "Anticonst…"),
    ],
)
def test_what_is_shortened_ends_at_a_word(text, most, cut):
    assert shortened(text, most) == cut
