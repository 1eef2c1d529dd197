"""Batches and their lines."""

import uuid
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from sporades.accounts.asking import AskedByMember, clock_of
from sporades.accounts.permissions import Permission, Reach
from sporades.batches.actions import ACTIONS, WRITTEN_ALONE, Action
from sporades.batches.states import BatchState, Outcome
from sporades.core.counts import counted
from sporades.core.french import day_in_words, instant_in_words
from sporades.core.numbers import in_groups
from sporades.exams.schema.base import LONGEST_LINE
from sporades.registrations.giving import Giving
from sporades.registrations.models import Registration
from sporades.searches.rules import is_asked_for_health
from sporades.territory import queries as territory


class Batch(AskedByMember):
    """One action on the registrations that were chosen, frozen when it was asked for."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="batches"
    )
    action = models.CharField("action", max_length=60, choices=[(one, one) for one in ACTIONS])
    reason = models.CharField("motif", max_length=500, blank=True)
    piece = models.CharField("pièce", max_length=40, blank=True)
    sought = models.TextField("critères, en mots", blank=True, default="", db_default="")
    """What its registrations were found by, as its author read it: another person may approve it."""
    tree = models.JSONField("arbre des critères", null=True, blank=True)
    """The same, to be asked again before it is written to them; nothing where it is not."""
    is_of_health = models.BooleanField(
        "trouvées par un critère de santé", default=False, db_default=False
    )
    """Whether being among its lines says something of somebody's health: no file says it (P-12)."""
    until = models.DateField("jour accordé", null=True, blank=True)
    """The last day that it leaves, where it leaves more time."""
    label = models.CharField(
        "pièce demandée en plus", max_length=LONGEST_LINE, blank=True, default="", db_default=""
    )
    """What it asks for, as each candidate reads it, where it asks for something."""
    giving = models.CharField(
        "comment elle se fournit",
        max_length=10,
        blank=True,
        default="",
        db_default="",
        choices=[(one.value, one.value) for one in Giving],
    )
    academy = models.CharField("académie", max_length=3, blank=True, default="", db_default="")
    """To which it gives its registrations, where it gives them to one."""
    about = models.UUIDField("ce qu'il remplit", null=True, blank=True)
    total = models.PositiveIntegerField("lignes")
    state = models.CharField("état", max_length=10, choices=BatchState)
    why = models.CharField("pourquoi il s'est arrêté", max_length=200, blank=True)
    launched_at = models.DateTimeField("lancé ou proposé le", null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    decided_name = models.CharField("approuvé ou refusé par", max_length=255, blank=True)
    moved_at = models.DateTimeField("dernière avancée le", null=True, blank=True)
    ended_at = models.DateTimeField("terminé le", null=True, blank=True)
    sending = models.UUIDField("envoi", null=True, blank=True, editable=False)
    """The press of the button that prepared it; nothing where no page named one."""

    objects: ClassVar[Any] = models.Manager()

    class Meta:
        verbose_name = "lot"
        indexes = [
            models.Index(fields=["asked_by", "-asked_at"], name="batch_by_author"),
            models.Index(
                fields=["moved_at"], condition=Q(state=BatchState.RUNNING), name="batch_under_way"
            ),
            models.Index(
                fields=["asked_at"], condition=Q(state=BatchState.PROPOSED), name="batch_proposed"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="a_batch_that_is_done_has_its_instant",
                condition=Q(state=BatchState.DONE, ended_at__isnull=False)
                | ~Q(state=BatchState.DONE) & Q(ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="nobody_approves_their_own_batch",
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
            ),
            models.UniqueConstraint(
                fields=["asked_by", "sending"], name="two_presses_prepare_one_batch"
            ),
        ]

    def __str__(self) -> str:
        """Return what it does, to how many."""
        return f"{self.does.label}, {self.counted}"

    @property
    def is_prepared(self) -> bool:
        """Whether its author has still to launch it."""
        return self.state == BatchState.PREPARED

    @property
    def is_proposed(self) -> bool:
        """Whether it awaits an approval."""
        return self.state == BatchState.PROPOSED

    @property
    def is_refused(self) -> bool:
        """Whether its approval was refused."""
        return self.state == BatchState.REFUSED

    @property
    def is_running(self) -> bool:
        """Whether it goes through its lines."""
        return self.state == BatchState.RUNNING

    @property
    def is_stopped(self) -> bool:
        """Whether it was stopped before its last line."""
        return self.state == BatchState.STOPPED

    @property
    def is_done(self) -> bool:
        """Whether it has been through all of them."""
        return self.state == BatchState.DONE

    @property
    def does(self) -> Action:
        """The action."""
        return ACTIONS[self.action]

    @property
    def said(self) -> dict[str, Any]:
        """What is said with the action, as its act takes it."""
        until = {"until": self.until} if self.does.has_day else {}
        words = {"label": self.label, "giving": Giving(self.giving)} if self.does.has_words else {}
        where = {"academy": self.academy} if self.does.has_academy else {}
        return {**until, **words, **where}

    @property
    def says_of_health(self) -> bool:
        """Whether a list of its lines would say something of health: what found them, or what it does."""
        return (
            self.is_of_health
            or self.does.permission == Permission.DECIDE_ACCOMMODATIONS
            or (bool(self.piece) and is_asked_for_health(self.piece))
        )

    @property
    def is_of_many(self) -> bool:
        """Whether it has more lines than one person writes to alone."""
        return self.total > WRITTEN_ALONE

    @property
    def counted(self) -> str:
        """Say how many lines it has."""
        return f"{in_groups(str(self.total))} inscription{'s' if self.total > 1 else ''}"

    @property
    def until_in_words(self) -> str:
        """Say until which day it leaves time; nothing where it leaves none."""
        return day_in_words(self.until) if self.until else ""

    @property
    def academy_in_words(self) -> str:
        """Say to which academy it gives its registrations; nothing where it gives them to none."""
        return territory.academy(self.academy).full_name if self.academy else ""

    @property
    def proposed_in_words(self) -> str:
        """Say when it was proposed, which may be long after it was prepared."""
        return instant_in_words(self.launched_at or self.asked_at, clock_of(self.reach))

    def lines_within(self, *reaches: Reach) -> Any:
        """Return the lines that its author may still act on: the others are refused, and not told of.

        Args:
            reaches: perimeters that hold them too, as that of its reader now.
        """
        where = {"academy": "registration__academy", "domain": "registration__exam__domain__code"}
        found = self.lines.all()
        for reach in (self.reach, *reaches):
            found = found.filter(reach.condition(**where))
        return found

    def done(self) -> Any:
        """Return the lines of which it was done."""
        return self.lines.filter(outcome=Outcome.DONE)

    def counts(self) -> dict[str, int]:
        """Return how many lines there are of each outcome."""
        return counted(self.lines, "outcome", Outcome.values)


class BatchLine(models.Model):
    """One registration of a batch, and what became of it."""

    batch = models.ForeignKey(Batch, on_delete=models.CASCADE, related_name="lines", db_index=False)
    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="batch_lines"
    )
    outcome = models.CharField("résultat", max_length=10, choices=Outcome, default=Outcome.WAITING)
    why = models.CharField("refus", max_length=300, blank=True)
    mark = models.CharField(
        "ce qui en était décidé", max_length=120, blank=True, default="", db_default=""
    )
    """What tells the decision that stood when the batch was prepared from any that comes after."""

    class Meta:
        verbose_name = "ligne d'un lot"
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "registration"], name="a_registration_is_once_in_a_batch"
            ),
            models.CheckConstraint(
                name="a_refused_line_says_why",
                condition=Q(outcome=Outcome.REFUSED) & ~Q(why="")
                | ~Q(outcome=Outcome.REFUSED) & Q(why=""),
            ),
        ]
        indexes = [
            models.Index(fields=["batch", "outcome", "id"], name="batch_line_by_outcome"),
        ]

    def __str__(self) -> str:
        """Return what became of it."""
        return f"{self.registration_id} : {self.get_outcome_display()}"
