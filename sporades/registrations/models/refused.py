"""How often each question was refused: counted, without what was typed nor who."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q


class RefusedAnswer(models.Model):
    """Refusals of one question by one rule, on one day, in one academy.

    Whoever is refused adds a row and waits for nobody; a job adds the rows up into one, which it
    alone writes. No foreign key is checked: a crowd that is refused locks no common row.
    """

    day = models.DateField("jour")
    academy = models.CharField("académie", max_length=3)
    exam = models.ForeignKey(
        "exams.Exam",
        on_delete=models.CASCADE,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    section = models.SlugField("onglet", max_length=30, db_index=False)
    field = models.CharField("champ", max_length=60, blank=True)
    label = models.CharField("question", max_length=200, blank=True)
    rule = models.CharField("règle", max_length=60, blank=True)
    count = models.PositiveIntegerField("refus", default=1)
    is_folded = models.BooleanField("additionné", default=False)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "réponses refusées"
        constraints = [
            models.UniqueConstraint(
                fields=["academy", "day", "exam", "section", "field", "rule"],
                condition=Q(is_folded=True),
                name="refused_answers_are_added_up_once",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(is_folded=False), name="refused_to_add_up"),
        ]

    def __str__(self) -> str:
        """Return which question, and how many times."""
        return f"{self.section}, {self.field or 'onglet'} : {self.count}"
