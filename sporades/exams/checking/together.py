"""Rules of eligibility that nobody meets together: each can be met, and all refuse.

A rule may close a speciality, a category or a form of passing, and is nothing to tell; rules that
close all of them, or that contradict each other where they all apply, leave nobody to register.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass

from sporades.core.french import quoted
from sporades.exams.checking.contradictions import rules_of, wanted, warning
from sporades.exams.checking.possible.chances import may_hold, must_hold
from sporades.exams.checking.possible.situations import Situation, every_situation, gathered
from sporades.exams.checking.problems import Fault, Path
from sporades.exams.checking.worlds import TooMany, World, clashes, joined, may_be, worlds
from sporades.exams.schema.conditions import Condition
from sporades.exams.schema.eligibility import EligibilityRule
from sporades.exams.schema.exam import Exam


@dataclass(frozen=True)
class _Rule:
    """A rule that can be met.

    Attributes:
        place: where it stands.
        category: the category whose own it is; nothing when it is everybody's.
        rule: what it says.
        ways: the ways of meeting it.
    """

    place: Path
    category: str
    rule: EligibilityRule
    ways: list[World]

    def applies_in(self, situation: Situation) -> bool:
        """Tell whether it applies to whoever is in a situation."""
        return self.category in ("", situation.category) and must_hold(
            self.rule.when, situation.facts
        )

    def closes(self, situation: Situation) -> bool:
        """Tell whether it refuses whoever is in a situation."""
        return self.applies_in(situation) and not may_hold(self.rule.demands, situation.facts)

    def ways_in(self, situation: Situation) -> tuple[int, ...]:
        """Return the ranks of the ways of meeting it in a situation."""
        return tuple(
            rank for rank, way in enumerate(self.ways) if all(_is_of(one, situation) for one in way)
        )


type _Left = tuple[tuple[int, tuple[int, ...]], ...]
"""The rules that apply in a situation, by rank, each with the ways of meeting it there."""


def faults(exam: Exam, path: Path) -> Iterator[Fault]:
    """Find the rules under which nobody can register. Its names must lead somewhere."""
    rules = list(_rules(exam, path))
    everywhere = list(every_situation(exam))
    closed = [{one for one in everywhere if rule.closes(one)} for rule in rules]
    left = [one for one in everywhere if not any(one in those for those in closed)]
    if not left:
        yield _told([rules[rank] for rank in _closing(closed, everywhere)], "")
    found: dict[tuple[int, ...], list[Situation]] = {}
    judged: dict[_Left, tuple[int, ...]] = {}
    for situation in left:
        known = tuple(
            (rank, rule.ways_in(situation))
            for rank, rule in enumerate(rules)
            if rule.applies_in(situation)
        )
        if known not in judged:
            judged[known] = _contradicting(known, rules, exam)
        if judged[known]:
            found.setdefault(judged[known], []).append(situation)
    for ranks, where in found.items():
        for place in gathered(where):
            yield _told([rules[rank] for rank in ranks], place.in_words(exam))


def _rules(exam: Exam, path: Path) -> Iterator[_Rule]:
    """Go through the rules that can be met, each by itself: of others it is told already."""
    for place, category, rule in rules_of(exam, path):
        if not may_be(wanted(category, rule), exam):
            continue
        with suppress(TooMany):
            yield _Rule(place, category, rule, worlds(rule.demands))


def _is_of(condition: Condition, situation: Situation) -> bool:
    return (
        (condition.categories is None or situation.category in condition.categories)
        and (condition.passing_forms is None or situation.passing_form in condition.passing_forms)
        and (condition.specialities is None or situation.speciality in condition.specialities)
    )


def _closing(
    closed: Sequence[Collection[Situation]], everywhere: Sequence[Situation]
) -> tuple[int, ...]:
    """Return the ranks of no more rules than it takes to close every situation."""

    def is_closed_by(ranks: Sequence[int]) -> bool:
        return all(any(one in closed[rank] for rank in ranks) for one in everywhere)

    return _needed(range(len(closed)), is_closed_by)


def _contradicting(known: _Left, rules: Sequence[_Rule], exam: Exam) -> tuple[int, ...]:
    """Return the ranks of no more rules than nobody meets together; none where somebody may."""
    ways = {rank: [rules[rank].ways[way] for way in those] for rank, those in known}

    def is_impossible(ranks: Sequence[int]) -> bool:
        return not _can_be_met([ways[rank] for rank in ranks], exam)

    return _needed(list(ways), is_impossible) if is_impossible(list(ways)) else ()


def _can_be_met(parts: Sequence[list[World]], exam: Exam) -> bool:
    found: list[World] = [()]
    try:
        for part in parts:
            found = [world for world in joined([found, part]) if not clashes(world, exam)]
    except TooMany:
        return True
    return bool(found)


def _needed(ranks: Sequence[int], is_enough: Callable[[Sequence[int]], bool]) -> tuple[int, ...]:
    """Return the ranks of no more rules than it takes."""
    needed = list(ranks)
    for rank in ranks:
        others = [one for one in needed if one != rank]
        if is_enough(others):
            needed = others
    return tuple(needed)


def _told(rules: Sequence[_Rule], where: str) -> Fault:
    named = quoted(one.rule.code for one in rules)
    why, do = (
        (f"nul ne satisfait la règle {named}", "Changez-la, ou limitez-la")
        if len(rules) == 1
        else (f"nul ne satisfait à la fois les règles {named}", "Changez l'une, ou limitez-la")
    )
    return warning(
        (*rules[-1].place, "exige"),
        f"Personne ne peut s'inscrire{where} : {why}. {do} par « si ».",
    )
