"""Two candidates who look like one person, and what was decided of it."""

from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from sporades.accounts.permissions import Reach
from sporades.candidates.models import Candidate
from sporades.core.french import instant_in_words, time_left_in_words
from sporades.doubles.states import UNDECIDED, DoubleState
from sporades.registrations.models import Registration

LONGEST_REASON = 500


class LikelyDoubleQuerySet(models.QuerySet["LikelyDouble"]):
    """Questions about likely doubles."""

    def undecided(self) -> Self:
        """Return those that somebody must still look at."""
        return self.filter(state__in=UNDECIDED)

    def waiting(self) -> Self:
        """Return those that are to be compared."""
        return self.filter(state=DoubleState.WAITING)

    def to_approve(self, user: str) -> Self:
        """Return those of which somebody else than this user proposes the merge."""
        return self.filter(state=DoubleState.PROPOSED).exclude(proposed_by_id=user)

    def of(self, candidate: int) -> Self:
        """Return those of a candidate, whichever of the two they are."""
        return self.filter(Q(first=candidate) | Q(second=candidate))

    def within(self, reach: Reach) -> Self:
        """Return those of whom each has a registration, and none that lies outside a perimeter.

        Whoever sees two candidates side by side sees all that they have: what they have
        elsewhere would be merged with the rest. Once they are one, who is kept has it all. The
        others do not exist; whose registrations are all archived is for who reaches everything.
        """
        if not reach:
            return self.none()
        filed = Registration.objects.all()
        if reach.is_everything:
            return self.filter(_either_has(filed))
        where = reach.condition(academy="academy", domain="exam__domain__code")
        outside, inside = filed.exclude(where), filed.filter(where)
        is_one = Q(state=DoubleState.MERGED) & _either_has(inside)
        both = Q(Exists(_of("first", inside))) & Q(Exists(_of("second", inside)))
        return self.filter(both | is_one).exclude(_either_has(outside))

    def registered(self, **where: str) -> Self:
        """Return those of whom either has a registration that is such; where nothing is said, all.

        Args:
            where: what the registration is filtered by.
        """
        return self.filter(_either_has(Registration.objects.filter(**where))) if where else self

    def for_list(self) -> Self:
        """Everything that a line of the queue shows; touching anything else raises."""
        both = ("first__identity", "second__identity")
        return self.select_related(*both).fetch_mode(models.FETCH_RAISE)


class LikelyDouble(models.Model):
    """Two candidates: one row for both, whichever of them was looked at first.

    Those who decide are text, as in the journal: what was decided outlives their accounts.
    """

    first = models.ForeignKey(
        Candidate, on_delete=models.CASCADE, related_name="+", verbose_name="le plus ancien"
    )
    second = models.ForeignKey(
        Candidate, on_delete=models.CASCADE, related_name="+", verbose_name="le plus récent"
    )
    reasons = models.JSONField("ce qui les rapproche", default=list)
    doubts = models.JSONField("ce qui les distingue", default=list)
    is_strong = models.BooleanField("très ressemblants", default=False)
    state = models.CharField(
        "état", max_length=10, choices=DoubleState, default=DoubleState.WAITING
    )
    found_at = models.DateTimeField("trouvé le")
    kept = models.ForeignKey(
        Candidate,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="dossier gardé",
    )
    reason = models.CharField("motif", max_length=LONGEST_REASON, blank=True)
    proposed_at = models.DateTimeField("proposé le", null=True, blank=True)
    proposed_by = models.CharField("proposé par", max_length=255, blank=True)
    proposed_by_id = models.CharField("compte de qui propose", max_length=60, blank=True)
    decided_at = models.DateTimeField("décidé le", null=True, blank=True)
    decided_by = models.CharField("décidé par", max_length=255, blank=True)
    decided_by_id = models.CharField("compte de qui décide", max_length=60, blank=True)
    answer = models.CharField("motif du refus", max_length=LONGEST_REASON, blank=True)
    left = models.JSONField("ce qu'était le dossier fusionné", default=dict, blank=True)

    objects: ClassVar[Any] = LikelyDoubleQuerySet.as_manager()

    class Meta:
        verbose_name = "doublon probable"
        verbose_name_plural = "doublons probables"
        constraints = [
            models.UniqueConstraint(
                fields=["first", "second"], name="two_candidates_are_compared_once"
            ),
            models.CheckConstraint(
                name="a_double_names_the_older_candidate_first",
                condition=Q(first__lt=F("second")),
            ),
            models.CheckConstraint(
                name="a_merge_says_which_of_the_two_is_kept",
                condition=Q(state__in=(DoubleState.PROPOSED, DoubleState.MERGED))
                & (Q(kept=F("first")) | Q(kept=F("second")))
                & ~Q(proposed_by_id="")
                & ~Q(reason="")
                | ~Q(state__in=(DoubleState.PROPOSED, DoubleState.MERGED)) & Q(kept=None),
            ),
            models.CheckConstraint(
                name="nobody_approves_their_own_merge",
                condition=~Q(state=DoubleState.MERGED) | ~Q(decided_by_id=F("proposed_by_id")),
            ),
            models.CheckConstraint(
                name="a_decided_double_says_who_and_when",
                condition=~Q(state__in=(DoubleState.MERGED, DoubleState.TOLD_APART))
                | Q(decided_at__isnull=False) & ~Q(decided_by=""),
            ),
        ]
        indexes = [
            models.Index(
                fields=["found_at", "id"],
                condition=Q(state__in=UNDECIDED),
                name="double_waiting",
            ),
        ]

    def __str__(self) -> str:
        """Return what it is."""
        return f"doublon probable n°{self.pk}"

    @property
    def is_waiting(self) -> bool:
        """Whether nobody has proposed anything."""
        return self.state == DoubleState.WAITING

    @property
    def is_proposed(self) -> bool:
        """Whether a second person must look."""
        return self.state == DoubleState.PROPOSED

    @property
    def is_told_apart(self) -> bool:
        """Whether somebody said that they are two persons."""
        return self.state == DoubleState.TOLD_APART

    @property
    def is_merged(self) -> bool:
        """Whether they are one."""
        return self.state == DoubleState.MERGED

    @property
    def strength(self) -> str:
        """Say how alike they are."""
        return "Très ressemblants" if self.is_strong else "Assez ressemblants"

    @property
    def proposed_in_words(self) -> str:
        """Say when the merge was proposed."""
        return _said(self.proposed_at)

    @property
    def decided_in_words(self) -> str:
        """Say when it was decided."""
        return _said(self.decided_at)

    def age_in_words(self, at: datetime) -> str:
        """Say for how long it has waited."""
        return time_left_in_words(at - self.found_at)


def _of(side: str, filed: QuerySet[Registration]) -> QuerySet[Registration]:
    return filed.filter(candidate=OuterRef(side))


def _either_has(filed: QuerySet[Registration]) -> Q:
    return Q(Exists(_of("first", filed))) | Q(Exists(_of("second", filed)))


def _said(instant: datetime | None) -> str:
    return instant_in_words(instant, settings.TIME_ZONE) if instant else ""
