"""Take a paper or a comment of health, sealed; give it to a doctor; seal its key anew; erase it."""

import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Max, QuerySet, Sum

from sporades.accounts.models import User
from sporades.core import arriving, files
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.medical import sealing
from sporades.medical.models import (
    Compartment,
    Opening,
    OpinionDraft,
    Paper,
    PassingFile,
    Remark,
    place_of,
)
from sporades.registrations.models import Registration

STORE = "medical"
SUFFIX = ".sealed"
MOST_PAPERS = 20
MOST_BYTES = 50_000_000
"""Of the papers of one compartment."""
MOST_SENT = 25_000_000
"""Of files sent at once, in bytes: they are held in memory and written nowhere."""

ONE_READING = timedelta(minutes=15)
"""For how long the pages of a paper are one opening, and the comments."""

AT_ONCE = 100
"""How many data keys one transaction seals anew."""

SEALED: tuple[Any, ...] = (Paper, Remark, OpinionDraft)
"""The models whose rows hold a data key."""

logger = logging.getLogger(__name__)


class TooMuch(Refused):
    """The papers of a compartment are too many, or too heavy together."""

    message = (
        "Vous pouvez déposer vingt papiers au plus, et 50 Mo en tout : retirez-en un, ou réduisez "
        "ce fichier."
    )


class TooMuchWithDoctor(TooMuch):
    """The same, and none may be taken back: they are with the doctor."""

    message = (
        "Vous pouvez déposer vingt papiers au plus, et 50 Mo en tout, et ceux qui sont chez le médecin "
        "ne se retirent plus : réduisez ce fichier, ou dites au médecin, par un commentaire, ce qu'il "
        "vous reste à déposer."
    )


class Closed(Refused):
    """The papers are with the doctor: they are no more taken back."""

    message = "Vos papiers sont chez le médecin : ils ne se retirent plus."


class TakesNothing(Refused):
    """What it would take is erased, or about to be."""

    message = (
        "Plus rien n'est à déposer pour le moment. Si vous faites une demande d'aménagement, vous "
        "pourrez de nouveau déposer des papiers et des commentaires."
    )


class DraftOvertaken(Refused):
    """A draft was kept from another window meanwhile."""

    message = "Votre avis a été changé dans une autre fenêtre : relisez-le."


class SealedFile:
    """A file and its name, sealed for a row that is not written yet."""

    def __init__(self, registration: Registration, *, content: bytes, name: str) -> None:
        """Seal them.

        Args:
            registration: whose it is.
            content: the bytes of the file, safe.
            name: as its candidate named it, clean.
        """
        self.row = uuid4()
        place = place_of(registration.pk, self.row)
        key, self.wrapped = sealing.a_key(place=f"{place}:key")
        self.content = key.seal(content, place=f"{place}:content")
        self.name = key.seal(name.encode(), place=f"{place}:name")


def compartment_of(registration: Registration) -> Compartment:
    """Return the compartment of a registration that is locked, made if need be."""
    found: Compartment
    found, _ = Compartment.objects.get_or_create(registration=registration)
    return found


def announce(sealed: SealedFile, *, own: str, at: datetime) -> str:
    """Remember a file that is about to be kept until its row stands, and return its key."""
    return arriving.announce(PassingFile.objects.all(), sealed.content, own=own, at=at)


def take(
    compartment: Compartment,
    sealed: SealedFile,
    *,
    kind: str,
    key: str,
    size: int,
    pages: int,
    sending: UUID,
    at: datetime,
) -> Paper:
    """Add a paper to a compartment, its registration locked.

    Args:
        compartment: where.
        sealed: the file, which is kept.
        kind: what the réglementation calls it, by its code.
        key: where it is kept.
        size: in bytes, before it was sealed.
        pages: how many it has.
        sending: names the press of the button.
        at: the instant at which the request arrived.

    Raises:
        TakesNothing, TooMuch, TooMuchWithDoctor: see each.
    """
    check_takes(compartment)
    given = compartment.papers.confided()
    weight = given.aggregate(total=Sum("size"))["total"] or 0
    if given.count() >= MOST_PAPERS or weight + size > MOST_BYTES:
        raise TooMuchWithDoctor if compartment.is_closed else TooMuch
    made: Paper = Paper.objects.create(
        id=sealed.row,
        compartment=compartment,
        kind=kind,
        sealed_name=sealed.name,
        key=key,
        size=size,
        pages=pages,
        wrapped=sealed.wrapped.key,
        master=sealed.wrapped.master,
        given_at=at,
        sending=sending,
    )
    arriving.arrived(PassingFile.objects.all(), key)
    return made


def check_takes(compartment: Compartment) -> None:
    """Check that something may be given to a compartment. Raises TakesNothing."""
    if not compartment.is_taking:
        raise TakesNothing


def content_of(paper: Paper) -> bytes:
    """Return the bytes of a paper.

    Raises:
        sealing.Unreadable: its key is not there, or the file is not its own.
        files.OutOfReach, files.Unreadable: the store does not give it.
    """
    key = paper.unwrapped()
    return key.open(files.get(paper.key, store=STORE), place=f"{paper.place}:content")


def is_being_read(
    compartment: Compartment, paper: Paper | None, *, by: Actor, at: datetime
) -> bool:
    """Return whether somebody opened a thing so shortly before that it is the same reading.

    Comments are read anew once another one is written: who wrote it is told that it was read.

    Args:
        compartment: where.
        paper: what is read, the comments where there is none.
        by: who reads.
        at: the instant.
    """
    # What came a moment later may be noted first.
    lately = compartment.openings.filter(at__gt=at - ONE_READING, at__lt=at + ONE_READING)
    same = lately.filter(paper=paper.pk if paper else None, reader_id=by.identifier)
    if paper is not None:
        return bool(same.exists())
    last = same.aggregate(last=Max("at"))["last"]
    if last is None:
        return False
    others = compartment.remarks.exclude(author_id=by.identifier)
    return not others.filter(written_at__gt=last).exists()


def note_opened(
    compartment: Compartment,
    paper: Paper | None,
    *,
    is_for_copy: bool = False,
    by: Actor,
    at: datetime,
) -> Opening:
    """Keep that somebody opens a paper, or the comments where there is none.

    Args:
        compartment: where.
        paper: what is opened.
        is_for_copy: whether it is joined to a copy of its candidate's data.
        by: who opens it.
        at: the instant.
    """
    made: Opening = Opening.objects.create(
        compartment=compartment,
        reader_kind=by.kind,
        reader_name=by.name,
        reader_id=by.identifier,
        paper=paper.pk if paper else None,
        kind=paper.kind if paper else "",
        is_for_copy=is_for_copy,
        at=at,
    )
    return made


def note_scanned(paper: Paper, *, is_clean: bool, at: datetime) -> bool:
    """Keep what the antivirus found in a paper, once; return whether it was not known yet."""
    return bool(
        Paper.objects.unscanned().filter(pk=paper.pk).update(scanned_at=at, is_clean=is_clean)
    )


def take_back(paper: Paper, *, may_return: bool, at: datetime) -> None:
    """Erase a paper that its candidate does not wish to confide any more, its registration locked.

    One in which a virus was found serves nobody: it is taken back whenever.

    Args:
        paper: which.
        may_return: whether it is only put aside, until `give_again` or `drop_taken_back`.
        at: the instant.

    Raises:
        Closed: it is with the doctor.
    """
    if paper.compartment.is_closed and not paper.is_infected:
        raise Closed
    if may_return and not paper.is_infected:
        paper.compartment.papers.confided().filter(pk=paper.pk).update(taken_back_at=at)
        return
    _leave([paper.key], at=at)
    paper.delete()


def give_again(compartment: Compartment) -> None:
    """Let the papers return that were taken back and may, its registration locked."""
    compartment.papers.exclude(taken_back_at=None).update(taken_back_at=None)


def give_one_again(paper: Paper) -> bool:
    """Let one paper return that was taken back and may, its registration locked; return whether it is there."""
    is_there = Paper.objects.filter(pk=paper.pk).update(taken_back_at=None)
    paper.taken_back_at = None
    return bool(is_there)


def drop_taken_back(compartment: Compartment, *, at: datetime) -> None:
    """Erase the papers that were taken back and will not return, its registration locked."""
    papers = compartment.papers.exclude(taken_back_at=None)
    _leave(list(papers.values_list("key", flat=True)), at=at)
    papers.delete()


def remark(
    compartment: Compartment,
    *,
    text: str,
    sending: UUID,
    is_between_doctors: bool = False,
    by: Actor,
    at: datetime,
) -> Remark:
    """Add a comment to a compartment.

    Args:
        compartment: where.
        text: what is said, clean, up to `models.LONGEST_REMARK` signs.
        sending: names the press of the button.
        is_between_doctors: whether the candidate does not read it.
        by: who writes, the candidate or the doctor in charge.
        at: the instant.

    Raises:
        TakesNothing: it is erased, or about to be.
    """
    check_takes(compartment)
    row = uuid4()
    place = place_of(compartment.registration_id, row)
    key, wrapped = sealing.a_key(place=f"{place}:key")
    made: Remark = Remark.objects.create(
        id=row,
        compartment=compartment,
        sealed_text=key.seal(text.encode(), place=f"{place}:text"),
        wrapped=wrapped.key,
        master=wrapped.master,
        author_kind=by.kind,
        author_name=by.name,
        author_id=by.identifier,
        written_at=at,
        is_between_doctors=is_between_doctors,
        sending=sending,
    )
    return made


def keep_draft(compartment: Compartment, *, text: str, seen: int, at: datetime) -> OpinionDraft:
    """Keep what the doctor in charge has typed, in the place of what was typed before.

    Args:
        compartment: locked, with its registration.
        text: what was typed, as JSON.
        seen: the revision that the page was made from; 0 where nothing was kept.
        at: the instant.

    Raises:
        DraftOvertaken: it is not the one that is kept.
        TakesNothing: it is erased, or about to be.
    """
    check_takes(compartment)
    kept = OpinionDraft.objects.filter(compartment=compartment).first()
    if seen != (kept.revision if kept else 0):
        raise DraftOvertaken
    row = kept.pk if kept else uuid4()
    place = place_of(compartment.registration_id, row)
    key, wrapped = sealing.a_key(place=f"{place}:key")
    draft = OpinionDraft(
        id=row,
        compartment=compartment,
        sealed_text=key.seal(text.encode(), place=f"{place}:text"),
        wrapped=wrapped.key,
        master=wrapped.master,
        revision=seen + 1,
        saved_at=at,
    )
    draft.save(force_insert=kept is None, force_update=kept is not None)
    return draft


def drop_draft(compartment: Compartment) -> None:
    """Forget what was typed: it is signed, or serves nobody."""
    OpinionDraft.objects.filter(compartment=compartment).delete()


# --- What the case says -----------------------------------------------------------------------


def entrust(compartment: Compartment, *, doctor: User | None) -> None:
    """Put a doctor in charge of a compartment in the place of any other; its papers stay in it.

    Args:
        compartment: its registration locked.
        doctor: who is in charge from now on; nobody where the case comes back to its candidate.
    """
    _change(compartment, doctor=doctor, is_closed=doctor is not None)


def take_again(compartment: Compartment) -> None:
    """Take papers again, for another request: nothing is to be erased until it is over.

    Of what was erased before, the day stays known.
    """
    emptied_at = compartment.erased_at or compartment.emptied_at
    values = {"erase_after": None, "erased_at": None, "emptied_at": emptied_at}
    _change(compartment, is_closed=False, **values)


def erase_after(compartment: Compartment, instant: datetime | None) -> None:
    """Say when papers and comments are erased; nothing where the decision is not final any more."""
    _change(compartment, erase_after=instant)


def _change(compartment: Compartment, **values: Any) -> None:
    Compartment.objects.filter(pk=compartment.pk).update(**values)
    for name, value in values.items():
        setattr(compartment, name, value)


# --- The master key changes -------------------------------------------------------------------


def seal_anew(model: Any, *, after: UUID | None) -> tuple[int, UUID | None]:
    """Seal some data keys by the master key that writes now.

    Those that another process is at are left to it; what was tampered with stays as it is.

    Args:
        model: whose keys, one of `SEALED`.
        after: the key of the row after which to go on; nothing at the beginning.

    Returns:
        How many were, and the row to go on after, nothing at the end.
    """
    waiting = model.objects.filter(master__in=sealing.known()[1:])
    if after is not None:
        waiting = waiting.filter(pk__gt=after)
    with transaction.atomic():
        rows: list[Paper | Remark | OpinionDraft] = list(
            waiting.select_for_update(skip_locked=True, of=("self",))
            .select_related("compartment")
            .order_by("pk")[:AT_ONCE]
        )
        done = sum(map(_seal_one, rows))
    return done, rows[-1].pk if rows else None


def sealed_otherwise() -> dict[str, int]:
    """Return how many data keys each other master key has sealed, by its fingerprint."""
    found: Counter[str] = Counter()
    for model in SEALED:
        others = model.objects.exclude(master=sealing.writing())
        found.update(others.values_list("master", flat=True).iterator())
    return dict(found)


def _seal_one(row: Paper | Remark | OpinionDraft) -> bool:
    try:
        anew = sealing.wrap_again(row.as_wrapped(), place=f"{row.place}:key")
    except sealing.Unreadable:
        logger.error("The data key of %r does not open", row)  # noqa: TRY400 - the trouble is told
        return False
    rows: Any = type(row)
    rows.objects.filter(pk=row.pk).update(wrapped=anew.key, master=anew.master)
    return True


# --- It is erased -----------------------------------------------------------------------------


def erase(compartment: Compartment, *, at: datetime) -> bool:
    """Erase papers and comments, once; that there were some, and who opened them, stays (P-14).

    Args:
        compartment: its registration locked.
        at: the instant.

    Returns:
        Whether it was not erased yet.
    """
    if not Compartment.objects.filter(pk=compartment.pk, erased_at=None).update(erased_at=at):
        return False
    compartment.erased_at = at
    _empty(compartment, at=at)
    return True


def forget(registration: Registration, *, at: datetime) -> None:
    """Erase the whole compartment of a registration that goes: it enters no archive."""
    found = Compartment.objects.filter(registration=registration).first()
    if found is not None:
        erase(found, at=at)
        found.delete()


def due(*, at: datetime) -> QuerySet[Compartment]:
    """Return the compartments whose time has passed at an instant, and that are not erased."""
    found: QuerySet[Compartment] = Compartment.objects.filter(erase_after__lte=at, erased_at=None)
    return found


def sweep(*, older_than: datetime) -> int:
    """Remove from the store the files that have no row; return how many.

    Raises:
        OutOfReach: the store does not answer; those that are left wait.
    """
    return arriving.sweep(
        PassingFile.objects.all(), Paper.objects.all(), older_than=older_than, store=STORE
    )


def _empty(compartment: Compartment, *, at: datetime) -> None:
    papers = compartment.papers.all()
    _leave(list(papers.values_list("key", flat=True)), at=at)
    papers.delete()
    compartment.remarks.all().delete()
    drop_draft(compartment)


def _leave(keys: Sequence[str], *, at: datetime) -> None:
    """Have files leave the store once the transaction ends; if that is cut off, the sweeper does it."""
    PassingFile.objects.bulk_create(PassingFile(key=key, at=at) for key in keys)
    transaction.on_commit(lambda: files.forget_or_say(keys, store=STORE))
