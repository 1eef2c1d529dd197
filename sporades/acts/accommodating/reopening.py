"""A signed opinion is given again before anything is decided: its doctor finds it as it was typed."""

import json
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from sporades.accommodations import operations as accommodations
from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.states import OpinionAgain
from sporades.acts.accommodating.entrusting import leave_doctor
from sporades.acts.accommodating.silent import keep_acceptance
from sporades.acts.accommodating.telling import (
    is_for_another,
    lock_as_read,
    note,
    open_papers_to,
)
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.core.refusals import Refused
from sporades.medical import operations as medical
from sporades.medical.queries import draft_of

TEXT, NOTE = "texte", "note"
"""The names of the answers of a draft that are of no one measure."""


def answers_named(measure: AskedMeasure) -> tuple[str, str, str, str]:
    """Return the names of the answers on a measure: the opinion, the other measure, the épreuves, why."""
    code = measure.code.lower()
    return f"avis-{code}", f"autre-{code}", f"epreuves-{code}", f"motif-{code}"


def precision_named(measure: AskedMeasure) -> str:
    """Return the name of the answer that says which other measure is proposed, how large."""
    return f"precision-{measure.code.lower()}"


class ForAnother(Refused):
    """Papers of health were given since, and not for the doctor of before, who does not read them."""

    message = (
        "Des papiers ou des commentaires de santé ont été déposés depuis cet avis, et non pour ce "
        "médecin : annulez la reprise, puis reprenez la décision en demandant un nouvel avis."
    )


@transaction.atomic
def reopen(*, case: Case, why: OpinionAgain, by: Actor, at: datetime) -> None:
    """Have the doctor in charge give the opinion again; what was signed becomes a sealed draft.

    Whose doctor is one there no more, it waits for another one of its academy, with that draft.

    Args:
        case: which.
        why: it is asked for again.
        by: the managing service, or the doctor.
        at: the instant.

    Raises:
        HandedOver, ForAnother: see each.
        Refused: it is decided, taken back, or already with its doctor.
        medical.TakesNothing: its papers of health are erased.
    """
    locked = lock_as_read(case, by=by)
    found = medical.compartment_of(locked.registration)
    if is_for_another(found, locked):
        raise ForAnother
    typed = json.dumps(_as_typed(locked))
    keep_acceptance(locked, at=at)
    accommodations.reopen(locked, why=why, at=at)
    open_papers_to(locked.doctor, locked)
    draft = draft_of(found)
    medical.keep_draft(found, text=typed, seen=draft.revision if draft else 0, at=at)
    is_own = why == OpinionAgain.DOCTOR
    verb = "accommodation opinion taken back" if is_own else "accommodation opinion asked again"
    note(verb, locked, by=by, at=at, why=why.value)
    leave_doctor(case=locked, day=local_day(at, settings.TIME_ZONE), by=by, at=at)


def _as_typed(case: Case) -> dict[str, Any]:
    typed: dict[str, Any] = {TEXT: case.opinion_text, NOTE: ""}
    for one in case.measures.all():
        said, other, papers, why = answers_named(one)
        typed |= {
            said: one.opinion,
            other: one.opinion_code,
            precision_named(one): one.opinion_precision,
            papers: list(one.opinion_papers),
            why: one.opinion_text,
        }
    return typed
