"""Take a file part by part; keep one to serve again; forget what is over."""

import hashlib
import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sporades.accounts.models import User
from sporades.candidates.models import Candidate
from sporades.candidates.operations import Merged
from sporades.core import pooler
from sporades.core.leaving import leave
from sporades.core.locks import lock_value
from sporades.core.refusals import Refused
from sporades.core.text import clean
from sporades.drawers.models import (
    LONGEST_LABEL,
    LONGEST_MARK,
    LONGEST_NAME,
    KeptFile,
    Upload,
    UploadPart,
)
from sporades.drawers.queries import weight_of
from sporades.intake import cleaning

MOST_UPLOADS = 20
MOST_UPLOADED = 50_000_000
"""Bytes of the files on their way of one account; the oldest make room."""

SMALLEST_PART, LARGEST_PART = 65_536, 1_000_000
"""Bytes of a part; the last one of a file may have fewer. Each is a row: by single bytes a file would be millions."""

LONGEST_WAY = timedelta(days=1)
"""How long a file that nobody goes on sending is kept."""

USED_FOR = timedelta(hours=1)
"""How long one that was deposited is kept, for a button that is pressed again."""

MOST_FILES = 20
MOST_BYTES = 25_000_000
"""Of the drawer of one candidate."""

CHECKSUMS = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
"""What a part may be announced by, to be known whole."""


class Elsewhere(Exception):
    """A part does not begin where what has come ends."""


class Overlong(Exception):
    """A part goes beyond the length that was announced, or is larger than any part may be."""


class Corrupt(Exception):
    """A part is not the one that was announced."""


class Undersized(Exception):
    """A part has fewer bytes than any but the last may have."""


class FullDrawer(Refused):
    """A drawer takes nothing more."""

    message = (
        "Votre porte-documents garde vingt fichiers au plus, et 25 Mo en tout : supprimez-en un "
        "avant d'en ajouter."
    )


# --- On its way -------------------------------------------------------------------------------


@transaction.atomic
def begin(*, owner: User, name: str, mark: str, length: int, at: datetime) -> Upload:
    """Announce a file that will come in parts; the same one goes on from where it was.

    Args:
        owner: who sends it.
        name: that of their disk.
        mark: what tells it from the other files of its owner, as their device says it; nothing
            when nothing is said.
        length: in bytes.
        at: the instant.

    Raises:
        cleaning.TooLargePhoto: no file may be so large.
        ValueError: it has no byte.
    """
    if length > cleaning.LARGEST_PHOTO:
        raise cleaning.TooLargePhoto
    if length < 1:
        raise ValueError
    mark = mark[:LONGEST_MARK]
    lock_value("uploads", str(owner.pk))
    own = Upload.objects.filter(owner=owner)
    known = own.filter(mark=mark, length=length, used_at=None).first() if mark else None
    if known is not None:
        return known
    _make_room(owner, length)
    made: Upload = Upload.objects.create(
        owner=owner,
        name=clean(name)[:LONGEST_NAME] or "fichier",
        mark=mark,
        length=length,
        begun_at=at,
        touched_at=at,
    )
    return made


def receive(*, owner: User, name: str, content: bytes, at: datetime) -> Upload:
    """Keep a file that came whole, with a form, as those of which every part has come.

    Args:
        owner: who sends it.
        name: that of their disk.
        content: its bytes, looked at already: see `cleaning.refused_unread`.
        at: the instant.
    """
    begun = begin(owner=owner, name=name, mark="", length=len(content), at=at)
    for start in range(0, len(content), LARGEST_PART):
        part = content[start : start + LARGEST_PART]
        take(upload=begun, start=start, content=part, checksum=None, at=at)
    begun.refresh_from_db()
    return begun


def _make_room(owner: User, length: int) -> None:
    """Forget the files that were left first, until another one has its place."""
    kept, weight = 1, length
    for one in Upload.objects.filter(owner=owner).order_by("-touched_at", "-begun_at"):
        kept, weight = kept + 1, weight + one.length
        if kept > MOST_UPLOADS or weight > MOST_UPLOADED:
            one.delete()


@transaction.atomic
def take(
    *, upload: Upload, start: int, content: bytes, checksum: tuple[str, bytes] | None, at: datetime
) -> int:
    """Keep a part of a file, with the count of what has come; return that count.

    Args:
        upload: the file, its owner's.
        start: the first byte of the part.
        content: its bytes.
        checksum: how it was announced and by which algorithm, one of `CHECKSUMS`; or nothing.
        at: the instant.

    Raises:
        Upload.DoesNotExist: it was forgotten meanwhile.
        Elsewhere, Overlong, Undersized, Corrupt: see each; nothing is kept.
        cleaning.Unfit: its first part shows that it is too heavy for what it is; nothing is kept.
    """
    if len(content) > LARGEST_PART:
        raise Overlong
    if checksum and CHECKSUMS[checksum[0]](content).digest() != checksum[1]:
        raise Corrupt
    locked: Upload = Upload.objects.select_for_update().get(pk=upload.pk)
    if start != locked.offset:
        raise Elsewhere
    end = start + len(content)
    if end > locked.length:
        raise Overlong
    if start < end < locked.length and len(content) < SMALLEST_PART:
        raise Undersized
    _check_first(locked, start, content)
    if content:
        UploadPart.objects.create(upload=locked, start=start, content=content)
        locked.offset += len(content)
        locked.touched_at = at
        locked.save(update_fields=["offset", "touched_at"])
    return locked.offset


def _check_first(upload: Upload, start: int, content: bytes) -> None:
    """Refuse what would be sent whole for nothing: a photo alone may be so heavy."""
    if start or upload.length <= cleaning.LARGEST or len(content) < cleaning.HEAD:
        return
    if refusal := cleaning.refused_unread(content[: cleaning.HEAD], upload.length):
        raise refusal


def content_of(upload: Upload) -> bytes:
    """Return the bytes of a file of which all has come."""
    parts = upload.parts.order_by("start").values_list("content", flat=True)
    whole = io.BytesIO()
    # Few at once, and never two copies of the whole: what the database answers is twice as long.
    whole.writelines(pooler.a_share_at_a_time(parts, 2))
    return whole.getvalue()


def note_used(keys: list[UUID], *, at: datetime) -> None:
    """Remember that files were deposited: they stay an hour, for a button pressed again."""
    Upload.objects.filter(pk__in=keys, used_at=None).update(used_at=at)


def forget_upload(upload: Upload) -> None:
    """Forget a file that is on its way, as whoever sends it asks."""
    upload.delete()


def forget_uploads(*, at: datetime) -> int:
    """Forget the files that nobody goes on sending, and those that were deposited; return how many."""
    left = Upload.objects.filter(touched_at__lt=at - LONGEST_WAY)
    used = Upload.objects.filter(used_at__lt=at - USED_FOR)
    _, counts = (left | used).delete()
    return counts.get(Upload._meta.label, 0)


# --- In the drawer ----------------------------------------------------------------------------


def keep(
    *,
    owner: Candidate,
    key: str,
    name: str,
    made: Mapping[str, int],
    sending: UUID,
    at: datetime,
) -> KeptFile:
    """Keep a file in a drawer.

    Args:
        owner: whose drawer it is, locked by `lock`.
        key: where it is kept, its own.
        name: as its candidate named it, clean.
        made: its `size` in bytes, its number of `pages`.
        sending: names the press of the button.
        at: the instant at which the request arrived.

    Raises:
        FullDrawer: it does not go with the others.
    """
    others = KeptFile.objects.filter(owner=owner)
    if others.count() >= MOST_FILES or weight_of(others) + made["size"] > MOST_BYTES:
        raise FullDrawer
    kept: KeptFile = KeptFile.objects.create(
        owner=owner, key=key, name=name, sending=sending, kept_at=at, **made
    )
    return kept


def label(kept: KeptFile, *, said: str) -> bool:
    """Call a file of a drawer otherwise; return whether anything changes.

    Args:
        kept: the file.
        said: what its candidate calls it; nothing for the name of the file.
    """
    said = clean(said)[:LONGEST_LABEL]
    is_new = KeptFile.objects.filter(pk=kept.pk).exclude(label=said).update(label=said)
    kept.label = said
    return bool(is_new)


def lock(owner: Candidate) -> None:
    """Hold a drawer, and whose it is, until the end of the transaction.

    Nobody merges them meanwhile, which would leave what is put there to nobody.

    Raises:
        Merged: they have just become another candidate, or given their drawer to a record.
    """
    held = Candidate.objects.select_for_update(of=("self",), no_key=True)
    if held.filter(pk=owner.pk, merged_into=None).first() is None:
        raise Merged


def remove(kept: KeptFile) -> None:
    """Erase a file of a drawer; the copies that were deposited stay."""
    kept.delete()
    leave([kept.key])


def give(left: Candidate, *, to: Candidate) -> None:
    """Put the files of a drawer into that of the candidate whom another one becomes."""
    KeptFile.objects.filter(owner=left).update(owner=to)


def erase(owner: Candidate) -> None:
    """Erase a drawer with whom it belongs to, and with those who were merged into them."""
    theirs = KeptFile.objects.filter(Q(owner=owner) | Q(owner__merged_into=owner))
    keys = list(theirs.values_list("key", flat=True))
    theirs.delete()
    leave(keys)
