"""Write to the journal; forget whom its acts name."""

import secrets
from datetime import datetime
from typing import Any

from django.db import connection, models, transaction
from django.db.models import QuerySet

from sporades.core import origin
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.journal.models import PROVENANCE_KEPT, SALT_BYTES, SAME_AS, Entry, about_of


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
    return _written(entry, origin.current())


def also_for(entry: Entry, *, academy: str, by: Actor | None = None, **said: Any) -> Entry:
    """Add an act that was recorded to the journal of another academy that it concerns.

    It is a line of its own, sealed as any other, that says of which it is the same act: where both
    may be read, one is (`queries.once`).

    Args:
        entry: the act, as it was recorded.
        academy: the code of the other academy.
        by: whom that academy has to know of, where the act itself is done by the service.
        said: what is there now and is said to that academy alone, as JSON; as for `record`.
    """
    author = by or Actor(entry.actor_kind, entry.actor_name, entry.actor_id)
    after = {**(entry.payload.get("after") or {}), **said}
    other = Entry(
        verb=entry.verb,
        at=entry.at,
        actor_kind=author.kind,
        actor_name=author.name,
        actor_id=author.identifier,
        object_kind=entry.object_kind,
        object_id=entry.object_id,
        academy=academy,
        payload={**entry.payload, "after": after, SAME_AS: entry.pk},
    )
    return _written(other, origin.current())


def _written(entry: Entry, source: origin.Origin | None) -> Entry:
    if source is not None:
        entry.request, entry.network = source.number, source.network
        entry.origin = digest(entry.provenance)
    entry.salt = secrets.token_hex(SALT_BYTES)
    entry.digest = digest(entry.content)
    entry.save()
    return entry


def forget_provenance(*, at: datetime) -> int:
    """Forget the networks and the numbers of requests of acts that are a year old; return how many.

    The acts stay, with the fingerprint of what is forgotten (S-60).

    Args:
        at: the instant.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_forget_provenance(%s)", [at - PROVENANCE_KEPT])
        [count] = cursor.fetchone() or (0,)
    return int(count)


@transaction.atomic
def forget(
    acts: QuerySet[Entry],
    verb: str,
    *,
    by: Actor,
    at: datetime,
    on: models.Model | None = None,
    academy: str = "",
    after: dict[str, Any] | None = None,
) -> Entry:
    """Take the author and the content out of some acts, and record which ones.

    The fingerprint that each had when it was written stays, under its seal: `sealing.verify`
    believes an act to be forgotten if it is empty, and this record lists it. Its salt goes too:
    nobody finds the name again by trying them all. The database lets nobody else do it, nor the
    role that serves pages (docs/operations.md).

    Args:
        acts: the acts whose persons are being erased or archived.
        verb: the act that does so, one of `FORGETTING`.
        by: its author.
        at: its instant.
        on: the row that is erased or archived, if it is one.
        academy: the code of the academy concerned, if any.
        after: what else is to be said, as JSON, of nobody.
    """
    forgotten = sorted(acts.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT journal_forget(%s)", [forgotten])
    said = {**(after or {}), "acts": forgotten}
    return record(verb, by=by, at=at, on=on, academy=academy, after=said)
