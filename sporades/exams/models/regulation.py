"""The réglementation, version by version."""

import json
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q

from sporades.exams import schema
from sporades.exams.models.catalogue import Domain, Session

_understood: dict[int, schema.Regulation] = {}


class RegulationQuerySet(models.QuerySet["Regulation"]):
    """Questions about versions of the réglementation."""

    def in_force(self, domain: Domain, session: Session) -> "Regulation | None":
        """Return the version under which one registers now: the last one."""
        return self.filter(domain=domain, session=session).order_by("-number").first()

    def all_in_force(self) -> Self:
        """Return the last version of each domain and session."""
        return self.order_by("domain", "session", "-number").distinct("domain", "session")

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
            return _understand(self.content)
        if self.pk not in _understood:
            _understood[self.pk] = _understand(self.content)
        return _understood[self.pk]


def rules_held(pk: int) -> schema.Regulation | None:
    """Return the rules of a version if this process has read them already."""
    return _understood.get(pk)


def _understand(content: object) -> schema.Regulation:
    return schema.Regulation.model_validate_json(json.dumps(content))
