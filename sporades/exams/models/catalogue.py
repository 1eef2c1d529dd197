"""What can be registered for: the rows that registrations point to.

They keep their identity from one version of the réglementation to the next; what a version
says of them is in its content.
"""

from django.db import models
from django.db.models import Q

from sporades.exams.schema.regulation import Rubric


class Domain(models.Model):
    """A family of exams that are managed together."""

    code = models.CharField("code", max_length=16, unique=True)
    label = models.CharField("libellé", max_length=200)
    rubric = models.CharField(
        "rubrique", max_length=10, choices=[(one.value, one.value) for one in Rubric]
    )

    class Meta:
        verbose_name = "domaine"
        constraints = [
            models.CheckConstraint(
                name="domain_is_in_a_rubric",
                condition=Q(rubric__in=[rubric.value for rubric in Rubric]),
                violation_error_message="Un domaine est d'une rubrique connue.",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Session(models.Model):
    """A campaign, from registrations to results."""

    code = models.CharField("code", max_length=16, unique=True)
    label = models.CharField("libellé", max_length=200)
    year = models.PositiveSmallIntegerField("année")

    class Meta:
        verbose_name = "session"
        constraints = [
            models.CheckConstraint(
                name="session_is_of_our_century",
                condition=Q(year__gte=2000, year__lte=2100),
                violation_error_message="L'année d'une session est entre 2000 et 2100.",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Exam(models.Model):
    """An exam or a competition of a session."""

    class Kind(models.TextChoices):
        """Whether one passes by one's marks or by one's rank."""

        EXAM = "exam", "Examen"
        COMPETITION = "competition", "Concours"

    domain = models.ForeignKey(Domain, models.PROTECT, verbose_name="domaine", related_name="exams")
    session = models.ForeignKey(
        Session, models.PROTECT, verbose_name="session", related_name="exams"
    )
    code = models.CharField("code", max_length=16)
    label = models.CharField("libellé", max_length=200)
    kind = models.CharField("nature", max_length=11, choices=Kind)

    class Meta:
        verbose_name = "examen"
        constraints = [
            models.UniqueConstraint(
                fields=["domain", "session", "code"],
                name="exam_has_one_code_in_its_session",
                violation_error_message="Cet examen existe déjà pour cette session.",
            ),
            models.CheckConstraint(
                name="exam_is_an_exam_or_a_competition",
                condition=Q(kind__in=["exam", "competition"]),
                violation_error_message="C'est un examen ou un concours.",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Speciality(models.Model):
    """A speciality of an exam, option included."""

    exam = models.ForeignKey(
        Exam, models.PROTECT, verbose_name="examen", related_name="specialities"
    )
    code = models.CharField("code", max_length=20)
    label = models.CharField("libellé", max_length=410)

    class Meta:
        verbose_name = "spécialité"
        constraints = [
            models.UniqueConstraint(
                fields=["exam", "code"],
                name="speciality_has_one_code_in_its_exam",
                violation_error_message="Cette spécialité existe déjà pour cet examen.",
            ),
        ]

    def __str__(self) -> str:
        return self.label


class Paper(models.Model):
    """An épreuve: what marks, sittings and registrations point to."""

    exam = models.ForeignKey(Exam, models.PROTECT, verbose_name="examen", related_name="papers")
    code = models.CharField("code", max_length=20)

    class Meta:
        verbose_name = "épreuve"
        constraints = [
            models.UniqueConstraint(
                fields=["exam", "code"],
                name="paper_has_one_code_in_its_exam",
                violation_error_message="Cette épreuve existe déjà pour cet examen.",
            ),
        ]

    def __str__(self) -> str:
        return self.code
