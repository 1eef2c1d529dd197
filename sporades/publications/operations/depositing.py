"""Deposit documents made elsewhere: one, or an archive of thousands (I5)."""

import logging
from collections import Counter, defaultdict
from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from uuid import UUID

from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Count

from sporades import mail
from sporades.accommodations.queries import asked_here
from sporades.accounts.asking import is_here
from sporades.accounts.models import User
from sporades.accounts.permissions import Permission, Reach, reach
from sporades.core import files, seal
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.core.leaving import leave
from sporades.core.links import link_to
from sporades.core.locks import alone, lock_value
from sporades.core.queue import defer_once
from sporades.core.refusals import Refused
from sporades.documents import kinds
from sporades.intake import pdf_checks
from sporades.intake.reading import Unready
from sporades.publications import archives
from sporades.publications.deposited import DEPOSITED, Decision, Deposit, unheard_in_words
from sporades.publications.locking import in_preparation, locked
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.operations import preparing
from sporades.publications.queries import ARCHIVE_ADDED, given_again
from sporades.publications.recording import record
from sporades.publications.refusals import (
    GIVEN_BEFORE,
    OUT_OF_REACH,
    DecidedInItsFile,
    NothingNew,
    NotInPreparation,
    NotTheirOwn,
    StillFilling,
    TooMany,
    WiderNow,
)
from sporades.publications.states import LineOutcome, PublicationState
from sporades.publications.whose import whose
from sporades.registrations.models import Registration
from sporades.registrations.numbers import UNKNOWN

logger = logging.getLogger(__name__)

AT_ONCE = 200
"""How many files one job reads."""

MOST_LINES = 100_000
"""How many lines the archives of one publication have, as a batch has."""

LONGEST_NAME = 100
"""How much of an archive's name is kept."""

TWICE = "Ce numéro est donné plusieurs fois."
NOT_ADDED = f"{GIVEN_BEFORE}{{}} : ce fichier, d'un autre nom, n'y est pas ajouté."
ROLE_ENDED = "Votre rôle ne permet plus de déposer ce document."
OUR_FAULT = (
    "Une erreur de notre part a empêché de le préparer : le service technique en est prévenu."
)
ARCHIVE_LOST = "L'archive déposée ne peut plus être lue : déposez de nouveau ce fichier."


@dataclass(frozen=True)
class _Reading:
    """What one job reads an archive with.

    Attributes:
        publication: what is filled.
        archive: the archive, open.
        reader: what looks at each PDF.
        now: where whoever deposited may, now.
        at: the instant.
    """

    publication: Publication
    archive: archives.Archive
    reader: pdf_checks.Reader
    now: Reach
    at: datetime


class _Begun(Exception):
    """Another press of the same button has begun the publication.

    Attributes:
        publication: which.
    """

    def __init__(self, publication: Publication) -> None:
        """Keep the publication."""
        super().__init__()
        self.publication = publication


@dataclass
class _Given:
    """What a registration has already in a publication.

    Attributes:
        files: the names of the files that it was given, without their folders.
        archive: which archive gave it its document, in words; None where it has none.
    """

    files: set[str]
    archive: str | None = None


def deposit_one(
    *,
    registration: Registration,
    kind: kinds.Kind,
    content: bytes,
    reach: Reach,
    by: User,
    author: Actor,
    at: datetime,
    decision: Decision | None = None,
    sending: UUID | None = None,
) -> Publication:
    """Deposit a PDF for one registration; it is published, or proposed, by another act.

    Args:
        registration: whose it is.
        kind: what it is, one of `DEPOSITED`.
        content: the PDF.
        reach: where whoever deposits may.
        by: who deposits.
        author: the same, in the role that allows it.
        at: the instant.
        decision: who decided what it says, of a kind that is a decision.
        sending: names the press of the button: pressed twice, it deposits once.

    Raises:
        DecisionUnsaid, NoAppeal: it is a decision, and its author or its appeals are not said.
        DecidedInItsFile: it is a decision on accommodations, and a request for them stands here.
        reading.Unfit: the PDF cannot be published.
        OfAnother: it bears the number of another registration, and nothing of this one.
        Refused: the registration does not stand, or has a document of this kind that waits.
        files.OutOfReach: the store does not answer.
    """
    _check_elsewhere(registration, kind)
    looked = pdf_checks.look_at(content)
    said = whose(looked.words, registration, reach=reach)
    _check_sealed(content)
    try:
        with files.kept_apart(content, suffix=".pdf") as key:
            publication = preparing.begin(
                kind=kind,
                by=by,
                author=author,
                reach=reach,
                at=at,
                decision=decision,
                key=_first_of(sending, by),
            )
            source = Deposit(
                registration,
                key,
                looked.pages,
                at,
                decision,
                unheard=unheard_in_words(looked),
                said=said,
            )
            preparing.add(
                publication=publication, registration=registration, source=source, by=author, at=at
            )
    except _Begun as before:
        return before.publication
    return publication


def deposit_many(
    *,
    kind: kinds.Kind,
    archive: bytes,
    name: str = "",
    reach: Reach,
    by: User,
    author: Actor,
    at: datetime,
    decision: Decision | None = None,
    sending: UUID | None = None,
) -> Publication:
    """Take an archive of PDFs and of the table that says whose each is; jobs read them.

    Without a table, each file is named by its registration's number.

    Args:
        kind: what they are, one of `DEPOSITED`.
        archive: the ZIP.
        name: how its file is named.
        reach: where whoever deposits may.
        by: who deposits.
        author: the same, in the role that allows it.
        at: the instant.
        decision: who decided what they say, of a kind that is a decision.
        sending: names the press of the button: pressed twice, it deposits once.

    Raises:
        DecisionUnsaid: they are decisions, and their author is not said.
        NotAnArchive, ArchiveTooLarge, TableWrong: see `archives.read_names`; nothing is kept.
        files.OutOfReach: the store does not answer.
    """
    named = archives.read_names(archive)
    try:
        with files.kept_apart(archive, suffix=".zip") as key:
            publication = preparing.begin(
                kind=kind,
                by=by,
                author=author,
                reach=reach,
                at=at,
                decision=decision,
                key=_first_of(sending, by),
            )
            _take_in(publication, named, key, name=name, reach=reach, at=at)
    except _Begun as before:
        return before.publication
    return publication


def deposit_more(
    *,
    publication: Publication,
    archive: bytes,
    name: str = "",
    reach: Reach,
    by: User,
    author: Actor,
    at: datetime,
) -> None:
    """Add an archive to a publication that is deposited and not proposed yet; jobs read it.

    Its decisions are of the author that the publication says. What was refused is refused no more
    once the same registration, the same number or the same file is taken by a later archive. Who has their document already
    keeps it: a file that is given them again is counted, and has no line.

    Args:
        publication: one's own.
        archive: the ZIP, as `deposit_many` takes it.
        name: how its file is named.
        reach: where whoever deposits may.
        by: who deposits.
        author: the same, in the role that allows it.
        at: the instant.

    Raises:
        NotInPreparation: it takes no more documents.
        NotTheirOwn: it is somebody else's, or its documents are not deposited.
        StillFilling: its former archive is not read yet.
        WiderNow: whoever deposits reaches more than the publication says.
        TooMany: it would have too many lines.
        NothingNew: all that the archive names has its document in the publication already.
        NotAnArchive, ArchiveTooLarge, TableWrong: see `archives.read_names`; nothing is kept.
        files.OutOfReach: the store does not answer.
    """
    named = archives.read_names(archive)
    with files.kept_apart(archive, suffix=".zip") as key:
        found = in_preparation(publication.pk)
        check_takes_archives(found, by)
        if not found.reach.includes(reach):
            raise WiderNow
        again = _take_in(found, named, key, name=name, reach=reach, at=at)
        record(ARCHIVE_ADDED, found, again=again, by=author, at=at)


def _first_of(sending: UUID | None, by: User) -> UUID | None:
    """Return the key of what the first press of a button begins; nothing where it has none of its own.

    Of two presses at once the second waits here until the first has ended: half of an archive would
    be taken into the publication of each. What was dropped is not what a page found again asks for.

    Args:
        sending: names the press.
        by: who pressed it.

    Raises:
        _Begun: it was pressed before.
    """
    if sending is None:
        return None
    lock_value("publication begun", str(sending))
    found = Publication.objects.filter(pk=sending).first()
    if found is not None and found.asked_by_id == by.pk and found.state != PublicationState.DROPPED:
        raise _Begun(found)
    return sending if found is None else None


def check_takes_archives(publication: Publication, by: User) -> None:
    """Refuse a publication to which somebody may not add an archive now.

    Raises:
        NotInPreparation, NotTheirOwn, StillFilling: see `deposit_more`.
    """
    if not publication.is_in_preparation:
        raise NotInPreparation
    if not publication.takes_archives_of(by):
        raise NotTheirOwn
    if publication.is_filling:
        raise StillFilling


def fill(pk: str, *, at: datetime) -> bool:
    """Read some files of an archive; return whether others wait.

    Each line is its own transaction: whoever is killed halfway loses none and takes none twice.

    Args:
        pk: the publication's key.
        at: the instant.
    """
    with alone("publication files", pk) as is_held:
        return is_held and _fill(pk, at=at)


def take_up_again(*, older_than: datetime) -> int:
    """Queue again the archives whose reader was killed; return how many."""
    waiting = Publication.objects.exclude(archive_key="").filter(moved_at__lt=older_than)
    for publication in waiting:
        _queue(publication)
    return len(waiting)


def _take_in(
    publication: Publication,
    named: list[archives.Named],
    key: str,
    *,
    name: str,
    reach: Reach,
    at: datetime,
) -> int:
    """Give a publication that nobody else changes the lines of an archive, and have it read.

    Returns:
        How many of its files are given again to who has their document.
    """
    if not publication.archive_names and publication.lines.exclude(file_name="").exists():
        # One that began before its archives were counted has a first one.
        publication.archive_names.append("")
    publication.archive_names.append(archives.shown(name, LONGEST_NAME))
    lines, again = _lines(publication, named, reach)
    if publication.lines.count() + len(lines) > MOST_LINES:
        raise TooMany
    PublicationLine.objects.bulk_create(lines, batch_size=2_000)
    publication.archive_key, publication.moved_at = key, at
    publication.save(update_fields=["archive_key", "archive_names", "moved_at"])
    _queue(publication)
    return again


def _lines(
    publication: Publication, named: list[archives.Named], reach: Reach
) -> tuple[list[PublicationLine], int]:
    """Return a line for each, that waits or is refused already, and how many are given again.

    A file that is given again, to who has their document, has no line: nothing of it is lost. Under
    another name it is refused: its number is perhaps not the one that was meant.

    Raises:
        NothingNew: all of them have their document.
    """
    numbers = [archives.normal(one.number) for one in named]
    times = Counter(numbers)
    found = Registration.objects.within(reach).filter(number__in=set(numbers))
    known = dict(found.values_list("number", "pk"))
    given = _given(publication)
    lines, again, are_given = [], 0, False
    for number, one in zip(numbers, named, strict=True):
        line = PublicationLine(
            publication=publication,
            registration_id=known.get(number),
            number=one.number,
            file_name=one.file,
            archive=len(publication.archive_names),
            outcome=LineOutcome.WAITING,
        )
        refusal = _refusal_of(number, one, times, known)
        before = given.get(line.registration_id)
        are_given = are_given or before is not None
        if before and not refusal:
            if _bare(one.file) in before.files:
                again += 1
                continue
            refusal = NOT_ADDED.format(_by(before.archive))
        if refusal:
            line.outcome, line.why = LineOutcome.REFUSED, refusal
        lines.append(line)
    if are_given and all(line.outcome == LineOutcome.REFUSED for line in lines):
        raise NothingNew
    return lines, again


def _given(publication: Publication) -> dict[int | None, _Given]:
    """Return what each registration that has its document already was given."""
    found = defaultdict[int | None, _Given](lambda: _Given(set()))
    lines = publication.lines.exclude(registration=None)
    rows = lines.values_list("registration", "archive", "outcome", "file_name")
    for registration, archive, outcome, file in rows:
        found[registration].files.add(_bare(file))
        if outcome != LineOutcome.REFUSED:
            found[registration].archive = publication.archive_in_words(archive)
    return {key: one for key, one in found.items() if one.archive is not None}


def _bare(file: str) -> str:
    """Return the name of a file without its folders, in one case."""
    return PurePosixPath(file.replace("\\", "/")).name.casefold()


def _by(archive: str | None) -> str:
    return f", par l'archive {archive}" if archive else ""


def _refusal_of(
    number: str, one: archives.Named, times: Mapping[str, int], known: Container[str]
) -> str:
    if number and times[number] > 1:
        return TWICE
    return one.why if one.why or number in known else UNKNOWN


def _fill(pk: str, *, at: datetime) -> bool:
    publication = Publication.objects.select_related("asked_by").get(pk=pk)
    if not publication.is_filling or publication.state != PublicationState.PREPARING:
        return False
    # Those of the archive that is named here: another may have been added since.
    theirs = publication.lines.filter(archive=len(publication.archive_names) or None)
    lines = list(theirs.filter(outcome=LineOutcome.WAITING).order_by("pk")[:AT_ONCE])
    try:
        if lines:
            _take_all(publication, lines, at=at)
    except files.Unreadable:
        logger.exception("The archive of publication %s is lost", pk)
        _lose(publication)
        lines = []
    except NotInPreparation:
        return False
    if len(lines) == AT_ONCE:
        return True
    _filled(publication, at=at)
    return False


@transaction.atomic
def _lose(publication: Publication) -> None:
    """Say at each line that waits that its file cannot be read any more."""
    locked(publication)
    waiting = publication.lines.filter(outcome=LineOutcome.WAITING)
    waiting.update(outcome=LineOutcome.REFUSED, why=ARCHIVE_LOST)


def _take_all(publication: Publication, lines: list[PublicationLine], *, at: datetime) -> None:
    content = files.get(publication.archive_key)
    now = _still_allowed(publication, at=at)
    with archives.opened(content) as archive, pdf_checks.reader() as reader:
        reading = _Reading(publication, archive, reader, now, at)
        for line in lines:
            _take(reading, line)
            Publication.objects.filter(pk=publication.pk).update(moved_at=at)


def _still_allowed(publication: Publication, *, at: datetime) -> Reach:
    user = User.objects.prefetch_related("memberships").get(pk=publication.asked_by_id)
    memberships = user.memberships_on(local_day(at, settings.TIME_ZONE)) if user.is_active else []
    return reach(memberships, Permission.PREPARE_DOCUMENTS)


def _take(reading: _Reading, line: PublicationLine) -> None:
    """Take one file, or say at its line why not, unless another worker has just taken it.

    Raises:
        NotInPreparation: its publication takes none any more.
    """
    try:
        _add(reading, line)
    except NotInPreparation:
        raise  # dropped meanwhile: its lines go with it
    except Refused as refusal:
        _refuse(line, str(refusal))
    except (OperationalError, files.OutOfReach, files.Unreadable, Unready):
        raise  # it waits until they answer
    except Exception:
        # It would fail for ever, and keep the next ones from being read.
        logger.exception("Line %s of publication %s cannot be taken", line.pk, line.publication_id)
        _refuse(line, OUR_FAULT)


def _refuse(line: PublicationLine, why: str) -> None:
    PublicationLine.objects.filter(pk=line.pk, outcome=LineOutcome.WAITING).update(
        outcome=LineOutcome.REFUSED, why=why[:300]
    )


def _add(reading: _Reading, line: PublicationLine) -> None:
    """Read a file, then keep it with its document; what is refused leaves no file."""
    now, at = reading.now, reading.at
    if not now:
        raise Refused(ROLE_ENDED)
    registration = (
        Registration.objects.within(now).whole().filter(publication_lines=line.pk).first()
    )
    if registration is None:
        raise Refused(OUT_OF_REACH)
    _check_elsewhere(registration, reading.publication.publishes)
    content = reading.archive.read(line.file_name)
    looked = reading.reader.look_at(content)
    said = whose(looked.words, registration, reach=now)
    _check_sealed(content)
    with files.kept_apart(content, suffix=".pdf") as key:
        preparing.add(
            publication=reading.publication,
            line=line,
            registration=registration,
            source=Deposit(
                registration,
                key,
                looked.pages,
                at,
                _decision_of(reading.publication),
                unheard=unheard_in_words(looked),
                said=said,
            ),
            by=now.author(academy=registration.academy_id, domain=registration.exam.domain.code),
            at=at,
        )
        _forget_refusals(reading.publication, registration)


def _forget_refusals(publication: Publication, registration: Registration) -> None:
    """Forget what was refused to a registration of which a later archive gives the document."""
    refused = publication.lines.filter(registration=registration, outcome=LineOutcome.REFUSED)
    # With the document of one that was taken out, where no job has deleted it yet.
    preparing.forget(refused)


def _forget_unplaced(publication: Publication) -> None:
    """Forget what former archives refused for want of a registration, where the last one mends it.

    It gives the same number its document, or the same file under another number. A file says so by its
    name, unless two archives name those of two persons alike, as a software that counts them from 1
    does: what is another's would be forgotten.
    """
    last = len(publication.archive_names)
    unplaced = publication.lines.filter(outcome=LineOutcome.REFUSED, registration=None)
    before = list(unplaced.exclude(archive=last).values_list("pk", "number", "file_name", "why"))
    if not before:
        return
    kept = publication.lines.exclude(outcome=LineOutcome.REFUSED).exclude(file_name="").order_by()
    taken = list(kept.filter(archive=last).values_list("number", "file_name"))
    numbers = {archives.normal(number) for number, _ in taken}
    alike = kept.values("file_name").annotate(count=Count("pk")).filter(count__gt=1)
    files = set() if alike.exists() else {file for _, file in taken}
    mended = [
        pk
        for pk, number, file, why in before
        if archives.normal(number) in numbers
        or (why in (UNKNOWN, archives.UNNAMED) and file in files)
    ]
    publication.lines.filter(pk__in=mended).delete()


def _check_elsewhere(registration: Registration, kind: kinds.Kind) -> None:
    """Refuse a decision on accommodations beside a request that is decided here: two would stand (H2)."""
    if not kind.is_on_accommodations:
        return
    if asked_here().filter(registration=registration.pk).exists():
        raise DecidedInItsFile


def _check_sealed(content: bytes) -> None:
    """Refuse a file on which no seal can be put: once published, its reader would wait for ever."""
    try:
        is_sealed = seal.stands_on(content)
    except seal.Certified:
        raise pdf_checks.Certified from None
    if not is_sealed:
        raise pdf_checks.Damaged


def _decision_of(publication: Publication) -> Decision | None:
    said = (
        publication.taken_by,
        publication.taken_as,
        publication.appeal,
    )
    return Decision(*said) if publication.taken_by else None


@transaction.atomic
def _filled(publication: Publication, *, at: datetime) -> None:
    key, number = publication.archive_key, len(publication.archive_names)
    still = Publication.objects.filter(pk=publication.pk, archive_key=key)
    if not still.update(archive_key="", moved_at=at):
        return
    leave([key])
    _forget_unplaced(publication)
    if not is_here(publication.asked_by, at=at):
        return
    mail.write(
        "publication_filled",
        to=publication.asked_by.email,
        at=at,
        key=f"publication:{publication.pk}:filled:{number}",
        about=publication,
        publication=publication,
        counts=publication.counts(),
        again=given_again(publication),
        link=link_to("office:publication", publication.pk),
    )


def _queue(publication: Publication) -> None:
    defer_once("publications.fill", queue="publications", publication=str(publication.pk))


def deposited(slug: str) -> kinds.Kind:
    """Return the kind of this slug. Raises KeyError when it is not deposited."""
    return {kind.slug: kind for kind in DEPOSITED}[slug]
