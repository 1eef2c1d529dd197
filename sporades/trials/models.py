"""Dry runs: what they count, and whom they would refuse."""

import uuid
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sporades.accounts.asking import AskedByMember
from sporades.accounts.permissions import Reach
from sporades.exams.models import PreparedRegulation, Regulation, Session
from sporades.registrations.models import Registration
from sporades.trials.states import TrialState


class Trial(AskedByMember):
    """A réglementation that is prepared, tried on the registrations of a perimeter."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    prepared = models.ForeignKey(
        PreparedRegulation, models.CASCADE, related_name="trials", verbose_name="réglementation"
    )
    against = models.ForeignKey(
        Regulation,
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="+",
        verbose_name="version en vigueur quand il a été demandé",
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="trials"
    )
    total = models.PositiveIntegerField("inscriptions à juger")
    done = models.PositiveIntegerField("inscriptions jugées", default=0)
    position = models.BigIntegerField("dernière inscription jugée", default=0)
    state = models.CharField("état", max_length=10, choices=TrialState)
    why = models.CharField("pourquoi il s'est arrêté", max_length=200, blank=True)
    moved_at = models.DateTimeField("dernière avancée le")
    ended_at = models.DateTimeField("terminé le", null=True, blank=True)

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "essai à blanc"
        verbose_name_plural = "essais à blanc"
        constraints = [
            models.UniqueConstraint(
                fields=["prepared", "asked_by"],
                condition=Q(state=TrialState.RUNNING),
                name="a_file_is_tried_once_at_a_time",
            ),
            models.CheckConstraint(
                name="a_trial_that_is_done_has_its_instant",
                condition=Q(state=TrialState.DONE, ended_at__isnull=False)
                | ~Q(state=TrialState.DONE) & Q(ended_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(
                fields=["moved_at"], condition=Q(state=TrialState.RUNNING), name="trial_under_way"
            ),
        ]

    def __str__(self) -> str:
        """Return when it was asked for."""
        return f"essai à blanc du {self.asked_in_words}"

    @property
    def is_under_way(self) -> bool:
        """Whether it goes on."""
        return self.state == TrialState.RUNNING

    @property
    def percent(self) -> int:
        """How far it is: no count, since its readers have other perimeters."""
        return min(100 * self.done // self.total, 100) if self.total else 100


class Within(models.QuerySet[Any]):
    """Questions about what a dry run says, which every reader asks of a perimeter."""

    ACADEMY: ClassVar = "academy"

    def within(self, reach: Reach) -> Self:
        """Keep what is of a perimeter: for its reader there is nothing else."""
        return self.filter(
            reach.condition(academy=self.ACADEMY, domain="trial__prepared__domain_code")
        )


class OfRegistrations(Within):
    """The same of what it says of each registration: whoever reads it is who reads that one now."""

    ACADEMY: ClassVar = "registration__academy"

    def moved(self, reach: Reach) -> Self:
        """Keep what is of registrations that have left for another academy since they were judged.

        Args:
            reach: where its reader may read: they left it, or came into it.
        """
        here, there = (
            reach.condition(academy=path, domain="trial__prepared__domain_code")
            for path in (self.ACADEMY, "academy")
        )
        return self.filter(here | there if here else here).exclude(
            academy=F("registration__academy")
        )


class TrialTally(models.Model):
    """How many registrations of an academy, for a session, would be accepted and refused."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="tallies", db_index=False)
    session = models.ForeignKey(Session, models.PROTECT, related_name="+")
    academy = models.CharField("académie", max_length=3)
    accepted = models.PositiveIntegerField("acceptées", default=0)
    losing = models.PositiveIntegerField(
        "acceptées, qui perdraient quelque chose", default=0, db_default=0
    )
    refused = models.PositiveIntegerField("refusées", default=0)
    refused_anyway = models.PositiveIntegerField("refusées déjà en vigueur", default=0)

    objects: ClassVar[Any] = Within.as_manager()

    class Meta:
        verbose_name = "décompte d'un essai à blanc"
        constraints = [
            models.UniqueConstraint(
                fields=["trial", "session", "academy"], name="a_trial_counts_an_academy_once"
            ),
        ]

    def __str__(self) -> str:
        """Return both counts."""
        return f"{self.academy} : {self.accepted} acceptées, {self.refused} refusées"


class TrialRefusal(models.Model):
    """One thing that would keep one registration from being accepted, or that it would lose."""

    trial = models.ForeignKey(Trial, models.CASCADE, related_name="refusals", db_index=False)
    registration = models.ForeignKey(
        Registration, models.CASCADE, related_name="trial_refusals", verbose_name="inscription"
    )
    session = models.ForeignKey(Session, models.PROTECT, related_name="+")
    academy = models.CharField("académie", max_length=3)
    section = models.CharField("onglet", max_length=80, blank=True)
    label = models.TextField("question", blank=True)
    message = models.TextField("ce qui serait répondu")
    is_new = models.BooleanField("par ce fichier", default=True)
    is_loss = models.BooleanField(
        "perdu, l'inscription étant acceptée", default=False, db_default=False
    )

    objects: ClassVar[Any] = OfRegistrations.as_manager()

    class Meta:
        verbose_name = "refus d'un essai à blanc"
        verbose_name_plural = "refus d'un essai à blanc"
        indexes = [
            models.Index(fields=["trial", "academy", "id"], name="trial_refusal_by_academy"),
        ]

    def __str__(self) -> str:
        """Return what would be answered."""
        return f"{self.registration_id} : {self.message}"
