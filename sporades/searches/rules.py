"""What a search may be used for."""

from collections.abc import Mapping
from typing import Any

from sporades.searches.operators import Operator

OF_SOMEBODY = frozenset(
    (
        *("nom_complet", "nom", "nom_usage", "prenoms", "naissance", "annee_naissance"),
        *("numero_inscription", "numero_candidat", "ine", "mail", "telephone"),
    )
)
"""The criteria of who seeks one person: that nothing is found does not say that nothing is begun,
and what was typed says who is looked at."""


OF_HEALTH: Mapping[str, frozenset[str]] = {
    "handicap": frozenset(Operator),
    "mesure": frozenset({Operator.ASKED_FOR}),
}
"""The criteria, by what they compare, that say of everybody found something of health that no column
says (P-12): a handicap declared, a measure before it is decided."""


def seeks_somebody(tree: Mapping[str, Any]) -> bool:
    """Return whether a kept tree has a criterion of who seeks one person."""
    return tree.get("criterion") in OF_SOMEBODY or any(map(seeks_somebody, tree.get("members", ())))


def says_of_health(tree: Mapping[str, Any]) -> bool:
    """Return whether a kept tree says something of health of all that it finds."""
    operators = OF_HEALTH.get(tree.get("criterion", ""), frozenset())
    return tree.get("operator") in operators or any(map(says_of_health, tree.get("members", ())))
