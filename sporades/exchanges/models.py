"""Exports as they are asked for, approved, prepared and forgotten."""

import uuid
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from sporades.accounts.asking import AskedByMember, clock_of
from sporades.core.french import instant_in_words
from sporades.core.numbers import in_groups
from sporades.exchanges.spreadsheets import FORMS, Form
from sporades.exchanges.states import UNDER_WAY, ExportState
from sporades.searches.columns import Column, chosen
from sporades.searches.trees import Group, from_json

WITHOUT_APPROVAL = 5_000
"""How many lines one person takes out alone (S-17)."""

GROWTH = 1.1
"""How much larger than what was approved it may be by the time it is made."""

KEPT_FOR = timedelta(hours=48)
"""How long a file waits for whoever asked for it."""


class ExportQuerySet(models.QuerySet["Export"]):
    """Questions about exports."""

    def proposed(self) -> Self:
        """Return those that wait for a second person."""
        return self.filter(state=ExportState.PROPOSED)


class Export(AskedByMember):
    """What a search finds, as a file: why, by whom, for which perimeter."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="exports"
    )
    tree = models.JSONField("arbre des critères")
    columns = ArrayField(models.CharField(max_length=30), verbose_name="colonnes", default=list)
    order = models.CharField("tri", max_length=30)
    form = models.CharField("format", max_length=4, choices=[(one, one) for one in FORMS])
    purpose = models.CharField("motif", max_length=300)
    total = models.PositiveIntegerField("lignes à écrire")
    done = models.PositiveIntegerField("lignes écrites", default=0)
    state = models.CharField("état", max_length=10, choices=ExportState)
    why = models.CharField("pourquoi il s'est arrêté", max_length=200, blank=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_name = models.CharField("décidé par", max_length=255, blank=True)
    approved_total = models.PositiveIntegerField("lignes approuvées", null=True, blank=True)
    begun_at = models.DateTimeField("commencé le", null=True, blank=True)
    ready_at = models.DateTimeField("prêt le", null=True, blank=True)
    file_key = models.CharField("fichier", max_length=100, blank=True)
    digest = models.CharField("empreinte du fichier", max_length=64, blank=True, db_default="")
    """Kept once the file is erased: whoever kept it shows by it that it is that one."""
    pending_key = models.CharField("fichier en cours d'écriture", max_length=100, blank=True)

    objects: ClassVar[Any] = ExportQuerySet.as_manager()

    class Meta:
        verbose_name = "export"
        constraints = [
            models.CheckConstraint(
                name="an_export_that_is_ready_has_its_file",
                condition=Q(state=ExportState.READY) & ~Q(file_key="") & Q(ready_at__isnull=False)
                | ~Q(state=ExportState.READY) & Q(file_key=""),
            ),
            models.CheckConstraint(
                name="a_fingerprint_is_of_a_file_that_was_made",
                condition=Q(digest="")
                | Q(state__in=[ExportState.READY, ExportState.FORGOTTEN])
                & Q(digest__regex="^[0-9a-f]{64}$"),
            ),
            models.CheckConstraint(
                name="a_large_export_is_approved_before_it_is_made",
                condition=Q(total__lte=WITHOUT_APPROVAL)
                | ~Q(state__in=[ExportState.RUNNING, ExportState.READY])
                | ~Q(decided_name=""),
            ),
            models.CheckConstraint(
                name="nobody_approves_their_own_export",
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
            ),
        ]
        indexes = [
            models.Index(fields=["asked_by", "-asked_at"], name="export_by_author"),
            models.Index(fields=["state", "asked_at"], name="export_by_state"),
        ]

    def __str__(self) -> str:
        """Return how it is called."""
        return f"export {self.mark}"

    @property
    def is_proposed(self) -> bool:
        """Whether it awaits an approval."""
        return self.state == ExportState.PROPOSED

    @property
    def is_under_way(self) -> bool:
        """Whether its file is to be written, or being written."""
        return self.state in UNDER_WAY

    @property
    def is_ready(self) -> bool:
        """Whether its file is there."""
        return self.state == ExportState.READY

    @property
    def is_refused(self) -> bool:
        """Whether its approval was refused."""
        return self.state == ExportState.REFUSED

    @property
    def is_forgotten(self) -> bool:
        """Whether its file was there, and is erased."""
        return self.state == ExportState.FORGOTTEN

    @property
    def mark(self) -> str:
        """The mark that each line of the file carries: a copy says where it comes from."""
        return self.pk.hex[:8].upper()

    @property
    def group(self) -> Group:
        """The tree. Raises KeyError, ValueError when the service knows it no more."""
        return from_json(self.tree)

    @property
    def shown(self) -> list[Column]:
        """The columns to write."""
        return chosen(self.columns)

    @property
    def spreadsheet(self) -> Form:
        """The form of the file."""
        return FORMS[self.form]

    @property
    def file_name(self) -> str:
        """The name under which it is handed over."""
        return f"inscriptions-{self.mark}{self.spreadsheet.suffix}"

    @property
    def needs_approval(self) -> bool:
        """Whether a second person must approve it, or what it has grown to since."""
        if self.approved_total is None:
            return self.total > WITHOUT_APPROVAL
        return self.total > self.approved_total * GROWTH

    @property
    def counted(self) -> str:
        """Say how many lines it has."""
        return f"{in_groups(str(self.total))} ligne{'s' if self.total > 1 else ''}"

    @property
    def written(self) -> str:
        """Say how many lines are written."""
        return in_groups(str(self.done))

    def is_kept(self, at: datetime) -> bool:
        """Return whether its file may still be taken at an instant, whenever it is deleted."""
        return self.ready_at is not None and at <= self.ready_at + KEPT_FOR

    @property
    def kept_until_in_words(self) -> str:
        """Say until when the file can be taken."""
        return (
            instant_in_words(self.ready_at + KEPT_FOR, clock_of(self.reach))
            if self.ready_at
            else ""
        )
