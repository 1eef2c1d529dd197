"""What a search may be used for."""

from collections.abc import Container, Mapping
from typing import Any

from sporades.core.numbers import whole
from sporades.searches.answered import once_told_a_handicap, papers_of_health, pieces_of_health
from sporades.searches.criteria import as_compared
from sporades.searches.operators import Operator
from sporades.searches.trees import Link

OF_SOMEBODY = frozenset(
    (
        *("nom_complet", "nom", "nom_usage", "prenoms", "naissance", "annee_naissance"),
        *("numero_inscription", "numero_candidat", "ine", "mail", "telephone"),
    )
)
"""The criteria of who seeks one person: that nothing is found does not say that nothing is begun,
and what was typed says who is looked at."""

OF_ITS_AUTHOR = frozenset({"lot"})
"""The criteria that find nothing for anybody else: the batches of whoever asks."""

OF_HEALTH: Mapping[str, frozenset[str]] = {
    "handicap": frozenset(Operator),
    "mesure": frozenset({Operator.ASKED_FOR}),
}
"""The criteria, by what they compare, that say of everybody found something of health that no column
says (P-12): a handicap declared, a measure before it is decided."""


OF_PAPERS = frozenset({"epreuve", "option"})
"""The criteria that sort by what was chosen of an épreuve: some by a handicap."""


def seeks_somebody(tree: Mapping[str, Any]) -> bool:
    """Return whether a kept tree has a criterion of who seeks one person."""
    return _has(tree, OF_SOMEBODY)


def is_its_author_s(tree: Mapping[str, Any]) -> bool:
    """Return whether a kept tree has a criterion that finds nothing for anybody but its author."""
    return _has(tree, OF_ITS_AUTHOR)


def without_its_author_s(tree: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return what a kept tree asks besides what finds nothing for anybody but its author.

    Nothing where that is all, or is not joined to the rest by « and ».
    """
    others = [one for one in tree["members"] if one.get("criterion") not in OF_ITS_AUTHOR]
    asks_apart = tree["link"] == Link.AND and not any(map(is_its_author_s, others))
    return {**tree, "members": others} if others and asks_apart else None


def _has(tree: Mapping[str, Any], criteria: Container[str]) -> bool:
    members = tree.get("members", ())
    return tree.get("criterion") in criteria or any(_has(one, criteria) for one in members)


def says_of_health(tree: Mapping[str, Any]) -> bool:
    """Return whether a kept tree says something of health of all that it finds."""
    operators = OF_HEALTH.get(tree.get("criterion", ""), frozenset())
    if tree.get("operator") in operators or _seeks_by_a_handicap(tree):
        return True
    return any(map(says_of_health, tree.get("members", ())))


def is_asked_for_health(piece: str) -> bool:
    """Return whether a piece, by its code, is asked somewhere by what was declared of a handicap (P-12)."""
    return any(piece in codes for codes in pieces_of_health().values())


def _seeks_by_a_handicap(tree: Mapping[str, Any]) -> bool:
    """Return whether it seeks by what a declared handicap alone asks, offers or dispenses of."""
    criterion, sought = tree.get("criterion"), as_compared(tree.get("values", ()))
    if criterion == "piece":
        return is_asked_for_health(sought)
    if criterion == "question":
        exam, question = ([*sought.split(":"), ""])[:2]
        return once_told_a_handicap(whole(exam) or 0, question)
    return _seeks_a_choice_of_health(tree)


def _seeks_a_choice_of_health(tree: Mapping[str, Any]) -> bool:
    """Return whether it seeks who made a choice of an épreuve that tells of a declared handicap."""
    criterion, sought = tree.get("criterion"), as_compared(tree.get("values", ()))
    if criterion not in OF_PAPERS:
        return False
    paper, _, option = sought.rpartition(":") if criterion == "option" else (sought, "", "")
    told = {
        key: one for key, one in papers_of_health().items() if tree.get("operator") in one.statuses
    }
    if paper:
        return whole(paper) in told
    return any(option in one.options for one in told.values())
