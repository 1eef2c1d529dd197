"""How conditions may be true together: each way is a world, in which all that it says holds.

What cannot be known from the file has the benefit of the doubt.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

from sporades.exams.schema.conditions import AnswerCondition, Condition
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.questions import (
    DateQuestion,
    LongTextQuestion,
    MultipleChoiceQuestion,
    NumberQuestion,
    Question,
    TextQuestion,
)

MOST_WORLDS = 256
"""How many ways of being true are looked at; beyond, a condition has the benefit of the doubt."""

_ONE_AMONG = (
    "categories",
    "passing_forms",
    "specialities",
    "academies",
    "diplomas",
    "nationalities",
)
_YES_OR_NO = ("is_born_abroad", "has_disability")

type World = tuple[Condition, ...]
"""Conditions without « un_de », which all hold: one way of being true."""


class TooMany(Exception):
    """There are more ways of being true than are looked at."""


def may_be(
    conditions: Sequence[Condition],
    exam: Exam,
    *,
    asked: Callable[[Condition | None], bool] | None = None,
    by_bounds: bool = True,
) -> bool:
    """Tell whether conditions may be true together.

    Args:
        conditions: the conditions.
        exam: what asks the questions.
        asked: says whether a question may be asked, by its condition; where it is given, what is
            answered must also have been asked.
        by_bounds: whether what a question admits counts.
    """
    try:
        found = joined([worlds(one) for one in conditions])
        if asked is not None:
            found = [more for world in found for more in _with_questions(world, exam, asked)]
    except TooMany:
        return True
    return any(not clashes(world, exam, by_bounds=by_bounds) for world in found)


def worlds(condition: Condition) -> list[World]:
    """Return the ways in which a condition is true; « sauf » has the benefit of the doubt.

    Raises:
        TooMany: there are more than are looked at.
    """
    alone = condition.model_copy(update=dict.fromkeys(("every", "either", "unless")))
    parts: list[list[World]] = [[(alone,)], *map(worlds, condition.every or ())]
    if condition.either is not None:
        parts.append([world for part in condition.either for world in worlds(part)])
    return joined(parts)


def joined(parts: Sequence[list[World]]) -> list[World]:
    """Return the ways in which several things are true together. Raises TooMany."""
    found: list[World] = [()]
    for part in parts:
        if len(found) * len(part) > MOST_WORLDS:
            raise TooMany
        found = [(*before, *after) for before, after in product(found, part)]
    return found


def _with_questions(
    world: World, exam: Exam, asked: Callable[[Condition | None], bool]
) -> list[World]:
    """Return a world with what must hold for its answers to have been asked for; none if it cannot."""
    found, ahead, seen = [world], list(world), set()
    while ahead:
        for name, when in _questions(ahead.pop(), exam):
            if name in seen or when is None:
                continue
            seen.add(name)
            if not asked(when):
                return []
            found = joined([found, worlds(when)])
            ahead.append(when)
    return found


def _questions(condition: Condition, exam: Exam) -> Iterator[tuple[str, Condition | None]]:
    """Return the questions whose answer a condition wants, each with when it is asked."""
    asked = exam.qualification
    if condition.experience is not None and asked.experience is not None:
        yield "qualification.experience", asked.experience.when
    if condition.diplomas is not None and asked.diplomas is not None:
        yield "qualification.diplomes", asked.diplomas.when
    answer = condition.answer
    if answer is not None and answer.is_given is not False:
        for question in exam.questions:
            if question.code == answer.question:
                yield question.code, question.when


def clashes(world: World, exam: Exam, *, by_bounds: bool = True) -> bool:
    """Tell whether something of a world contradicts something else of it.

    Args:
        world: the world.
        exam: what asks the questions.
        by_bounds: whether what a question admits counts.
    """
    for name in _ONE_AMONG:
        wanted = [set(getattr(one, name)) for one in world if getattr(one, name) is not None]
        if wanted and not set.intersection(*wanted):
            return True
    if any(len({getattr(one, name) for one in world} - {None}) > 1 for name in _YES_OR_NO):
        return True
    bounds: dict[object, list[tuple[Any, Any]]] = defaultdict(list)
    for one in world:
        if one.age is not None:
            bounds["age", one.age.on].append((one.age.minimum, one.age.maximum))
        if one.experience is not None:
            bounds["experience"].append((one.experience.minimum, one.experience.maximum))
    if any(not leaves_room(of_one) for of_one in bounds.values()):
        return True
    return any(True for _ in unanswerable(world, exam, by_bounds=by_bounds))


def leaves_room(bounds: Sequence[tuple[Any, Any]]) -> bool:
    """Tell whether something is within all of some bounds, each a least and a most."""
    lows = [low for low, _ in bounds if low is not None]
    highs = [high for _, high in bounds if high is not None]
    return not (lows and highs) or max(lows) <= min(highs)


def unanswerable(world: World, exam: Exam, *, by_bounds: bool = True) -> Iterator[str]:
    """Go through the questions that no answer makes true all that a world says of them.

    Args:
        world: the world.
        exam: what asks the questions.
        by_bounds: whether what a question admits counts.
    """
    asked = {one.code: one for one in exam.questions}
    said: dict[str, list[AnswerCondition]] = defaultdict(list)
    for one in world:
        if one.answer is not None:
            said[one.answer.question].append(one.answer)
    for code, wanted in said.items():
        if not _can_be_answered(asked.get(code), wanted, by_bounds=by_bounds):
            yield code


def _can_be_answered(
    question: Question | None, wanted: Sequence[AnswerCondition], *, by_bounds: bool
) -> bool:
    unsaid = [one.is_given is False for one in wanted]
    if any(unsaid):
        return all(unsaid)
    equal = [_read(question, one.equal) for one in wanted if one.equal is not None]
    if isinstance(question, NumberQuestion | DateQuestion):
        bounds = [(one.minimum, one.maximum) for one in wanted]
        bounds += [(value, value) for value in equal]
        if by_bounds:
            bounds.append((question.minimum, question.maximum))
        return leaves_room(bounds) and not (
            by_bounds and isinstance(question, NumberQuestion) and _falls_between(question, bounds)
        )
    if isinstance(question, MultipleChoiceQuestion) and not (by_bounds and question.most == 1):
        return True
    among = [set(one.among) for one in wanted if one.among is not None]
    left = set.intersection(*among, *({value} for value in equal)) if among or equal else None
    if left and by_bounds and isinstance(question, TextQuestion | LongTextQuestion):
        left = {text for text in left if question.shortest <= len(text) <= question.longest}
    return left is None or bool(left)


def _read(question: Question | None, value: Any) -> Any:
    """Read what is written of an answer as what the answer is: « "2.5" » is a number to some."""
    match question:
        case NumberQuestion():
            return Decimal(value)
        case DateQuestion():
            return date.fromisoformat(value)
        case _:
            return value


def _falls_between(question: NumberQuestion, bounds: Sequence[tuple[Any, Any]]) -> bool:
    """Tell whether no number of so many decimals is within some bounds, which leave room to others."""
    lows = [low for low, _ in bounds if low is not None]
    highs = [high for _, high in bounds if high is not None]
    return bool(lows and highs) and question.first_from(max(lows)) > min(highs)
