"""What the service announces: banners to everyone, openings to those who asked."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q

from sporades.exams.models import RegistrationService


class BannerQuerySet(models.QuerySet["Banner"]):
    """Questions about banners."""

    def shown_at(self, at: datetime) -> Self:
        """Return the banners that stand at this instant, the latest first."""
        return self.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=at), starts_at__lte=at).order_by(
            "-starts_at", "-pk"
        )

    def planned_at(self, at: datetime) -> Self:
        """Return the banners that are to begin by themselves, the first first."""
        begins = Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at"))
        return self.filter(begins, starts_at__gt=at).order_by("starts_at", "pk")

    def read_only(self) -> Self:
        """Return the banners under which nothing was, or is to be, written: not those cancelled."""
        lasts = Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at"))
        return self.filter(lasts, stops_writing=True)


class Stands(models.Func):
    """From when to when a banner stands: a range without its end."""

    function = "TSTZRANGE"
    output_field = DateTimeRangeField()


class Banner(models.Model):
    """A sentence at the top of every page, for a while (A7)."""

    class Kind(models.TextChoices):
        """How pressing it is."""

        INFO = "info", "Information"
        WARNING = "warning", "À savoir"
        ALERT = "alert", "Alerte"

    kind = models.CharField("importance", max_length=10, choices=Kind, default=Kind.INFO)
    message = models.CharField("message", max_length=300)
    starts_at = models.DateTimeField("affiché à partir du")
    ends_at = models.DateTimeField("affiché jusqu'au", null=True, blank=True)
    stops_writing = models.BooleanField("met le service en lecture seule", default=False)
    # What the end was before another that is planned shortened it: cancelled, it gives it back.
    asked_until = models.DateTimeField("fin demandée", null=True, blank=True)
    gives_way = models.BooleanField("laisse la place au suivant", default=False, db_default=False)

    objects = BannerQuerySet.as_manager()

    class Meta:
        verbose_name = "bandeau"
        verbose_name_plural = "bandeaux"
        constraints = [
            models.CheckConstraint(
                name="a_banner_ends_after_it_starts",
                condition=Q(ends_at__isnull=True) | Q(ends_at__gte=F("starts_at")),
                violation_error_message="Un bandeau finit après avoir commencé.",
            ),
            models.CheckConstraint(name="a_banner_says_something", condition=~Q(message="")),
            models.CheckConstraint(
                name="only_a_banner_that_gives_way_had_another_end",
                condition=Q(gives_way=False, asked_until__isnull=True)
                | Q(gives_way=True, ends_at__isnull=False),
            ),
            ExclusionConstraint(
                name="one_banner_stands_at_a_time",
                expressions=[(Stands("starts_at", "ends_at"), RangeOperators.OVERLAPS)],
            ),
        ]

    def __str__(self) -> str:
        """Return what it says."""
        return self.message

    def stands(self, at: datetime) -> bool:
        """Return whether it is shown at an instant."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


class OpeningAlert(models.Model):
    """Someone wishes to be told by mail when a service opens (A3): asked, then confirmed."""

    service = models.ForeignKey(
        RegistrationService, on_delete=models.CASCADE, related_name="+", verbose_name="service"
    )
    email = models.EmailField("adresse électronique", max_length=254)
    asked_at = models.DateTimeField("demandé le")
    confirmed_at = models.DateTimeField("confirmé le", null=True, blank=True)
    told_at = models.DateTimeField("prévenu le", null=True, blank=True)

    class Meta:
        verbose_name = "alerte d'ouverture"
        verbose_name_plural = "alertes d'ouverture"
        constraints = [
            models.UniqueConstraint(
                fields=["service", "email"], name="an_address_is_told_once_of_an_opening"
            ),
            models.CheckConstraint(
                name="only_who_confirmed_is_told",
                condition=Q(told_at__isnull=True) | Q(confirmed_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["service"],
                name="alert_to_tell",
                condition=Q(confirmed_at__isnull=False, told_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        """Return which service it waits for."""
        return f"alerte pour {self.service}"
