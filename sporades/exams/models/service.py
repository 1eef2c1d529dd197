"""When registrations are open, where, and who manages them."""

from datetime import datetime, timedelta
from typing import Protocol, Self
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Func, Q, Value

from sporades.core.french import TODAY, instant_in_words, time_left_in_words
from sporades.exams.models.catalogue import Domain, Session
from sporades.exams.schema import Audience, Deadline
from sporades.exams.schema.clock import generous
from sporades.territory.models import Academy, ManagingService


class Condition(Protocol):
    """A perimeter, which the rooms above know."""

    def condition(self, *, academy: str, domain: str) -> Q:
        """Return what a row must satisfy, given the paths of its academy and of its domain's code."""


AUDIENCES = {Audience.PUBLIC.value: "Grand public", Audience.SCHOOLS.value: "Établissements"}
"""What each public is called."""

DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)
"""A closing hour is good until the end of the minute that is displayed."""

EXTENDABLE_FOR = timedelta(days=7)
"""For how long a service that has closed may still be extended with others."""

MOST_DAYS_LATER = 90
"""By how many days at most services are extended together: more is a slip."""


def _minute(field: str) -> Func:
    return Func(Value("minute"), F(field), function="date_trunc")


class RegistrationServiceQuerySet(models.QuerySet["RegistrationService"]):
    """Questions about registration services."""

    def within(self, reach: Condition) -> Self:
        """Return the services of a perimeter: for its reader there is nothing else."""
        return self.filter(reach.condition(academy="academy", domain="domain__code"))

    def closing_between(self, start: datetime, end: datetime) -> Self:
        """Return the services that are open at an instant and closed at another, the first first."""
        last = self.filter(closes_at__gt=start - MINUTE, closes_at__lte=end - MINUTE)
        return last.order_by("closes_at", "domain__label", "academy__name", "pk")

    def extendable(self, at: datetime) -> Self:
        """Return the services that are open at an instant, or have closed not long before."""
        return self.filter(opens_at__lte=at, closes_at__gt=at - EXTENDABLE_FOR)

    def to_open(self, at: datetime) -> Self:
        """Return the services that have not opened at an instant."""
        return self.filter(opens_at__gt=at)

    def for_list(self) -> Self:
        """Everything that a list of services shows; touching anything else raises."""
        return self.select_related("domain", "session", "academy", "managing_service").fetch_mode(
            models.FETCH_RAISE
        )


class RegistrationService(models.Model):
    """The period in which an academy registers for a domain and a session."""

    domain = models.ForeignKey(
        Domain, models.PROTECT, verbose_name="domaine", related_name="services"
    )
    session = models.ForeignKey(
        Session, models.PROTECT, verbose_name="session", related_name="services"
    )
    academy = models.ForeignKey(Academy, models.PROTECT, verbose_name="académie", related_name="+")
    audience = models.CharField(
        "public",
        max_length=20,
        choices=list(AUDIENCES.items()),
    )
    opens_at = models.DateTimeField("ouvre le")
    closes_at = models.DateTimeField("ferme le")
    zone = models.CharField("fuseau horaire", max_length=40)
    managing_service = models.ForeignKey(
        ManagingService, models.PROTECT, verbose_name="service gestionnaire", related_name="+"
    )
    website = models.URLField("site de l'académie", blank=True)
    moved_at = models.DateTimeField("dates changées par la gestion le", null=True, blank=True)

    objects = RegistrationServiceQuerySet.as_manager()

    class Meta:
        verbose_name = "service d'inscription"
        constraints = [
            models.UniqueConstraint(
                fields=["domain", "session", "academy", "audience"],
                name="service_is_one_for_its_academy_and_audience",
                violation_error_message="Ce service d'inscription existe déjà.",
            ),
            models.CheckConstraint(
                name="service_closes_after_it_opens",
                condition=Q(closes_at__gt=F("opens_at")),
                violation_error_message="Un service ferme après avoir ouvert.",
            ),
            models.CheckConstraint(
                name="service_opens_and_closes_on_a_whole_minute",
                condition=Q(opens_at=_minute("opens_at")) & Q(closes_at=_minute("closes_at")),
                violation_error_message="L'ouverture et la fermeture sont à la minute.",
            ),
            models.CheckConstraint(
                name="service_has_a_zone",
                condition=~Q(zone=""),
                violation_error_message="Un service suit un fuseau horaire.",
            ),
            models.CheckConstraint(
                name="service_has_a_known_audience",
                condition=Q(audience__in=[audience.value for audience in Audience]),
                violation_error_message="Un service a un public connu.",
            ),
        ]
        indexes = [
            models.Index(fields=["academy", "session"], name="service_by_academy"),
        ]

    def __str__(self) -> str:
        return f"{self.domain}, {self.session}, {self.academy}"

    @property
    def place_first(self) -> str:
        """Name it by what tells it from others first: what is cut at its end still does."""
        return f"{self.academy.name}, {self.domain}, {self.session}"

    def accepts(self, at: datetime) -> bool:
        """Tell whether a request that arrives at this instant is in time."""
        return self.opens_at <= at < self.closes_at + MINUTE

    def has_closed(self, at: datetime) -> bool:
        """Tell whether the last minute has passed."""
        return at >= self.closes_at + MINUTE

    def state_in_words(self, at: datetime) -> str:
        """« À venir », « Ouvert » or « Fermé »."""
        if at < self.opens_at:
            return "À venir"
        return "Ouvert" if self.accepts(at) else "Fermé"

    @property
    def opening_in_words(self) -> str:
        """« lundi 12 octobre 2026 à 8 h 00 (heure de Paris) »."""
        return self.said(self.opens_at)

    @property
    def closing_in_words(self) -> str:
        """« dimanche 15 novembre 2026 à 23 h 59 (heure de Paris) »."""
        return self.said(self.closes_at)

    def said(self, instant: datetime, reader: str = "", *, now: datetime | None = None) -> str:
        """Say an instant by the clock that counts, then by its reader's if that shows another hour.

        « … à 23 h 59 (heure de Paris), soit le lundi 16 novembre 2026 à 2 h 59 (heure de La Réunion) ».
        A reader's clock is that of the department of the address given in a registration or
        a draft. Until one is known it is that of the academy: a service is for its residents,
        also when its register follows the hour of Paris (R-21).

        Args:
            instant: the opening, the closing or a deadline of this service.
            reader: the zone of the reader's address, nothing when it is not known.
            now: where it is given, its own day is « aujourd'hui ».
        """
        return _by_two_clocks(instant, self.zone, reader or self.academy.zone, now=now)

    def closed_in_words(self, at: datetime, reader: str = "") -> str:
        """Say why a request that arrives at this instant is not in time; nothing when it is."""
        if self.accepts(at):
            return ""
        if at < self.opens_at:
            return f"Les inscriptions ouvrent le {self.said(self.opens_at, reader)}."
        return f"Les inscriptions sont fermées depuis le {self.said(self.closes_at, reader)}."

    def closes_within_a_day(self, at: datetime) -> bool:
        """Tell whether a service that is open has less than a day left."""
        return self.accepts(at) and self.time_left(at) < DAY

    def time_left(self, at: datetime) -> timedelta:
        """Return how long there is until the end of the last minute."""
        return self.closes_at + MINUTE - at

    def time_left_in_words(self, at: datetime) -> str:
        """« 3 jours », counted to the end of the last minute."""
        return time_left_in_words(self.time_left(at))

    def closing_later(self, *, days: int) -> datetime:
        """Return the instant at which its own clock shows the hour of its closing, so many days later."""
        return self._later(self.closes_at, days=days)

    def opening_later(self, *, days: int) -> datetime:
        """Return the same of its opening."""
        return self._later(self.opens_at, days=days)

    def _later(self, instant: datetime, *, days: int) -> datetime:
        shown = instant.astimezone(ZoneInfo(self.zone)).replace(tzinfo=None)
        return generous(shown + timedelta(days=days), self.zone)

    def instant_of(self, deadline: Deadline, *, closing: datetime | None = None) -> datetime:
        """Return the instant of a deadline of the réglementation, for this service.

        Args:
            deadline: what the réglementation says.
            closing: a later one that was told, where it is not its own.
        """
        return deadline.instant(closing=closing or self.closes_at, zone=self.zone)

    def deadline_in_words(
        self, deadline: Deadline, reader: str = "", *, closing: datetime | None = None
    ) -> str:
        """Say a deadline of the réglementation, for this service, as `said` does."""
        instant = self.instant_of(deadline, closing=closing)
        return _by_two_clocks(instant, deadline.zone or self.zone, reader or self.academy.zone)

    def due(
        self, deadline: Deadline, reader: str = "", *, closing: datetime | None = None
    ) -> dict[str, str]:
        """Return a deadline as what is to be sent by then keeps it: in words, and its instant."""
        return {
            "before": self.deadline_in_words(deadline, reader, closing=closing),
            "until": self.instant_of(deadline, closing=closing).isoformat(),
        }


def _by_two_clocks(
    instant: datetime, zone: str, reader: str, *, now: datetime | None = None
) -> str:
    here, there = (instant_in_words(instant, one, now=now) for one in (zone, reader))
    # The names of the zones apart: two clocks that show the same say it once.
    is_same = here.rpartition(" (")[0] == there.rpartition(" (")[0]
    if is_same:
        return here
    return f"{here}, soit {there if there.startswith(TODAY) else f'le {there}'}"
