"""Check réglementation files, and put them in force."""

from sporades.exams.operations.checks import check
from sporades.exams.operations.loading import Invalid, Loaded, load

__all__ = ["Invalid", "Loaded", "check", "load"]
