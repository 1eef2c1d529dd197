"""Changes of the dates of a registration service: what was, what is wanted, who decides."""

from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import F, Q

from sporades.core.french import instant_in_words
from sporades.exams.models.service import Condition, RegistrationService
from sporades.exams.states import ChangeState

LONGEST_REASON = 300
"""Of why dates change, and of why they do not."""


OPENS_AT_ONCE = timedelta(days=1)
"""How soon a service opens that one has no time to give back its closing alone."""


def cuts_short(*, before: datetime, closes_at: datetime, opens_at: datetime, at: datetime) -> bool:
    """Return whether a closing is brought forward that two persons alone can give back.

    People have counted on it once the service is open; until then whoever changed it changes it
    back, unless it opens too soon for that.

    Args:
        before: the closing that was announced.
        closes_at: the new one.
        opens_at: the earlier of its openings, before and after.
        at: the instant.
    """
    return closes_at < before and opens_at <= at + OPENS_AT_ONCE


class ServiceChangeQuerySet(models.QuerySet["ServiceChange"]):
    """Questions about changes of dates."""

    def proposed(self) -> Self:
        """Return those that wait for a second person."""
        return self.filter(state=ChangeState.PROPOSED)

    def beside(self, change: "ServiceChange") -> Self:
        """Return what was proposed together with a change, itself included."""
        if change.together is None:
            return self.filter(pk=change.pk)
        return self.filter(together=change.together)

    def within(self, reach: Condition) -> Self:
        """Return those of the services of a perimeter."""
        return self.filter(
            reach.condition(academy="service__academy", domain="service__domain__code")
        )

    def for_list(self) -> Self:
        """Everything that a line shows, the oldest first; touching anything else raises."""
        service = ("service__domain", "service__session", "service__academy")
        # Those of several services, proposed together, have one instant.
        found = self.select_related(*service).order_by("proposed_at", "pk")
        return found.fetch_mode(models.FETCH_RAISE)


class ServiceChange(models.Model):
    """New dates for a service: applied at once, or proposed by one person and approved by another.

    Its authors are text, as in the journal: what was decided outlives their accounts.
    """

    service = models.ForeignKey(
        RegistrationService, models.CASCADE, verbose_name="service", related_name="changes"
    )
    opened_at = models.DateTimeField("ouvrait le")
    closed_at = models.DateTimeField("fermait le")
    opens_at = models.DateTimeField("ouvre le")
    closes_at = models.DateTimeField("ferme le")
    reason = models.CharField("motif", max_length=LONGEST_REASON)
    needs_two = models.BooleanField("deux personnes")
    together = models.UUIDField("proposés ensemble", null=True, blank=True, editable=False)
    state = models.CharField("état", max_length=10, choices=ChangeState)
    proposed_at = models.DateTimeField("proposé le")
    proposed_by = models.CharField("proposé par", max_length=255)
    proposed_by_id = models.CharField("compte de qui propose", max_length=60)
    answer = models.CharField("motif du refus", max_length=LONGEST_REASON, blank=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    decided_by = models.CharField("décidé par", max_length=255, blank=True)
    decided_by_id = models.CharField("compte de qui décide", max_length=60, blank=True)
    told_at = models.DateTimeField("dit le", null=True, blank=True, editable=False)
    """When somebody began to be told of its closing, which stood: nothing where none was ever."""

    objects = ServiceChangeQuerySet.as_manager()

    class Meta:
        verbose_name = "changement de dates"
        verbose_name_plural = "changements de dates"
        constraints = [
            models.UniqueConstraint(
                fields=["together", "service"], name="a_service_is_extended_once_with_others"
            ),
            models.UniqueConstraint(
                fields=["service"],
                condition=Q(state=ChangeState.PROPOSED),
                name="a_service_has_one_proposed_change",
            ),
            models.CheckConstraint(
                name="a_decided_change_has_its_instant",
                condition=Q(state=ChangeState.PROPOSED, decided_at__isnull=True)
                | (~Q(state=ChangeState.PROPOSED) & Q(decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="nobody_approves_what_they_propose",
                condition=~Q(state=ChangeState.APPLIED)
                | Q(needs_two=False)
                | ~Q(decided_by_id=F("proposed_by_id")),
            ),
            models.CheckConstraint(
                name="a_changed_service_closes_after_it_opens",
                condition=Q(closes_at__gt=F("opens_at")),
            ),
        ]

    def __str__(self) -> str:
        """Return what changes."""
        return f"{self.service} : {self.get_state_display()}"

    @property
    def is_applied(self) -> bool:
        """Whether it was approved."""
        return self.state == ChangeState.APPLIED

    @property
    def is_refused(self) -> bool:
        """Whether its approval was refused."""
        return self.state == ChangeState.REFUSED

    @property
    def moves_closing(self) -> bool:
        """Whether the closing is another one."""
        return self.closes_at != self.closed_at

    @property
    def cuts_short(self) -> bool:
        """Whether it closes earlier a service that is open, or that opens at once (`cuts_short`)."""
        return cuts_short(
            before=self.closed_at,
            closes_at=self.closes_at,
            opens_at=min(self.opens_at, self.opened_at),
            at=self.proposed_at,
        )

    @property
    def proposed_in_words(self) -> str:
        """Say when it was proposed, by the clock of the service."""
        return instant_in_words(self.proposed_at, self.service.zone)

    @property
    def decided_in_words(self) -> str:
        """Say when it was decided, by the same clock; nothing while it waits."""
        return instant_in_words(self.decided_at, self.service.zone) if self.decided_at else ""

    @property
    def in_words(self) -> str:
        """Say what changes, by the clock of the service."""
        said = self.service.said
        parts = []
        if self.opens_at != self.opened_at:
            parts.append(f"ouverture le {said(self.opens_at)} au lieu du {said(self.opened_at)}")
        if self.moves_closing:
            parts.append(f"fermeture le {said(self.closes_at)} au lieu du {said(self.closed_at)}")
        return " ; ".join(parts)
