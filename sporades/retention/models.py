"""What is archived: a schema of its own, which the role that serves pages does not read.

A demand to keep a registration stands apart from it: the office makes it from a page.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef

from sporades.accounts.permissions import Reach
from sporades.core.french import instant_in_words

LONGEST_REASON = 300
UNKNOWN_SINCE = datetime(1970, 1, 1, tzinfo=UTC)
"""The first instant of what an archive says of who looked, where nobody has looked for it yet."""


class ArchiveQuerySet(models.QuerySet["Archive"]):
    """Questions about archives."""

    def not_withheld(self) -> Self:
        """Return those that nobody asked to keep beyond their time."""
        return self.exclude(Exists(Hold.objects.filter(number=OuterRef("number"))))


class Archive(models.Model):
    """A registration whose active use is over: all that was kept of it, and nothing beside it."""

    number = models.CharField("numéro d'inscription", max_length=14, unique=True)
    academy = models.CharField("académie", max_length=3)
    counts_from = models.DateField("sa durée compte à partir du")
    archived_at = models.DateTimeField("archivée le")
    facts = models.JSONField("ce qu'elle était, sans nommer personne")
    content = models.JSONField("ses lignes, telles qu'elles étaient", default=list)
    files = models.JSONField("ses fichiers", default=list)
    looked_since = models.DateTimeField(
        "première consultation qu'elle nomme", null=True, db_default=UNKNOWN_SINCE
    )
    """Nothing, of what this version archives: an older one kept who looked, too, and says nothing."""

    objects: ClassVar[Any] = ArchiveQuerySet.as_manager()

    class Meta:
        verbose_name = "inscription archivée"
        verbose_name_plural = "inscriptions archivées"
        db_table = 'archives"."archive'
        indexes = [models.Index(fields=["counts_from"], name="archive_by_age")]

    def __str__(self) -> str:
        """Return its number."""
        return f"inscription archivée n°{self.number}"


class HoldQuerySet(models.QuerySet["Hold"]):
    """Questions about demands to keep."""

    def within(self, reach: Reach) -> Self:
        """Return those of a perimeter: for the others there is nothing else."""
        return self.filter(reach.condition(academy="academy", domain="domain"))


class Hold(models.Model):
    """A demand that a registration be kept beyond its time, a litigation for instance.

    It says by itself where the registration is, since whoever reads it may read no archive: the
    database writes it when the registration moves, and leaves it once that is archived.
    """

    number = models.CharField("numéro d'inscription", max_length=14, unique=True)
    academy = models.CharField("académie", max_length=3)
    domain = models.CharField("domaine", max_length=20, blank=True)
    reason = models.CharField("motif", max_length=LONGEST_REASON)
    placed_at = models.DateTimeField("demandé le")
    placed_by = models.CharField("demandé par", max_length=255)

    objects: ClassVar[Any] = HoldQuerySet.as_manager()

    class Meta:
        verbose_name = "gel"
        constraints = [
            models.CheckConstraint(name="a_hold_says_why", condition=~models.Q(reason="")),
        ]

    def __str__(self) -> str:
        """Return what it keeps."""
        return f"gel de l'inscription n°{self.number}"

    @property
    def placed_in_words(self) -> str:
        """When it was demanded."""
        return instant_in_words(self.placed_at, settings.TIME_ZONE, weekday=False)


class LeavingFile(models.Model):
    """A file whose row is erased, until it is out of the store: a cut between the two loses neither."""

    key = models.CharField("fichier", max_length=120)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "fichier à effacer"
        verbose_name_plural = "fichiers à effacer"
        db_table = 'archives"."leaving_file'

    def __str__(self) -> str:
        """Return its key."""
        return self.key
