"""The guardian of a minor signs what a request asks, once as it stands (H4)."""

from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.db.models import Q

from sporades.accommodations.models.lengths import LONGEST_NAME, LONGEST_TEXT
from sporades.core.french import day_in_words, instant_in_words


class Signature(models.Model):
    """The guardian of a minor has signed what a request asked then."""

    case = models.ForeignKey(
        "accommodations.Case", on_delete=models.CASCADE, related_name="signatures"
    )
    revision = models.PositiveIntegerField("révision de la demande")
    name = models.CharField("nom du représentant légal", max_length=LONGEST_NAME)
    quality = models.CharField("qualité", max_length=40)
    email = models.EmailField(
        "adresse du représentant légal", max_length=254, blank=True, default="", db_default=""
    )
    """Given as they sign, where the registration does not say it."""
    statement = models.CharField("ce qui est attesté", max_length=LONGEST_TEXT)
    signed_at = models.DateTimeField("signée le")
    posted_on = models.DateField("postée le", null=True, blank=True)
    """Of one that was given on paper, and read there by the office: its postmark."""

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "signature d'un représentant légal"
        verbose_name_plural = "signatures de représentants légaux"
        constraints = [
            models.UniqueConstraint(
                fields=["case", "revision"], name="a_request_is_signed_once_as_it_stands"
            ),
            models.CheckConstraint(
                name="a_signature_says_who_in_what_quality_and_what",
                condition=~Q(name="") & ~Q(quality="") & ~Q(statement=""),
            ),
        ]
        triggers = [pgtrigger.ReadOnly(name="a_signature_is_never_rewritten")]

    def __str__(self) -> str:
        """Return who signed."""
        return f"{self.name}, {self.quality}"

    def signed_in_words(self, zone: str) -> str:
        """Say when it was signed, by a clock; of one on paper, what its postmark says of it."""
        if self.posted_on is not None:
            return f"{day_in_words(self.posted_on)}, sur papier (cachet de la poste)"
        return instant_in_words(self.signed_at, zone)
