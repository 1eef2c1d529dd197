"""What every request of a candidate to their managing service has: a reason, a proof, a decision."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from sporades.core.days import midnight, months_after, months_before
from sporades.core.french import (
    ZONES,
    day_in_words,
    instant_in_words,
    local_day,
    time_left_in_words,
)
from sporades.registrations.models.registration import Registration
from sporades.registrations.states import RequestState

LONGEST_REASON = 1_000
LONGEST_ANSWER = 500
ANSWERED_WITHIN_MONTHS = 1
"""In which whoever asks for a rectification is answered (RGPD, art. 12 § 3)."""

SOON = timedelta(days=7)
"""How long before that day the office is reminded of it."""


def due_before(at: datetime, *, later: timedelta = timedelta(0)) -> Q:
    """Return what a request satisfies whose last day of answer is before the day of an instant.

    It says of many what `Request.is_late` says of one: a range for each clock that a service may
    follow, several of which are one.

    Args:
        at: the instant.
        later: how many days after that day, whole ones.
    """
    alike: dict[datetime, list[str]] = defaultdict(list)
    for zone in ZONES:
        first_in_time = months_before(local_day(at, zone) + later, ANSWERED_WITHIN_MONTHS)
        alike[midnight(first_in_time, zone)].append(zone)
    ranges = [
        Q(registration__service__zone__in=zones, sent_at__lt=begins)
        for begins, zones in alike.items()
    ]
    return reduce(or_, ranges)


def of_registration(where: Mapping[str, str]) -> Q:
    """Return what a request satisfies whose registration is such: what it is filtered by, by its fields."""
    return Q(**{f"registration__{field}": said for field, said in where.items()})


class RequestQuerySet[Kind: "Request"](models.QuerySet[Kind]):
    """Questions about requests of either kind."""

    def waiting(self) -> Self:
        """Return those that nobody has decided."""
        return self.filter(state=RequestState.SENT)

    def unscanned(self) -> Self:
        """Return those of whose proof the antivirus has said nothing."""
        return self.filter(proof_key__gt="", proof_scanned_at=None)


class Request(models.Model):
    """Something that a candidate asks and that the managing service accepts or refuses (I7)."""

    changes = models.JSONField("ce qui est demandé")
    proof_key = models.CharField("pièce jointe", max_length=100, blank=True)
    proof_scanned_at = models.DateTimeField(
        "pièce jointe passée à l'antivirus le", null=True, blank=True
    )
    proof_is_clean = models.BooleanField("pièce jointe saine", null=True, blank=True)
    state = models.CharField("état", max_length=10, choices=RequestState, default=RequestState.SENT)
    sent_at = models.DateTimeField("envoyée le")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    assigned_name = models.CharField("prise en charge par", max_length=255, blank=True)
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)
    decided_name = models.CharField("décidée par", max_length=255, blank=True)
    answer = models.CharField("motif du refus", max_length=LONGEST_ANSWER, blank=True)

    registration: models.ForeignKey[Registration]
    received: Registration | None = None
    """The registration that its receipt speaks of, where its reader reaches it through another."""

    class Meta:
        abstract = True

    @property
    def received_as(self) -> Registration:
        """The registration by whose réglementation, and clock, its receipt says what silence means."""
        return self.received or self.registration

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has decided it."""
        return self.state == RequestState.SENT

    @property
    def is_accepted(self) -> bool:
        """Whether what it asked is done."""
        return self.state == RequestState.ACCEPTED

    @property
    def is_refused(self) -> bool:
        """Whether its candidate reads why it is not done."""
        return self.state == RequestState.REFUSED

    @property
    def is_proof_infected(self) -> bool:
        """Whether a virus was found in its proof, which nobody opens."""
        return self.proof_is_clean is False

    @property
    def sent_in_words(self) -> str:
        """Say when it was sent, by the clock of the registration's service."""
        return instant_in_words(self.sent_at, self.registration.service.zone)

    @property
    def decided_in_words(self) -> str:
        """Say when it was decided, or taken back."""
        if self.decided_at is None:
            return ""
        return instant_in_words(self.decided_at, self.registration.service.zone)

    @property
    def answer_due_on(self) -> date:
        """The last day on which it is answered in time, by the clock of the registration's service."""
        sent = local_day(self.sent_at, self.registration.service.zone)
        return months_after(sent, ANSWERED_WITHIN_MONTHS)

    def is_late(self, at: datetime) -> bool:
        """Return whether it waits beyond that day."""
        return (
            self.is_waiting and local_day(at, self.registration.service.zone) > self.answer_due_on
        )

    def is_due_soon(self, at: datetime) -> bool:
        """Return whether that day is near, and not over."""
        today = local_day(at, self.registration.service.zone)
        return self.is_waiting and today <= self.answer_due_on <= today + SOON

    def due_in_words(self, at: datetime) -> str:
        """Say until when it is answered in time, and whether that is soon or over."""
        said = day_in_words(self.answer_due_on)
        if self.is_late(at):
            return f"{said} : délai dépassé"
        return f"{said} : bientôt" if self.is_due_soon(at) else said

    def age_in_words(self, at: datetime) -> str:
        """Say for how long it has waited."""
        return time_left_in_words(at - self.sent_at)


def says_why_if_refused(name: str) -> models.CheckConstraint:
    """Return the constraint of this name: a refusal has its reason, and nothing else has one."""
    return models.CheckConstraint(
        name=name,
        condition=Q(state=RequestState.REFUSED) & ~Q(answer="")
        | ~Q(state=RequestState.REFUSED) & Q(answer=""),
    )


def has_its_instant_once_ended(name: str) -> models.CheckConstraint:
    """Return the constraint of this name: what waits no more says since when."""
    return models.CheckConstraint(
        name=name,
        condition=Q(state=RequestState.SENT, decided_at__isnull=True)
        | ~Q(state=RequestState.SENT) & Q(decided_at__isnull=False),
    )
