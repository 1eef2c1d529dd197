"""Deadlines that follow their service: what a version told, and what an extension makes of it (I1)."""

from datetime import datetime
from typing import Any

from sporades.exams.models import RegistrationService
from sporades.exams.schema import Exam


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
    deadlines = {piece.code: piece.deadline for piece in rules.evidence}
    return {
        **told,
        "to_return": {**to_return, **service.due(asked.deadline, reader)}
        if to_return and asked
        else to_return,
        "evidence": [
            {**piece, **service.due(deadlines[piece["code"]], reader)} for piece in told["evidence"]
        ],
        "accommodation": told["accommodation"]
        and accommodation_of(service, rules, reader, has_account=has_account),
        "closes_at": service.closes_at.isoformat(),
    }


def accommodation_of(
    service: RegistrationService, rules: Exam, reader: str, *, has_account: bool
) -> str:
    """Say what is left to do to who will ask for an accommodation.

    Args:
        service: where the registration is filed.
        rules: what its réglementation says of the exam.
        reader: the zone of the candidate's address, nothing when it is not known.
        has_account: whether the candidate has a space, where the request is made.
    """
    asked = rules.accommodations
    before = (
        service.deadline_in_words(asked.deadline, reader)
        if asked and asked.deadline
        else service.said(service.closes_at, reader)
    )
    if asked is not None and has_account:
        return (
            "Pour obtenir un aménagement d'épreuves, faites votre demande dans votre espace "
            "candidat, à la page « Aménagement d'épreuves » de votre inscription, avant le "
            f"{before}."
        )
    return (
        "Pour obtenir un aménagement d'épreuves, demandez le formulaire à votre service "
        f"gestionnaire et envoyez-lui votre demande avant le {before}."
    )
