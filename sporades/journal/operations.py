"""Write to the journal."""

from datetime import datetime
from typing import Any

from django.db import models

from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.journal.models import Entry, about_of


def record(
    verb: str,
    *,
    by: Actor,
    at: datetime,
    on: models.Model | None = None,
    academy: str = "",
    before: Any = None,
    after: Any = None,
) -> Entry:
    """Add an act to the journal, in the transaction of the act itself.

    Args:
        verb: the act, a past participle phrase in English ("registration filed").
        by: its author.
        at: its instant.
        on: the row acted upon, if any.
        academy: the code of the academy concerned, if any.
        before: what was there, as JSON; never health data, never a secret.
        after: what is there now, as JSON; the same.
    """
    payload = {
        key: value for key, value in (("before", before), ("after", after)) if value is not None
    }
    entry = Entry(
        verb=verb,
        at=at,
        actor_kind=by.kind,
        actor_name=by.name,
        actor_id=by.identifier,
        **(about_of(on) if on is not None else {}),
        academy=academy,
        payload=payload,
    )
    entry.digest = digest(entry.content)
    entry.save()
    return entry
