"""What is said of an act in the journal."""

import pytest

from sporades.journal.words import in_quality


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
