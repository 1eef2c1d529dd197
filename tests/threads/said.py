"""What the tests of threads say to each other, through the real acts."""

from uuid import uuid4

from sporades.acts.writing import messaging
from sporades.core.actors import Actor
from sporades.threads.queries import last_of
from tests.factories import NOW, author

MANAGER = Actor("manager", "Claude Martin", "user:12")
ASKED = "Où faut-il se présenter ?"
ANSWERED = "La convocation le dira."


def write(registration, text=ASKED, *, sending=None, at=NOW):
    """Write as the candidate."""
    return messaging.write(
        registration=registration,
        text=text,
        sending=sending or uuid4(),
        by=author(registration.candidate),
        at=at,
    )


def answer(registration, text=ANSWERED, *, sending=None, seen=None, at=NOW):
    """Answer as a manager who has read all there is, unless it is said what was seen."""
    last = last_of(registration)
    return messaging.answer(
        registration=registration,
        text=text,
        sending=sending or uuid4(),
        seen=(str(last.pk) if last else "") if seen is None else seen,
        by=MANAGER,
        at=at,
    )
