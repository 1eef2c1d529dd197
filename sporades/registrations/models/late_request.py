"""What a candidate asks who has not saved in time: to be registered all the same (D11, I3)."""

from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Q

from sporades.accounts.permissions import Reach
from sporades.exams.fetching import WITH_REFERENCE
from sporades.exams.models import RegistrationService
from sporades.registrations.models.draft import Draft
from sporades.registrations.models.request import (
    LONGEST_REASON,
    Asked,
    AskedQuerySet,
    has_its_instant_once_ended,
    says_why_if_refused,
)
from sporades.registrations.models.version import Version
from sporades.registrations.states import RequestState

DAYS_TO_ASK = 30
"""For how many days after that of the closing somebody may ask to be registered all the same."""
DAYS_TO_ASK_AGAIN = 15
"""For how many days what was asked in time may be asked again, once it was refused or taken back."""

_OF_A_NEW_ONE = """
PERFORM 1 FROM registrations_draft
    WHERE id = NEW.draft_id AND amends_id IS NULL AND author_id IS NULL FOR KEY SHARE;
IF NOT FOUND THEN
    RAISE EXCEPTION 'a_late_request_is_of_a_new_registration' USING ERRCODE = 'check_violation';
END IF;
RETURN NEW;
"""


class LateRequestQuerySet(AskedQuerySet["LateRequest"]):
    """Questions about requests."""

    def within(self, reach: Reach, **where: str) -> Self:
        """Return those of the services of a perimeter: for the others there is nothing else.

        Args:
            reach: the perimeter.
            where: what their draft is filtered by, too.
        """
        there = {"academy": "draft__service__academy", "domain": "draft__service__domain__code"}
        mine = {f"draft__{field}": said for field, said in where.items()}
        return self.filter(reach.condition(**there), **mine)

    def fulfilled(self) -> Self:
        """Return those that wait no more because their candidate was registered otherwise."""
        return self.filter(state=RequestState.TAKEN_BACK, decided_name__gt="")

    def taken_back(self) -> Self:
        """Return those that their candidate has taken back."""
        return self.filter(state=RequestState.TAKEN_BACK, decided_name="")

    def for_list(self) -> Self:
        """Everything that a line of the queue shows, in few queries."""
        related = ("draft__candidate__identity", "draft__service")
        return self.select_related(*related).fetch_mode(WITH_REFERENCE)


class LateRequest(Asked):
    """A registration that is asked for once the service has closed, which accepts or refuses it.

    What is asked is the draft: it is frozen while the request waits, and filed as it is when it is
    accepted. Until then its candidate is not registered.
    """

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="late_requests")
    reason = models.CharField("motif", max_length=LONGEST_REASON)
    version = models.OneToOneField(
        Version, on_delete=models.CASCADE, null=True, blank=True, related_name="late_request"
    )

    objects: ClassVar[Any] = LateRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande d'inscription tardive"
        triggers = [
            pgtrigger.Trigger(
                name="a_late_request_is_of_a_new_registration",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("draft_id"),  # type: ignore[no-untyped-call]
                func=_OF_A_NEW_ONE,
            )
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["draft"],
                condition=Q(state=RequestState.SENT),
                name="a_draft_has_one_late_request_that_waits",
            ),
            models.CheckConstraint(name="a_late_request_says_why", condition=~Q(reason="")),
            says_why_if_refused("a_refused_late_request_says_why"),
            models.CheckConstraint(
                name="an_accepted_late_request_has_its_version",
                condition=Q(state=RequestState.ACCEPTED, version__isnull=False)
                | ~Q(state=RequestState.ACCEPTED) & Q(version__isnull=True),
            ),
            has_its_instant_once_ended("a_late_request_that_has_ended_has_its_instant"),
        ]
        indexes = [
            models.Index(
                fields=["sent_at"],
                condition=Q(state=RequestState.SENT),
                name="late_request_waiting",
            ),
        ]

    @property
    def service(self) -> RegistrationService:
        """The service that has closed, by whose clock it speaks."""
        return self.draft.service

    @property
    def about(self) -> Draft:
        """What it is about."""
        return self.draft

    @property
    def is_fulfilled(self) -> bool:
        """Whether it waits no more because its candidate was registered otherwise."""
        return self.state == RequestState.TAKEN_BACK and bool(self.decided_name)

    def __str__(self) -> str:
        """Return what it asks for."""
        return f"demande d'inscription tardive : {self.draft}"
