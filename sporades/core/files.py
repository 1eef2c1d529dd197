"""The file store: named by what they hold, written once, checked when read.

It stands on Django's storages, folders or S3: the default one, which FILES_URL names, unless
another is said. A key is the SHA-256 of the content: the same bytes are kept once, and a file
that was changed is never given out.
"""

import hashlib
import logging
import os
import re
import secrets
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    FlexibleChecksumError,
    ReadTimeoutError,
)
from django.core.files.base import ContentFile, File
from django.core.files.storage import Storage, storages
from django.db import IntegrityError, transaction

from sporades.core.clock import by_the_machine
from sporades.core.outage import Outage

USUAL = "default"
"""The store of whoever says nothing else."""

PARTIAL = ".partial"
ABANDONED_AFTER = timedelta(days=1)
READINGS = 3
"""How often a file is asked for that arrives otherwise than its store says."""

_KEY = re.compile(r"([0-9a-f]{2})/([0-9a-f]{2})/\1\2[0-9a-f]{60}\.[^/]+")

RESTS = 2
"""A store that was waited for in vain is asked by nobody for as many times as long: a third at most
of what a worker does is to wait for it."""

logger = logging.getLogger(__name__)

_outages: defaultdict[str, Outage] = defaultdict(Outage)
"""What each store was waited for in vain: filing, which needs none, is not to be held up by one."""


class OutOfReach(Exception):
    """The store does not answer, or takes nothing more: nothing is known of what it holds."""


class Unreadable(Exception):
    """A key whose content cannot be given."""


class Missing(Unreadable):
    """No file has this key."""


class Damaged(Unreadable):
    """The file is not the one that was written."""


def put(content: bytes, *, suffix: str, store: str = USUAL) -> str:
    """Keep a content and return its key; keeping it twice changes nothing.

    Whoever reads finds the whole file or none, also when the writer is killed.

    Args:
        content: the bytes to keep.
        suffix: the end of the name, ".pdf".
        store: which of the settings' STORAGES keeps it.

    Raises:
        OutOfReach: the store cannot keep it now.
    """
    key = key_of(content, suffix=suffix)
    storage = storages[store]
    with _reached(store):
        if storage.exists(key):
            try:
                get(key, store=store)
            except Damaged:
                storage.delete(key)
            except Missing:
                pass
            else:
                return key
        _write(storage, key, content)
    return key


def own_suffix(suffix: str) -> str:
    """Return the end of a name that no other copy of a content has.

    Args:
        suffix: how it ends, ".pdf".
    """
    return f".{secrets.token_hex(8)}{suffix}"


@contextmanager
def kept_apart(content: bytes, *, suffix: str, own: str = "", store: str = USUAL) -> Iterator[str]:
    """Keep a content while a transaction, the block, writes the row that names it.

    Its key is its own, were the same bytes kept elsewhere: it is forgotten by itself, and is
    when the block fails or its transaction does not end. The transaction is the whole one, so
    that nothing around it takes the row away later.

    Args:
        content: the bytes to keep.
        suffix: the end of the name, ".pdf".
        own: what `own_suffix` gave, where its key is announced before anything is kept.
        store: which of the settings' STORAGES keeps it.

    Raises:
        OutOfReach: the store cannot keep it now.
        RuntimeError: a transaction is open already; nothing is kept.
    """
    with forgotten_if_undone(store=store, is_whole=True) as kept:
        key = put(content, suffix=own or own_suffix(suffix), store=store)
        kept.append(key)
        yield key


@contextmanager
def forgotten_if_undone(*, store: str = USUAL, is_whole: bool = False) -> Iterator[list[str]]:
    """Do a transaction, the block, and forget the files that it has kept when it does not end.

    Args:
        store: which of the settings' STORAGES keeps them.
        is_whole: whether a transaction that is open already is refused: should it end badly after
            the block, what the block has kept is named by nothing, and stays.

    Returns:
        A list, to which the block adds the keys of what it keeps and no other row names.

    Raises:
        RuntimeError: a transaction is open already, where none may be.
    """
    kept: list[str] = []
    ended: list[bool] = []
    committed: list[bool] = []
    try:
        with transaction.atomic(durable=is_whole):
            # Before any other, so that the failure of another hook is known to come after.
            transaction.on_commit(lambda: committed.append(True))
            yield kept
            ended.append(True)
    except BaseException as failure:
        # Of a commit that the database did not answer nobody knows the end: the row may stand.
        is_undone = not ended or isinstance(failure, IntegrityError)
        if is_undone and not committed:
            forget_or_say(kept, store=store)
        raise


def key_of(content: bytes, *, suffix: str) -> str:
    """Return the key under which a content is kept."""
    digest = hashlib.sha256(content).hexdigest()
    return f"{digest[:2]}/{digest[2:4]}/{digest}{suffix}"


def digest_of(key: str) -> str:
    """Return the fingerprint of the content that a key names, wherever it is kept."""
    return key.rpartition("/")[2].partition(".")[0]


def get(key: str, *, store: str = USUAL) -> bytes:
    """Return the content of a key.

    Args:
        key: what `put` gave.
        store: where it was kept.

    Raises:
        Missing: there is no such file.
        Damaged: its bytes are not those that were kept.
        OutOfReach: the store does not answer.
    """
    content = _read(key, store)
    if hashlib.sha256(content).hexdigest() != Path(key).name.split(".", 1)[0]:
        raise Damaged(key)
    return content


def _read(key: str, store: str) -> bytes:
    """Return what a store gives; what was hurt on its way, as its sum says, is asked for again."""
    storage = storages[store]
    with _reached(store):
        for _ in range(READINGS - 1):
            with suppress(FlexibleChecksumError):
                return _given(key, storage)
        return _given(key, storage)


def _given(key: str, storage: Storage) -> bytes:
    try:
        with storage.open(key) as file:
            content: bytes = file.read()
    except FileNotFoundError as error:
        raise Missing(key) from error
    return content


def forget(key: str, *, store: str = USUAL) -> None:
    """Delete the file of a key, if there is one: only where nothing else can hold the same.

    Raises:
        OutOfReach: the store does not answer.
    """
    with _reached(store):
        storages[store].delete(key)


def forget_or_say(keys: Iterable[str], *, store: str = USUAL) -> None:
    """Delete the files of what was just erased; one that stays, for want of a store, is logged."""
    for key in keys:
        try:
            forget(key, store=store)
        except OutOfReach:
            logger.exception("The file %s stays in the store", key)


def sweep(*, at: datetime, store: str = USUAL) -> int:
    """Remove the parts of files that writers killed a day ago left in a store; return how many."""
    try:
        folder = Path(storages[store].path(PARTIAL))
    except NotImplementedError:
        return 0
    # Their hours are the machine's, in a rehearsal too.
    oldest = by_the_machine(at - ABANDONED_AFTER).timestamp()
    abandoned = [path for path in folder.glob("*") if path.stat().st_mtime < oldest]
    for path in abandoned:
        path.unlink(missing_ok=True)
    return len(abandoned)


def listed(start: str, *, store: str = USUAL) -> list[tuple[str, datetime]]:
    """Return what a store holds, a part of it at a time: each key, and when its file was written.

    What is not named as `put` names (parts of files, what somebody else put there) is left out.

    Args:
        start: how the keys begin, "0" to "f".
        store: which one.

    Raises:
        OutOfReach: the store does not answer.
    """
    storage = storages[store]
    with _reached(store):
        try:
            root = Path(storage.path(""))
        except NotImplementedError:
            # Django's own listing asks once for each folder: these have 65,536.
            there = storage.bucket.objects.filter(Prefix=start)  # type: ignore[attr-defined] # S3's
            found = [(one.key, one.last_modified) for one in there]
        else:
            found = list(_in_folder(root, start))
    return [(key, written) for key, written in found if _KEY.fullmatch(key)]


def _in_folder(root: Path, start: str) -> Iterator[tuple[str, datetime]]:
    for first in root.iterdir():
        if not (first.name.startswith(start) and first.is_dir()):
            continue
        for folder, _, names in first.walk(on_error=_fail):
            for path in map(folder.joinpath, names):
                with suppress(FileNotFoundError):  # It left meanwhile.
                    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                    yield path.relative_to(root).as_posix(), written


def _fail(error: OSError) -> None:
    raise error


@contextmanager
def _reached(store: str) -> Iterator[None]:
    """Ask a store; one that was waited for in vain is waited for now and then, by one thread."""
    outage, begun = _outages[store], monotonic()
    with outage.attempt() as is_asked:
        if not is_asked:
            logger.error("The file store does not answer: it was asked a moment ago")
            raise OutOfReach
        try:
            yield
        except Unreadable:
            outage.ends()
            raise
        except Exception as error:
            # Whoever reads by s3transfer, which is long to load, is given what it met under this name.
            trouble = getattr(error, "last_exception", error)
            if not isinstance(trouble, BotoCoreError | ClientError | OSError):
                raise
            logger.error("The file store does not answer: %s", _why(trouble))  # noqa: TRY400 - a line
            if isinstance(trouble, ConnectTimeoutError | ReadTimeoutError | TimeoutError):
                outage.begins(rest=RESTS * (monotonic() - begun))
            else:
                outage.ends()
            raise OutOfReach from error
        else:
            outage.ends()


def _why(error: Exception) -> str:
    """Say what an operator looks for, without the key nor the address of what was asked."""
    if isinstance(error, ClientError):
        said = error.response.get("Error", {}).get("Code", "")
        return f"{type(error).__name__} {error.operation_name} {said}".strip()
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__} {error.strerror}"
    return type(error).__name__


class _Whole(File):  # type: ignore[type-arg] # generic for the checker alone
    """A file already on the disk of a folder storage, which moves it in one step."""

    def temporary_file_path(self) -> str:
        """Return where the file is."""
        return str(self.name)


def _write(storage: Storage, key: str, content: bytes) -> None:
    try:
        folder = Path(storage.path(PARTIAL))
    except NotImplementedError:
        # A remote store shows an object when it has it whole.
        saved = storage.save(key, ContentFile(content))
    else:
        saved = _write_beside(storage, folder, key, content)
    if saved != key:
        # Somebody kept the same content meanwhile, and the storage made a second name.
        storage.delete(saved)


def _write_beside(storage: Storage, folder: Path, key: str, content: bytes) -> str:
    # Without its parents: the root of a store that is gone, or not mounted, is not made anew.
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        with Path(name).open("rb") as opened:
            saved = storage.save(key, _Whole(opened, name))
    finally:
        Path(name).unlink(missing_ok=True)
    directory = os.open(Path(storage.path(saved)).parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return saved
