"""Erase what is past its time: each row in a transaction of its own, its files after it."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from sporades import journal, mail
from sporades.accounts.models import NOBODY, User
from sporades.acts.medical import erasing
from sporades.acts.people import forgetting
from sporades.candidates.models import Identity
from sporades.core import files
from sporades.core.actors import SYSTEM
from sporades.core.locks import lock_value, locked_among
from sporades.journal.models import CONSULTATIONS_KEPT, Entry
from sporades.journal.operations import forget as forget_acts
from sporades.journal.queries import entries_about
from sporades.letters.models import PrintRun
from sporades.mailings.models import MailingTemplate
from sporades.publications.models import Publication
from sporades.registrations.models import Draft
from sporades.retention import categories, gathering
from sporades.retention.models import Archive, LeavingFile

ACTS_AT_ONCE = 1_000
"""How many acts one act of the journal says to be forgotten."""
LOCK = "archive"
"""Of the number of a registration: nobody withholds it while it is erased."""
ACTS = "acts"
"""In the place of a number: nobody withholds anything while acts of the journal are forgotten."""


@transaction.atomic
def erase_archive(key: int, *, at: datetime) -> bool:
    """Erase an archive, and what names its files for them to be deleted; return whether it was."""
    number = Archive.objects.filter(pk=key).values_list("number", flat=True).first()
    lock_value(LOCK, number or "")
    found = categories.archives(at).filter(pk=key).first()
    if found is None:
        return False
    _leave(found.files)
    after = {"number": found.number}
    journal.record("archive erased", by=SYSTEM, on=found, at=at, academy=found.academy, after=after)
    found.delete()
    return True


@transaction.atomic
def remove_names(key: int, *, at: datetime) -> bool:
    """Leave of an archive what it was, and nothing of whom; return whether it was."""
    number = Archive.objects.filter(pk=key).values_list("number", flat=True).first()
    lock_value(LOCK, number or "")
    found = categories.named(at).filter(pk=key).first()
    if found is None:
        return False
    _leave(found.files)
    Archive.objects.filter(pk=key).update(content=[], files=[])
    return True


@transaction.atomic
def remove_readers(key: int, *, at: datetime) -> bool:
    """Take out of an archive who looked at a file too long ago (S-60); return whether it was done.

    An older version kept these acts in it with the others. Those that are not a year old yet stay
    until they are: the journal no longer has their names.
    """
    number = Archive.objects.filter(pk=key).values_list("number", flat=True).first()
    lock_value(LOCK, number or "")
    found = categories.looked_at(at).filter(pk=key).first()
    if found is None:
        return False
    looked = {
        place: instant
        for place, line in enumerate(found.content)
        if (instant := gathering.looked_at(line)) is not None
    }
    past = {place for place, instant in looked.items() if instant < at - CONSULTATIONS_KEPT}
    found.content = [line for place, line in enumerate(found.content) if place not in past]
    left = [instant for place, instant in looked.items() if place not in past]
    found.looked_since = min(left, default=None)
    found.save(update_fields=["content", "looked_since"])
    return True


@transaction.atomic
def erase_draft(key: Any, *, at: datetime) -> bool:
    """Erase a draft that was never filed, with its mails; return whether it was there."""
    found = _locked(categories.drafts(at), key)
    if found is None:
        return False
    draft: Draft = found
    forget_acts(entries_about(draft), "draft erased", by=SYSTEM, on=draft, at=at)
    mail.forget([draft])
    _leave(draft.late_requests.exclude(proof_key="").values_list("proof_key", flat=True))
    draft.delete()
    return True


def erase_confided(key: int, *, at: datetime) -> bool:
    """Erase what was confided to a doctor; who opened it stays. Return whether it was not erased yet."""
    found = categories.confided(at).filter(pk=key).first()
    return found is not None and erasing.erase(found, at=at)


@transaction.atomic
def erase_former(key: int, *, at: datetime) -> bool:
    """Erase civil data that are nobody's any more; return whether they were there.

    Nothing comes to lead to them again. They are not locked: no role may update their row.
    """
    found: Identity | None = categories.former(at).filter(pk=key).first()
    if found is None:
        return False
    found.delete()
    return True


@transaction.atomic
def erase_publication(key: Any, *, at: datetime) -> bool:
    """Erase a publication of which no registration is left; return whether it was there."""
    found = _locked(categories.publications(at), key)
    if found is None:
        return False
    publication: Publication = found
    acts = entries_about(publication)
    academy = publication.reach.only_academy
    forget_acts(acts, "publication erased", by=SYSTEM, on=publication, at=at, academy=academy)
    mail.forget([publication])
    _leave(filter(None, [publication.archive_key]))
    publication.delete()
    return True


@transaction.atomic
def erase_print_run(key: int, *, at: datetime) -> bool:
    """Erase a run of which no letter is left, and its file; return whether it was there."""
    found = _locked(categories.print_runs(at), key)
    if found is None:
        return False
    run: PrintRun = found
    _leave(filter(None, [run.file_key]))
    run.delete()
    return True


@transaction.atomic
def erase_agent(key: Any, *, at: datetime) -> bool:
    """Make the account of a member of staff who left nobody's; return whether it was somebody's.

    What others did of it is forgotten with it, and what was written to it; what it did, with what
    that is on. The messages that it kept to be written again serve its colleagues, without its name.
    An account that is a candidate's too is theirs alone from then on, and goes as such.
    """
    found = _locked(categories.agents(at), key)
    if found is None:
        return False
    user: User = found
    forget_acts(entries_about(user), "agent erased", by=SYSTEM, on=user, at=at)
    mail.forget([user])
    MailingTemplate.objects.filter(asked_by=user).update(asked_name=NOBODY)
    forgetting.empty(user)
    return True


def forget_some_acts(*, at: datetime) -> int:
    """Forget some acts of the journal that are too old, and record which; return how many."""
    for too_old in (categories.consultations, categories.acts_of_office, categories.acts_left):
        while keys := list(_keys(too_old(at).order_by("at", "pk")[:ACTS_AT_ONCE])):
            if count := _forget_those(too_old, keys, at=at):
                return count
    return 0


@transaction.atomic
def _forget_those(
    too_old: Callable[[datetime], QuerySet[Entry]], keys: list[int], *, at: datetime
) -> int:
    """Forget those of some acts that nothing withholds, even now; return how many they are."""
    lock_value(LOCK, ACTS)
    left = list(_keys(too_old(at).filter(pk__in=keys)))
    if left:
        forget_acts(Entry.objects.filter(pk__in=left), "acts forgotten", by=SYSTEM, at=at)
    return len(left)


def _keys(acts: QuerySet[Entry]) -> QuerySet[Entry, int]:
    return acts.values_list("pk", flat=True)


def erase_search(key: Any, *, at: datetime) -> bool:
    """Forget a search that was kept under a name for too long; return whether it was there."""
    deleted, _ = categories.searches(at).filter(pk=key).delete()
    return bool(deleted)


def forget_file(key: int, *, at: datetime) -> bool:  # noqa: ARG001 - called as the others
    """Delete a file from the store, then the row that names it: cut between the two, it is done again.

    Raises:
        OutOfReach: the store does not answer; the row stays.
    """
    leaving = LeavingFile.objects.filter(pk=key).first()
    if leaving is None:
        return False
    files.forget(leaving.key)
    leaving.delete()
    return True


def _leave(keys: Iterable[str]) -> None:
    LeavingFile.objects.bulk_create(LeavingFile(key=key) for key in keys)


def _locked(past: QuerySet[Any], key: Any) -> Any:
    return locked_among(past, key)
