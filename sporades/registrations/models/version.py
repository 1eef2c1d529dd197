"""What was filed: frozen, with its fingerprint."""

import pgtrigger
from django.db import models
from django.db.models.functions import Now

from sporades.core.digests import digest
from sporades.core.french import instant_in_words

CANDIDATE = "candidate"
"""The kind of an author who files for themselves."""


class Version(models.Model):
    """One filing of a registration: everything that it said, for ever.

    `filed_at` is when the request arrived, which meets the deadline; `stored_at`, by the
    database's own clock, is when it was written: both stand as evidence (R-22).
    """

    registration = models.ForeignKey(
        "registrations.Registration", on_delete=models.CASCADE, related_name="versions"
    )
    number = models.PositiveIntegerField("numéro de version")
    regulation = models.ForeignKey("exams.Regulation", on_delete=models.PROTECT, related_name="+")
    snapshot = models.JSONField("contenu")
    digest = models.CharField("empreinte", max_length=64)
    author_kind = models.CharField("qualité de l'auteur", max_length=20)
    author_name = models.CharField("auteur", max_length=255)
    filed_at = models.DateTimeField("enregistrée le")
    stored_at = models.DateTimeField("écrite le, à l'horloge de la base", db_default=Now())
    changes = models.JSONField("ce qui a changé", default=list)

    class Meta:
        verbose_name = "version d'une inscription"
        ordering = ("registration", "number")
        triggers = [
            pgtrigger.Protect(name="a_version_is_never_rewritten", operation=pgtrigger.Update),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["registration", "number"], name="a_version_number_is_used_once"
            ),
        ]

    def __str__(self) -> str:
        """Return « version n°2 »."""
        return f"version n°{self.number}"

    @property
    def filed_in_words(self) -> str:
        """Say when it was filed."""
        return instant_in_words(self.filed_at, self.registration.service.zone)

    @property
    def author_for_candidate(self) -> str:
        """Who filed it, as its candidate reads it: themselves, or their service, no agent's name."""
        if self.author_kind == CANDIDATE:
            return self.author_name
        return str(self.registration.service.managing_service.name)

    @property
    def returned_elsewhere(self) -> str:
        """Where the signed summary goes, in a line; nothing when it is to the managing service."""
        asked, service = self.snapshot["to_return"], self.snapshot["service"]
        if not asked or asked["address"] == [service["name"], *service["address"]]:
            return ""
        return ", ".join(asked["address"])

    @property
    def address(self) -> str:
        """The mail address that was its candidate's when it was filed, where there was one."""
        said: str = dict(self.snapshot["identity"]).get("Adresse mail", "")
        return said

    @property
    def is_intact(self) -> bool:
        """Whether the content still has the fingerprint taken at filing."""
        return digest(self.snapshot) == self.digest
