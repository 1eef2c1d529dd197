"""What the antivirus finds in what was confided (H3)."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from sporades.acts import accommodating
from sporades.acts.medical.confiding import SCAN, check_awaited, record
from sporades.core.actors import SYSTEM
from sporades.core.links import link_to
from sporades.core.queue import defer_once
from sporades.core.refusals import Refused
from sporades.intake import antivirus
from sporades.letters.operations import tell
from sporades.medical import operations as medical
from sporades.medical.models import Paper
from sporades.registrations.models import Registration
from sporades.registrations.queries import lock_registration
from sporades.registrations.snapshot import contact_of


def scan(key: UUID, *, at: datetime) -> None:
    """Have a paper looked at by the antivirus, and keep what it says.

    Args:
        key: of the paper; one that is gone, or was looked at, is left.
        at: the instant.

    Raises:
        antivirus.Unreachable: nothing is known of it: nobody looks, or nobody answers.
        sealing.Unreadable: no master key opens it.
        files.OutOfReach, files.Unreadable: the store does not give it.
    """
    waiting = Paper.objects.unscanned().filter(pk=key).select_related("compartment").first()
    if waiting is None:
        return
    verdict = antivirus.scan(medical.content_of(waiting))
    with transaction.atomic():
        locked = lock_registration(waiting.compartment.registration_id)
        if not verdict.is_clean:
            accommodating.keep_acceptance_of(locked, at=at)
        noted = medical.note_scanned(waiting, is_clean=verdict.is_clean, at=at)
        if noted and not verdict.is_clean:
            record("confided paper found infected", locked, by=SYSTEM, at=at)
            _tell_refused(waiting, locked, at=at)


def scan_again(*, older_than: datetime) -> None:
    """Queue the papers that a killed worker left, and those for which no antivirus answered."""
    waiting = Paper.objects.unscanned().filter(given_at__lt=older_than)
    for key in waiting.values_list("pk", flat=True).order_by("given_at")[:500]:
        defer_once(SCAN, queue="evidence", paper=str(key))


def _tell_refused(paper: Paper, registration: Registration, *, at: datetime) -> None:
    """Tell its candidate to give another; nothing where none would be taken, nor of one taken back."""
    if not Paper.objects.confided().filter(pk=paper.pk).exists():
        return
    try:
        check_awaited(registration)
    except Refused:
        return
    tell(
        registration.candidate,
        "file_refused",
        service=registration.service,
        at=at,
        key=f"file refused:{paper.pk}",
        about=registration,
        urgent=True,
        registration=registration,
        contact=contact_of(registration.service),
        link=link_to("candidate:registration", registration.number),
    )
