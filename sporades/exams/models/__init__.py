"""Exams, their réglementation, and the services that register for them."""

from sporades.exams.models.catalogue import Domain, Exam, Paper, Session, Speciality
from sporades.exams.models.change import ServiceChange
from sporades.exams.models.regulation import Regulation
from sporades.exams.models.service import RegistrationService

__all__ = [
    "Domain",
    "Exam",
    "Paper",
    "RegistrationService",
    "Regulation",
    "ServiceChange",
    "Session",
    "Speciality",
]
