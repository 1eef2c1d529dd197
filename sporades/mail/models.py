"""One row per message, written in the transaction of the act that causes it."""

import secrets
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.db import models
from django.db.models import Q

LONGEST_SUBJECT_SENT = 200


class MessageQuerySet(models.QuerySet["Message"]):
    """Questions about messages."""

    def due(self, at: datetime) -> Self:
        """Return the messages that wait and may be tried now, the urgent ones first, then the least tried.

        One that was never tried may be, whatever its hour: it is of the clock of whoever wrote it.
        """
        may_be_tried = Q(next_try_at__lte=at) | Q(attempts=0)
        return self.filter(may_be_tried, state=Message.State.WAITING).order_by(
            "-is_urgent", "attempts", "pk"
        )


def about_of(row: models.Model) -> dict[str, str]:
    """Return the fields that name the row a message is about."""
    return {
        "about_kind": row._meta.label_lower.split(".", 1)[1],
        "about_id": str(row.pk),
    }


SIGN_LENGTH = 16


def a_sign() -> str:
    """Return what nobody guesses of a mail, among the letters and figures of a Message-ID."""
    return secrets.token_hex(SIGN_LENGTH // 2)


class Message(models.Model):
    """A message to one address, and its fate; or the text of a letter, which has no address.

    What becomes of a letter is for the room `letters`.
    """

    class State(models.TextChoices):
        """What has become of a message."""

        WAITING = "waiting", "En attente d'envoi"
        SENT = "sent", "Envoyé"
        REFUSED = "refused", "Refusé par le serveur du destinataire"
        LETTER = "letter", "Par courrier"

    kind = models.CharField("type", max_length=60)
    key = models.CharField("événement", max_length=120)
    recipient = models.EmailField("destinataire", max_length=254, blank=True)
    subject = models.CharField("objet", max_length=LONGEST_SUBJECT_SENT)
    body = models.TextField("texte")
    about_kind = models.CharField("type d'objet", max_length=60, blank=True)
    about_id = models.CharField("objet concerné", max_length=60, blank=True)
    academy = models.CharField(
        "académie de l'inscription concernée", max_length=3, blank=True, default="", db_default=""
    )
    """Written by the database, for the messages about a registration: where it is now."""
    matter = models.CharField(
        "ce dont il parle", max_length=30, blank=True, default="", db_default=""
    )
    """Of what a later message may say otherwise: the rooms above know which."""
    due_by = models.DateTimeField("demande quelque chose avant le", null=True, blank=True)
    """The first instant before which it asks for something: past it, it says what is true no more."""
    is_urgent = models.BooleanField("passe devant", default=False)
    state = models.CharField("état", max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField("essais", default=0)
    last_error = models.CharField("dernière erreur", max_length=300, blank=True)
    written_at = models.DateTimeField("écrit le")
    next_try_at = models.DateTimeField("prochain essai le")
    sign = models.CharField(
        "signe de l'envoi",
        max_length=SIGN_LENGTH,
        blank=True,
        default=a_sign,
        db_default="",
        editable=False,
    )
    sent_at = models.DateTimeField("envoyé le", null=True, blank=True)
    again_of = models.OneToOneField(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="again",
        verbose_name="envoyé de nouveau à la place de",
    )

    objects: ClassVar[Any] = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = "courriel"
        constraints = [
            models.UniqueConstraint(
                fields=["key", "recipient"], name="an_event_is_told_once_to_an_address"
            ),
            models.CheckConstraint(
                name="a_sent_message_has_its_instant",
                condition=Q(state="sent", sent_at__isnull=False)
                | (~Q(state="sent") & Q(sent_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="a_letter_has_no_address",
                condition=Q(recipient="") | ~Q(state="letter"),
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_try_at"], name="message_waiting", condition=Q(state="waiting")
            ),
            models.Index(
                fields=["written_at"], name="message_refused", condition=Q(state="refused")
            ),
            models.Index(fields=["about_kind", "about_id"], name="message_by_object"),
            models.Index(fields=["recipient", "written_at"], name="message_by_recipient"),
            models.Index(fields=["about_kind", "-written_at", "-id"], name="message_by_age"),
            models.Index(
                fields=["academy", "-written_at", "-id"],
                name="message_of_academy_by_age",
                condition=Q(about_kind="registration"),
            ),
            models.Index(
                fields=["about_kind", "-written_at", "-id"],
                name="message_refused_by_age",
                condition=Q(state="refused"),
            ),
        ]

    def __str__(self) -> str:
        """Return the subject."""
        return self.subject

    @property
    def failure_in_words(self) -> str:
        """Tell its recipient that it did not arrive."""
        return f"Un message n'a pas pu vous être remis à {self.recipient} : vérifiez votre adresse."

    @property
    def message_id(self) -> str:
        """The Message-ID header: always the same, so that a repeat can be told from a new mail.

        Its sign is known to whoever got it alone: a notice of non-delivery that quotes it is of it.
        What was written before mails had one has none.
        """
        sign = f".{self.sign}" if self.sign else ""
        return f"<sporades.{self.pk}{sign}@{settings.SITE_HOST}>"
