"""What is left of registrations that are archived: how many there were, and of nobody."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q

from sporades.exams.schema.base import LONGEST_LINE


class ArchivedCount(models.Model):
    """How many of the archived registrations of a service have one thing in common, and one alone.

    Days, hours, choices, categories and states are counted apart: no row crosses two of them, so
    that what one knows of somebody leads to nothing else of them. The verdicts on their pieces are
    counted in the same way: by day, by delay for an exam, by delay for a piece, by usual reason of
    a refusal. So are the steps of their requests for accommodations: by day, by delay of each
    step, by whole delay for an exam.
    """

    class Kind(models.TextChoices):
        """What is counted."""

        DAY = "day", "Jour de l'enregistrement"
        CHOICE = "choice", "Examen et spécialité"
        CATEGORY = "category", "Catégorie du candidat"
        STATE = "state", "État à l'archivage"
        HOUR = "hour", "Heure de l'enregistrement"
        VERDICT = "verdict", "Jour d'un verdict sur une pièce"
        DELAY = "delay", "Délai d'un verdict, par examen"
        PIECE = "piece", "Délai d'un verdict, par pièce"
        REFUSAL = "refusal", "Motif d'un refus de pièce"
        STEP_DAY = "step_day", "Jour d'une étape d'une demande d'aménagement"
        STEP = "step", "Délai d'une étape d'une demande d'aménagement"
        REQUEST = "request", "Délai d'une demande d'aménagement, par examen"

    service = models.ForeignKey(
        "exams.RegistrationService", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    kind = models.CharField("ce qui est compté", max_length=10, choices=Kind)
    day = models.DateField("jour", null=True, blank=True)
    exam = models.ForeignKey(
        "exams.Exam",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    speciality = models.ForeignKey(
        "exams.Speciality",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    value = models.CharField("ce qui est commun", max_length=LONGEST_LINE, blank=True)
    count = models.PositiveIntegerField("combien")

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "chiffre gardé"
        verbose_name_plural = "chiffres gardés"
        constraints = [
            models.UniqueConstraint(
                fields=["service", "kind", "day", "exam", "speciality", "value"],
                nulls_distinct=False,
                name="an_archived_figure_is_counted_once",
            ),
            models.CheckConstraint(
                name="an_archived_figure_crosses_nothing",
                condition=Q(kind="day", day__isnull=False, exam=None, speciality=None, value="")
                | Q(kind="choice", day=None, exam__isnull=False, value="")
                | Q(kind="category", day=None, exam__isnull=False, speciality=None)
                | (Q(kind="state", day=None, exam=None, speciality=None) & ~Q(value=""))
                | (Q(kind="hour", day=None, exam=None, speciality=None) & ~Q(value=""))
                | Q(kind="verdict", day__isnull=False, exam=None, speciality=None, value="")
                | (Q(kind="delay", day=None, exam__isnull=False, speciality=None) & ~Q(value=""))
                | (Q(kind="piece", day=None, exam=None, speciality=None) & ~Q(value=""))
                | Q(kind="refusal", day=None, exam=None, speciality=None)
                | Q(kind="step_day", day__isnull=False, exam=None, speciality=None, value="")
                | (Q(kind="step", day=None, exam=None, speciality=None) & ~Q(value=""))
                | (Q(kind="request", day=None, exam__isnull=False, speciality=None) & ~Q(value="")),
            ),
            models.CheckConstraint(
                name="an_archived_figure_counts_somebody", condition=Q(count__gte=1)
            ),
        ]

    def __str__(self) -> str:
        """Return what is counted, and how many."""
        return f"{self.get_kind_display()} : {self.count}"
