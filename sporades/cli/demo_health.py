"""The demo's papers of health: confided and opened through the real acts."""

from datetime import datetime

from django.conf import settings

from sporades.accommodations.queries import papers_asked_of
from sporades.accounts.models import User
from sporades.acts.medical import confiding, reading, scanning
from sporades.acts.sent_files import Sent
from sporades.cli.demo_pieces import a_photo
from sporades.core.actors import CANDIDATE, Actor
from sporades.medical import operations as medical
from sporades.medical.models import Paper
from sporades.registrations.models import Registration

REMARK = "L'exemple de commentaire que seul le médecin désigné lit : l'écriture me fatigue vite."


def confide_papers(registration: Registration, *, at: datetime) -> None:
    """Confide the papers that a request calls for, and a comment.

    Args:
        registration: of which the request was sent.
        at: the instant.
    """
    person = registration.candidate
    by = Actor(CANDIDATE, str(person), f"user:{person.user_id}")
    for asked in papers_asked_of(registration):
        if not asked.is_mandatory:
            continue
        given = confiding.deposit(
            registration=registration,
            kind=asked.code,
            sent=[Sent("exemple.jpg", a_photo(asked.label, at=at, zone=registration.service.zone))],
            press=f"demo:{registration.pk}:{asked.code}",
            by=by,
            at=at,
        )
        _look_at(given, at=at)
    confiding.remark(
        registration=registration, text=REMARK, press=f"demo:{registration.pk}", by=by, at=at
    )


def open_papers(registration: Registration, *, doctor: User, at: datetime) -> None:
    """Open what was confided, as its doctor does before an opinion.

    Args:
        registration: of which.
        doctor: who is in charge.
        at: the instant.
    """
    found, by = medical.compartment_of(registration), doctor.memberships.get().as_actor()
    for one in found.papers.all():
        reading.read(paper=one.pk, reader=doctor, by=by, at=at)
    reading.read_remarks(found=found, reader=doctor, by=by, at=at)


def _look_at(given: Paper, *, at: datetime) -> None:
    if settings.CLAMD:
        scanning.scan(given.pk, at=at)
    else:
        # What the demo has just drawn is known; what a visitor confides waits for an antivirus.
        medical.note_scanned(given, is_clean=True, at=at)
