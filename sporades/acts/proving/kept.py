"""What every proof has as JSON: acts with their seals, mails, whose it is. Instants are in UTC."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from sporades.candidates.models import Candidate
from sporades.core.actors import CANDIDATE, Actor
from sporades.journal.models import Entry, Seal
from sporades.journal.words import QUALITIES
from sporades.letters.words import fate_in_words
from sporades.mail import fate
from sporades.registrations.models import Registration

type Facts = dict[str, Any]

FORM = 1
"""Of this JSON: another figure when what a key means changes."""


def utc(instant: datetime | None) -> str | None:
    """Write an instant as the data of a proof do."""
    return instant.astimezone(UTC).isoformat(timespec="microseconds") if instant else None


def head(
    nature: str,
    *,
    candidate: Candidate,
    registration: Registration | None,
    by: Actor,
    at: datetime,
) -> Facts:
    """Return what every proof begins with.

    Args:
        nature: what it is, « preuve du dépôt ».
        candidate: whose.
        registration: of what, if anything was filed.
        by: who has it made.
        at: the instant.
    """
    return {
        "forme": FORM,
        "nature": nature,
        "faite_le": utc(at),
        "faite_par": f"{by.name}, {QUALITIES.get(by.kind, by.kind)}",
        "service": settings.SERVICE_NAME,
        "autorite": settings.DEPLOYER_NAME,
        "candidat": {
            "nom": candidate.identity.full_name,
            "numero": candidate.number,
            "adresse": candidate.address,
        },
        "inscription": _registration(registration),
    }


def _registration(registration: Registration | None) -> Facts | None:
    if registration is None:
        return None
    return {
        "numero": registration.number,
        "intitule": registration.title,
        "academie": registration.service.academy.full_name,
        "etat": registration.get_state_display(),
        "version": registration.version,
    }


def in_order(entries: Any) -> list[Entry]:
    """Return acts with their seals, the first first."""
    return list(entries.select_related("seal").order_by("at", "pk"))


def act_of(entry: Entry, *, is_whole: bool) -> Facts:
    """Return an act.

    Args:
        entry: with its seal.
        is_whole: whether what it says is given, by which its fingerprint can be computed again.
    """
    return {
        "numero": entry.pk,
        "le": utc(entry.at),
        "quoi": entry.in_words,
        "par": entry.author_in_words,
        "empreinte": entry.digest,
        "sceau": entry.seal.number if entry.seal else None,
        "contenu": entry.content if is_whole else None,
        # Of an agent, where they work from is nobody's to read in it.
        "provenance": entry.provenance if entry.actor_kind == CANDIDATE and entry.network else None,
    }


def seals_of(placed: Sequence[Seal]) -> Iterable[Facts]:
    """Return the seals on acts."""
    for one in placed:
        yield {
            "numero": one.number,
            "pose_le": utc(one.sealed_at),
            "precedent": one.previous,
            "empreinte": one.digest,
        }


def message_of(sent: Any) -> Facts:
    """Return a mail or a letter, with its fate and the fingerprint of its text.

    But that of a withdrawal: of some, the text says that a request for accommodations fell with it, and
    by its fingerprint one could try whether it does.

    Args:
        sent: a message, as `with_letters(with_fate(…))` returns it, with its text.
    """
    letter = getattr(sent, "letter", None)
    return {
        "objet": sent.subject,
        "a": ", ".join(letter.address) if letter else sent.recipient,
        "ecrit_le": utc(sent.written_at),
        "envoye_le": utc(sent.sent_at),
        "essais": sent.attempts,
        "suite": fate_in_words(letter) if letter else fate.in_words(sent, settings.TIME_ZONE),
        "message_id": "" if letter else sent.message_id,
        "empreinte_du_texte": None
        if sent.kind == "withdrawn"
        else hashlib.sha256(sent.body.encode()).hexdigest(),
    }
