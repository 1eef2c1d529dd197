"""What is written to many, and what is kept to be written again."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from sporades.accounts.asking import AskedByMember

LONGEST_SUBJECT = 100
LONGEST_TEXT = 5_000


class Mailing(models.Model):
    """The words of one message to many: the batch that sends them says who, when, and to whom."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    subject = models.CharField("objet", max_length=LONGEST_SUBJECT)
    text = models.CharField("texte", max_length=LONGEST_TEXT)
    written_at = models.DateTimeField("écrit le")

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "message aux candidats"
        constraints = [
            models.CheckConstraint(
                name="a_mailing_says_something", condition=~Q(subject="") & ~Q(text="")
            ),
        ]

    def __str__(self) -> str:
        """Return its subject."""
        return self.subject


class MailingTemplate(AskedByMember):
    """A message that is kept to be written again, by whoever has the perimeter of its author."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mailing_templates"
    )
    name = models.CharField("nom", max_length=80)
    subject = models.CharField("objet", max_length=LONGEST_SUBJECT)
    text = models.CharField("texte", max_length=LONGEST_TEXT)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "modèle de message"
        constraints = [
            models.UniqueConstraint(
                fields=["asked_by", "name"], name="an_author_names_a_template_once"
            ),
        ]
        indexes = [models.Index(fields=["name"], name="mailing_template_by_name")]

    def __str__(self) -> str:
        """Return its name."""
        return self.name
