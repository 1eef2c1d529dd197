"""What the rows name, compared with what the two stores hold (R-20)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F, Model, QuerySet, Value
from django.db.models.fields.json import KeyTextTransform

from sporades.core import files, pooler
from sporades.core.clock import by_the_machine
from sporades.documents.models import DocumentVersion
from sporades.drawers.models import KeptFile
from sporades.evidence.models import ArrivingFile, Deposit
from sporades.exchanges.models import Export
from sporades.letters.models import PrintRun
from sporades.medical.models import Paper, PassingFile
from sporades.medical.operations import STORE
from sporades.publications.models import Publication
from sporades.registrations.models import ChangeRequest, CorrectionRequest, LateRequest
from sporades.retention.models import Archive, LeavingFile

PARTS = "0123456789abcdef"
"""How keys begin: by each in turn, so that all that a store holds is never in memory."""
OLD_ENOUGH = timedelta(days=1)
"""Younger, a file may be waiting for its row: far more than any takes to come."""
ADDRESSES = {files.USUAL: "FILES_URL", STORE: "MEDICAL_FILES_URL"}
"""What an operator calls each store."""
AT_ONCE = 500
SILENCES = 20
"""After how many files in a row that a store does not give it is said not to answer."""

MISSING, DAMAGED, UNREAD, OTHER_SIZE = "absent", "altéré", "illisible", "d'une autre longueur"


class Silent(Exception):
    """A store gives nothing: no file of it is known to be there or not."""


@dataclass(frozen=True)
class Source:
    """Rows of a model that name a file each.

    Attributes:
        words: what the file is, for people.
        model: of the rows.
        key: the field that names the file.
        size: the field that says its length, if any.
        number: the path to the number of its registration, where naming it tells nothing of health.
        store: which store has it.
        is_made_again: whether it can be made anew from what the database holds.
        within: the key of a JSON field where `key` is one.
        by_whom: who has it made anew, where nobody but they can.
    """

    words: str
    model: type[Model]
    key: str
    size: str = ""
    number: str = ""
    store: str = files.USUAL
    is_made_again: bool = False
    within: str = ""
    by_whom: str = ""

    def rows(self) -> QuerySet[Any]:
        """Return the rows that name a file: key, file, length, number of the registration."""
        objects: QuerySet[Any] = self.model._default_manager.all()
        named: Any = KeyTextTransform(self.within, self.key) if self.within else F(self.key)
        told = objects.annotate(
            file=named,
            length=F(self.size) if self.size else Value(0),
            registered=F(self.number) if self.number else Value(""),
        )
        return told.filter(file__gt="").values_list("pk", "file", "length", "registered")


SOURCES = (
    Source(
        "fichier d'une pièce justificative",
        Deposit,
        "key",
        size="size",
        number="evidence__registration__number",
    ),
    Source("fichier du porte-documents", KeptFile, "key", size="size"),
    Source(
        "pièce jointe à une demande de modification",
        ChangeRequest,
        "proof_key",
        number="registration__number",
    ),
    Source("pièce jointe à une demande de correction", CorrectionRequest, "proof_key"),
    Source("pièce jointe à une demande d'inscription tardive", LateRequest, "proof_key"),
    Source("document déposé", DocumentVersion, "content", within="file"),
    Source("fichiers déposés d'une publication", Publication, "archive_key"),
    Source("papier de santé", Paper, "key", store=STORE),
    Source("document imprimé", DocumentVersion, "pdf_key", is_made_again=True),
    Source("impression de courriers", PrintRun, "file_key", is_made_again=True),
    Source("export", Export, "file_key", is_made_again=True, by_whom="qui l'avait demandé"),
)


ON_THEIR_WAY = (
    Source("fichier en cours de dépôt", ArrivingFile, "key"),
    Source("export en cours d'écriture", Export, "pending_key"),
    Source("papier sans ligne encore, ou plus", PassingFile, "key", store=STORE),
)
"""What names a file that is about to have a row, or to leave: the worker sees to it."""


@dataclass(frozen=True)
class Fault:
    """A file that is not what its row says: by what it is and its number, nobody's name."""

    words: str
    row: str
    number: str
    what: str
    is_made_again: bool
    by_whom: str = ""

    def __str__(self) -> str:
        """Say it on one line."""
        of = f" (inscription {self.number})" if self.number else ""
        again = (
            f"à demander de nouveau par {self.by_whom}"
            if self.by_whom
            else "il sera fait de nouveau"
        )
        return f"{self.words}, n°{self.row}{of} : {self.what}{f' ; {again}' * self.is_made_again}"


def compared(source: Source, *, sample: int | None) -> Iterator[Fault | None]:
    """Read each file that some rows name, one in memory at a time.

    Args:
        source: which rows.
        sample: how many, drawn at random; all of them where nothing is said.

    Yields:
        What is wrong with each file, nothing where it is whole.

    Raises:
        Silent: the store gives none of them.
    """
    rows, look = source.rows(), _Looking(source.store)
    for row, key, length, number in _drawn(rows, sample):
        what = look(key, length)
        # Erased, or printed anew, while it was looked for: it is missed by nobody.
        if what and not source.rows().filter(pk=row, file=key).exists():
            what = ""
        yield (
            Fault(
                source.words,
                str(row),
                number,
                what,
                is_made_again=source.is_made_again,
                by_whom=source.by_whom,
            )
            if what
            else None
        )


def compared_archives(*, sample: int | None) -> Iterator[Fault | None]:
    """Do the same of the files that archives name, which only one role of the database reads."""
    rows, look = Archive.objects.exclude(files=[]), _Looking(files.USUAL)
    for row, number, keys in _drawn(rows.values_list("pk", "number", "files"), sample):
        for place, key in enumerate(keys, start=1):
            what = look(key, 0)
            if what and not Archive.objects.filter(pk=row).exclude(files=[]).exists():
                what = ""
            yield (
                Fault("fichier d'une archive", str(place), number, what, is_made_again=False)
                if what
                else None
            )


@dataclass
class Unnamed:
    """What a store holds and no row names.

    Attributes:
        store: which one.
        old: the key of each that is old enough to be erased, and when it was written.
        young: how many are not.
        named: how many files of the store some row names.
    """

    store: str
    old: list[tuple[str, datetime]] = field(default_factory=list)
    young: int = 0
    named: int = 0


def unnamed(store: str, *, at: datetime) -> Unnamed:
    """Find what a store holds and no row names, the archives' among them.

    The store is looked at before the rows: what gets its row meanwhile is named. No key comes
    back once it is named no more, but of what is made again.

    Args:
        store: which one.
        at: the instant.

    Raises:
        files.OutOfReach: the store does not answer.
        ProgrammingError: this role of the database does not read the archives.
    """
    found, oldest = Unnamed(store), by_the_machine(at - OLD_ENOUGH)
    for start in PARTS:
        there = files.listed(start, store=store)
        named = _named(store, start)
        for key, written in there:
            if key in named:
                found.named += 1
            elif written > oldest:
                found.young += 1
            else:
                found.old.append((key, written))
    return found


def _named(store: str, start: str) -> set[str]:
    first, *others = (
        one.rows().filter(file__startswith=start).values_list("file", flat=True)
        for one in (*SOURCES, *ON_THEIR_WAY)
        if one.store == store
    )
    # By one statement: what moves from a table to another is seen in one of them.
    named = set(first.union(*others, all=True).iterator(chunk_size=AT_ONCE))
    if store == files.USUAL:
        # After those that it comes from, for the same reason.
        archived = Archive.objects.exclude(files=[]).values_list("files", flat=True)
        for keys in archived.iterator(chunk_size=AT_ONCE):
            named.update(key for key in keys if key.startswith(start))
        leaving = LeavingFile.objects.filter(key__startswith=start)
        named.update(leaving.values_list("key", flat=True))
    return named


def _drawn(rows: QuerySet[Any], sample: int | None) -> Iterator[Any]:
    if sample is None:
        return pooler.a_share_at_a_time(rows.order_by("pk"), AT_ONCE)
    return rows.order_by("?")[:sample].iterator(chunk_size=AT_ONCE)


class _Looking:
    """Looks at the files of a store, until it has given none of so many in a row."""

    def __init__(self, store: str) -> None:
        self._store, self._silences = store, 0

    def __call__(self, key: str, length: int) -> str:
        """Return what is wrong with a file, nothing where it is whole. Raises Silent."""
        what = self._what(key, length)
        self._silences = self._silences + 1 if what == UNREAD else 0
        if self._silences == SILENCES:
            raise Silent
        return what

    def _what(self, key: str, length: int) -> str:
        try:
            content = files.get(key, store=self._store)
        except files.Missing:
            return MISSING
        except files.Damaged:
            return DAMAGED
        except files.OutOfReach:
            return UNREAD
        return OTHER_SIZE if length and len(content) != length else ""
