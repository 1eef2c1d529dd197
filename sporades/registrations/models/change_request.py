"""What a candidate asks to change once the service has closed (E7)."""

from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Q

from sporades.accounts.permissions import Reach
from sporades.exams.fetching import WITH_REFERENCE
from sporades.registrations.models.registration import Registration
from sporades.registrations.models.request import (
    LONGEST_REASON,
    Request,
    RequestQuerySet,
    completed_by_a_way_that_exists,
    has_its_instant_once_ended,
    of_registration,
    says_what_is_missing,
    says_why_if_refused,
)
from sporades.registrations.models.version import Version
from sporades.registrations.states import RequestState


class ChangeRequestQuerySet(RequestQuerySet["ChangeRequest"]):
    """Questions about requests."""

    def within(self, reach: Reach, **where: str) -> Self:
        """Return those of a perimeter: for the others there is nothing else.

        Args:
            reach: the perimeter.
            where: what their registration is filtered by, too.
        """
        paths = {"academy": "registration__academy", "domain": "registration__exam__domain__code"}
        return self.filter(reach.condition(**paths) & of_registration(where))

    def for_list(self) -> Self:
        """Everything that a line of the queue shows, in few queries."""
        related = ("registration__identity", "registration__service")
        return self.select_related(*related).fetch_mode(WITH_REFERENCE)


class ChangeRequest(Request):
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
            says_why_if_refused("a_refused_request_says_why"),
            models.CheckConstraint(
                name="an_accepted_request_has_its_version",
                condition=Q(state=RequestState.ACCEPTED, version__isnull=False)
                | ~Q(state=RequestState.ACCEPTED) & Q(version__isnull=True),
            ),
            has_its_instant_once_ended("a_request_that_has_ended_has_its_instant"),
            says_what_is_missing("a_request_that_lacks_something_says_what"),
            completed_by_a_way_that_exists("a_request_is_completed_by_a_way_that_exists"),
        ]
        indexes = [
            models.Index(
                fields=["sent_at"], condition=Q(state=RequestState.SENT), name="request_waiting"
            ),
        ]

    @property
    def changed(self) -> list[str]:
        """What accepting it has changed; what it asks, where it is not accepted."""
        found: list[str] = self.changes if self.version is None else self.version.changes
        return found

    def __str__(self) -> str:
        """Return whose registration it is about."""
        return f"demande de modification de l'inscription n°{self.registration.number}"
