"""Deposit documents made elsewhere: one, or an archive of thousands (I5)."""

import csv
import io
import secrets
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from django.conf import settings
from django.db import transaction

from sporades import mail
from sporades.accounts.models import User
from sporades.accounts.permissions import Permission, Reach, reach
from sporades.core import files, pdf_checks
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.core.links import absolute
from sporades.core.locks import alone
from sporades.core.queue import app
from sporades.core.refusals import Refused
from sporades.documents import kinds
from sporades.publications import operations
from sporades.publications.deposited import DEPOSITED, Deposit
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.states import LineOutcome, PublicationState
from sporades.registrations.models import Registration

LARGEST_ARCHIVE = 100_000_000
MOST_FILES = 10_000
LARGEST_TABLE = 2_000_000
AT_ONCE = 200
"""How many files one job reads."""

NUMBER, FILE = "N° Inscription", "Fichier"
UNKNOWN = "Aucune inscription de votre périmètre n'a ce numéro."
TWICE = "Ce numéro est donné plusieurs fois."
NO_FILE = "Ce fichier n'est pas dans l'archive."
ROLE_ENDED = "Votre rôle ne permet plus de déposer ce document."


class NotAnArchive(Refused):
    """It cannot be read as a ZIP."""

    message = "Ce fichier n'est pas une archive ZIP lisible."


class ArchiveTooLarge(Refused):
    """It is more than one deposit takes."""

    message = "Une archive compte 10 000 fichiers et 100 Mo au plus : faites plusieurs dépôts."


class TableWrong(Refused):
    """Its table does not say whose each file is."""


@dataclass(frozen=True)
class Named:
    """One line of what is deposited.

    Attributes:
        number: a registration's number, as it is said.
        file: the name of its file in the archive.
    """

    number: str
    file: str


@transaction.atomic
def deposit_one(
    *,
    registration: Registration,
    kind: kinds.Kind,
    content: bytes,
    reach: Reach,
    by: User,
    author: Actor,
    at: datetime,
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

    Raises:
        Refused: the PDF cannot be published, the registration does not stand, or has a document
            of this kind that waits.
        files.OutOfReach: the store does not answer.
    """
    publication = operations.begin(kind=kind, by=by, author=author, reach=reach, at=at)
    _put_in(publication, None, registration, content, by=author, at=at)
    return publication


@transaction.atomic
def deposit_many(
    *, kind: kinds.Kind, archive: bytes, reach: Reach, by: User, author: Actor, at: datetime
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

    Raises:
        NotAnArchive, ArchiveTooLarge, TableWrong: nothing is kept of it.
        files.OutOfReach: the store does not answer.
    """
    named = _read_names(archive)
    publication = operations.begin(kind=kind, by=by, author=author, reach=reach, at=at)
    PublicationLine.objects.bulk_create(_lines(publication, named, reach), batch_size=2_000)
    key = files.put(archive, suffix=f".{secrets.token_hex(8)}.zip")
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


def _read_names(archive: bytes) -> list[Named]:
    if len(archive) > LARGEST_ARCHIVE:
        raise ArchiveTooLarge
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            inside = [one for one in opened.infolist() if _is_ours(one)]
            if len(inside) > MOST_FILES + 1:
                raise ArchiveTooLarge
            tables = [one for one in inside if one.filename.lower().endswith(".csv")]
            papers = [one.filename for one in inside if one.filename.lower().endswith(".pdf")]
            if not papers:
                raise TableWrong("L'archive ne contient aucun fichier PDF.")
            if len(tables) > 1:
                raise TableWrong("L'archive contient plusieurs tableaux CSV : n'en laissez qu'un.")
            return (
                _of_table(_read(opened, tables[0], LARGEST_TABLE), papers)
                if tables
                else [Named(PurePosixPath(name).stem, name) for name in papers]
            )
    except (zipfile.BadZipFile, NotImplementedError, UnicodeDecodeError, EOFError) as trouble:
        raise NotAnArchive from trouble


def _is_ours(inside: zipfile.ZipInfo) -> bool:
    """Return whether it is a file, and none of those that a system leaves by itself."""
    path = PurePosixPath(inside.filename)
    return not inside.is_dir() and "__MACOSX" not in path.parts and not path.name.startswith(".")


def _read(opened: zipfile.ZipFile, inside: zipfile.ZipInfo, most: int) -> bytes:
    """Return a file of an archive. Raises pdf_checks.TooLarge, whatever it says of its own size."""
    with opened.open(inside) as file:
        content = file.read(most + 1)
    if len(content) > most:
        raise pdf_checks.TooLarge
    return content


def _of_table(content: bytes, papers: list[str]) -> list[Named]:
    """Return what a table says: a number and a file on each line, under their two titles."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", errors="replace")
    first = text.split("\n", 1)[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if ";" in first else ",", strict=True)
    try:
        titles = [title.strip() for title in next(rows, [])]
        if NUMBER not in titles or FILE not in titles:
            raise TableWrong(f"Le tableau doit avoir les colonnes « {NUMBER} » et « {FILE} ».")
        number, file = titles.index(NUMBER), titles.index(FILE)
        filled = [row for row in rows if any(cell.strip() for cell in row)]
    except csv.Error as trouble:
        raise TableWrong("Le tableau ne peut pas être lu comme un fichier CSV.") from trouble
    if len(filled) > MOST_FILES:
        raise ArchiveTooLarge
    short = next((at for at, row in enumerate(filled, 2) if len(row) <= max(number, file)), None)
    if short:
        raise TableWrong(f"Ligne {short} du tableau : il manque une colonne.")
    if not filled:
        raise TableWrong("Le tableau ne contient aucune ligne.")
    by_name = {PurePosixPath(paper).name: paper for paper in papers}
    said = [Named(row[number].strip(), row[file].strip()) for row in filled]
    return [Named(one.number, by_name.get(PurePosixPath(one.file).name, one.file)) for one in said]


def _lines(publication: Publication, named: list[Named], reach: Reach) -> Iterator[PublicationLine]:
    """Give a line for each: one that waits, or one that is refused already."""
    numbers = ["".join(one.number.split()) for one in named]
    times = Counter(numbers)
    found = Registration.objects.within(reach).filter(number__in=set(numbers))
    known = dict(found.values_list("number", "pk"))
    for number, one in zip(numbers, named, strict=True):
        line = PublicationLine(
            publication=publication,
            number=one.number[:40],
            file_name=one.file[:200],
            outcome=LineOutcome.WAITING,
        )
        refusal = TWICE if times[number] > 1 else UNKNOWN if number not in known else ""
        if refusal:
            line.outcome, line.why = LineOutcome.REFUSED, refusal
        else:
            line.registration_id = known[number]
        yield line


def _fill(pk: str, *, at: datetime) -> bool:
    publication = Publication.objects.select_related("asked_by").get(pk=pk)
    if not publication.is_filling or publication.state != PublicationState.PREPARING:
        return False
    waiting = publication.lines.filter(outcome=LineOutcome.WAITING).order_by("pk")[:AT_ONCE]
    lines = list(waiting)
    if lines:
        now = _still_allowed(publication, at=at)
        with zipfile.ZipFile(io.BytesIO(files.get(publication.archive_key))) as opened:
            for line in lines:
                _take(publication, line, opened, now, at=at)
                Publication.objects.filter(pk=pk).update(moved_at=at)
    if len(lines) == AT_ONCE:
        return True
    _filled(publication, at=at)
    return False


def _still_allowed(publication: Publication, *, at: datetime) -> Reach:
    user = User.objects.prefetch_related("memberships").get(pk=publication.asked_by_id)
    memberships = user.memberships_on(local_day(at, settings.TIME_ZONE)) if user.is_active else []
    return reach(memberships, Permission.PREPARE_DOCUMENTS)


def _take(
    publication: Publication,
    line: PublicationLine,
    opened: zipfile.ZipFile,
    now: Reach,
    *,
    at: datetime,
) -> None:
    """Take one file, or say at its line why not."""
    try:
        with transaction.atomic():
            _add(publication, line, opened, now, at=at)
    except Refused as refusal:
        PublicationLine.objects.filter(pk=line.pk, outcome=LineOutcome.WAITING).update(
            outcome=LineOutcome.REFUSED, why=str(refusal)[:300]
        )


def _add(
    publication: Publication,
    line: PublicationLine,
    opened: zipfile.ZipFile,
    now: Reach,
    *,
    at: datetime,
) -> None:
    mine = PublicationLine.objects.select_for_update().filter(pk=line.pk)
    if not mine.filter(outcome=LineOutcome.WAITING).exists():
        return  # another worker has just taken it
    registration = (
        Registration.objects.within(now).whole().filter(publication_lines=line.pk).first()
    )
    if registration is None:
        raise Refused(ROLE_ENDED)
    try:
        inside = opened.getinfo(line.file_name)
        content = _read(opened, inside, pdf_checks.LARGEST)
    except KeyError:
        raise Refused(NO_FILE) from None
    except (zipfile.BadZipFile, RuntimeError, NotImplementedError, EOFError) as trouble:
        raise Refused("Ce fichier de l'archive ne peut pas être lu.") from trouble
    by = now.author(academy=registration.academy_id, domain=registration.exam.domain.code)
    _put_in(publication, line, registration, content, by=by, at=at)


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
        link=absolute(f"/gestion/publications/{publication.pk}"),
    )


def _put_in(
    publication: Publication,
    line: PublicationLine | None,
    registration: Registration,
    content: bytes,
    *,
    by: Actor,
    at: datetime,
) -> None:
    """Keep a PDF and add its document; what is refused leaves no file."""
    looked = pdf_checks.look_at(content)
    # Apart from any other, were it the same: each is forgotten by itself.
    key = files.put(content, suffix=f".{secrets.token_hex(8)}.pdf")
    try:
        operations.add(
            publication=publication,
            line=line,
            registration=registration,
            source=Deposit(registration, key, looked.pages, at),
            by=by,
            at=at,
        )
    except BaseException:
        files.forget_or_say([key])
        raise


def _queue(publication: Publication) -> None:
    app.configure_task("publications.fill", queue="publications").defer(
        publication=str(publication.pk)
    )


def deposited(slug: str) -> kinds.Kind:
    """Return the kind of this slug. Raises KeyError when it is not deposited."""
    return {kind.slug: kind for kind in DEPOSITED}[slug]
