"""Rules that nobody can satisfy, where looking at the file is enough to know it.

What a rule means may be to refuse: « si: {diplome: [AUCUN]} », « exige: {diplome: [BAC]} » closes the
exam to some, and is nothing to tell. What is told is a condition that is never true, a category whose
own rule exacts another one, and an answer exacted of those of whom it is never asked.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import product
from typing import Any

from sporades.exams.checking.possible.chances import may_hold
from sporades.exams.checking.possible.situations import Situation, gathered, situations
from sporades.exams.checking.problems import Fault, Path
from sporades.exams.checking.walking import walk
from sporades.exams.schema.conditions import AnswerCondition, Condition
from sporades.exams.schema.eligibility import EligibilityRule
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.questions import MultipleChoiceQuestion

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


class _TooMany(Exception):
    """There are more ways of being true than are looked at."""


def faults(exam: Exam, path: Path) -> Iterator[Fault]:
    """Find what is never true in an exam. Its names must lead somewhere."""
    never = set()
    for place, part in _whole_conditions(exam, path):
        if not _may_be([part], exam):
            never.add(place)
            yield _warning(
                place,
                "Ces conditions se contredisent : elles ne sont jamais vraies ensemble. "
                "Vérifiez les bornes et les valeurs, ou écrivez « un_de » au lieu de « tous ».",
            )
    for place, category, rule in _rules(exam, path):
        demands = (*place, "exige")
        if demands in never or (*place, "si") in never:
            continue
        own = Condition(categorie=(category,)) if category else None
        if own is not None and not _may_be([own, rule.demands], exam):
            yield _warning(
                demands,
                f"Cette règle de la catégorie « {category} » en exige une autre : personne ne peut "
                "la satisfaire.",
            )
            continue
        unasked = [one for one in _situations(exam, category) if _is_never_asked(rule, one, exam)]
        for where in gathered(unasked):
            yield _warning(
                demands,
                "Cette règle exige une réponse qui n'est jamais demandée"
                f"{where.in_words(exam)} : personne ne peut l'y satisfaire. Posez-y la question, ou "
                "limitez la règle par « si ».",
            )


def _warning(path: Path, message: str) -> Fault:
    return Fault(path, "jamais_vrai", message, is_error=False)


def _whole_conditions(exam: Exam, path: Path) -> Iterator[tuple[Path, Condition]]:
    """Go through the conditions that are no part of another one."""
    inside: set[Path] = set()
    for place, part in walk(exam, path):
        if isinstance(part, Condition):
            if not any(place[:length] in inside for length in range(len(place))):
                yield place, part
            inside.add(place)


def _rules(exam: Exam, path: Path) -> Iterator[tuple[Path, str, EligibilityRule]]:
    """Go through the rules of eligibility, with the category whose own they are."""
    for rank, rule in enumerate(exam.eligibility):
        yield (*path, "recevabilite", rank), "", rule
    for place, category in enumerate(exam.categories):
        for rank, rule in enumerate(category.eligibility):
            yield (*path, "categories", place, "recevabilite", rank), category.code, rule


def _situations(exam: Exam, category: str) -> list[Situation]:
    return [one for one in situations(exam) if category in ("", one.category)]


def _is_never_asked(rule: EligibilityRule, situation: Situation, exam: Exam) -> bool:
    """Tell whether a rule that may apply in a situation exacts an answer that is not asked there."""
    facts = situation.facts
    known = {
        "categorie": situation.category,
        "forme_de_passage": situation.passing_form,
        "specialite": situation.speciality,
    }
    here = Condition.model_validate({key: (code,) for key, code in known.items() if code})
    applies = [here, *filter(None, [rule.when])]
    if not all(may_hold(one, facts) for one in (*applies, rule.demands)):
        return False

    def asked(when: Condition | None) -> bool:
        return may_hold(when, facts)

    wanted = [*applies, rule.demands]
    return (
        _may_be(applies, exam, asked=asked)
        and _may_be(wanted, exam)
        and not _may_be(wanted, exam, asked=asked)
    )


def _may_be(
    conditions: Sequence[Condition],
    exam: Exam,
    *,
    asked: Callable[[Condition | None], bool] | None = None,
) -> bool:
    """Tell whether conditions may be true together.

    Args:
        conditions: the conditions.
        exam: what asks the questions.
        asked: says whether a question may be asked, by its condition; where it is given, what is
            answered must also have been asked.
    """
    try:
        worlds = _joined([_worlds(one) for one in conditions])
        if asked is not None:
            worlds = [more for world in worlds for more in _with_questions(world, exam, asked)]
    except _TooMany:
        return True
    return any(not _clashes(world, exam) for world in worlds)


def _worlds(condition: Condition) -> list[World]:
    """Return the ways in which a condition is true; « sauf » has the benefit of the doubt."""
    alone = condition.model_copy(update=dict.fromkeys(("every", "either", "unless")))
    parts: list[list[World]] = [[(alone,)], *map(_worlds, condition.every or ())]
    if condition.either is not None:
        parts.append([world for part in condition.either for world in _worlds(part)])
    return _joined(parts)


def _joined(parts: Sequence[list[World]]) -> list[World]:
    joined: list[World] = [()]
    for part in parts:
        if len(joined) * len(part) > MOST_WORLDS:
            raise _TooMany
        joined = [(*before, *after) for before, after in product(joined, part)]
    return joined


def _with_questions(
    world: World, exam: Exam, asked: Callable[[Condition | None], bool]
) -> list[World]:
    """Return a world with what must hold for its answers to have been asked for; none if it cannot."""
    worlds, ahead, seen = [world], list(world), set()
    while ahead:
        for name, when in _questions(ahead.pop(), exam):
            if name in seen or when is None:
                continue
            seen.add(name)
            if not asked(when):
                return []
            worlds = _joined([worlds, _worlds(when)])
            ahead.append(when)
    return worlds


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


def _clashes(world: World, exam: Exam) -> bool:
    """Tell whether something of a world contradicts something else of it."""
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
    return any(map(_leave_no_room, bounds.values())) or _answers_clash(world, exam)


def _leave_no_room(bounds: Sequence[tuple[Any, Any]]) -> bool:
    lows = [low for low, _ in bounds if low is not None]
    highs = [high for _, high in bounds if high is not None]
    return bool(lows and highs) and max(lows) > min(highs)


def _answers_clash(world: World, exam: Exam) -> bool:
    several = {one.code for one in exam.questions if isinstance(one, MultipleChoiceQuestion)}
    said: dict[str, list[AnswerCondition]] = defaultdict(list)
    for one in world:
        if one.answer is not None:
            said[one.answer.question].append(one.answer)
    return any(
        _answer_clashes(wanted, holds_several=question in several)
        for question, wanted in said.items()
    )


def _answer_clashes(wanted: Sequence[AnswerCondition], *, holds_several: bool) -> bool:
    unsaid = [one.is_given is False for one in wanted]
    if any(unsaid):
        return not all(unsaid)
    if _leave_no_room([(one.minimum, one.maximum) for one in wanted]):
        return True
    if holds_several:
        return False
    among: list[set[object]] = [set(one.among) for one in wanted if one.among is not None]
    among += [{one.equal} for one in wanted if one.equal is not None]
    return bool(among) and not set.intersection(*among)
