"""What a candidate asks to correct in civil data that are frozen (I6)."""

from collections.abc import Iterable
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from sporades.accounts.permissions import Reach
from sporades.candidates.models import Candidate, Identity
from sporades.exams.fetching import WITH_REFERENCE
from sporades.registrations.models.holding import held_by_one_who_stands
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
from sporades.registrations.states import RequestState


class CorrectionRequestQuerySet(RequestQuerySet["CorrectionRequest"]):
    """Questions about requests."""

    def within(self, reach: Reach, **where: str) -> Self:
        """Return those of the candidates of whom a registration stands in a perimeter.

        Where none stands anywhere, those that were sent by a registration of the perimeter: its
        service answers still.

        Args:
            reach: the perimeter.
            where: what that registration is filtered by, too: another tells nothing of who is elsewhere.
        """
        standing = Registration.objects.active().filter(candidate=OuterRef("candidate"))
        sent_here = reach.condition(
            academy="registration__academy", domain="registration__exam__domain__code"
        ) & of_registration(where)
        standing_here = standing.within(reach).filter(**where)
        return self.filter(Exists(standing_here) | ~Exists(standing) & sent_here)

    def for_list(self) -> Self:
        """Everything that a line of the queue shows, in few queries."""
        related = ("candidate__identity", "candidate__user", "before", "registration__service")
        return self.select_related(*related).fetch_mode(WITH_REFERENCE)


class CorrectionRequest(Request):
    """A correction of frozen civil data, with its proof, that the managing service decides.

    Until it is accepted the civil data are those that they were.
    """

    candidate = models.ForeignKey(
        Candidate, on_delete=models.CASCADE, related_name="correction_requests"
    )
    # The last one filed of those that stood, or else of all: its academy, its clock and its service
    # speak of it.
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="+")
    before = models.ForeignKey(
        Identity, on_delete=models.PROTECT, related_name="+", verbose_name="état civil d'avant"
    )
    identity = models.JSONField("état civil demandé")
    reason = models.CharField("motif", max_length=LONGEST_REASON, blank=True)

    objects: ClassVar[Any] = CorrectionRequestQuerySet.as_manager()

    class Meta:
        verbose_name = "demande de correction d'état civil"
        triggers = [held_by_one_who_stands("a_correction_is_of_one_who_stands")]
        constraints = [
            models.UniqueConstraint(
                fields=["candidate"],
                condition=Q(state=RequestState.SENT),
                name="a_candidate_has_one_correction_that_waits",
            ),
            models.CheckConstraint(
                name="a_correction_has_its_proof_unless_taken_back",
                condition=Q(state=RequestState.TAKEN_BACK) | ~Q(proof_key=""),
            ),
            says_why_if_refused("a_refused_correction_says_why"),
            has_its_instant_once_ended("a_correction_that_has_ended_has_its_instant"),
            says_what_is_missing("a_correction_that_lacks_something_says_what"),
            completed_by_a_way_that_exists("a_correction_is_completed_by_a_way_that_exists"),
        ]
        indexes = [
            models.Index(
                fields=["sent_at"],
                condition=Q(state=RequestState.SENT),
                name="correction_waiting",
            ),
        ]

    def __str__(self) -> str:
        """Return whose civil data it is about."""
        return f"demande de correction de l'état civil du candidat n°{self.candidate.number}"

    @property
    def is_overtaken(self) -> bool:
        """Whether the civil data have been corrected since it was sent."""
        return self.is_waiting and self.candidate.identity_id != self.before_id


def reached(requests: Iterable[CorrectionRequest], reach: Reach) -> None:
    """Let each of these name the last registration that stands where their reader may act, if one does.

    Args:
        requests: those of a perimeter, as `within` finds them.
        reach: that perimeter.
    """
    asked = list(requests)
    standing = Registration.objects.active().within(reach).whole()
    mine = standing.filter(candidate__in=[one.candidate_id for one in asked])
    last = {one.candidate_id: one for one in mine.order_by("filed_at", "pk")}
    for one in asked:
        one.received = one.registration
        one.registration = last.get(one.candidate_id, one.registration)
