"""Deadlines that follow their service: what a version told, and what an extension makes of it (I1)."""

from datetime import datetime
from typing import Any

from sporades.exams.models import RegistrationService
from sporades.exams.models.service import MINUTE
from sporades.exams.schema import Exam

IF_NOT_DONE = ", si ce n'est pas déjà fait,"


def owed_now(
    told: dict[str, Any],
    *,
    service: RegistrationService,
    rules: Exam,
    reader: str,
    has_account: bool,
) -> dict[str, Any]:
    """Return what a version calls for, by the dates that its service has now.

    A service that closes later gives as much time to what is to be sent. One that closes
    earlier takes back nothing: a candidate keeps the deadlines that were told.

    Args:
        told: `closes_at`, `to_return`, `evidence` and `accommodation` of a version.
        service: where it was filed.
        rules: what its réglementation says of the exam.
        reader: the zone of its candidate's address, nothing when it is not known.
        has_account: whether its candidate has a space.
    """
    closed_at = told.get("closes_at")
    if closed_at and service.closes_at <= datetime.fromisoformat(closed_at):
        return told
    to_return, asked = told["to_return"], rules.summary_return
    before = _asked_before(service, rules, reader)
    deadlines = {piece.code: piece.deadline for piece in rules.evidence}
    return {
        **told,
        "to_return": {**to_return, **service.due(asked.deadline, reader)}
        if to_return and asked
        else to_return,
        "evidence": [
            {**piece, **service.due(deadlines[piece["code"]], reader)} for piece in told["evidence"]
        ],
        # A day that has not moved leaves the words as they were told.
        "accommodation": told["accommodation"]
        if not told["accommodation"] or before in told["accommodation"]
        else accommodation_of(
            service,
            rules,
            reader,
            has_account=has_account,
            is_told_again=IF_NOT_DONE in told["accommodation"],
        ),
        "closes_at": service.closes_at.isoformat(),
    }


def accommodation_of(
    service: RegistrationService,
    rules: Exam,
    reader: str,
    *,
    has_account: bool,
    is_told_again: bool = False,
    at: datetime | None = None,
) -> str:
    """Say what is left to do to who will ask for an accommodation.

    Args:
        service: where the registration is filed.
        rules: what its réglementation says of the exam.
        reader: the zone of the candidate's address, nothing when it is not known.
        has_account: whether the candidate has a space, where the request is made.
        is_told_again: whether it was said before: the request may be made already.
        at: now, where the deadline may have passed.
    """
    asked, before = rules.accommodations, _asked_before(service, rules, reader)
    is_here = asked is not None and has_account
    if at is not None and at >= asked_until(service, rules) + MINUTE:
        whom = (
            "voyez la page « Aménagement d'épreuves » de votre inscription, dans votre espace candidat"
            if is_here
            else "contactez votre service gestionnaire"
        )
        return (
            f"Pour obtenir un aménagement d'épreuves, {whom} : la date limite des demandes, le "
            f"{before}, est passée."
        )
    perhaps = IF_NOT_DONE if is_told_again else ""
    if is_here:
        return (
            f"Pour obtenir un aménagement d'épreuves, faites votre demande{perhaps} dans votre espace "
            "candidat, à la page « Aménagement d'épreuves » de votre inscription, avant le "
            f"{before}."
        )
    return (
        "Pour obtenir un aménagement d'épreuves, demandez le formulaire à votre service "
        f"gestionnaire{perhaps} et envoyez-lui votre demande avant le {before}."
    )


def asked_until(service: RegistrationService, rules: Exam) -> datetime:
    """Return until when an accommodation is asked for in time, by the dates that a service has now."""
    asked = rules.accommodations
    if asked is None or asked.deadline is None:
        return service.closes_at
    return service.instant_of(asked.deadline)


def _asked_before(service: RegistrationService, rules: Exam, reader: str) -> str:
    asked = rules.accommodations
    if asked is None or asked.deadline is None:
        return service.said(service.closes_at, reader)
    return service.deadline_in_words(asked.deadline, reader)
