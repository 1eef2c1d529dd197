"""Exams, their réglementation, and the services that register for them."""

from sporades.exams.models.catalogue import Domain, Exam, Paper, Session, Speciality
from sporades.exams.models.change import ServiceChange
from sporades.exams.models.prepared import PreparedRegulation
from sporades.exams.models.regulation import Regulation, RegulationFile
from sporades.exams.models.service import RegistrationService

__all__ = [
    "Domain",
    "Exam",
    "Paper",
    "PreparedRegulation",
    "RegistrationService",
    "Regulation",
    "RegulationFile",
    "ServiceChange",
    "Session",
    "Speciality",
]
