"""What a candidate asks to change once the service has closed (E7)."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from sporades.accounts.permissions import Reach
from sporades.core.french import instant_in_words, time_left_in_words
from sporades.exams.fetching import WITH_REFERENCE
from sporades.registrations.models.registration import Registration
from sporades.registrations.models.version import Version
from sporades.registrations.states import RequestState

LONGEST_REASON = 1_000
LONGEST_ANSWER = 500


class ChangeRequestQuerySet(models.QuerySet["ChangeRequest"]):
    """Questions about requests."""

    def waiting(self) -> Self:
        """Return those that nobody has decided."""
        return self.filter(state=RequestState.SENT)

    def within(self, reach: Reach) -> Self:
        """Return those of a perimeter: for the others there is nothing else."""
        where = {"academy": "registration__academy", "domain": "registration__exam__domain__code"}
        return self.filter(reach.condition(**where))

    def for_list(self) -> Self:
        """Everything that a line of the queue shows, in few queries."""
        related = ("registration__identity", "registration__service")
        return self.select_related(*related).fetch_mode(WITH_REFERENCE)


class ChangeRequest(models.Model):
    """A modification that is sent to the managing service, which accepts or refuses it.

    What is asked is the draft: it is frozen while the request waits, and filed as it is when it
    is accepted.
    """

    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="change_requests"
    )
    draft = models.ForeignKey(
        "registrations.Draft", on_delete=models.CASCADE, related_name="change_requests"
    )
    reason = models.CharField("motif", max_length=LONGEST_REASON)
    changes = models.JSONField("ce qui est demandé")
    proof_key = models.CharField("pièce jointe", max_length=100, blank=True)
    state = models.CharField("état", max_length=10, choices=RequestState, default=RequestState.SENT)
    sent_at = models.DateTimeField("envoyée le")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    assigned_name = models.CharField("prise en charge par", max_length=255, blank=True)
    decided_at = models.DateTimeField("décidée le", null=True, blank=True)
    decided_name = models.CharField("décidée par", max_length=255, blank=True)
    answer = models.CharField("motif du refus", max_length=LONGEST_ANSWER, blank=True)
    version = models.OneToOneField(
        Version, on_delete=models.CASCADE, null=True, blank=True, related_name="change_request"
    )

    objects: ClassVar[Any] = ChangeRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de modification"
        constraints = [
            models.UniqueConstraint(
                fields=["registration"],
                condition=Q(state=RequestState.SENT),
                name="a_registration_has_one_request_that_waits",
            ),
            models.CheckConstraint(
                name="a_request_says_why",
                condition=~Q(reason=""),
            ),
            models.CheckConstraint(
                name="a_refused_request_says_why",
                condition=Q(state=RequestState.REFUSED) & ~Q(answer="")
                | ~Q(state=RequestState.REFUSED) & Q(answer=""),
            ),
            models.CheckConstraint(
                name="an_accepted_request_has_its_version",
                condition=Q(state=RequestState.ACCEPTED, version__isnull=False)
                | ~Q(state=RequestState.ACCEPTED) & Q(version__isnull=True),
            ),
            models.CheckConstraint(
                name="a_request_that_has_ended_has_its_instant",
                condition=Q(state=RequestState.SENT, decided_at__isnull=True)
                | ~Q(state=RequestState.SENT) & Q(decided_at__isnull=False),
            ),
        ]
        indexes = [
            models.Index(
                fields=["sent_at"], condition=Q(state=RequestState.SENT), name="request_waiting"
            ),
        ]

    def __str__(self) -> str:
        """Return whose registration it is about."""
        return f"demande de modification de l'inscription n°{self.registration.number}"

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has decided it."""
        return self.state == RequestState.SENT

    @property
    def is_accepted(self) -> bool:
        """Whether what it asked is filed."""
        return self.state == RequestState.ACCEPTED

    @property
    def is_refused(self) -> bool:
        """Whether its candidate reads why it is not filed."""
        return self.state == RequestState.REFUSED

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

    def age_in_words(self, at: datetime) -> str:
        """Say for how long it has waited."""
        return time_left_in_words(at - self.sent_at)
