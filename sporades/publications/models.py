"""Publications and their lines."""

import uuid
from datetime import datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from sporades.accounts.asking import AskedByMember
from sporades.core.french import instant_in_words
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.publications.states import EXPLAINED, LineOutcome, PublicationState
from sporades.registrations.models import Registration

DECIDED = (PublicationState.PUBLISHED, PublicationState.WITHDRAWN)


class Publication(AskedByMember):
    """Documents of one kind that are published together, once they were seen and approved."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="publications"
    )
    kind = models.SlugField("nature", max_length=40)
    state = models.CharField(
        "état", max_length=10, choices=PublicationState, default=PublicationState.PREPARING
    )
    zone = models.CharField("fuseau horaire", max_length=40)
    archive_key = models.CharField("fichiers déposés, à lire", max_length=100, blank=True)
    moved_at = models.DateTimeField("dernière avancée le")
    publish_at = models.DateTimeField("à publier le", null=True, blank=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_name = models.CharField("décidé par", max_length=255, blank=True)
    why = models.CharField("motif du retrait", max_length=300, blank=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "publication"
        constraints = [
            models.CheckConstraint(
                name="what_is_published_has_its_instant_and_who_decided",
                condition=~Q(state__in=DECIDED)
                | Q(publish_at__isnull=False, decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="a_withdrawn_publication_says_why",
                condition=Q(state=PublicationState.WITHDRAWN) & ~Q(why="")
                | ~Q(state=PublicationState.WITHDRAWN) & Q(why=""),
            ),
        ]
        indexes = [
            models.Index(fields=["-asked_at"], name="publication_by_age"),
            models.Index(
                fields=["moved_at"], condition=~Q(archive_key=""), name="publication_to_fill"
            ),
        ]

    def __str__(self) -> str:
        """Return the kind of its documents."""
        return self.publishes.title

    @property
    def publishes(self) -> kinds.Kind:
        """The kind of its documents."""
        return kinds.get(self.kind)

    @property
    def is_filling(self) -> bool:
        """Whether deposited files wait to be read."""
        return bool(self.archive_key)

    def is_scheduled(self, at: datetime) -> bool:
        """Return whether it is decided, and its instant is to come: nobody has seen it."""
        is_decided = self.state == PublicationState.PUBLISHED
        return is_decided and self.publish_at is not None and self.publish_at > at

    @property
    def publish_in_words(self) -> str:
        """Say from when its documents are read."""
        return instant_in_words(self.publish_at, self.zone) if self.publish_at else ""

    @property
    def decided_in_words(self) -> str:
        """Say when it was decided."""
        return instant_in_words(self.decided_at, self.zone) if self.decided_at else ""

    def counts(self) -> dict[str, int]:
        """Return how many lines there are of each outcome."""
        found = self.lines.values_list("outcome").annotate(count=models.Count("pk")).order_by()
        return {**dict.fromkeys(LineOutcome.values, 0), **dict(found)}


class PublicationLine(models.Model):
    """One document of a publication, or why there is none."""

    publication = models.ForeignKey(
        Publication, on_delete=models.CASCADE, related_name="lines", db_index=False
    )
    registration = models.ForeignKey(
        Registration,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="publication_lines",
    )
    number = models.CharField("numéro d'inscription, tel qu'il est dit", max_length=40)
    file_name = models.CharField("fichier déposé", max_length=200, blank=True)
    of_version = models.PositiveIntegerField("version de l'inscription", null=True, blank=True)
    version = models.OneToOneField(
        DocumentVersion,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="publication_line",
    )
    outcome = models.CharField("résultat", max_length=10, choices=LineOutcome)
    why = models.CharField("motif", max_length=300, blank=True)
    told_at = models.DateTimeField("annoncé le", null=True, blank=True)
    withdrawal_told_at = models.DateTimeField("retrait annoncé le", null=True, blank=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "ligne d'une publication"
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "registration"],
                condition=~Q(outcome=LineOutcome.REFUSED),
                name="a_registration_is_once_in_a_publication",
            ),
            models.CheckConstraint(
                name="a_line_that_was_refused_or_withdrawn_says_why",
                condition=Q(outcome__in=EXPLAINED) & ~Q(why="")
                | ~Q(outcome__in=EXPLAINED) & Q(why=""),
            ),
            models.CheckConstraint(
                name="a_published_line_has_its_document",
                condition=~Q(outcome=LineOutcome.PUBLISHED) | Q(registration__isnull=False),
            ),
            models.CheckConstraint(
                name="only_a_line_that_was_told_has_its_withdrawal_told",
                condition=Q(withdrawal_told_at=None) | Q(outcome=LineOutcome.WITHDRAWN),
            ),
        ]
        indexes = [
            models.Index(fields=["publication", "outcome", "id"], name="publication_by_outcome"),
            models.Index(
                fields=["publication", "id"],
                condition=Q(outcome=LineOutcome.PUBLISHED, told_at=None),
                name="publication_line_to_tell",
            ),
        ]

    def __str__(self) -> str:
        """Return what became of it."""
        return f"{self.number} : {self.get_outcome_display()}"
