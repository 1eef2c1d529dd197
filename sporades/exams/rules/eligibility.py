"""Who may register, and what is said to those who may not."""

from sporades.exams.rules.conditions import field_of, holds
from sporades.exams.rules.facts import Breach, Facts
from sporades.exams.rules.questions import counted
from sporades.exams.rules.residence import is_free
from sporades.exams.schema.eligibility import EligibilityRule
from sporades.exams.schema.exam import Exam


def refusals(exam: Exam, facts: Facts) -> list[Breach]:
    """Return the rules of eligibility that a candidate does not meet, with what to do.

    What is not known does not meet a rule: a registration is never filed on a silence.
    """
    known = counted(exam, facts)
    category = exam.category(facts.category)
    rules = exam.eligibility + (category.eligibility if category else ())
    return [
        Breach(rule.code, field_of(rule.demands), _said(rule))
        for rule in rules
        if holds(rule.when, known) and not holds(rule.demands, known)
    ]


def conditions(exam: Exam) -> list[tuple[str, list[str]]]:
    """Return who may register, in words, before anything is answered.

    What binds everybody comes first, then each category by its name, with what it means. What
    one registers once, and where, the page says by itself.
    """
    everybody = [_asked(rule) for rule in exam.eligibility]
    if is_free(exam.residence) and exam.residence.reference:
        everybody.append(_sentence(exam.residence.reference))
    found = [("", everybody)] if everybody else []
    for category in exam.categories:
        words = [category.meaning, *(_asked(rule) for rule in category.eligibility)]
        found.append((category.label, words))
    return [(name, list(dict.fromkeys(words))) for name, words in found]


def _asked(rule: EligibilityRule) -> str:
    """Say a rule as what it asks of anybody, not as what is said to whom it refuses."""
    return _sentence(rule.condition or rule.reference)


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:].removesuffix('.')}."


def _said(rule: EligibilityRule) -> str:
    return f"{rule.message} (Règle : {rule.reference}.)"
