"""Take a registration out of what serves, and keep it apart: one transaction, or nothing."""

import logging
from datetime import datetime

from django.db import transaction
from django.db.models import Model

from sporades.accounts.models import User
from sporades.acts.identities.correcting import lock_person
from sporades.candidates import claims
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate, Identity
from sporades.core import files
from sporades.core.actors import SYSTEM
from sporades.documents import operations as documents
from sporades.drawers import operations as drawers
from sporades.journal.models import Entry
from sporades.journal.operations import forget as forget_acts
from sporades.journal.queries import entries_about, proving_acts
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.mail.operations import messages_about
from sporades.medical import operations as medical
from sporades.publications.queries import decisions_on
from sporades.registrations.models import CorrectionRequest, Registration
from sporades.registrations.operations import asking_late
from sporades.retention import categories, gathering
from sporades.retention.models import Archive
from sporades.statistics import archived as figures

UNREADABLE = "fichiers qui ne pouvaient pas être lus à l'archivage"
"""Among the facts of an archive: how many; nothing where each could."""

logger = logging.getLogger(__name__)


class _WrittenMeanwhile(Exception):
    """A mail came after the mails were copied: it would be in no archive."""


def archive(key: int, *, at: datetime) -> bool:
    """Archive a registration whose active use is over; return whether it was there and is.

    Its rows, mails and acts are copied, then deleted; acts stay in the journal without names,
    its figures in the statistics, of nobody, and that its codes were given. Who decided to publish
    or withdraw its documents is copied too, and stays with what was published with them. Who looked
    at it is not copied, and has its own year.
    A candidate without an account goes with their last registration, unless something goes on for
    them: a draft in its time, a code that still serves. An account stays, and is from then on one
    without a registration. Files stay where they are: the archive names them, and says how many
    could not be read by then, as the log does. What was confided to a doctor enters no archive: it
    is erased (P-14).
    A mail that is written meanwhile has all begun anew, once; a second one, and it is for the next run.
    """
    try:
        kept = _archive(key, at=at)
    except _WrittenMeanwhile:
        kept = _archive(key, at=at)  # with what was written
    if kept is not None:
        _read(kept)
    return kept is not None


def _read(kept: Archive) -> None:
    """Read each file of an archive, which nothing holds up; say which cannot be."""
    unread = 0
    for place, name in enumerate(kept.files, start=1):
        try:
            files.get(name)
        except (files.Unreadable, files.OutOfReach) as trouble:
            # A store that does not answer says nothing of the file.
            unread += isinstance(trouble, files.Unreadable)
            logger.error(  # noqa: TRY400 - a line
                "Registration %s is archived with a file that cannot be read, %s of %s: %s",
                kept.number,
                place,
                len(kept.files),
                type(trouble).__name__,
            )
    if unread:
        Archive.objects.filter(pk=kept.pk).update(facts={**kept.facts, UNREADABLE: unread})


@transaction.atomic
def _archive(key: int, *, at: datetime) -> Archive | None:
    owner = Registration.objects.filter(pk=key).values_list("candidate", flat=True).first()
    if owner is None:
        return None
    # Warned before they were registered, for want of a registration, they are to be warned anew.
    User.objects.filter(candidate=owner).exclude(warned_at=None).update(warned_at=None)
    # In the order of every act: the code that opens the record, then the person.
    claims.lock([owner])
    candidate = lock_person(owner, may_go=True)
    registration = categories.registrations(at).filter(pk=key).first()
    if registration is None:
        return None
    medical.forget(registration, at=at)
    rows = [*gathering.rows_of(registration), *gathering.papers_of(registration)]
    is_last = not candidate.registrations.exclude(pk=key).exists() and not _goes_on(
        candidate, at=at
    )
    if is_last:
        rows += gathering.person_of(candidate)
    # Once: an act that somebody writes from here on is not copied, and keeps what it says.
    acts = list(proving_acts(entries_about(*rows)))
    # One that is being sent says so first.
    mails = list(messages_about(rows).select_for_update().order_by("pk"))
    kept = _keep(registration, rows, mails, acts, at=at)
    figures.keep(registration)
    documents.keep_codes(registration.folder_id, has_ended=not registration.is_active, at=at)
    forget_acts(
        Entry.objects.filter(pk__in=[one.pk for one in acts]),
        "registration archived",
        by=SYSTEM,
        on=registration,
        at=at,
        academy=registration.academy_id,
        after={"number": kept.number},
    )
    copied = [one.pk for one in mails]
    if messages_about(rows).exclude(pk__in=copied).exists():
        raise _WrittenMeanwhile
    Message.objects.filter(pk__in=copied).delete()
    _delete(registration, candidate, is_last=is_last)
    return kept


def _goes_on(candidate: Candidate, *, at: datetime) -> bool:
    """Return whether somebody without an account is being registered, or is about to have one."""
    if candidate.has_account:
        return False
    begun = candidate.drafts.unfiled().filter(amends=None)
    in_time: bool = begun.exclude(pk__in=categories.drafts(at).values("pk")).exists()
    return in_time or claims.living(at=at).filter(candidate=candidate).exists()


def _keep(
    registration: Registration,
    rows: list[Model],
    mails: list[Message],
    acts: list[Entry],
    *,
    at: datetime,
) -> Archive:
    letters = Letter.objects.filter(message__in=mails).order_by("pk")
    decided = decisions_on(registration).order_by("pk")
    everything = [*rows, registration.identity, *mails, *letters, *acts, *decided]
    content = gathering.written(everything)
    made: Archive = Archive.objects.create(
        number=registration.number,
        academy=registration.academy_id,
        counts_from=categories.counts_from(registration.service),
        archived_at=at,
        facts=gathering.facts_of(registration),
        content=content,
        files=gathering.files_in(content),
        looked_since=None,
    )
    return made


def _delete(registration: Registration, candidate: Candidate, *, is_last: bool) -> None:
    folder = registration.folder
    befores = CorrectionRequest.objects.filter(registration=registration).values("before")
    identities = [*Identity.objects.filter(pk__in=befores), registration.identity]
    registration.delete()
    folder.delete()
    for identity in identities:
        candidates.forget_identity(identity)
    if is_last and candidate.user is None:
        drawers.erase(candidate)
        asking_late.leave_proofs(candidate)
        candidates.erase(candidate)
