"""What a candidate and the managing service write to each other about a registration (M2)."""

from typing import Any, ClassVar, Self

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q

from sporades.accounts.permissions import Reach
from sporades.core.french import instant_in_words
from sporades.journal.words import QUALITIES
from sporades.registrations.models import Registration

LONGEST_MESSAGE = 2_000


class ThreadMessageQuerySet(models.QuerySet["ThreadMessage"]):
    """Questions about messages."""

    def within(self, reach: Reach) -> Self:
        """Return those of a perimeter: for the others there is nothing else."""
        where = {"academy": "registration__academy", "domain": "registration__exam__domain__code"}
        return self.filter(reach.condition(**where))

    def unanswered(self) -> Self:
        """Return those of candidates after which the office has written nothing.

        Save those that it found to need no answer.
        """
        later = ThreadMessage.objects.filter(
            registration=OuterRef("registration"), pk__gt=OuterRef("pk"), is_candidates=False
        )
        return self.filter(~Exists(later), is_candidates=True, settled_at=None)

    def unread_answers(self) -> Self:
        """Return those of the office that their candidate has not read."""
        return self.filter(is_candidates=False, read_at=None)


class ThreadMessage(models.Model):
    """One message of the thread of a registration: added, read and settled once, never changed.

    Messages of a thread are added one after the other, under the lock of its registration: the
    order of their keys is that in which they were sent.
    """

    registration = models.ForeignKey(
        Registration, on_delete=models.CASCADE, related_name="thread", db_index=False
    )
    is_candidates = models.BooleanField("écrit par le candidat")
    text = models.CharField("message", max_length=LONGEST_MESSAGE)
    sent_at = models.DateTimeField("envoyé le")
    read_at = models.DateTimeField("lu par son destinataire le", null=True, blank=True)
    settled_at = models.DateTimeField("laissé sans suite le", null=True, blank=True)
    settled_name = models.CharField("laissé sans suite par", max_length=255, blank=True)
    author_kind = models.CharField("qualité de l'auteur", max_length=20)
    author_name = models.CharField("auteur", max_length=255)
    author_id = models.CharField("compte de l'auteur", max_length=60)
    sending = models.UUIDField("envoi", editable=False)

    objects: ClassVar[Any] = ThreadMessageQuerySet.as_manager()

    class Meta:
        verbose_name = "message d'une inscription"
        constraints = [
            models.CheckConstraint(name="a_message_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="a_candidates_message_is_settled_by_somebody",
                condition=Q(settled_at=None, settled_name="")
                | Q(settled_at__isnull=False, is_candidates=True) & ~Q(settled_name=""),
            ),
            models.UniqueConstraint(
                fields=["registration", "sending"], name="two_presses_send_one_message"
            ),
        ]
        indexes = [
            models.Index(fields=["registration", "is_candidates", "id"], name="message_of_thread"),
            models.Index(
                fields=["registration"],
                condition=Q(is_candidates=False, read_at=None),
                name="message_unread_answer",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="a_message_is_never_rewritten",
                exclude=["read_at", "settled_at", "settled_name"],
            ),
            pgtrigger.Protect(
                name="a_message_is_settled_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__settled_at__isnull=False)
                & (
                    pgtrigger.Q(old__settled_at__df=pgtrigger.F("new__settled_at"))
                    | pgtrigger.Q(old__settled_name__df=pgtrigger.F("new__settled_name"))
                ),
            ),
            pgtrigger.Protect(
                name="a_message_is_first_read_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__read_at__isnull=False, old__read_at__df=pgtrigger.F("new__read_at")
                ),
            ),
        ]

    def __str__(self) -> str:
        """Return who wrote it."""
        return f"message de {self.author_name}"

    @property
    def author_in_words(self) -> str:
        """Say who wrote it, and in what quality, to the office."""
        return f"{self.author_name} ({QUALITIES.get(self.author_kind, self.author_kind)})"

    @property
    def sent_in_words(self) -> str:
        """Say when it was sent, by the clock of the registration's service."""
        return instant_in_words(self.sent_at, self.registration.service.zone)

    @property
    def read_in_words(self) -> str:
        """Say when its addressee first read it, or nothing."""
        if self.read_at is None:
            return ""
        return instant_in_words(self.read_at, self.registration.service.zone)

    @property
    def settled_in_words(self) -> str:
        """Say when the office found that it needs no answer, or nothing."""
        if self.settled_at is None:
            return ""
        return instant_in_words(self.settled_at, self.registration.service.zone)
