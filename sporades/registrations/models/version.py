"""What was filed: frozen, with its fingerprint."""

from datetime import datetime
from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models.fields.json import KeyTransform
from django.db.models.functions import JSONObject, Now

from sporades.core.actors import CANDIDATE
from sporades.core.digests import digest
from sporades.exams.models.service import MINUTE
from sporades.journal.words import in_quality

ADDRESS = "Adresse mail"
"""How a version names the address of its candidate, among the civil data."""

OF_NO_SERVICE = ("administrator", "operator")
"""The kinds of authors who are of no managing service, whichever has the registration."""


class VersionQuerySet(models.QuerySet["Version"]):
    """Questions about versions."""

    def for_history(self) -> Self:
        """Everything that a history shows, the last first; of what was filed, when and where alone."""
        said = {
            "filed_in_words": KeyTransform("filed_in_words", "snapshot"),
            "service": JSONObject(name=KeyTransform("name", KeyTransform("service", "snapshot"))),
            "signed_by": KeyTransform("signed_by", "snapshot"),
        }
        return self.defer("snapshot").annotate(said=JSONObject(**said)).order_by("-number")


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
    due: list[dict[str, Any]]
    """Which of its pieces were still to be sent when its documents were issued: written in them."""

    objects: ClassVar[Any] = VersionQuerySet.as_manager()

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
    def is_of_a_minor(self) -> bool:
        """Whether its candidate was under eighteen when it was filed: their guardian signs it too."""
        found: bool = self.registration.is_minor(self.filed_at)
        return found

    @property
    def filed_in_words(self) -> str:
        """Say when it was filed, by the clock of the service that had it then."""
        return str(self._said["filed_in_words"])

    @property
    def service_name(self) -> str:
        """The managing service that had the registration in this version, whichever has it now."""
        return str(self._said["service"]["name"])

    @property
    def signed_by(self) -> str:
        """The managing service whose agent filed it: of a move, the one that gave it away."""
        return str(self._said.get("signed_by") or self.service_name)

    @property
    def author_for_candidate(self) -> str:
        """Who filed it, as its candidate reads it: themselves, or their service, no agent's name."""
        return self.author_name if self.author_kind == CANDIDATE else self.signed_by

    @property
    def author_in_office(self) -> str:
        """Who filed it, as the office reads it: an agent with their service, or of what quality.

        An administrator is of no academy, and a command line of no service.
        """
        if self.author_kind == CANDIDATE:
            return self.author_name
        if self.author_kind in OF_NO_SERVICE:
            return in_quality(self.author_name, self.author_kind)
        return f"{self.author_name}, {self.signed_by}"

    @property
    def to_review(self) -> list[str]:
        """What is to be reviewed of its registration since it was made; nothing once that is settled."""
        is_to_review = self.registration.to_review_since is not None
        return (self.snapshot.get("to_review") or []) if is_to_review else []

    @property
    def _said(self) -> dict[str, Any]:
        """What its snapshot says, or what `for_history` has read in it."""
        found: dict[str, Any] = self.__dict__.get("said") or self.snapshot
        return found

    @property
    def returned_elsewhere(self) -> str:
        """Where the signed summary goes, in a line; nothing when it is to the managing service."""
        asked, service = self.snapshot["to_return"], self.snapshot["service"]
        if not asked or asked["address"] == [service["name"], *service["address"]]:
            return ""
        return ", ".join(asked["address"])

    @property
    def returned_by(self) -> str:
        """By which day its signed summary is posted, in words; nothing where none is asked for."""
        asked = self.snapshot["to_return"]
        return self.registration.last_day_in_words(asked) if asked else ""

    @property
    def summary_to_send(self) -> dict[str, Any] | None:
        """What it says of its signed summary, where that is to be sent; nothing where it is not.

        It has come back, its registration is validated, or its day had passed as it was made.
        """
        asked: dict[str, Any] | None = self.snapshot["to_return"]
        if not asked or self.registration.is_validated or self.registration.summary_posted_on:
            return None
        return asked if self.filed_at < datetime.fromisoformat(asked["until"]) + MINUTE else None

    @property
    def address(self) -> str:
        """The mail address that was its candidate's when it was filed, where there was one."""
        said: str = dict(self.snapshot["identity"]).get(ADDRESS, "")
        return said

    @property
    def is_intact(self) -> bool:
        """Whether the content still has the fingerprint taken at filing."""
        return digest(self.snapshot) == self.digest
