"""The top of « Aménagement d'épreuves »: what was decided, or what is to be done, each with its link (H1, H2)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.urls import reverse

from sporades.accommodations.left import Act, Left
from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.notification import NOTIFICATION
from sporades.accommodations.rules import rules_for
from sporades.accommodations.states import Decision
from sporades.accommodations.words import usual_delay_in_words
from sporades.registrations.checklist import Check

NOTHING_TO_DO: dict[str, Any] = {"to_do": [], "lead": "", "then": ""}
THEN = "Ensuite : l'avis du médecin, puis la décision."
PAGES = {
    Act.MEASURES: "candidate:accommodation_measures",
    Act.SPECIFY: "candidate:accommodation_measures",
    Act.LATE: "candidate:accommodation_measures",
    Act.PAPERS: "candidate:accommodation_papers",
    Act.CONFIDE: "candidate:health",
    Act.SIGN: "candidate:accommodation_sign",
}
"""Where each act is done, but those that this page holds, or that lead to a document."""


def to_do_of(
    case: Case, left: Left, steps: Iterable[Check], *, is_to_sign: bool, may_send: bool
) -> dict[str, Any]:
    """Return what is left to do of a request, each with its link where it may be done now.

    Args:
        case: with its registration; its candidate may write it.
        left: what is left.
        steps: its steps, as `tracker.steps_of` gives them beside such a list.
        is_to_sign: whether its guardian may sign it as it stands.
        may_send: whether it may be sent as it stands.
    """
    open_acts = {*left.acts} - ({Act.SIGN} if not is_to_sign else set())
    open_acts |= {Act.SEND} if may_send else set()
    number = case.registration.number
    return {
        "to_do": [
            {"label": label, "url": _way(act, number) if act in open_acts else ""}
            for act, label in left.up_to_the_sending(again=case.asked_at is not None)
        ],
        "lead": next((one.note for one in steps if one.state == "yours"), ""),
        "then": f"{THEN} {usual_delay_in_words(rules_for(case.registration, case))}".strip(),
    }


def _way(act: Act, number: str) -> str:
    """Return where an act is done. To send is at the foot of this page, under what is read again first."""
    if act == Act.SEND:
        return "#demande"
    if act == Act.READ:
        return reverse("candidate:document", args=[number, NOTIFICATION.slug])
    return reverse(PAGES[act], args=[number])


def shown_beside(steps: Sequence[Check]) -> list[Check]:
    """Return the steps that are told beside what is to be done: of a request that has none behind, none."""
    if all(one.state != "done" for one in steps):
        return []
    # The list says what is to be done of the one that comes next.
    return [replace(one, note="") if one.state == "yours" else one for one in steps]


def outcome_of(measures: Iterable[AskedMeasure]) -> dict[str, str]:
    """Return how many measures are granted and refused, in words, and how that is shown.

    Args:
        measures: those that were decided.
    """
    said = [_decided_as(one) for one in measures]
    kinds = {one: said.count(one) for one in dict.fromkeys(said)}
    parts = []
    for (word, rest), count in kinds.items():
        noun = "" if parts else ("mesure " if count == 1 else "mesures ")
        parts.append(f"{count} {noun}{word}{'' if count == 1 else 's'}{rest}")
    refused = kinds.get(REFUSED, 0)
    kind = "success" if not refused else "error" if refused == len(said) else "info"
    return {"state": ", ".join(parts), "kind": kind}


REFUSED = ("refusée", "")


def _decided_as(measure: AskedMeasure) -> tuple[str, str]:
    """Return a participle, which takes the plural, and what follows it."""
    if measure.decision == Decision.REFUSED:
        return REFUSED
    if measure.decision == Decision.OTHER and measure.decided_code == measure.code:
        return ("accordée", " avec une autre précision")
    if measure.decision == Decision.OTHER:
        return ("remplacée", " par une autre")
    return ("accordée", " en partie" if measure.decided_papers else "")
