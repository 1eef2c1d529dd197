"""What a request was said to lack: whether it is still waited for, and has come."""

from sporades.accommodations.models import Case
from sporades.medical.queries import asked_of


def is_set_aside(case: Case) -> bool:
    """Return whether what a doctor asked of its candidate is waited for no more, its service went back on it."""
    is_back = case.is_taken_back_incomplete
    return is_back and asked_of(case.registration_id, at=case.incomplete_at).exists()


def is_answered(case: Case) -> bool:
    """Return whether something was confided since the doctor asked, where the question says it."""
    return case.is_asked_by_doctor and getattr(case, "is_answered", False)
