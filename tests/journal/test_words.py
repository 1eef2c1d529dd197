"""What is said of an act in the journal."""

import ast

import pytest

from sporades.journal.words import IN_WORDS, in_quality
from tests.tree import ending, parsed


@pytest.mark.parametrize(
    ("name", "kind", "said"),
    [
        ("Ana Martin", "manager", "Ana Martin, gestionnaire"),
        ("", "manager", "gestionnaire"),
        ("ligne de commande (root)", "operator", "ligne de commande (root)"),
        ("", "operator", "ligne de commande"),
    ],
)
def test_who_acts_is_said_once_with_their_quality(name, kind, said):
    assert in_quality(name, kind) == said


def verbs():
    """Return the acts that are recorded by their very words, wherever that is."""
    return {
        said.value
        for path in ending(".py", under=("sporades/",))
        for call in ast.walk(parsed(path))
        if isinstance(call, ast.Call) and call.args
        if ast.unparse(call.func).rpartition(".")[2] == "record"
        for said in ast.walk(call.args[0])
        if isinstance(said, ast.Constant) and isinstance(said.value, str)
    }


def test_each_act_that_is_recorded_has_its_words():
    assert len(verbs()) > 90
    assert verbs() - set(IN_WORDS) == set()
