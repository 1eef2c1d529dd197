"""Documents: folders, what was issued in them, and each version of it."""

from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When

from sporades.core.french import day_in_digits, day_in_words, hour_in_words, instant_in_words
from sporades.documents import kinds


class Folder(models.Model):
    """Where the documents of one matter stand: those of a registration, for instance."""

    holder = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name="titulaire",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="folders",
    )
    academy = models.CharField("académie", max_length=3, blank=True)
    domain = models.CharField("domaine", max_length=40, blank=True)
    label = models.CharField("intitulé", max_length=255)

    class Meta:
        verbose_name = "dossier de documents"
        verbose_name_plural = "dossiers de documents"

    def __str__(self) -> str:
        """Return its label."""
        return self.label


class Document(models.Model):
    """One kind of document in a folder, whatever its versions."""

    folder = models.ForeignKey(Folder, on_delete=models.CASCADE, related_name="documents")
    kind = models.SlugField("nature", max_length=40)
    academy = models.CharField("académie", max_length=3, blank=True)

    class Meta:
        verbose_name = "document"
        constraints = [
            models.UniqueConstraint(
                fields=["folder", "kind"], name="a_folder_has_one_document_of_a_kind"
            ),
        ]
        indexes = [models.Index(fields=["kind", "folder"], name="document_by_kind")]

    def __str__(self) -> str:
        """Return its title."""
        return self.title

    @property
    def title(self) -> str:
        """The name of its kind: « Récapitulatif d'inscription »."""
        return kinds.get(self.kind).title


LET_OUT = ("published", "withdrawn")
"""The states of a publication whose documents are read from their instant on, or were."""

IS_LET_OUT = Q(publication_line=None) | Q(publication_line__publication__state__in=LET_OUT)
"""Whether nothing keeps a version for those that are published with it.

Thousands get their instant some at a time; the row of their publication lets all of them be read at
once. It is asked here, like the instant, so that no reader forgets it.
"""


DROPPED = "dropped"
"""The state of a publication whose documents are to be deleted, as if they had never been."""

REFUSED = "refused"
"""The outcome of a line of a publication whose document is to be deleted, with many others."""


def is_not_taken_back(at: datetime) -> Q:
    """Whether neither a version nor all that was published with it was taken back by an instant."""
    its_own = Q(withdrawn_at=None) | Q(withdrawn_at__gt=at)
    publication = "publication_line__publication__withdrawn_at"
    return its_own & (Q(**{publication: None}) | Q(**{f"{publication}__gt": at}))


def _first_of_an_instant() -> Case:
    return Case(When(document__kind__in=kinds.coming_first(), then=0), default=1)


class DocumentVersionQuerySet(models.QuerySet["DocumentVersion"]):
    """Questions about versions. The embargo is here and nowhere else."""

    def published_by(self, at: datetime) -> Self:
        """Keep versions that were published at this instant, withdrawn since or not."""
        return self.filter(IS_LET_OUT, published_at__lte=at).but_held_back()

    def but_held_back(self) -> Self:
        """Keep versions but those whose ground was taken away before their instant."""
        return self.exclude(withdrawn_at__lt=F("published_at"))

    def to_come(self, at: datetime) -> Self:
        """Keep versions that nobody may read yet: not published, from a later instant on, or kept."""
        return self.filter(Q(published_at=None) | Q(published_at__gt=at) | ~IS_LET_OUT)

    def visible_at(self, at: datetime) -> Self:
        """Keep versions that may be read at this instant: published, and not withdrawn."""
        return self.published_by(at).filter(is_not_taken_back(at))

    def latest_visible(self, at: datetime) -> Self:
        """Keep the last version of each document, where it may be read.

        A version that was once replaced never comes back: when the last one is withdrawn,
        its document is seen no more until another is published.
        """
        later = DocumentVersion.objects.published_by(at).filter(
            document=OuterRef("document"), number__gt=OuterRef("number")
        )
        return self.visible_at(at).filter(~Exists(later))

    def for_folder(self, folder: Folder | int, at: datetime) -> Self:
        """Return what the list of a folder shows."""
        return (
            self.latest_visible(at)
            .filter(document__folder=folder)
            .select_related("document")
            .order_by("-published_at", _first_of_an_instant(), "document__kind")
        )


class DocumentVersion(models.Model):
    """What was issued, frozen. Only its publication, its printing and its opening come after."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField("numéro de version")
    academy = models.CharField("académie", max_length=3, blank=True)
    content = models.JSONField("contenu")
    digest = models.CharField("empreinte du contenu", max_length=64)
    code = models.CharField("code de vérification", max_length=40)
    issued_at = models.DateTimeField("délivré le")
    published_at = models.DateTimeField("publié le", null=True, blank=True)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)
    opened_at = models.DateTimeField("ouvert pour la première fois le", null=True, blank=True)
    pdf_key = models.CharField("fichier imprimé", max_length=100, blank=True)
    sealed = models.BooleanField("cacheté", default=False)

    objects = DocumentVersionQuerySet.as_manager()

    replaced_at: datetime | None = None
    """When another version replaced it, where a question tells it."""

    class Meta:
        verbose_name = "version de document"
        verbose_name_plural = "versions de documents"
        triggers = [
            pgtrigger.ReadOnly(
                name="an_issued_content_is_never_rewritten",
                exclude=["published_at", "withdrawn_at", "opened_at", "pdf_key", "sealed"],
            ),
            pgtrigger.Protect(
                name="a_first_opening_is_kept",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__opened_at__isnull=False, old__opened_at__df=pgtrigger.F("new__opened_at")
                ),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "number"], name="a_document_version_number_is_used_once"
            ),
            models.UniqueConstraint(fields=["code"], name="a_code_names_one_document_version"),
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(published_at=None),
                name="a_document_has_one_version_to_publish",
            ),
            models.CheckConstraint(
                name="only_what_was_published_is_withdrawn",
                condition=Q(withdrawn_at=None) | Q(published_at__isnull=False),
            ),
            models.CheckConstraint(
                name="only_what_was_printed_is_sealed",
                condition=Q(sealed=False) | ~Q(pdf_key=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["published_at"], name="document_unread", condition=Q(opened_at=None)
            ),
        ]

    def __str__(self) -> str:
        """Return « Récapitulatif d'inscription, version n°2 »."""
        return f"{self.document}, version n°{self.number}"

    @property
    def is_held_back(self) -> bool:
        """Whether something took away its ground before the instant from which it was to be read."""
        return (
            self.withdrawn_at is not None
            and self.published_at is not None
            and self.withdrawn_at < self.published_at
        )

    @property
    def replaced_in_words(self) -> str:
        """Say when another replaced it, by its own clock; nothing where none has, nor of what stands alone."""
        if self.replaced_at is None or self.kind.stands_alone:
            return ""
        when = instant_in_words(self.replaced_at, self.content["zone"], weekday=False)
        return f"Remplacée par celle du {when}"

    @property
    def kind(self) -> kinds.Kind:
        """Its kind."""
        return kinds.get(self.document.kind)

    @property
    def updated_in_digits(self) -> str:
        """The day of « mise à jour le 27/08/2018 », where its service is."""
        return day_in_digits(self.published_at or self.issued_at, self.content["zone"])

    @property
    def withdrawn_in_digits(self) -> str:
        """The day on which it was taken back, where its service is; nothing if it was not."""
        return day_in_digits(self.withdrawn_at, self.content["zone"]) if self.withdrawn_at else ""

    @property
    def opening_in_words(self) -> str:
        """« Ouvert le … », for the first time, or « Pas encore ouvert »."""
        if self.opened_at is None:
            return "Pas encore ouvert"
        zone = self.content["zone"]
        return f"Ouvert le {day_in_digits(self.opened_at, zone)} à {hour_in_words(self.opened_at, zone)}"

    @property
    def unheard(self) -> str:
        """Say why a screen reader does not read it as it should; nothing of what is made here."""
        return str(self.content.get("unheard", ""))

    @property
    def is_unnamed(self) -> bool:
        """Whether neither the name nor a number of whose it is was read in it; not of what is made here."""
        return bool(self.content.get("is_unnamed", False))

    @property
    def is_of_namesake(self) -> bool:
        """Whether the number, or the birth date, of somebody else of that name was read in it."""
        return bool(self.content.get("is_of_namesake", False))

    @property
    def twin_template(self) -> str:
        """The template of the page that says what the PDF says."""
        return self.kind.twin_template

    def twin_context(self) -> dict[str, Any]:
        """Return what that template reads: nothing but the frozen content."""
        return {"content": self.content}

    @property
    def public_facts(self) -> kinds.Facts:
        """What the verification page shows."""
        return self.kind.public_facts(self.content)


class ArchivedCode(models.Model):
    """What stays of a document once its registration is archived: that its code was given, to nobody.

    A true paper is shown for longer than a registration serves: its code still says that it is one.
    """

    class Fate(models.TextChoices):
        """What it was worth by then."""

        STOOD = "stood", "délivré"
        REPLACED = "replaced", "remplacé"
        WITHDRAWN = "withdrawn", "retiré"
        LEFT = "left", "d'une candidature qui n'était plus en cours"

    digest = models.CharField("empreinte du code", max_length=64, unique=True)
    kind = models.CharField("nature, telle qu'on la vérifie", max_length=120)
    issuer = models.CharField("délivré par", max_length=255)
    issued_on = models.DateField("délivré le")
    fate = models.CharField("ce qu'il valait", max_length=10, choices=Fate)

    class Meta:
        verbose_name = "code d'un document archivé"
        verbose_name_plural = "codes de documents archivés"

    def __str__(self) -> str:
        """Return what it was the code of."""
        return self.kind

    @property
    def issued_in_words(self) -> str:
        """The day on which it was issued, where its service was."""
        return day_in_words(self.issued_on)
