"""What is left of registrations that are archived: how many there were, and of nobody."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q


class ArchivedCount(models.Model):
    """How many of the archived registrations of a service have one thing in common, and one alone.

    Days, choices, categories and states are counted apart: no row crosses two of them, so that what
    one knows of somebody leads to nothing else of them.
    """

    class Kind(models.TextChoices):
        """What is counted."""

        DAY = "day", "Jour de l'enregistrement"
        CHOICE = "choice", "Examen et spécialité"
        CATEGORY = "category", "Catégorie du candidat"
        STATE = "state", "État à l'archivage"

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
    value = models.CharField("catégorie ou état", max_length=20, blank=True)
    count = models.PositiveIntegerField("inscriptions")

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
                | (Q(kind="state", day=None, exam=None, speciality=None) & ~Q(value="")),
            ),
            models.CheckConstraint(
                name="an_archived_figure_counts_somebody", condition=Q(count__gte=1)
            ),
        ]

    def __str__(self) -> str:
        """Return what is counted, and how many."""
        return f"{self.get_kind_display()} : {self.count}"
