"""The copy that a person asks for of all that is held of them (P-03)."""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from sporades.candidates.models import Candidate
from sporades.core.french import instant_in_words
from sporades.personal.states import CopyState

KEPT_FOR = timedelta(days=7)
"""How long a copy waits for its person once it is ready."""


class DataCopyQuerySet(models.QuerySet["DataCopy"]):
    """Questions about copies."""

    def over(self, at: datetime) -> Self:
        """Return those that waited long enough for their person."""
        return self.filter(state=CopyState.READY, ready_at__lte=at - KEPT_FOR)


class DataCopy(models.Model):
    """What the service holds of one person, gathered at one instant: rows and a page, no file.

    Files are read when the copy is taken, and what was confided to a doctor too: neither lies
    here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    candidate = models.OneToOneField(
        Candidate, on_delete=models.CASCADE, related_name="data_copy", verbose_name="candidat"
    )
    state = models.CharField("état", max_length=10, choices=CopyState, default=CopyState.ASKED)
    asked_at = models.DateTimeField("demandée le")
    asked_kind = models.CharField("qualité de qui l'a demandée", max_length=20)
    asked_name = models.CharField("demandée par", max_length=255)
    ready_at = models.DateTimeField("prête le", null=True, blank=True)
    taken_at = models.DateTimeField("prise pour la première fois le", null=True, blank=True)
    content = models.BinaryField("données et page, ensemble", default=bytes)

    objects: ClassVar[Any] = DataCopyQuerySet.as_manager()

    class Meta:
        verbose_name = "copie de données personnelles"
        verbose_name_plural = "copies de données personnelles"
        constraints = [
            models.CheckConstraint(
                name="a_copy_that_is_ready_has_its_content",
                condition=Q(state=CopyState.READY, ready_at__isnull=False) & ~Q(content=b"")
                | Q(state=CopyState.ASKED, ready_at=None, content=b""),
            ),
        ]

    def __str__(self) -> str:
        """Return what it is."""
        return "copie de données personnelles"

    @property
    def is_ready(self) -> bool:
        """Whether it can be taken."""
        return self.state == CopyState.READY

    def is_over(self, at: datetime) -> bool:
        """Return whether it waited long enough."""
        return self.ready_at is not None and self.ready_at <= at - KEPT_FOR

    @property
    def asked_in_words(self) -> str:
        """Say when it was asked for."""
        return instant_in_words(self.asked_at, settings.TIME_ZONE)

    @property
    def ready_in_words(self) -> str:
        """Say of which instant its content is."""
        return instant_in_words(self.ready_at, settings.TIME_ZONE) if self.ready_at else ""

    @property
    def kept_until_in_words(self) -> str:
        """Say until when it can be taken."""
        if self.ready_at is None:
            return ""
        return instant_in_words(self.ready_at + KEPT_FOR, settings.TIME_ZONE)
