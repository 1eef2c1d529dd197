"""The supporting documents that a registration calls for, as the réglementation says."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from sporades.exams.models.service import MINUTE
from sporades.exams.rules import evidence
from sporades.registrations.dossier import Dossier
from sporades.registrations.models import Registration
from sporades.registrations.sections.papers import PapersForm


def evidence_of(dossier: Dossier, papers: PapersForm) -> list[dict[str, Any]]:
    """Return what this candidate owes: label, help, date due of each piece, and its last minute.

    Args:
        dossier: what was judged.
        papers: the choices made for the épreuves, valid.
    """
    service = dossier.service
    statuses = {code: choice.status.value for code, choice in papers.choices_made().items()}
    facts = replace(dossier.facts, statuses=statuses)
    return [
        {
            "code": piece.code,
            "label": piece.label,
            "help": " ".join(
                filter(None, [piece.help, piece.reference and f"({piece.reference})"])
            ),
            "is_mandatory": piece.is_mandatory,
            **service.due(piece.deadline, dossier.reader_zone),
        }
        for piece in evidence.due(dossier.rules, facts)
    ]


def pieces_to_come(registration: Registration, *, at: datetime) -> list[dict[str, Any]]:
    """Return the mandatory pieces whose last minute has not passed, the most pressing first.

    Args:
        registration: the registration, as `with_owed()` loads it.
        at: now.
    """
    awaited = [
        piece
        for piece in registration.evidence_awaited
        if piece["is_mandatory"] and at < datetime.fromisoformat(piece["until"]) + MINUTE
    ]
    return sorted(awaited, key=lambda piece: piece["until"])


def due_in_words(registration: Registration, before: str) -> str:
    """Say until when pieces are sent; what the service had before a modification is not sent twice."""
    already = ", si ce n'est pas déjà fait" if registration.awaits_new_validation else ""
    return f"À fournir avant le {before}{already}."
