"""Drafts hold answers; registrations hold facts; versions hold what was filed."""

from sporades.registrations.models.change_request import ChangeRequest
from sporades.registrations.models.correction_request import CorrectionRequest
from sporades.registrations.models.draft import Draft, SectionAnswers
from sporades.registrations.models.late_request import LateRequest
from sporades.registrations.models.note import Note
from sporades.registrations.models.refused import RefusedAnswer
from sporades.registrations.models.registration import (
    Registration,
    RegistrationAnswer,
    RegistrationPaper,
)
from sporades.registrations.models.version import Version

__all__ = [
    "ChangeRequest",
    "CorrectionRequest",
    "Draft",
    "LateRequest",
    "Note",
    "RefusedAnswer",
    "Registration",
    "RegistrationAnswer",
    "RegistrationPaper",
    "SectionAnswers",
    "Version",
]
