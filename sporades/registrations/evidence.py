"""The supporting documents that a registration calls for, as the réglementation says."""

from typing import Any

from sporades.exams.rules import evidence
from sporades.registrations.dossier import Dossier


def evidence_of(dossier: Dossier) -> list[dict[str, Any]]:
    """Return what this candidate owes: label, help and date due of each piece."""
    service = dossier.service
    return [
        {
            "code": piece.code,
            "label": piece.label,
            "help": piece.help or "",
            "is_mandatory": piece.is_mandatory,
            "before": service.deadline_in_words(piece.deadline),
        }
        for piece in evidence.due(dossier.rules, dossier.facts)
    ]
