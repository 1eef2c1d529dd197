"""A registration under other civil data: what was filed stays, another version says them."""

from datetime import datetime
from typing import Any

from sporades.candidates.models import Identity
from sporades.candidates.words import identity_in_words
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.french import instant_in_words
from sporades.registrations.changes import changes_between
from sporades.registrations.models import Draft, Registration, Version

ADDRESS = "Adresse mail"


def take_identity(
    *, registration: Registration, identity: Identity, by: Actor, at: datetime
) -> Version:
    """Put a registration under other civil data, in a new version that its service signs.

    Everything else stays as it was filed, the signed summary that came back too: it is the
    service that corrects, on proof. Its deadlines are those in force. A modification that is open goes on from the new version.

    Args:
        registration: one that stands; its row is locked.
        identity: the civil data.
        by: who corrects.
        at: the instant.
    """
    locked = Registration.objects.select_for_update(of=("self",)).get(pk=registration.pk)
    before = locked.versions.get(number=locked.version)
    locked.version += 1
    locked.identity = identity
    locked.name_key = identity.name_key
    locked.birth_date = identity.birth_date
    locked.save(update_fields=["version", "identity", "name_key", "birth_date"])
    kept = locked.owed_now(before.snapshot)
    snapshot = _under(identity, kept, number=locked.version, at=at)
    Draft.objects.open().filter(amends=locked).update(amends_version=locked.version)
    return Version.objects.create(
        registration=locked,
        number=locked.version,
        regulation=before.regulation,
        snapshot=snapshot,
        digest=digest(snapshot),
        author_kind=by.kind,
        author_name=by.name,
        filed_at=at,
        changes=changes_between(before.snapshot, snapshot),
    )


def _under(
    identity: Identity, snapshot: dict[str, Any], *, number: int, at: datetime
) -> dict[str, Any]:
    address = [line for line in snapshot["identity"] if line[0] == ADDRESS]
    lines = [[label, said] for label, said in identity_in_words(identity) if said]
    return {
        **snapshot,
        "version": number,
        "filed_at": at.isoformat(),
        "filed_in_words": instant_in_words(at, snapshot["zone"]),
        "name": identity.full_name,
        "identity": [*lines, *address],
    }
