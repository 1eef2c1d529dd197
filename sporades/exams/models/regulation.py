"""The réglementation, version by version."""

import json
from functools import cached_property
from typing import Protocol, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from sporades.core.french import instant_in_words
from sporades.exams import schema
from sporades.exams.models.catalogue import Domain, Session


class Domains(Protocol):
    """A perimeter, which the rooms above know, as far as domains go."""

    def of_domain(self, path: str) -> Q:
        """Return what a row must satisfy, given the path of its domain's code."""


_understood: dict[int, schema.Regulation] = {}


class RegulationQuerySet(models.QuerySet["Regulation"]):
    """Questions about versions of the réglementation."""

    def in_force_named(self, *, domain: str, session: str) -> "Regulation | None":
        """Return the last version of a domain and a session, given their codes."""
        named = {"domain__code": domain, "session__code": session}
        return self.filter(**named).order_by("-number").first()

    def all_in_force(self) -> Self:
        """Return the last version of each domain and session."""
        return self.order_by("domain", "session", "-number").distinct("domain", "session")

    def within(self, reach: Domains) -> Self:
        """Return those of the domains of a perimeter: for its reader there is nothing else."""
        return self.filter(reach.of_domain("domain__code"))

    def light(self) -> Self:
        """Leave the content and the source in the database."""
        return self.defer("content", "source")


class Regulation(models.Model):
    """One version of the réglementation of a domain for a session. It is never changed.

    A registration points to the version that it was made under.
    """

    domain = models.ForeignKey(
        Domain, models.PROTECT, verbose_name="domaine", related_name="regulations"
    )
    session = models.ForeignKey(
        Session, models.PROTECT, verbose_name="session", related_name="regulations"
    )
    number = models.PositiveIntegerField("numéro de version")
    content = models.JSONField("contenu")
    source = models.TextField("fichier tel qu'il a été chargé")
    digest = models.CharField("empreinte du contenu", max_length=64)
    loaded_at = models.DateTimeField("chargée le")
    loaded_by = models.CharField("chargée par", max_length=255)

    objects = RegulationQuerySet.as_manager()

    class Meta:
        verbose_name = "réglementation"
        constraints = [
            models.UniqueConstraint(
                fields=["domain", "session", "number"],
                name="regulation_has_one_number_in_its_session",
                violation_error_message="Cette version existe déjà.",
            ),
            models.CheckConstraint(
                name="regulation_numbers_count_from_one",
                condition=Q(number__gte=1),
                violation_error_message="Les versions se comptent à partir de 1.",
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="a_regulation_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.domain}, {self.session}, version {self.number}"

    @property
    def rules(self) -> schema.Regulation:
        """What this version says, kept in the process: a version never changes."""
        if self.pk is None:
            return self._rules_tried
        if self.pk not in _understood:
            _understood[self.pk] = _understand(self.content)
        return _understood[self.pk]

    @cached_property
    def _rules_tried(self) -> schema.Regulation:
        return _understand(self.content)

    @property
    def loaded_in_words(self) -> str:
        """Say when it was put in force."""
        return instant_in_words(self.loaded_at, settings.TIME_ZONE)


class RegulationFile(models.Model):
    """A file that was loaded again with the same réglementation, otherwise written.

    Comments, layout and openings make no version: the file is kept beside the one that made it,
    so that what is exported is what was loaded last.
    """

    regulation = models.ForeignKey(
        Regulation, models.PROTECT, verbose_name="réglementation", related_name="files"
    )
    source = models.TextField("fichier tel qu'il a été chargé")
    loaded_at = models.DateTimeField("chargé le")
    loaded_by = models.CharField("chargé par", max_length=255)

    class Meta:
        verbose_name = "fichier de réglementation"
        verbose_name_plural = "fichiers de réglementation"
        triggers = [
            pgtrigger.Protect(
                name="a_loaded_file_never_changes",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]

    def __str__(self) -> str:
        """Return which version it says."""
        return f"{self.regulation}, rechargée"

    @property
    def loaded_in_words(self) -> str:
        """Say when it was loaded."""
        return instant_in_words(self.loaded_at, settings.TIME_ZONE)


def rules_held(pk: int) -> schema.Regulation | None:
    """Return the rules of a version if this process has read them already."""
    return _understood.get(pk)


def _understand(content: object) -> schema.Regulation:
    return schema.Regulation.model_validate_json(json.dumps(content))
