"""Which procedure a request for accommodations follows, and which papers of health it calls for."""

from collections.abc import Collection, Mapping
from typing import Any

from sporades.exams.schema.accommodations import (
    Accommodations,
    HealthPaper,
    HealthPaperCondition,
    Procedure,
)


def procedure_of(
    rules: Accommodations, *, category: str, plan: str, measures: Collection[str]
) -> Procedure:
    """Return the procedure of a request.

    A plan spares the whole one to the categories that the réglementation names, unless a measure
    exceeds what a plan may grant.

    Args:
        rules: what the réglementation says.
        category: the code of the candidate's category.
        plan: the code of the plan that is shown, or nothing.
        measures: the codes of the measures that are asked for.
    """
    simple = rules.simple
    if simple is None or category not in simple.categories or plan not in simple.plans:
        return Procedure.COMPLETE
    exceeds = any(one.needs_whole_procedure for one in rules.measures if one.code in measures)
    return Procedure.COMPLETE if exceeds else Procedure.SIMPLE


def health_papers(
    rules: Accommodations,
    *,
    procedure: Procedure,
    plan: str,
    measures: Collection[str],
    has_former_decision: bool,
) -> list[HealthPaper]:
    """Return the papers of health that a request calls for, in the order of the réglementation.

    Args:
        rules: what the réglementation says.
        procedure: how it is looked at.
        plan: the code of the plan that is shown, or nothing.
        measures: the codes of the measures that are asked for.
        has_former_decision: whether measures were granted before.
    """
    said = {"procedure": procedure, "has_former_decision": has_former_decision}
    return [
        paper
        for paper in rules.papers
        if paper.when is None or _is_called_for(paper.when, said, plan=plan, measures=measures)
    ]


def _is_called_for(
    when: HealthPaperCondition,
    said: Mapping[str, Any],
    *,
    plan: str,
    measures: Collection[str],
) -> bool:
    return (
        all(getattr(when, name) in (None, value) for name, value in said.items())
        and (when.measures is None or any(code in measures for code in when.measures))
        and (when.plans is None or plan in when.plans)
    )
