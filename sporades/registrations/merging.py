"""Two modifications of one version, put together: what both changed is chosen, question by question.

No table, no form: answers as they were typed, tab by tab.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

type Key = tuple[str, str]
"""A question: the slug of its tab, its name."""
type Tabs = Mapping[str, Mapping[str, Any]]
"""Answers as typed, tab by tab."""

EMPTY: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True)
class Merged:
    """What two modifications make together.

    Attributes:
        answers: tab by tab; of what both changed, theirs unless mine was chosen.
        clashes: the questions that both answered otherwise than before, and than each other.
    """

    answers: dict[str, dict[str, Any]]
    clashes: tuple[Key, ...]


def merge(*, base: Tabs, theirs: Tabs, mine: Tabs, keeps_mine: Collection[Key] = ()) -> Merged:
    """Put together what two people changed in the same answers.

    Args:
        base: what both started from.
        theirs: what was filed meanwhile.
        mine: what is not filed yet.
        keeps_mine: of the questions that both changed, those in which mine was chosen.
    """
    answers: dict[str, dict[str, Any]] = {}
    clashes = []
    for section in _in_order(theirs, mine, base):
        before, filed, typed = (one.get(section, {}) for one in (base, theirs, mine))
        kept = answers[section] = {}
        for name in _in_order(typed, filed, before):
            was, there, here = (one.get(name) for one in (before, filed, typed))
            is_a_clash = not (same(there, here) or same(here, was) or same(there, was))
            if is_a_clash:
                clashes.append((section, name))
            takes_mine = (section, name) in keeps_mine if is_a_clash else not same(here, was)
            chosen = typed if takes_mine or same(there, here) else filed
            if name in chosen:
                kept[name] = chosen[name]
    return Merged(answers, tuple(clashes))


def same(one: Any, other: Any) -> bool:
    """Return whether two answers say the same: no answer may be sent in several ways."""
    return one == other or (one in EMPTY and other in EMPTY)


def _in_order(*several: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(name for one in several for name in one))
