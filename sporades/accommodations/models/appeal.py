"""« Recours »: a candidate has the authority look at a decision again (CRPA L. 411-2)."""

from datetime import date, datetime
from typing import Any, ClassVar, Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.functional import cached_property

from sporades.accommodations.models.called import (
    A_CALL_IS_WHOLE,
    NOT_CALLED,
    UNREAD_FOR,
    Called,
)
from sporades.accommodations.models.case import Case
from sporades.accommodations.models.lengths import LONGEST_APPEAL, LONGEST_NAME, LONGEST_TEXT
from sporades.accommodations.states import State
from sporades.documents.models import DocumentVersion
from sporades.exams.schema.base import LONGEST_LINE
from sporades.letters.queries import Posting, posting_of

_AUTHOR = {
    "answered_first_name": "",
    "answered_last_name": "",
    "answered_quality": "",
    "answered_service": "",
    "reason": "",
}


class Came(models.TextChoices):
    """How an appeal came."""

    SPACE = "space", "Espace candidat"
    LETTER = "letter", "Lettre"
    MESSAGE = "message", "Message de l'espace candidat"
    COUNTER = "counter", "Remis sur place"


class AppealQuerySet(models.QuerySet["Appeal"]):
    """Questions about appeals."""

    def standing(self) -> Self:
        """Return those that were not taken back."""
        return self.filter(withdrawn_at=None)

    def silent(self, received_before: date) -> Self:
        """Return those of which nothing is said by a day, and whose candidate was not told what that means.

        Taken up or not: silence counts until the new decision. Also while their registration is set
        aside, when the delay of the court runs; not once it is withdrawn.

        Args:
            received_before: the last day on which they were received.
        """
        return self.standing().filter(
            answered_at=None,
            silence_told_at=None,
            received_on__lte=received_before,
            case__registration__withdrawn_at=None,
        )

    def waiting(self) -> Self:
        """Return those that wait for the authority: no decision is taken again on them, nor was."""
        taken_up = Case.objects.filter(appeal=OuterRef("pk"), withdrawn_at=None)
        return self.standing().filter(~Exists(taken_up), answered_at=None)

    def unread(self, at: datetime) -> Self:
        """Return those whose answer nobody has opened in time, nor was told of by telephone.

        Of registrations that stand and candidates who have an account. Where another decision has
        replaced the one that is contested, it is that one that they are told of.
        """
        later = Case.objects.filter(
            registration=OuterRef("case__registration"),
            state=State.NOTIFIED,
            notified_at__gt=OuterRef("case__notified_at"),
        )
        return self.filter(
            ~Exists(later),
            answered_at__lte=at - UNREAD_FOR,
            answer__opened_at=None,
            answer__document__folder__holder__isnull=False,
            case__stands=True,
            is_reached=False,
        )


class Appeal(Called):
    """What a candidate contests of a notified decision, and what becomes of it."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="appeals")
    text = models.CharField("ce qui est contesté, et pourquoi", max_length=LONGEST_APPEAL)
    has_papers = models.BooleanField("a d'autres papiers de santé à confier", default=False)
    came = models.CharField("comment il est venu", max_length=10, choices=Came)
    guardian_name = models.CharField(
        "nom du représentant légal", max_length=LONGEST_NAME, blank=True
    )
    guardian_quality = models.CharField("qualité", max_length=40, blank=True)
    sent_on = models.DateField("envoyé le")
    """By which it is in time: of a letter, its postmark."""
    received_on = models.DateField("reçu le")
    """From which silence counts."""
    kept_at = models.DateTimeField("enregistré le")
    entered_name = models.CharField("qui l'a saisi", max_length=LONGEST_NAME, blank=True)
    withdrawn_at = models.DateTimeField("retiré le", null=True, blank=True)
    months_of_distance = models.PositiveSmallIntegerField(
        "mois de plus pour saisir le tribunal", default=0, db_default=0
    )
    """What its acknowledgement has told, or its answer since, as `Case.months_of_distance`."""
    silence_told_at = models.DateTimeField("dit rejeté par le silence le", null=True, blank=True)
    """When its candidate was told that nobody had answered in time."""

    answered_at = models.DateTimeField("rejeté le", null=True, blank=True)
    reason = models.CharField("motif du rejet", max_length=LONGEST_TEXT, blank=True)
    answered_first_name = models.CharField(
        "prénom de l'auteur", max_length=LONGEST_NAME, blank=True
    )
    answered_last_name = models.CharField("nom de l'auteur", max_length=LONGEST_NAME, blank=True)
    answered_quality = models.CharField("qualité de l'auteur", max_length=LONGEST_NAME, blank=True)
    answered_service = models.CharField("service de l'auteur", max_length=LONGEST_LINE, blank=True)
    answer = models.OneToOneField(
        DocumentVersion,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="accommodation_appeal",
        verbose_name="réponse",
    )

    objects: ClassVar[Any] = AppealQuerySet.as_manager()

    class Meta:
        verbose_name = "recours"
        verbose_name_plural = "recours"
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(withdrawn_at=None),
                name="a_decision_has_one_appeal_that_stands",
            ),
            models.CheckConstraint(name="an_appeal_says_what_is_contested", condition=~Q(text="")),
            models.CheckConstraint(
                name="an_appeal_is_sent_before_it_is_received",
                condition=Q(sent_on__lte=F("received_on")),
            ),
            models.CheckConstraint(
                name="an_appeal_is_answered_or_taken_back_or_neither",
                condition=Q(answered_at=None) | Q(withdrawn_at=None),
            ),
            models.CheckConstraint(
                name="an_answer_to_an_appeal_has_its_reason_and_its_author",
                condition=Q(answered_at=None, answer=None, **_AUTHOR)
                | Q(answered_at__isnull=False)
                & ~Q(reason="")
                & ~Q(answered_first_name="")
                & ~Q(answered_last_name="")
                & ~Q(answered_quality="")
                & ~Q(answered_service=""),
            ),
            models.CheckConstraint(
                name="only_an_answer_to_an_appeal_is_called_about",
                condition=Q(answered_at__isnull=False) | Q(**NOT_CALLED),
            ),
            models.CheckConstraint(
                name="a_call_about_an_answer_has_its_instant_and_its_author",
                condition=A_CALL_IS_WHOLE,
            ),
            models.CheckConstraint(
                name="whoever_enters_an_appeal_is_named",
                condition=Q(came=Came.SPACE, entered_name="")
                | ~Q(came=Came.SPACE) & ~Q(entered_name=""),
            ),
            models.CheckConstraint(
                name="a_guardian_appeals_in_their_quality",
                condition=Q(guardian_name="", guardian_quality="")
                | ~Q(guardian_name="") & ~Q(guardian_quality=""),
            ),
        ]

    def __str__(self) -> str:
        """Return what it is."""
        return f"Recours, {self.state_in_words.lower()}"

    @property
    def is_answered(self) -> bool:
        """Whether the authority has refused it, in writing."""
        return self.answered_at is not None

    @property
    def is_to_read(self) -> bool:
        """Whether its candidate has an answer in their space, and has not opened it."""
        return self.answer is not None and self.answer.opened_at is None

    @cached_property
    def posting(self) -> Posting | None:
        """How its answer left by letter, where it did."""
        return posting_of(self.answer_id)

    @property
    def is_unanswered(self) -> bool:
        """Whether it was neither refused nor taken back."""
        return self.answered_at is None and self.withdrawn_at is None

    @property
    def taken_up(self) -> Case | None:
        """The request that takes the decision again on it, if there is one."""
        found: Case | None = next(
            (one for one in self.cases.all() if one.state != State.WITHDRAWN), None
        )
        return found

    @property
    def is_waiting(self) -> bool:
        """Whether it waits for the authority."""
        return self.is_unanswered and self.taken_up is None

    @property
    def state_in_words(self) -> str:
        """What became of it."""
        if self.withdrawn_at is not None:
            return "Retiré"
        if self.is_answered:
            return "Rejeté"
        return "À l'étude" if self.taken_up is None else "Décision reprise"

    @property
    def kind(self) -> str:
        """How its state is shown: see `components/state.html`."""
        if self.withdrawn_at is not None:
            return "off"
        return "error" if self.is_answered else "info"

    @property
    def author_in_words(self) -> str:
        """Who has answered: first name, last name, quality, service (L-03)."""
        who = f"{self.answered_first_name} {self.answered_last_name}"
        return f"{who}, {self.answered_quality}, {self.answered_service}"
