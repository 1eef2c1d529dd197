"""Whether a condition of the réglementation holds. What is not known does not hold."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation

from sporades.exams.rules.facts import Answer, Facts
from sporades.exams.schema.conditions import (
    AgeBounds,
    AnswerCondition,
    Condition,
    ExperienceBounds,
    StatusCondition,
)

type Comparable = Decimal | date

_FIELDS = {
    "age": "birth_date",
    "experience": "experience",
    "diplomas": "diploma",
    "categories": "category",
    "passing_forms": "passing_form",
    "specialities": "speciality",
    "nationalities": "nationality",
    "is_born_abroad": "birth_place",
    "has_disability": "disability",
    "academies": "academy",
}
"""What each part of a condition looks at, as `Breach.field` names it, the first to be named first."""
_OF_ACADEMY = {"academies", "every", "either", "unless"}
"""The parts of a condition by which an academy alone may settle it."""


def holds(condition: Condition | None, facts: Facts) -> bool:
    """Tell whether all that a condition says is true; no condition always holds."""
    if condition is None:
        return True
    return (
        _is_among(facts.category, condition.categories)
        and _is_among(facts.passing_form, condition.passing_forms)
        and _is_among(facts.speciality, condition.specialities)
        and _is_among(facts.academy, condition.academies)
        and _is_among(facts.nationality, condition.nationalities)
        and _has_one(facts.diplomas, condition.diplomas)
        and _is(facts.is_born_abroad, condition.is_born_abroad)
        and _is(facts.has_disability, condition.has_disability)
        and _is_of_age(facts, condition.age)
        and _is_experienced(facts, condition.experience)
        and _is_answered(facts, condition.answer)
        and _has_status(facts, condition.status)
        and all(holds(part, facts) for part in condition.every or ())
        and (condition.either is None or any(holds(part, facts) for part in condition.either))
        and (condition.unless is None or not holds(condition.unless, facts))
    )


def outcomes(condition: Condition | None, facts: Facts, *, asked: Collection[str]) -> set[bool]:
    """Return what a condition comes to, over all the answers that some questions may be given.

    Args:
        condition: what is asked; nothing always holds.
        facts: what is known already, where the answers to these questions are left out.
        asked: the codes of the questions that may still be answered in any way.
    """
    if condition is None:
        return {True}
    answer = condition.answer
    is_open = answer is not None and answer.question in asked
    known = condition.model_copy(
        update={
            "every": None,
            "either": None,
            "unless": None,
            **({"answer": None} if is_open else {}),
        }
    )
    # Each part of what holds together: true, false, or both as one answers.
    parts = [{holds(known, facts)}, *([{True, False}] if is_open else [])]
    parts += [outcomes(part, facts, asked=asked) for part in condition.every or ()]
    if condition.either is not None:
        parts.append(_of_one([outcomes(part, facts, asked=asked) for part in condition.either]))
    if condition.unless is not None:
        parts.append({not one for one in outcomes(condition.unless, facts, asked=asked)})
    return _together(parts)


def _together(parts: Sequence[set[bool]]) -> set[bool]:
    """Return what parts that must all hold come to."""
    comes = {True: all(True in part for part in parts), False: any(False in part for part in parts)}
    return {one for one, may_be in comes.items() if may_be}


def _of_one(parts: Sequence[set[bool]]) -> set[bool]:
    """Return what parts of which one is enough come to."""
    comes = {True: any(True in part for part in parts), False: all(False in part for part in parts)}
    return {one for one, may_be in comes.items() if may_be}


def is_barred_in(condition: Condition | None, academy: str) -> bool:
    """Tell whether a condition holds for nobody of an academy, whatever else is known of them.

    Args:
        condition: what is asked; nothing is asked of nobody.
        academy: the code of the academy that registers.
    """
    if condition is None:
        return False
    return (
        not _is_among(academy, condition.academies)
        or any(is_barred_in(part, academy) for part in condition.every or ())
        or (
            condition.either is not None
            and all(is_barred_in(part, academy) for part in condition.either)
        )
        or (condition.unless is not None and _is_sure_in(condition.unless, academy))
    )


def _is_sure_in(condition: Condition, academy: str) -> bool:
    """Tell whether a condition holds for everybody of an academy."""
    looks_elsewhere = any(
        getattr(condition, name) is not None
        for name in Condition.model_fields
        if name not in _OF_ACADEMY
    )
    return (
        not looks_elsewhere
        and _is_among(academy, condition.academies)
        and all(_is_sure_in(part, academy) for part in condition.every or ())
        and (
            condition.either is None or any(_is_sure_in(part, academy) for part in condition.either)
        )
        and (condition.unless is None or is_barred_in(condition.unless, academy))
    )


def field_of(condition: Condition) -> str:
    """Return the first thing that a condition looks at, as `Breach.field` names it."""
    return next(iter(fields_of(condition)), "")


def fields_of(condition: Condition | None) -> tuple[str, ...]:
    """Return all that a condition looks at, each thing once, as `Breach.field` names it."""
    if condition is None:
        return ()
    inside = (*(condition.every or ()), *(condition.either or ()), condition.unless)
    found = (
        *(field for field, _ in _alone(condition)),
        *(field for part in inside for field in fields_of(part)),
    )
    return tuple(dict.fromkeys(found))


def lacking(condition: Condition, facts: Facts) -> list[tuple[str, ...]]:
    """Return what keeps a condition from holding: for each part of it, the fields that mend it."""
    found: list[tuple[str, ...]] = [
        (field,) for field, alone in _alone(condition) if not holds(alone, facts)
    ]
    for part in condition.every or ():
        found += lacking(part, facts)
    if condition.either is not None and not any(holds(part, facts) for part in condition.either):
        found.append(tuple(field for part in condition.either for field in fields_of(part)))
    if condition.unless is not None and holds(condition.unless, facts):
        found.append(fields_of(condition.unless))
    return found


def _alone(condition: Condition) -> Iterator[tuple[str, Condition]]:
    """Return each thing that a condition looks at itself, with what it says of that alone."""
    for name, field in _FIELDS.items():
        if (value := getattr(condition, name)) is not None:
            yield field, Condition.model_construct(**{name: value})
    if condition.answer is not None:
        alone = Condition.model_construct(answer=condition.answer)
        yield f"answers.{condition.answer.question}", alone


def _is_among(value: str, wanted: Sequence[str] | None) -> bool:
    return wanted is None or value in wanted


def _has_one(values: frozenset[str], wanted: Sequence[str] | None) -> bool:
    return wanted is None or not values.isdisjoint(wanted)


def _is(value: bool, wanted: bool | None) -> bool:  # noqa: FBT001 - a fact and its wanted value
    return wanted is None or value is wanted


def _is_of_age(facts: Facts, bounds: AgeBounds | None) -> bool:
    if bounds is None:
        return True
    return _is_between(facts.age_on(bounds.on or facts.on), bounds.minimum, bounds.maximum)


def _is_experienced(facts: Facts, bounds: ExperienceBounds | None) -> bool:
    if bounds is None:
        return True
    return _is_between(facts.years_of_experience, bounds.minimum, bounds.maximum)


def _is_between(figure: int | None, minimum: int | None, maximum: int | None) -> bool:
    if figure is None:
        return False
    return (minimum is None or figure >= minimum) and (maximum is None or figure <= maximum)


def _has_status(facts: Facts, wanted: StatusCondition | None) -> bool:
    if wanted is None:
        return True
    return any(
        status in wanted.statuses
        for code, status in facts.statuses.items()
        if not wanted.papers or code in wanted.papers
    )


def _is_answered(facts: Facts, wanted: AnswerCondition | None) -> bool:
    if wanted is None:
        return True
    answer = facts.answers.get(wanted.question)
    is_given = answer is not None and answer not in ("", [], ())
    if wanted.is_given is False:
        return not is_given
    return is_given and _suits(answer, wanted)


def _suits(answer: Answer, wanted: AnswerCondition) -> bool:
    chosen = answer if isinstance(answer, (list, tuple)) else (answer,)
    return (
        (wanted.equal is None or _equal(answer, wanted.equal))
        and (wanted.among is None or any(one in wanted.among for one in chosen))
        and (wanted.minimum is None or _reaches(answer, wanted.minimum))
        and (wanted.maximum is None or _stays_under(answer, wanted.maximum))
    )


def _equal(answer: Answer, wanted: bool | Decimal | str) -> bool:  # noqa: FBT001 - an answer
    if isinstance(wanted, bool) or isinstance(answer, bool):
        return answer is wanted
    if isinstance(wanted, Decimal):
        return _number(answer) == wanted
    if isinstance(answer, (int, Decimal)):
        return _number(wanted) == answer
    return str(answer) == wanted


def _reaches(answer: Answer, minimum: Comparable) -> bool:
    value = _like(minimum, answer)
    return value is not None and value >= minimum  # type: ignore[operator] # of the same kind


def _stays_under(answer: Answer, maximum: Comparable) -> bool:
    value = _like(maximum, answer)
    return value is not None and value <= maximum  # type: ignore[operator] # of the same kind


def _like(model: Comparable, answer: Answer) -> Comparable | None:
    """Read an answer as a number or as a day, whichever the bound is."""
    return _number(answer) if isinstance(model, Decimal) else _day(answer)


def _number(answer: Answer) -> Decimal | None:
    try:
        number = Decimal(str(answer))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _day(answer: Answer) -> date | None:
    if isinstance(answer, date):
        return answer
    try:
        return date.fromisoformat(str(answer))
    except ValueError:
        return None
