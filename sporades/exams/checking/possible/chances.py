"""What may hold, and what must, of a candidate of whom only the situation is known.

Beyond speciality, category and form of passing, each has the benefit of the doubt: an épreuve
that depends on an answer may be offered or not, a diploma that dispenses may be held.
"""

from sporades.exams.rules.conditions import holds
from sporades.exams.rules.facts import Facts
from sporades.exams.schema.conditions import Condition
from sporades.exams.schema.papers import Paper

_KNOWN = {"categories", "passing_forms", "specialities"}
_PARTS = {"every", "either", "unless"}
_UNKNOWN = set(Condition.model_fields) - _KNOWN - _PARTS


def may_hold(condition: Condition | None, facts: Facts) -> bool:
    """Tell whether a condition is true of some candidate in this situation."""
    if condition is None:
        return True
    return (
        holds(_known_part(condition), facts)
        and all(may_hold(part, facts) for part in condition.every or ())
        and (condition.either is None or any(may_hold(part, facts) for part in condition.either))
        and (condition.unless is None or not must_hold(condition.unless, facts))
    )


def must_hold(condition: Condition | None, facts: Facts) -> bool:
    """Tell whether a condition is true of every candidate in this situation."""
    if condition is None:
        return True
    return (
        all(getattr(condition, name) is None for name in _UNKNOWN)
        and holds(_known_part(condition), facts)
        and all(must_hold(part, facts) for part in condition.every or ())
        and (condition.either is None or any(must_hold(part, facts) for part in condition.either))
        and (condition.unless is None or not may_hold(condition.unless, facts))
    )


def freed(paper: Paper, facts: Facts) -> Paper:
    """Return an épreuve as the freest candidate in this situation meets it."""
    kept = paper.kept_mark
    return paper.model_copy(
        update={
            "when": None,
            "dispensations": tuple(
                reason.model_copy(update={"on_request": True, "when": None})
                for reason in paper.dispensations
                if may_hold(reason.when, facts)
            ),
            "kept_mark": kept.model_copy(update={"when": None})
            if kept and may_hold(kept.when, facts)
            else None,
        }
    )


def _known_part(condition: Condition) -> Condition:
    return condition.model_copy(update=dict.fromkeys(_UNKNOWN | _PARTS))
