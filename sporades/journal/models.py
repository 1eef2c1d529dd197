"""The record of every act. Rows are added, never changed, never deleted."""

from datetime import UTC, timedelta
from typing import Any

import pgtrigger
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from sporades.journal.words import (
    CONSULTATIONS,
    IN_WORDS,
    RESTORED,
    in_quality,
    on_complement,
    on_document,
    on_export,
    on_pieces,
    on_rule,
)

SAME_AS = "same_as"
"""Where the content of an act says of which it is the same, in the journal of another academy."""

PROVENANCE_KEPT = timedelta(days=365)
"""CNIL, délibération n° 2021-122 of 14 October 2021 on logging: six months to a year."""

CONSULTATIONS_KEPT = PROVENANCE_KEPT
"""The same deliberation: who looked at a file is a trace of access, and proves no act."""

SALT_BYTES = 16
"""Of what is drawn for the fingerprint of an act alone: without it nobody finds again what it said."""


def about_of(row: models.Model) -> dict[str, str]:
    """Return the fields that name the row an act is on."""
    return {
        "object_kind": row._meta.label_lower.split(".", 1)[1],
        "object_id": str(row.pk),
    }


class Seal(models.Model):
    """A batch of acts, with the fingerprint of each, chained to the batch before.

    It holds the fingerprints and not the acts: what the law erases of an act leaves the chain
    whole. It lists them one by one: what was touched is found by its row.
    """

    number = models.PositiveBigIntegerField("numéro", unique=True)
    sealed_at = models.DateTimeField("posé le")
    acts = models.JSONField("numéro et empreinte de chaque acte")
    previous = models.CharField("empreinte du sceau précédent", max_length=64, blank=True)
    digest = models.CharField("empreinte", max_length=64)

    class Meta:
        verbose_name = "sceau du journal"
        verbose_name_plural = "sceaux du journal"
        triggers = [
            pgtrigger.Protect(
                name="a_seal_is_never_broken", operation=pgtrigger.Update | pgtrigger.Delete
            ),
        ]

    def __str__(self) -> str:
        """Return its number."""
        return f"sceau n°{self.number}"

    @property
    def content(self) -> dict[str, Any]:
        """What its fingerprint is of."""
        return {
            "number": self.number,
            "sealed_at": self.sealed_at.astimezone(UTC).isoformat(),
            "acts": self.acts,
            "previous": self.previous,
        }


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
    request = models.CharField(
        "numéro de requête", max_length=16, blank=True, default="", db_default=""
    )
    network = models.GenericIPAddressField("adresse réseau", null=True, blank=True)
    origin = models.CharField(
        "empreinte de la provenance", max_length=64, blank=True, default="", db_default=""
    )
    salt = models.CharField("sel", max_length=2 * SALT_BYTES, blank=True, default="", db_default="")
    digest = models.CharField("empreinte de l'acte", max_length=64)
    seal = models.ForeignKey(
        Seal, models.PROTECT, verbose_name="sceau", related_name="+", null=True, blank=True
    )

    class Meta:
        verbose_name = "acte au journal"
        triggers = [
            pgtrigger.Protect(name="the_journal_is_append_only", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="an_act_is_never_rewritten", exclude=["seal"]),
            pgtrigger.Protect(
                name="an_act_is_sealed_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__seal__isnull=False),
            ),
        ]
        indexes = [
            models.Index(fields=["object_kind", "object_id", "at"], name="entry_by_object"),
            models.Index(fields=["academy", "at"], name="entry_by_academy"),
            # Rows come in the order of their instants: a few bytes find those of a day.
            BrinIndex(fields=["at"], autosummarize=True, name="entry_by_instant"),
            models.Index(fields=["id"], name="entry_unsealed", condition=Q(seal__isnull=True)),
            models.Index(
                fields=["at"], name="entry_with_network", condition=Q(network__isnull=False)
            ),
            models.Index(
                fields=["at"],
                name="entry_who_looked",
                condition=Q(verb__in=CONSULTATIONS) & ~Q(actor_name=""),
            ),
            models.Index(fields=["at"], name="entry_restored", condition=Q(verb=RESTORED)),
        ]

    def __str__(self) -> str:
        """Return the act and its object."""
        return f"{self.verb} {self.object_kind} {self.object_id}".strip()

    @property
    def in_words(self) -> str:
        """Say the act as a person reads it, with the pieces, the document, the file or the proof that it was on.

        A verb that has no words any more stands as it is.
        """
        said = IN_WORDS.get(self.verb, self.verb)
        after = self.payload.get("after")
        if not isinstance(after, dict):
            return said
        proof = after.get("proof")
        every = (on_pieces, on_document, on_export, on_complement, on_rule)
        told = (on(self.verb, after) for on in every)
        if which := next(filter(None, told), ""):
            said = f"{said} : {which}"
        return f"{said}, sur justificatif : {proof}" if proof else said

    @property
    def is_empty(self) -> bool:
        """Whether nothing is left of whom it named, nor of what its fingerprint could be tried with."""
        kept = self.actor_name, self.actor_id, self.payload, self.request, self.network
        return not any((*kept, self.origin, self.salt))

    @property
    def is_of_another(self) -> bool:
        """Whether it is told to an academy that what it is on has left, or is not of."""
        return SAME_AS in self.payload

    @property
    def author_in_words(self) -> str:
        """Say who did it, and in what quality: « Ana Martin, gestionnaire »; no name once forgotten."""
        return in_quality(self.actor_name, self.actor_kind)

    @property
    def provenance(self) -> dict[str, Any]:
        """What the fingerprint of where it comes from is of: it is forgotten before the act is."""
        return {"request": self.request, "network": self.network}

    @property
    def content(self) -> dict[str, Any]:
        """What its fingerprint is of: all that it says, its salt, and the fingerprint of its provenance.

        An act that was written before there were salts has none.
        """
        return {
            **({"salt": self.salt} if self.salt else {}),
            **({"origin": self.origin} if self.origin else {}),
            "at": self.at.astimezone(UTC).isoformat(),
            "verb": self.verb,
            "actor_kind": self.actor_kind,
            "actor_name": self.actor_name,
            "actor_id": self.actor_id,
            "object_kind": self.object_kind,
            "object_id": self.object_id,
            "academy": self.academy,
            "payload": self.payload,
        }
