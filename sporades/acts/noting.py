"""Note something on a file, for the office (I3)."""

from datetime import datetime

from django.db import transaction

from sporades import journal
from sporades.core.actors import Actor
from sporades.registrations.models import Note, Registration


@transaction.atomic
def write_note(*, registration: Registration, text: str, by: Actor, at: datetime) -> Note:
    """Add a note to a file; the journal has that it was written, not what it says."""
    note: Note = Note.objects.create(
        registration=registration,
        text=text,
        written_at=at,
        author_name=by.name,
        author_id=by.identifier,
    )
    journal.record("note written", by=by, on=registration, at=at, academy=registration.academy_id)
    return note
