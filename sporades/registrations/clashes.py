"""Two modifications of one version, put together: what both changed is chosen, question by question.

No table, no form: answers as they were typed, tab by tab. Questions that make one answer together,
an address for instance, are chosen together.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

type Key = tuple[str, str]
"""A question: the slug of its tab, its name."""
type Tabs = Mapping[str, Mapping[str, Any]]
"""Answers as typed, tab by tab."""
type Wholes = Mapping[str, Collection[tuple[str, ...]]]
"""Tab by tab, the questions that make one answer together."""

EMPTY: tuple[Any, ...] = (None, "", [])


@dataclass(frozen=True)
class Merged:
    """What two modifications make together.

    Attributes:
        answers: tab by tab; of what both changed, theirs unless mine was chosen.
        clashes: the questions that both answered otherwise than before, and than each other; of a
            whole, the first of its questions stands for all.
    """

    answers: dict[str, dict[str, Any]]
    clashes: tuple[Key, ...]


def merge(
    *, base: Tabs, theirs: Tabs, mine: Tabs, wholes: Wholes, keeps_mine: Collection[Key] = ()
) -> Merged:
    """Put together what two people changed in the same answers.

    Args:
        base: what both started from.
        theirs: what was filed meanwhile.
        mine: what is not filed yet.
        wholes: the questions of which no answer is kept without the others': an address made of
            the answers of two people is nobody's.
        keeps_mine: of the questions that both changed, those in which mine was chosen.
    """
    answers: dict[str, dict[str, Any]] = {}
    clashes = []
    for section in _in_order(theirs, mine, base):
        before, filed, typed = (one.get(section, {}) for one in (base, theirs, mine))
        kept = answers[section] = {}
        names = _in_order(typed, filed, before)
        for together in _in_wholes(names, wholes.get(section, ())):
            was, there, here = (
                [one.get(name) for name in together] for one in (before, filed, typed)
            )
            agree = _all_same(there, here)
            is_a_clash = not (agree or _all_same(here, was) or _all_same(there, was))
            key = (section, together[0])
            if is_a_clash:
                clashes.append(key)
            takes_mine = key in keeps_mine if is_a_clash else not _all_same(here, was)
            chosen = typed if takes_mine or agree else filed
            kept.update({name: chosen[name] for name in together if name in chosen})
    return Merged(answers, tuple(clashes))


def same(one: Any, other: Any) -> bool:
    """Return whether two answers say the same: no answer may be sent in several ways."""
    return one == other or (one in EMPTY and other in EMPTY)


def _in_wholes(
    names: Iterable[str], wholes: Collection[tuple[str, ...]]
) -> Iterator[tuple[str, ...]]:
    """Give questions in order, each alone, or with all those that make one answer with it."""
    of = {name: whole for whole in wholes for name in whole}
    yield from dict.fromkeys(of.get(name, (name,)) for name in names)


def _all_same(some: list[Any], others: list[Any]) -> bool:
    return all(map(same, some, others))


def _in_order(*several: Mapping[str, Any]) -> list[str]:
    return list(dict.fromkeys(name for one in several for name in one))
