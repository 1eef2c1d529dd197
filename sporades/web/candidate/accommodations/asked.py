"""What a request asks, in words; what is still to be chosen of it, what it would lose or be spared."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sporades.accommodations.late import Lateness, added_to, late_told
from sporades.accommodations.models import Case
from sporades.accommodations.queries import Proposal
from sporades.accommodations.replacing import lost_by_asking
from sporades.accommodations.rules import (
    Sat,
    excluding,
    held_by_wishes,
    papers_in_words,
    plan_in_words,
    rules_for,
    to_choose,
    to_choose_again,
    why_complete,
    wishes_of,
)
from sporades.core.french import day_in_words, local_day
from sporades.exams.schema.accommodations import Procedure
from sporades.registrations.models import Registration

PROCEDURES_SAID = {
    Procedure.COMPLETE: "Complète : un médecin désigné lit vos papiers et donne son avis sur chaque "
    "mesure",
    Procedure.SIMPLE: "Simplifiée : votre plan porte déjà l'avis d'un médecin, qu'un médecin "
    "désigné vérifie",
}
FORMER_SPARES = (
    "La décision qui vous a été notifiée {which} ne passe pas d'elle-même à "
    "celle-ci. Le service l'a déjà : vous n'avez pas à la joindre. Le reste se fait comme la première "
    "fois : papiers de santé, {signature}avis d'un médecin, nouvelle décision."
)
"""What a decision on another registration of the same exam spares, and what it does not."""
GUARDIAN_SIGNS = (
    "Tant que vous avez moins de 18 ans, votre représentant légal signe votre demande ici avant "
    "l'envoi."
)
NOTHING_LOST = {"replacing": "", "lost": [], "was_read": True}
"""Of a request that no decision came before."""


def left_to_choose(case: Case, sat: list[Sat]) -> list[str]:
    """Return the codes of the measures whose épreuves its candidate is still to tick."""
    rules = rules_for(case.registration, case)
    if rules is None or case.instead_of_id is not None:
        return []
    wishes = wishes_of(case.measures.all())
    apart = [
        one.code for pair in excluding(rules, held_by_wishes(rules, sat, wishes)) for one in pair
    ]
    again = to_choose_again(rules, sat, wishes) if case.is_writable else []
    return [*to_choose(rules, sat, wishes), *apart, *again]


def asked_rows(case: Case, sat: list[Sat]) -> list[tuple[str, str]]:
    """Return each measure with its épreuves, then what goes with the request."""
    rules, unsaid = rules_for(case.registration, case), left_to_choose(case, sat)
    rows = [
        (
            one.named,
            "Épreuves à choisir"
            if one.code in unsaid
            else papers_in_words(one.papers, sat, one.code),
        )
        for one in case.measures.all()
    ]
    if rules is None or not rows:
        return rows
    if rules.former is not None:
        rows.append((rules.former.label, case.former_in_words))
    if rules.plans:
        rows.append(("Plan en vigueur", plan_in_words(case)))
    rows += late_told(case, case.measures.all(), _added(case, sat))
    codes = [one.code for one in case.measures.all()]
    why = why_complete(case.registration, case, measures=codes)
    said = PROCEDURES_SAID[Procedure(case.procedure)]
    return [*rows, ("Procédure", f"{said}. Pourquoi : {why}." if why else said)]


def _added(case: Case, sat: list[Sat]) -> list[str] | None:
    """Return what is added late to a request that its candidate changes; one that is sent says it."""
    if not case.is_writable or not case.late_reason:
        return None
    return added_to(case, wishes_of(case.measures.all()), sat, Lateness.ADDING)


def replacing(former: Case, zone: str) -> str:
    """Say that the decision on another request will replace the one that is in force."""
    day = day_in_words(local_day(former.notified_at, zone)) if former.notified_at else ""
    return (
        f"La décision sur cette demande remplacera celle qui vous a été notifiée le {day}, qui "
        "reste en vigueur d'ici là."
    )


def spared(registration: Registration, *, proposed: Iterable[Proposal], at: datetime) -> str:
    """Say what a decision on another registration spares, and what is still to be done.

    Args:
        registration: the one that a request is for.
        proposed: what is proposed of what was decided before: it says which decision it is.
        at: now.
    """
    signature = "signature de votre représentant légal, " if registration.is_minor(at) else ""
    return FORMER_SPARES.format(signature=signature, which=_which(proposed))


def decided_before(proposed: Iterable[Proposal]) -> Case | None:
    """Return the last decision on another registration of what is proposed, if there is one."""
    known = (one.decision for one in proposed if one.decision and one.decision.notified_at)
    return max(known, key=lambda case: case.notified_at, default=None)


def _which(proposed: Iterable[Proposal]) -> str:
    decision = decided_before(proposed)
    if decision is None or decision.notified_at is None:
        return "pour une inscription précédente"
    registration = decision.registration
    day = day_in_words(local_day(decision.notified_at, registration.service.zone))
    return f"le {day} pour l'inscription n°{registration.number}"


def guardian_signs(registration: Registration, *, at: datetime) -> str:
    """Say to a minor, before anything is chosen, that a guardian will sign; to others, nothing."""
    return GUARDIAN_SIGNS if registration.is_minor(at) else ""


def lost_by(case: Case, former: Case | None, sat: list[Sat]) -> dict[str, Any]:
    """Return what the decision on a request would replace, and what it would not grant any more."""
    if former is None or not case.is_undecided or former.pk == case.pk:
        return NOTHING_LOST
    former.registration = case.registration
    return {
        "replacing": replacing(former, case.registration.service.zone),
        "lost": lost_by_asking(case, former, sat, by_candidate=True),
        "was_read": not former.is_to_read,
    }
