"""What a search may be used for."""

from collections.abc import Mapping
from typing import Any

OF_SOMEBODY = frozenset(
    (
        *("nom_complet", "nom", "nom_usage", "prenoms", "naissance", "annee_naissance"),
        *("numero_candidat", "ine", "mail"),
    )
)
"""The criteria of who seeks one person: that nothing is found does not say that nothing is begun,
and what was typed says who is looked at."""


def seeks_somebody(tree: Mapping[str, Any]) -> bool:
    """Return whether a kept tree has a criterion of who seeks one person."""
    return tree.get("criterion") in OF_SOMEBODY or any(map(seeks_somebody, tree.get("members", ())))
