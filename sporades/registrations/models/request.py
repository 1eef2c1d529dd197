"""What every request of a candidate to their managing service has: a reason, a proof, a decision."""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Q, Value

from sporades.core.days import months_after, months_before
from sporades.core.french import (
    day_in_words,
    instant_in_words,
    local_day,
    time_left_in_words,
)
from sporades.exams.models import RegistrationService
from sporades.registrations.came import CameBy, received_in_words
from sporades.registrations.models.registration import Registration
from sporades.registrations.states import RequestState

LONGEST_REASON = 1_000
LONGEST_ANSWER = 500
ANSWERED_WITHIN_MONTHS = 1
"""In which whoever asks for a rectification is answered (RGPD, art. 12 § 3)."""

SOON = timedelta(days=7)
"""How long before that day the office is reminded of it."""

DAYS_TO_COMPLETE = 15
"""In which a candidate sends what is missing; no delay of an answer runs longer for it (CRPA L. 114-5)."""

_HALF_A_DAY = timedelta(hours=12)

_STOOD_STILL = ExpressionWrapper(
    F("paused_days") * Value(timedelta(days=1)), output_field=DurationField()
)

COUNTED_FROM = ExpressionWrapper(F("sent_at") + _STOOD_STILL, output_field=DateTimeField())
"""The instant from which the month of an answer counts."""


def may_be_due_from(at: datetime) -> datetime:
    """Return before when a request is counted from that is late at an instant, or due soon.

    By no clock a day is more than one away from that of another, so none is missed: `is_late` and
    `is_due_soon` tell which they are.
    """
    soon = at.astimezone(UTC).date() + SOON + timedelta(days=2)
    return datetime.combine(months_before(soon, ANSWERED_WITHIN_MONTHS), time.min, UTC)


def last_day_to_complete(before: datetime, zone: str) -> str:
    """Return the last day on which what is missing is sent in time, in words, as it was told first.

    It ends at midnight by the clock of the service that asked, which may be another than that of the
    service it was given to since: half a day before, it is that day by both.

    Args:
        before: until when.
        zone: of the service that has the registration.
    """
    return day_in_words(local_day(before - _HALF_A_DAY, zone))


def of_registration(where: Mapping[str, str]) -> Q:
    """Return what a request satisfies whose registration is such: what it is filtered by, by its fields."""
    return Q(**{f"registration__{field}": said for field, said in where.items()})


class AskedQuerySet[Kind: "Asked"](models.QuerySet[Kind]):
    """Questions about all that is asked and decided."""

    def waiting(self) -> Self:
        """Return those that nobody has decided."""
        return self.filter(state=RequestState.SENT)

    def unscanned(self) -> Self:
        """Return those of whose proof the antivirus has said nothing."""
        return self.filter(proof_key__gt="", proof_scanned_at=None)


class RequestQuerySet[Kind: "Request"](AskedQuerySet[Kind]):
    """Questions about requests of either kind."""

    def incomplete(self) -> Self:
        """Return those of which something is missing that their candidate was asked for."""
        return self.waiting().filter(asked_at__isnull=False, completed_at=None)

    def with_candidate(self, at: datetime) -> Self:
        """Return those that wait for their candidate, who has time still to send what is missing."""
        return self.incomplete().filter(complete_before__gt=at)

    def to_answer(self, at: datetime) -> Self:
        """Return those that wait for the office: their candidate has sent what was missing, or had time to."""
        is_with_candidate = Q(completed_at=None, complete_before__gt=at)
        return self.waiting().filter(~is_with_candidate | Q(asked_at=None))


class Asked(models.Model):
    """Something that a candidate asks and that the managing service accepts or refuses (I7)."""

    proof_key = models.CharField("pièce jointe", max_length=100, blank=True)
    proof_scanned_at = models.DateTimeField(
        "pièce jointe passée à l'antivirus le", null=True, blank=True
    )
    proof_is_clean = models.BooleanField("pièce jointe saine", null=True, blank=True)
    state = models.CharField("état", max_length=10, choices=RequestState, default=RequestState.SENT)
    sent_at = models.DateTimeField("envoyée le")
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)
    decided_name = models.CharField("décidée par", max_length=255, blank=True)
    answer = models.CharField("motif du refus", max_length=LONGEST_ANSWER, blank=True)

    class Meta:
        abstract = True

    @property
    @abstractmethod
    def service(self) -> RegistrationService:
        """The service that answers it, by whose clock it speaks."""

    @property
    @abstractmethod
    def about(self) -> models.Model:
        """What it is about, to the journal."""

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
        """Say when it was sent, by the clock of its service."""
        return instant_in_words(self.sent_at, self.service.zone)

    @property
    def decided_in_words(self) -> str:
        """Say when it was decided, or taken back."""
        return self._in_words(self.decided_at)

    def _in_words(self, at: datetime | None) -> str:
        return "" if at is None else instant_in_words(at, self.service.zone)

    def age_in_words(self, at: datetime) -> str:
        """Say for how long it has waited."""
        return time_left_in_words(at - self.sent_at)


class Request(Asked):
    """What is asked of a registration, or of who has one: it may lack something."""

    changes = models.JSONField("ce qui est demandé")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    assigned_name = models.CharField("prise en charge par", max_length=255, blank=True)
    # What its candidate was asked for last, and has answered.
    missing = models.CharField(
        "ce qui manque", max_length=LONGEST_ANSWER, blank=True, default="", db_default=""
    )
    asked_at = models.DateTimeField("complément demandé le", null=True, blank=True)
    asked_name = models.CharField(
        "complément demandé par", max_length=255, blank=True, default="", db_default=""
    )
    complete_before = models.DateTimeField("complément attendu avant", null=True, blank=True)
    completed_at = models.DateTimeField("complétée le", null=True, blank=True)
    complement = models.CharField(
        "complément reçu", max_length=LONGEST_REASON, blank=True, default="", db_default=""
    )
    # Of what its candidate has sent on line it says nothing.
    complement_came_by = models.CharField(
        "complément venu", max_length=4, choices=CameBy, blank=True, default="", db_default=""
    )
    # The same of each time before, as `exchange` says it.
    exchanged = models.JSONField("compléments d'avant", default=list, blank=True, db_default=[])
    paused_days = models.PositiveSmallIntegerField(
        "jours pendant lesquels le délai de réponse ne court pas", default=0, db_default=0
    )

    registration: models.ForeignKey[Registration]
    received: Registration | None = None
    """The registration that its receipt speaks of, where its reader reaches it through another."""

    class Meta(Asked.Meta):
        abstract = True

    @property
    def service(self) -> RegistrationService:
        """The service that answers it, by whose clock it speaks."""
        return self.registration.service

    @property
    def about(self) -> Registration:
        """The registration that it is about, or that speaks of who asks."""
        return self.registration

    @property
    def received_as(self) -> Registration:
        """The registration by whose réglementation, and clock, its receipt says what silence means."""
        return self.received or self.registration

    @property
    def is_incomplete(self) -> bool:
        """Whether its candidate was asked for what is missing, and has not sent it."""
        return self.is_waiting and self.asked_at is not None and self.completed_at is None

    def is_with_candidate(self, at: datetime) -> bool:
        """Return whether it waits for its candidate, who has time still to send what is missing."""
        return self.is_incomplete and self.complete_before is not None and at < self.complete_before

    @property
    def complete_until(self) -> str:
        """The last day on which what is missing is sent in time, as its candidate was told."""
        if self.complete_before is None:
            return ""
        return last_day_to_complete(self.complete_before, self.service.zone)

    @property
    def asked_in_words(self) -> str:
        """Say when its candidate was asked for more."""
        return self._in_words(self.asked_at)

    @property
    def completed_in_words(self) -> str:
        """Say when its candidate has sent what was missing, or on which day, and how, it has come."""
        return self._came_in_words(self.completed_at, self.complement_came_by)

    @property
    def came_on(self) -> date | None:
        """The day on which what was missing has come, as its service noted it; nothing of what it did not."""
        if self.completed_at is None or not self.complement_came_by:
            return None
        return local_day(self.completed_at, self.service.zone)

    @property
    def received_at(self) -> datetime:
        """When it arrived, or was completed last."""
        return self.completed_at or max((end for _, end in self._times()), default=self.sent_at)

    @property
    def exchange(self) -> dict[str, Any]:
        """What its candidate was asked for and has answered, as it is kept once they are asked for more."""
        if self.asked_at is None or self.completed_at is None:
            return {}
        # Instants as numbers: in a copy without anybody, words become others.
        return {
            "missing": self.missing,
            "asked_at": int(self.asked_at.timestamp()),
            "complement": self.complement,
            "completed_at": int(self.completed_at.timestamp()),
            **({"came_by": self.complement_came_by} if self.complement_came_by else {}),
        }

    @property
    def exchanges(self) -> list[dict[str, str]]:
        """What its candidate was asked for before, and has answered, each with when."""
        return [
            {
                "missing": one["missing"],
                "asked": self._in_words(asked_at),
                "complement": one["complement"],
                "completed": self._came_in_words(completed_at, one.get("came_by", "")),
            }
            for one, (asked_at, completed_at) in zip(self.exchanged, self._times(), strict=True)
        ]

    @property
    def exchange_mark(self) -> str:
        """What tells a page that shows all that was asked for and answered from one that shows less."""
        before = len(self.exchanged)
        asked, answered = (at is not None for at in (self.asked_at, self.completed_at))
        return f"{before + asked}-{before + answered}"

    def paused_since(self, since: datetime, *, until: datetime | None = None) -> int:
        """Return for how many days it has waited for its candidate since an instant.

        What they were asked for before it, and still had to send then, counts from then on.

        Args:
            since: from which a delay counts.
            until: the end of the last time, where it waits for them still: else it is not counted.
        """
        zone = self.service.zone
        times = self._times()
        if self.asked_at is not None and (end := self.completed_at or until):
            times.append((self.asked_at, end))
        first = local_day(since, zone)
        days = [
            (
                max(begin, first),
                min(local_day(end, zone), begin + timedelta(days=DAYS_TO_COMPLETE)),
            )
            for begin, end in ((local_day(asked, zone), came) for asked, came in times)
        ]
        return sum(max((end - begin).days, 0) for begin, end in days)

    def _times(self) -> list[tuple[datetime, datetime]]:
        """Return when its candidate was asked for more before, and when they have answered."""
        return [
            (_instant(one["asked_at"]), _instant(one["completed_at"])) for one in self.exchanged
        ]

    def _came_in_words(self, at: datetime | None, by: str) -> str:
        if at is None or not by:
            return self._in_words(at)
        return received_in_words(by, local_day(at, self.service.zone))

    @property
    def answer_due_on(self) -> date:
        """The last day on which it is answered in time, by the clock of the registration's service.

        While its candidate has to send what is missing, it does not run.
        """
        counted = self.sent_at + timedelta(days=self.paused_days)
        sent = local_day(counted, self.service.zone)
        return months_after(sent, ANSWERED_WITHIN_MONTHS)

    def is_late(self, at: datetime) -> bool:
        """Return whether it waits beyond that day."""
        return self.is_waiting and local_day(at, self.service.zone) > self.answer_due_on

    def is_due_soon(self, at: datetime) -> bool:
        """Return whether that day is near, and not over."""
        today = local_day(at, self.service.zone)
        return self.is_waiting and today <= self.answer_due_on <= today + SOON

    def due_in_words(self, at: datetime) -> str:
        """Say until when it is answered in time, and whether that is soon or over."""
        said = day_in_words(self.answer_due_on)
        if self.is_late(at):
            return f"{said} : délai dépassé"
        return f"{said} : bientôt" if self.is_due_soon(at) else said


def _instant(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


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


def says_what_is_missing(name: str) -> models.CheckConstraint:
    """Return the constraint of this name: who is asked for more reads what, and until when."""
    never = Q(asked_at=None, missing="", asked_name="", complete_before=None, completed_at=None)
    asked = Q(asked_at__isnull=False, complete_before__isnull=False) & ~Q(missing="")
    in_time = Q(complete_before__gt=F("asked_at"))
    answered = Q(completed_at__isnull=False, completed_at__gte=F("asked_at"))
    awaited = Q(completed_at=None, complement="")
    return models.CheckConstraint(
        name=name,
        condition=never & Q(complement="", paused_days=0) | asked & in_time & (awaited | answered),
    )


def completed_by_a_way_that_exists(name: str) -> models.CheckConstraint:
    """Return the constraint of this name: what came otherwise than on line has come, by one way of three."""
    return models.CheckConstraint(
        name=name,
        condition=Q(complement_came_by="")
        | Q(complement_came_by__in=CameBy.values, completed_at__isnull=False),
    )
