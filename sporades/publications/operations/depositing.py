"""Deposit documents made elsewhere: one, or an archive of thousands (I5)."""

import logging
from collections import Counter
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import OperationalError, transaction

from sporades import mail
from sporades.accommodations.queries import asked_here
from sporades.accounts.models import User
from sporades.accounts.permissions import Permission, Reach, reach
from sporades.core import files, seal
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.core.links import link_to
from sporades.core.locks import alone
from sporades.core.queue import defer_once
from sporades.core.refusals import Refused
from sporades.documents import kinds
from sporades.intake import pdf_checks
from sporades.intake.reading import Unready
from sporades.publications import archives
from sporades.publications.deposited import DEPOSITED, Decision, Deposit, unheard_in_words
from sporades.publications.locking import locked
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.operations import preparing
from sporades.publications.refusals import OUT_OF_REACH, DecidedInItsFile
from sporades.publications.states import LineOutcome, PublicationState
from sporades.publications.whose import whose
from sporades.registrations.models import Registration
from sporades.registrations.numbers import UNKNOWN

logger = logging.getLogger(__name__)

AT_ONCE = 200
"""How many files one job reads."""

TWICE = "Ce numéro est donné plusieurs fois."
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
    with files.kept_apart(content, suffix=".pdf") as key:
        publication = preparing.begin(
            kind=kind, by=by, author=author, reach=reach, at=at, decision=decision
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
    return publication


def deposit_many(
    *,
    kind: kinds.Kind,
    archive: bytes,
    reach: Reach,
    by: User,
    author: Actor,
    at: datetime,
    decision: Decision | None = None,
) -> Publication:
    """Take an archive of PDFs and of the table that says whose each is; jobs read them.

    Without a table, each file is named by its registration's number.

    Args:
        kind: what they are, one of `DEPOSITED`.
        archive: the ZIP.
        reach: where whoever deposits may.
        by: who deposits.
        author: the same, in the role that allows it.
        at: the instant.
        decision: who decided what they say, of a kind that is a decision.

    Raises:
        DecisionUnsaid: they are decisions, and their author is not said.
        NotAnArchive, ArchiveTooLarge, TableWrong: see `archives.read_names`; nothing is kept.
        files.OutOfReach: the store does not answer.
    """
    named = archives.read_names(archive)
    with files.kept_apart(archive, suffix=".zip") as key:
        publication = preparing.begin(
            kind=kind, by=by, author=author, reach=reach, at=at, decision=decision
        )
        PublicationLine.objects.bulk_create(_lines(publication, named, reach), batch_size=2_000)
        Publication.objects.filter(pk=publication.pk).update(archive_key=key)
        publication.archive_key = key
        _queue(publication)
    return publication


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


def _lines(
    publication: Publication, named: list[archives.Named], reach: Reach
) -> Iterator[PublicationLine]:
    """Give a line for each: one that waits, or one that is refused already."""
    numbers = [archives.normal(one.number) for one in named]
    times = Counter(numbers)
    found = Registration.objects.within(reach).filter(number__in=set(numbers))
    known = dict(found.values_list("number", "pk"))
    for number, one in zip(numbers, named, strict=True):
        line = PublicationLine(
            publication=publication,
            number=one.number,
            file_name=one.file,
            outcome=LineOutcome.WAITING,
        )
        if refusal := _refusal_of(number, one, times, known):
            line.outcome, line.why = LineOutcome.REFUSED, refusal
        else:
            line.registration_id = known[number]
        yield line


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
    waiting = publication.lines.filter(outcome=LineOutcome.WAITING).order_by("pk")
    lines = list(waiting[:AT_ONCE])
    try:
        if lines:
            _take_all(publication, lines, at=at)
    except files.Unreadable:
        logger.exception("The archive of publication %s is lost", pk)
        _lose(publication)
        lines = []
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
    """Take one file, or say at its line why not, unless another worker has just taken it."""
    try:
        _add(reading, line)
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
    still = Publication.objects.filter(pk=publication.pk).exclude(archive_key="")
    if not still.update(archive_key="", moved_at=at):
        return
    key = publication.archive_key
    transaction.on_commit(lambda: files.forget_or_say([key]))
    mail.write(
        "publication_filled",
        to=publication.asked_by.email,
        at=at,
        key=f"publication:{publication.pk}:filled",
        about=publication,
        publication=publication,
        counts=publication.counts(),
        link=link_to("office:publication", publication.pk),
    )


def _queue(publication: Publication) -> None:
    defer_once("publications.fill", queue="publications", publication=str(publication.pk))


def deposited(slug: str) -> kinds.Kind:
    """Return the kind of this slug. Raises KeyError when it is not deposited."""
    return {kind.slug: kind for kind in DEPOSITED}[slug]
