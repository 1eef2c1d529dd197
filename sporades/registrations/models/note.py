"""What the office notes of a registration, for itself."""

from django.db import models

from sporades.core.french import instant_in_words
from sporades.registrations.models.registration import Registration

LONGEST_NOTE = 2_000


class Note(models.Model):
    """A note of a member of staff on a file: added, never changed.

    Its candidate does not see it on the pages, and may ask to (CRPA L. 311-1).
    """

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="notes")
    text = models.CharField("note", max_length=LONGEST_NOTE)
    written_at = models.DateTimeField("écrite le")
    author_name = models.CharField("auteur", max_length=255)
    author_id = models.CharField("compte de l'auteur", max_length=60)
    sending = models.UUIDField("envoi", null=True, blank=True, editable=False)
    """The press of the button that added it; nothing where no page named one."""

    class Meta:
        verbose_name = "note"
        constraints = [
            models.CheckConstraint(name="a_note_says_something", condition=~models.Q(text="")),
            models.UniqueConstraint(
                fields=["registration", "sending"], name="two_presses_add_one_note"
            ),
        ]

    def __str__(self) -> str:
        """Return who wrote it and when."""
        return f"note de {self.author_name}"

    @property
    def written_in_words(self) -> str:
        """Say when it was written, by the clock of the registration's service."""
        return instant_in_words(self.written_at, self.registration.service.zone)
