"""A whole file: the réglementation of a domain for a session, and its openings."""

from enum import StrEnum
from typing import Literal

from pydantic import ConfigDict, Field

from sporades.exams.schema.base import Line, ShortCode, Strict
from sporades.exams.schema.eligibility import ExclusiveScope
from sporades.exams.schema.exam import Exam
from sporades.exams.schema.legal import LegalMentions
from sporades.exams.schema.openings import ManagingService, Opening, Reach

SERVICE_KEYS = ("services_gestionnaires", "ouvertures")
"""The keys of a file that are not versioned: they live as rows, which may change."""


class Rubric(StrEnum):
    """The two great families."""

    EXAMS = "Examens"
    COMPETITIONS = "Concours"


class Domain(Strict):
    """A family of exams that are managed together."""

    model_config = ConfigDict(title="Domaine")

    code: ShortCode = Field(description="Nom du domaine.")
    label: Line = Field(alias="libelle", description="Ce qui est lu.")
    rubric: Rubric = Field(alias="rubrique", description="« Examens » ou « Concours ».")


class Session(Strict):
    """A campaign, from registrations to results."""

    model_config = ConfigDict(title="Session")

    code: ShortCode = Field(description='Nom de la session, entre guillemets : « "2027" ».')
    label: Line = Field(
        alias="libelle", description="Ce qui est lu, dans une ligne : « session 2027 »."
    )
    year: int = Field(alias="annee", ge=2000, le=2100, description="Année des épreuves.")


class Regulation(Strict):
    """Everything that is versioned: what a registration is made under."""

    model_config = ConfigDict(title="Réglementation")

    format: Literal[1] = Field(description="Version du format de fichier : 1.")
    domain: Domain = Field(alias="domaine", description="Le domaine.")
    session: Session = Field(description="La session.")
    reach: Reach = Field(
        Reach.ACADEMIC,
        alias="registre",
        description="« academique » : à l'heure de chaque académie ; « national » : de Paris.",
    )
    legal: LegalMentions | None = Field(
        None,
        alias="mentions_legales",
        description="Mentions de l'accusé d'enregistrement ; toujours exigées, aucun service n'ouvre sans elles.",
    )
    exams: tuple[Exam, ...] = Field(alias="examens", min_length=1, description="Les examens.")

    def exam(self, code: str) -> Exam:
        """Return an exam by its code. Raises KeyError."""
        for exam in self.exams:
            if exam.code == code:
                return exam
        raise KeyError(code)

    def exclusive_scope(self, exam: Exam) -> str:
        """Name the set of registrations among which a candidate may hold only one.

        Empty when the exam sets no such rule. Two registrations with the same name exclude
        each other: the database holds it by a constraint.
        """
        if exam.exclusive is None:
            return ""
        domain = f"{self.domain.code}/{self.session.code}"
        return domain if exam.exclusive.within is ExclusiveScope.DOMAIN else f"{domain}/{exam.code}"


class File(Regulation):
    """A whole file: what is versioned, and the openings."""

    model_config = ConfigDict(title="Fichier de réglementation")

    managing_services: tuple[ManagingService, ...] = Field(
        (), alias="services_gestionnaires", description="Services gestionnaires."
    )
    openings: tuple[Opening, ...] = Field(
        (), alias="ouvertures", description="Ouvertures des services d'inscription."
    )
