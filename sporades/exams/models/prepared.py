"""A réglementation file that somebody loaded and nobody has put in force yet."""

import json
import uuid
from functools import cached_property
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from sporades.core.french import instant_in_words
from sporades.exams import schema
from sporades.exams.models.regulation import Domains, Regulation
from sporades.exams.schema.regulation import SERVICE_KEYS
from sporades.exams.states import PreparedState


class PreparedRegulationQuerySet(models.QuerySet["PreparedRegulation"]):
    """Questions about the files that are prepared."""

    def waiting(self) -> Self:
        """Return those that are neither in force nor dropped."""
        return self.filter(state=PreparedState.PREPARED)

    def within(self, reach: Domains) -> Self:
        """Return those of the domains of a perimeter: for its reader there is nothing else."""
        return self.filter(reach.of_domain("domain_code"))

    def light(self) -> Self:
        """Leave the content and the source in the database."""
        return self.defer("content", "source")


class PreparedRegulation(models.Model):
    """What a file says, to be looked at and tried before it is put in force.

    Its domain and its session may not exist yet: they are codes. Its authors are text, as in the
    journal: what was put in force outlives their accounts.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    domain_code = models.CharField("code du domaine", max_length=16)
    session_code = models.CharField("code de la session", max_length=16)
    name = models.CharField("nom du fichier", max_length=120)
    source = models.TextField("fichier tel qu'il a été chargé")
    content = models.JSONField("contenu")
    digest = models.CharField("empreinte du contenu", max_length=64)
    file_digest = models.CharField("empreinte du fichier", max_length=64)
    state = models.CharField("état", max_length=10, choices=PreparedState)
    loaded_at = models.DateTimeField("chargée le")
    loaded_by = models.CharField("chargée par", max_length=255)
    loaded_by_id = models.CharField("compte de qui charge", max_length=60, blank=True)
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)
    decided_by = models.CharField("décidée par", max_length=255, blank=True)
    regulation = models.ForeignKey(
        Regulation,
        models.PROTECT,
        verbose_name="version en vigueur qu'elle est devenue",
        related_name="prepared",
        null=True,
        blank=True,
    )

    objects: ClassVar[Any] = PreparedRegulationQuerySet.as_manager()

    class Meta:
        verbose_name = "réglementation préparée"
        verbose_name_plural = "réglementations préparées"
        constraints = [
            models.UniqueConstraint(
                fields=["domain_code", "session_code", "file_digest"],
                condition=Q(state=PreparedState.PREPARED),
                name="a_file_is_prepared_once",
            ),
            models.CheckConstraint(
                name="an_enforced_file_has_its_version",
                condition=Q(state=PreparedState.ENFORCED, regulation__isnull=False)
                | (~Q(state=PreparedState.ENFORCED) & Q(regulation__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_decided_file_has_its_instant",
                condition=Q(state=PreparedState.PREPARED, decided_at__isnull=True)
                | (~Q(state=PreparedState.PREPARED) & Q(decided_at__isnull=False)),
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="what_is_prepared_is_never_rewritten",
                fields=["domain_code", "session_code", "source", "content", "digest"],
            ),
        ]

    def __str__(self) -> str:
        """Return what it is for: « CAP 2027 »."""
        return f"{self.domain_code} {self.session_code}"

    @cached_property
    def file(self) -> schema.File:
        """What the file says, openings too."""
        return schema.File.model_validate_json(json.dumps(self.content))

    @property
    def named(self) -> str:
        """What it is for, as it is read: « Certificat d'aptitude professionnelle, session 2027 »."""
        return f"{self.file.domain.label}, {self.file.session.label}"

    @property
    def is_enforced(self) -> bool:
        """Whether it was put in force."""
        return self.state == PreparedState.ENFORCED

    @property
    def is_dropped(self) -> bool:
        """Whether it was taken away."""
        return self.state == PreparedState.DROPPED

    @property
    def in_words(self) -> str:
        """Say where it stands, as a file."""
        return {
            PreparedState.PREPARED: "en attente",
            PreparedState.ENFORCED: "mis en vigueur",
            PreparedState.DROPPED: "retiré",
        }[PreparedState(self.state)]

    @property
    def is_waiting(self) -> bool:
        """Whether it may still be put in force."""
        return self.state == PreparedState.PREPARED

    def as_regulation(self) -> Regulation:
        """Return the version that it would make, which is not saved: to try it."""
        content = {key: value for key, value in self.content.items() if key not in SERVICE_KEYS}
        return Regulation(number=0, content=content, digest=self.digest)

    @property
    def loaded_in_words(self) -> str:
        """Say when it was loaded."""
        return instant_in_words(self.loaded_at, settings.TIME_ZONE)

    @property
    def decided_in_words(self) -> str:
        """Say when it was put in force or dropped."""
        return instant_in_words(self.decided_at, settings.TIME_ZONE) if self.decided_at else ""
