"""The record of every act. Rows are added, never changed, never deleted."""

import pgtrigger
from django.db import models

from sporades.journal.words import IN_WORDS


class Entry(models.Model):
    """One act: who, what, on what, when, before and after.

    The author and the object are text: the journal outlives both.
    """

    at = models.DateTimeField("instant")
    verb = models.CharField("acte", max_length=60)
    actor_kind = models.CharField("qualité de l'auteur", max_length=20)
    actor_name = models.CharField("auteur", max_length=255)
    actor_id = models.CharField("compte de l'auteur", max_length=60, blank=True)
    object_kind = models.CharField("type d'objet", max_length=60, blank=True)
    object_id = models.CharField("objet", max_length=60, blank=True)
    academy = models.CharField("académie", max_length=3, blank=True)
    payload = models.JSONField("contenu", default=dict)
    digest = models.CharField("empreinte du contenu", max_length=64)

    class Meta:
        verbose_name = "acte au journal"
        triggers = [
            pgtrigger.Protect(
                name="the_journal_is_append_only",
                operation=pgtrigger.Update | pgtrigger.Delete,
            ),
        ]
        indexes = [
            models.Index(fields=["object_kind", "object_id", "at"], name="entry_by_object"),
            models.Index(fields=["academy", "at"], name="entry_by_academy"),
        ]

    def __str__(self) -> str:
        """Return the act and its object."""
        return f"{self.verb} {self.object_kind} {self.object_id}".strip()

    @property
    def in_words(self) -> str:
        """Say the act as a person reads it; a verb that has no words any more, as it stands."""
        return IN_WORDS.get(self.verb, self.verb)
