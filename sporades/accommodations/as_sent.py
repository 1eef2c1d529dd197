"""What a request said when it was sent, while its candidate changes it: for them, and for the office."""

from copy import copy
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField, Exists, F, FloatField, Func, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast, Coalesce

from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.rules import rules_for, rules_under
from sporades.accommodations.states import SENT, UNDECIDED, State

SAID = ("plan", "has_former_decision", "late_reason", "late_words")
"""What goes with the measures of a request, as `operations.Asked` and `Case` both name it."""
KEPT = {*SAID, "procedure", "is_former_held", "revision", "regulation_id"}
"""What `Case.as_sent` says of a request beside its measures, and `until` when it stood."""

TAKEN_UP_AT = Coalesce(
    Func(
        Cast(KT("as_sent__until"), FloatField()),
        function="to_timestamp",
        output_field=DateTimeField(),
    ),
    F("asked_at"),
)
"""When its candidate took up a request that is being changed; when it was sent where that was not kept."""


def was_sent_with(case: Case | None, given_at: datetime) -> bool:
    """Return whether what was given then was part of a request that its candidate changes now.

    Args:
        case: the one that is open, if there is one.
        given_at: when a paper was given.
    """
    if case is None or not case.is_taken_up or case.asked_at is None:
        return False
    until = (case.as_sent or {}).get("until")
    return given_at.timestamp() <= (case.asked_at.timestamp() if until is None else until)


def measures_as_sent(case: Case) -> list[AskedMeasure]:
    """Return the measures of a request that is being changed as they were sent, in rows of no table.

    They bear the label and the time that they had then, whatever the réglementation says now.
    """
    kept, rows = case.as_sent or {}, []
    under = kept.get("regulation_id")
    asked = rules_under(case.registration, under) if under else rules_for(case.registration, case)
    for place, (code, papers, precision, *named) in enumerate(kept["wishes"]):
        measure = asked.measure(code) if asked else None
        now = (measure.label, measure.time or "") if measure else (code, "")
        label, time = (
            named or now
        )  # what was taken up before they were kept has those of its version
        rows.append(
            AskedMeasure(
                case=case,
                place=place,
                code=code,
                label=label,
                papers=papers,
                time=time,
                precision=precision,
            )
        )
    return rows


def is_asked(registration: Any, code: str) -> Q:
    """Return what a registration must satisfy whose open request asks for a measure, as the office reads it.

    Args:
        registration: its key, as an expression.
        code: of the measure.
    """
    read = [state for state in UNDECIDED if state != State.PREPARING]
    rows = AskedMeasure.objects.filter(
        case__registration=registration, case__state__in=read, code=code
    )
    changed = Case.objects.filter(
        registration=registration, state=State.PREPARING, as_sent__wishes__contains=[[code]]
    )
    return Q(Exists(rows)) | Q(Exists(changed))


def as_office_reads(case: Case) -> tuple[Case, list[AskedMeasure]]:
    """Return a request and its measures as the office reads them: copies, never to be saved.

    What a candidate writes is theirs until it is sent. One that is being changed says what it said
    when it was sent, one that was never sent nothing; of one that is to be completed, or was taken
    back, what they wrote in their own words is left out.
    """
    if case.state in SENT:
        return case, list(case.measures.all())
    said, kept = copy(case), case.as_sent
    if case.state == State.PREPARING:
        if kept is None:
            return said, []
        for name in kept.keys() & KEPT:
            setattr(said, name, kept[name])
        return said, measures_as_sent(case)
    said.late_words = ""
    measures = [copy(one) for one in case.measures.all()]
    for one in measures:
        one.precision = ""
    return said, measures
