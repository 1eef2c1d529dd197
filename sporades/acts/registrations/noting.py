"""Note something on a file, for the office (I3)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sporades import journal
from sporades.core.actors import Actor
from sporades.registrations.models import Note, Registration
from sporades.registrations.queries import lock_registration


@transaction.atomic
def write_note(
    *, registration: Registration, text: str, sending: UUID, by: Actor, at: datetime
) -> Note:
    """Add a note to a file; the journal has that it was written, not what it says.

    Args:
        registration: of the file.
        text: what is noted, clean.
        sending: names the press of the button: pressed twice, it adds one note.
        by: who notes it.
        at: the instant.
    """
    locked = lock_registration(registration.pk)
    already: Note | None = locked.notes.filter(sending=sending).first()
    if already is not None:
        return already
    note: Note = Note.objects.create(
        registration=locked,
        text=text,
        written_at=at,
        author_name=by.name,
        author_id=by.identifier,
        sending=sending,
    )
    journal.record("note written", by=by, on=locked, at=at, academy=locked.academy_id)
    return note
