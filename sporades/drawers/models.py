"""A file on its way, the parts of it that have come, and a file kept to serve again."""

from typing import Any, ClassVar, Self
from uuid import uuid4

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sporades.accounts.models import User
from sporades.candidates.models import Candidate
from sporades.core import files
from sporades.core.french import instant_in_words, pdf_in_words

LONGEST_NAME = 120
LONGEST_MARK = 64
LONGEST_LABEL = 60


class UploadQuerySet(models.QuerySet["Upload"]):
    """Questions about files on their way."""

    def visible_to(self, user: User | int) -> Self:
        """Return those of this account."""
        return self.filter(owner=user)


class Upload(models.Model):
    """A file that comes in parts, and goes on after a cut from where it was."""

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="uploads")
    name = models.CharField("nom du fichier", max_length=LONGEST_NAME)
    mark = models.CharField("empreinte annoncée", max_length=LONGEST_MARK, blank=True)
    length = models.PositiveIntegerField("taille, en octets")
    offset = models.PositiveIntegerField("octets reçus", default=0)
    begun_at = models.DateTimeField("commencé le")
    touched_at = models.DateTimeField("dernier octet reçu le")
    used_at = models.DateTimeField("déposé le", null=True, blank=True)

    objects: ClassVar[Any] = UploadQuerySet.as_manager()

    class Meta:
        verbose_name = "envoi d'un fichier"
        verbose_name_plural = "envois de fichiers"
        constraints = [
            models.CheckConstraint(
                name="an_upload_holds_no_more_than_its_length",
                condition=Q(length__gt=0, offset__lte=F("length")),
            ),
            models.CheckConstraint(
                name="an_upload_is_used_whole",
                condition=Q(used_at=None) | Q(offset=F("length")),
            ),
        ]
        indexes = [models.Index(fields=["touched_at"], name="upload_by_its_last_part")]

    def __str__(self) -> str:
        """Return the name that its owner gave it."""
        return self.name

    @property
    def is_whole(self) -> bool:
        """Whether all of it has come."""
        return self.offset == self.length


class UploadPart(models.Model):
    """Bytes of a file on its way, kept with the count of what has come."""

    upload = models.ForeignKey(
        Upload, on_delete=models.CASCADE, related_name="parts", db_index=False
    )
    start = models.PositiveIntegerField("premier octet")
    content = models.BinaryField("octets")

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "partie d'un envoi"
        verbose_name_plural = "parties d'envois"
        constraints = [
            models.UniqueConstraint(
                fields=["upload", "start"], name="a_part_of_an_upload_comes_once"
            ),
        ]

    def __str__(self) -> str:
        """Return where it begins."""
        return f"octets depuis {self.start}"


class KeptFileQuerySet(models.QuerySet["KeptFile"]):
    """Questions about files kept to serve again."""

    def visible_to(self, user: User | int) -> Self:
        """Return those of this account's candidate."""
        return self.filter(owner__user=user)


class KeptFile(models.Model):
    """A file that its candidate keeps, to be copied for one piece or another; never rewritten, but for what they call it."""

    owner = models.ForeignKey(Candidate, on_delete=models.RESTRICT, related_name="kept_files")
    name = models.CharField("nom du fichier", max_length=LONGEST_NAME)
    label = models.CharField(
        "nom donné par le candidat", max_length=LONGEST_LABEL, blank=True, default="", db_default=""
    )
    key = models.CharField("fichier", max_length=120, unique=True)
    size = models.PositiveIntegerField("taille, en octets")
    pages = models.PositiveSmallIntegerField("pages")
    kept_at = models.DateTimeField("gardé le")
    sending = models.UUIDField("envoi", editable=False)

    objects: ClassVar[Any] = KeptFileQuerySet.as_manager()

    class Meta:
        verbose_name = "fichier du porte-documents"
        verbose_name_plural = "fichiers du porte-documents"
        constraints = [
            models.UniqueConstraint(fields=["owner", "sending"], name="two_presses_keep_one_file"),
            models.CheckConstraint(
                name="a_kept_file_holds_something", condition=Q(size__gt=0, pages__gt=0)
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(name="a_kept_file_is_never_rewritten", exclude=["owner", "label"]),
        ]

    def __str__(self) -> str:
        """Return what its candidate calls it: the name of the file until they give another."""
        return self.label or self.name

    @property
    def digest(self) -> str:
        """The fingerprint of what is kept."""
        return files.digest_of(self.key)

    @property
    def size_in_words(self) -> str:
        """« 2 pages, 350 Ko »."""
        return pdf_in_words(self.pages, self.size)

    @property
    def kept_in_words(self) -> str:
        """Say when it was kept, by the hour of Paris."""
        return instant_in_words(self.kept_at, settings.TIME_ZONE)
