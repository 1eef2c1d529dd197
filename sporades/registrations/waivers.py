"""A derogation that was granted to one candidate, to one rule of eligibility.

Its managing service notes by whom, on which day, under which reference; the rule then refuses no more,
and every other one still does. It is kept for good with the registration; a version says it where
its rule would refuse: once that is met, nothing rests on it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sporades.core.french import day_in_words
from sporades.exams.rules import Breach, eligibility
from sporades.registrations.dossier import Dossier

SLUG, TITLE = "derogations", "Dérogations"
"""What a version says of them, after its tabs."""

type Waiver = Mapping[str, str]
type Lines = list[list[str]]


def waiver(*, granted_by: str, granted_on: date, reference: str) -> dict[str, str]:
    """Return a derogation as it is kept.

    Args:
        granted_by: who granted it, as « le recteur de l'académie de Lille ».
        granted_on: the day.
        reference: that of the decision, or nothing.
    """
    return {"by": granted_by, "on": granted_on.isoformat(), "reference": reference}


def granted_for(dossier: Dossier, breach: Breach, found: Waiver) -> dict[str, str]:
    """Return a derogation with what it was granted for: elsewhere the code of a rule is another rule.

    Args:
        dossier: the dossier that the rule refuses.
        breach: the refusal.
        found: the derogation.
    """
    category = dossier.facts.category if "category" in breach.called_by else ""
    return {**found, "exam": dossier.exam.code, "category": category}


def in_words(found: Waiver) -> str:
    """Say a derogation: when it was granted, by whom, under which reference."""
    said = f"Dérogation accordée le {day_in_words(granted_on(found))} par {found['by']}"
    return f"{said}, référence {found['reference']}" if found["reference"] else said


def granted_on(found: Waiver) -> date:
    """Return the day on which a derogation was granted."""
    return date.fromisoformat(found["on"])


def is_waived(dossier: Dossier, breach: Breach) -> bool:
    """Return whether a derogation stands against a refusal of eligibility.

    One that was filed stays, though the réglementation would admit none today.

    Args:
        dossier: the dossier.
        breach: what the rules refuse.
    """
    found = dossier.waived.get(breach.rule)
    if not found or found.get("exam", dossier.exam.code) != dossier.exam.code:
        return False
    if found.get("category") and found["category"] != dossier.facts.category:
        return False
    draft = dossier.draft
    filed = draft.amends.waived if draft is not None and draft.amends is not None else {}
    return breach.is_waivable or draft is None or filed.get(breach.rule) == found


def standing(dossier: Dossier) -> Lines:
    """Return the derogations on which a dossier rests: what each rule asks, and the derogation."""
    if not dossier.waived:
        return []
    return [
        [one.condition, in_words(dossier.waived[one.rule])]
        for one in eligibility.refusals(dossier.rules, dossier.facts)
        if is_waived(dossier, one)
    ]


def lines_of(sections: list[dict[str, Any]]) -> Lines:
    """Return the derogations that a version says."""
    return next((one["lines"] for one in sections if one["slug"] == SLUG), [])


def with_lines(sections: list[dict[str, Any]], lines: Lines) -> list[dict[str, Any]]:
    """Return what a version says of its tabs, then these derogations, in place of any that it said."""
    tabs = [one for one in sections if one["slug"] != SLUG]
    said = {"slug": SLUG, "title": TITLE, "lines": lines, "tables": []}
    return [*tabs, said] if lines else tabs
