"""Ask for a copy of all that is held of a person, prepare it, hand it over, erase it (P-03).

What a copy holds of health is read when it is taken, by its candidate alone (adr/0032).
"""

import io
import json
import logging
import zipfile
import zlib
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import Any

from django.apps import apps
from django.core.exceptions import ObjectDoesNotExist
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Q

from sporades import journal, mail
from sporades.accounts import limits
from sporades.accounts.models import User
from sporades.acts.identities.correcting import lock_person
from sporades.acts.medical import reading
from sporades.candidates.models import Candidate
from sporades.core import apart, files
from sporades.core.actors import SYSTEM, Actor
from sporades.core.links import link_to
from sporades.core.locks import alone
from sporades.core.queue import defer_once
from sporades.core.refusals import Refused
from sporades.core.transitions import move
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.drawers.models import KeptFile
from sporades.evidence.models import Deposit
from sporades.mail.models import Message
from sporades.medical import sealing
from sporades.medical.models import Compartment, Paper
from sporades.personal import page
from sporades.personal.gathering import Kept, files_of, gathered, person_of
from sporades.personal.models import KEPT_FOR, DataCopy
from sporades.personal.states import FINISH, CopyState
from sporades.personal.tables import TABLES
from sporades.registrations.models import ChangeRequest, CorrectionRequest, LateRequest

PREPARE = "personal.prepare"
FORMAT, FORMAT_VERSION = "sporades-copie-de-donnees", 1
README = "lisez-moi.html"
DATA = "donnees.json"
MISSING = "fichiers-absents.txt"

logger = logging.getLogger(__name__)


class TakenTooOften(Refused):
    """As many were taken in a day as may be: each reads and deciphers every file."""

    message = (
        "Cette copie a déjà été téléchargée vingt fois en vingt-quatre heures : recommencez demain."
    )


class TooOften(Refused):
    """As many copies were asked for in a day as may be."""

    message = (
        "Trois copies ont déjà été demandées en vingt-quatre heures : recommencez demain. La "
        "dernière reste à prendre ici."
    )


class NotReady(Refused):
    """There is nothing to take."""

    message = "Cette copie n'est pas prête, ou n'est plus gardée : demandez-en une autre."


def copy_of(candidate: Candidate, *, at: datetime) -> DataCopy | None:
    """Return the copy that a candidate asked for, while it is prepared or kept."""
    found: DataCopy | None = DataCopy.objects.filter(candidate=candidate).defer("content").first()
    return None if found is None or found.is_over(at) else found


@transaction.atomic
def ask(*, candidate: Candidate, reason: str = "", by: Actor, at: datetime) -> DataCopy:
    """Ask for a copy; while one is being prepared, a second demand is answered by it.

    One that is ready is replaced: there is one copy of a person at a time.

    Args:
        candidate: whose data.
        reason: how it was asked of the office, and how it knows of whom; nothing from an account.
        by: who asks: the candidate, or the member of the office to whom they came.
        at: the instant.

    Raises:
        TooOften: see there.
    """
    locked = lock_person(candidate.pk)
    standing: DataCopy | None = DataCopy.objects.filter(candidate=locked).first()
    if standing is not None and not standing.is_ready:
        return standing
    if not limits.spend(limits.COPIES_OF_A_CANDIDATE, str(locked.pk), at=at):
        raise TooOften
    if standing is not None:
        _erase(standing)
    made: DataCopy = DataCopy.objects.create(
        candidate=locked, asked_at=at, asked_kind=by.kind, asked_name=by.name
    )
    _record("data copy asked", made, by=by, at=at, reason=reason)
    _queue(made)
    return made


def prepare(key: str, *, at: datetime) -> None:
    """Gather what a copy holds, and tell its person that it is ready.

    Args:
        key: of the copy; one that is ready, or is gone, is left.
        at: the instant at which it is gathered.
    """
    with alone("data copy", key) as is_held:
        copy = DataCopy.objects.filter(pk=key, state=CopyState.ASKED).first()
        if not is_held or copy is None:
            return
        if copy.candidate.is_merged:
            _carry(copy, at=at)
        else:
            _prepare(copy, at=at)


@transaction.atomic
def _prepare(copy: DataCopy, *, at: datetime) -> None:
    person = person_of(copy.candidate, at=at)
    tables, kept = gathered(person, is_health=False), files_of(person)
    name = copy.candidate.identity.full_name
    content = {
        README: page.written(tables, kept, of=name, numbers=person.numbers, at=at, is_health=False),
        DATA: _as_json(tables, kept, at=at),
        "fichiers": [[one.path, one.table, one.row] for one in kept],
    }
    move(copy, FINISH, ready_at=at, content=zlib.compress(json.dumps(content).encode()))
    _record("data copy made", copy, by=SYSTEM, at=at)
    if copy.candidate.user is not None:
        mail.write(
            "data_copy_ready",
            to=copy.candidate.user.email,
            at=at,
            key=_key(copy),
            about=copy.candidate,
            due_by=at + KEPT_FOR,
            until=copy.kept_until_in_words,
            link=link_to("candidate:my_data"),
            password=link_to("account_change_password"),
        )


@transaction.atomic
def take(*, copy: DataCopy, reader: User | None, by: Actor, at: datetime) -> Iterator[bytes]:
    """Return a copy as a ZIP, piece after piece, once it is kept that it was taken.

    Args:
        copy: which.
        reader: the account of its candidate, who alone is given what was confided to a doctor;
            nobody where a member of the office takes it for somebody without an account.
        by: who takes it.
        at: the instant.

    Raises:
        NotReady, TakenTooOften: see there.
    """
    held: DataCopy | None = DataCopy.objects.select_for_update().filter(pk=copy.pk).first()
    if held is None or not held.is_ready or held.is_over(at):
        raise NotReady
    if not limits.spend(limits.COPIES_TAKEN, str(held.candidate_id), at=at):
        raise TakenTooOften
    content = json.loads(zlib.decompress(bytes(held.content)))
    if held.taken_at is None:
        DataCopy.objects.filter(pk=held.pk).update(taken_at=at)
    _record("data copy taken", held, by=by, at=at)
    return _zipped(_entries(held, content, reader=reader, by=by, at=at))


@transaction.atomic
def erase(candidate: Candidate, *, by: Actor, at: datetime) -> None:
    """Erase the copy of a candidate whose account was closed, asked for or ready: it says what that one did.

    Whoever is given their record next, by a new code, is not who had it: they ask for their own.

    Args:
        candidate: whose account it was.
        by: who closes it.
        at: the instant.
    """
    copies = DataCopy.objects.select_for_update().defer("content").filter(candidate=candidate)
    for copy in copies:
        _record("data copy erased", copy, by=by, at=at)
        _erase(copy)


def erase_old(*, at: datetime) -> int:
    """Erase the copies that waited long enough, with their mails; return how many."""
    over = DataCopy.objects.over(at).values_list("pk", flat=True)
    return apart.each(_erase_over, over, at=at)


@transaction.atomic
def _carry(copy: DataCopy, *, at: datetime) -> None:
    """Have what was asked of somebody who was merged be gathered of who is kept.

    They open the pages of the one who is kept alone. What they took already is not asked again, and
    one that is being prepared of who is kept answers for both.
    """
    kept = lock_person(copy.candidate.merged_into_id or 0)
    held = DataCopy.objects.select_for_update(of=("self",)).filter(pk=copy.pk).first()
    if held is None:
        return
    if held.is_ready:
        _record("data copy erased", held, by=SYSTEM, at=at)
    _erase(held)
    standing = DataCopy.objects.filter(candidate=kept).first()
    if held.taken_at is not None or (standing is not None and not standing.is_ready):
        return
    if standing is not None:
        _erase(standing)
    said = {name: getattr(held, name) for name in ("asked_at", "asked_kind", "asked_name")}
    _queue(DataCopy.objects.create(candidate=kept, **said))


def carry_merged(*, at: datetime) -> int:
    """Do so of every copy, ready or not, whose candidate was merged; return how many there were.

    Args:
        at: the instant.
    """
    lost = DataCopy.objects.exclude(candidate__merged_into=None)
    return apart.each(_carry_one, list(lost.values_list("pk", flat=True)), at=at)


def _carry_one(key: Any, *, at: datetime) -> bool:
    copies = DataCopy.objects.defer("content").select_related("candidate")
    copy = copies.filter(pk=key).first()
    if copy is None:
        return False
    _carry(copy, at=at)
    return True


def take_up_again(*, older_than: datetime) -> int:
    """Queue again the copies whose worker was killed; return how many."""
    waiting = DataCopy.objects.filter(state=CopyState.ASKED, asked_at__lt=older_than)
    return sum(map(_queue, waiting))


@transaction.atomic
def _erase_over(key: Any, *, at: datetime) -> bool:
    copy = DataCopy.objects.over(at).select_for_update().filter(pk=key).first()
    if copy is None:
        return False
    _record("data copy erased", copy, by=SYSTEM, at=at)
    _erase(copy)
    return True


def _erase(copy: DataCopy) -> None:
    Message.objects.filter(key=_key(copy)).delete()
    copy.delete()


def _key(copy: DataCopy) -> str:
    """Name the mail that tells of a copy: it goes with it, or with its candidate."""
    return f"data copy:{copy.pk}"


def _queue(copy: DataCopy) -> bool:
    return defer_once(PREPARE, queue="exports", copy=str(copy.pk))


def _record(verb: str, copy: DataCopy, *, by: Actor, at: datetime, reason: str = "") -> None:
    # An account is of no academy; a record without one is of the academy that keeps it.
    academy = copy.candidate.academy_id or ""
    after = {"reason": reason} if reason else None
    journal.record(verb, by=by, on=copy.candidate, at=at, academy=academy, after=after)


# --- What it holds ----------------------------------------------------------------------------


def _as_json(tables: dict[str, list[dict[str, Any]]], kept: list[Kept], *, at: datetime) -> str:
    said = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "le": at,
        "tables": {
            table.model: {
                "titre": page.TITLES[table.model],
                "colonnes": _columns(table.model),
                "non_donne": table.reasons,
                "lignes": tables[table.model],
            }
            for table in TABLES
            if table.model in tables
        },
        "tables_non_donnees": {one.model: one.why_not for one in TABLES if not one.chapter},
        "fichiers": [{"chemin": one.path, "table": one.table, "ligne": one.row} for one in kept],
    }
    return json.dumps(said, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1)


def _columns(model: str) -> dict[str, str]:
    fields = apps.get_model(model)._meta.concrete_fields
    return {one.name: page.WORDS.get(one.name) or str(one.verbose_name) for one in fields}


def _entries(
    copy: DataCopy, content: dict[str, Any], *, reader: User | None, by: Actor, at: datetime
) -> Iterator[tuple[str, bytes]]:
    """Give each file of a copy: its name, its bytes; those that are not there are said at the end."""
    yield README, content[README].encode()
    yield DATA, content[DATA].encode()
    missing = []
    person = person_of(copy.candidate, at=at)
    for path, table, row in content["fichiers"]:
        found = _read(path, partial(_READ[table], person.keys, row, at, reader))
        if found is None:
            missing.append(path)
        else:
            yield path, found
    if reader is not None:
        for path, read in _confided(copy, reader=reader, by=by, at=at):
            if (found := _read(path, read)) is None:
                missing.append(path)
            else:
                yield path, found
    if missing:
        yield MISSING, (_MISSING_SAID + "\n".join(missing) + "\n").encode()


_MISSING_SAID = (
    "Ces fichiers n'ont pas pu être joints : effacés depuis que la copie est prête, illisibles pour "
    "le moment, ou que l'antivirus n'a pas encore trouvés sains. Téléchargez la copie de nouveau un "
    "peu plus tard, ou demandez-en une autre.\n\n"
)


def _read(path: str, read: Callable[[], bytes | None]) -> bytes | None:
    """Return the bytes of a file, nothing where it is erased or cannot be read now."""
    try:
        return read()
    except (
        Refused,
        files.OutOfReach,
        files.Unreadable,
        sealing.Unreadable,
        ObjectDoesNotExist,  # discarded since it was listed
    ):
        # The name of a paper of health says that there is one: the log is told of nothing more.
        logger.warning("A file of a copy of personal data could not be joined (%s)", path[:4])
        return None


def _confided(
    copy: DataCopy, *, reader: User, by: Actor, at: datetime
) -> Iterator[tuple[str, Callable[[], bytes | None]]]:
    """Give what was confided to a doctor: read now, each opening kept, never written down."""
    person = person_of(copy.candidate, at=at)
    papers = Paper.objects.visible_to(reader).exclude(is_clean=False)
    mine = list(papers.filter(compartment__registration__candidate__in=person.keys).order_by("pk"))
    names = [Kept(f"sante/{n}.pdf", "medical.Paper", str(one.pk)) for n, one in enumerate(mine, 1)]

    def written() -> tuple[bytes, bytes]:
        tables = gathered(person, is_health=True)
        beside = [Kept(one.path.removeprefix("sante/"), one.table, one.row) for one in names]
        shown = page.written(
            tables,
            beside,
            of=copy.candidate.identity.full_name,
            numbers=person.numbers,
            at=at,
            is_health=True,
        )
        return shown.encode(), _as_json(tables, names, at=at).encode()

    if not Compartment.objects.filter(registration__candidate__in=person.keys).exists():
        return
    yield f"sante/{README}", lambda: written()[0]
    yield f"sante/{DATA}", lambda: written()[1]
    for kept, paper in zip(names, mine, strict=True):
        yield (
            kept.path,
            partial(reading.read, paper=paper.pk, reader=reader, is_for_copy=True, by=by, at=at),
        )


# What the antivirus has not found clean is given to whoever sent it, never to the office.


def _deposit(keys: tuple[int, ...], row: str, at: datetime, reader: User | None) -> bytes | None:  # noqa: ARG001
    mine = Deposit.objects.filter(evidence__registration__candidate__in=keys)
    found = mine.filter(_may_be_opened("is_clean", reader), pk=row).first()
    return files.get(found.key) if found else None


def _kept(keys: tuple[int, ...], row: str, at: datetime, reader: User | None) -> bytes | None:  # noqa: ARG001
    found = KeptFile.objects.filter(owner__in=keys, pk=row).first() if reader else None
    return files.get(found.key) if found else None


def _change(keys: tuple[int, ...], row: str, at: datetime, reader: User | None) -> bytes | None:  # noqa: ARG001
    mine = ChangeRequest.objects.filter(registration__candidate__in=keys, proof_key__gt="")
    found = mine.filter(_may_be_opened("proof_is_clean", reader), pk=row).first()
    return files.get(found.proof_key) if found else None


def _correction(keys: tuple[int, ...], row: str, at: datetime, reader: User | None) -> bytes | None:  # noqa: ARG001
    mine = CorrectionRequest.objects.filter(candidate__in=keys, proof_key__gt="")
    found = mine.filter(_may_be_opened("proof_is_clean", reader), pk=row).first()
    return files.get(found.proof_key) if found else None


def _late(keys: tuple[int, ...], row: str, at: datetime, reader: User | None) -> bytes | None:  # noqa: ARG001
    mine = LateRequest.objects.filter(draft__candidate__in=keys, proof_key__gt="")
    found = mine.filter(_may_be_opened("proof_is_clean", reader), pk=row).first()
    return files.get(found.proof_key) if found else None


def _may_be_opened(column: str, reader: User | None) -> Q:
    return ~Q(**{column: False}) if reader else Q(**{column: True})


def _document(keys: tuple[int, ...], row: str, at: datetime, reader: User | None) -> bytes | None:  # noqa: ARG001
    visible = DocumentVersion.objects.visible_at(at)
    mine = visible.filter(document__folder__registration__candidate__in=keys)
    found = mine.filter(pk=row).first()
    return documents.printed(found) if found else None


_READ: dict[str, Callable[[tuple[int, ...], str, datetime, User | None], bytes | None]] = {
    "evidence.Deposit": _deposit,
    "drawers.KeptFile": _kept,
    "registrations.ChangeRequest": _change,
    "registrations.CorrectionRequest": _correction,
    "registrations.LateRequest": _late,
    "documents.DocumentVersion": _document,
}


class _Pipe(io.RawIOBase):
    """What a ZIP is written into, and read out of as it comes: it never lies whole anywhere."""

    def __init__(self) -> None:
        """Begin empty."""
        self.waiting = bytearray()

    def writable(self) -> bool:
        """Say that it takes bytes."""
        return True

    def write(self, data: Any) -> int:
        """Take some bytes."""
        self.waiting += data
        return len(data)

    def read_out(self) -> bytes:
        """Return what came since the last time."""
        taken = bytes(self.waiting)
        self.waiting.clear()
        return taken


def _zipped(entries: Iterator[tuple[str, bytes]]) -> Iterator[bytes]:
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in entries:
            archive.writestr(path, content)
            yield pipe.read_out()
    yield pipe.read_out()
