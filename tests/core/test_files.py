"""The file store, in a folder and on a real S3 server."""

import hashlib
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from botocore.config import Config
from botocore.exceptions import FlexibleChecksumError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.db import IntegrityError, OperationalError, connection, transaction

from config.environment import file_store
from sporades.core import files
from sporades.core.refusals import Refused
from sporades.documents.models import Document, Folder
from tests.endurance.arena import together
from tests.s3 import S3, SECRET

PATIENCE = 30
NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
KILLED = """
import sys
from pathlib import Path
from django.conf import settings
settings.configure(STORAGES={"default": {
    "BACKEND": "django.core.files.storage.FileSystemStorage",
    "OPTIONS": {"location": sys.argv[1]},
}})
from sporades.core import files
for turn in range(1_000_000):
    files.put(str(turn).encode() * 2_000_000, suffix=".bin")
"""


@pytest.fixture(scope="session")
def s3(tmp_path_factory):
    """Serve a folder as S3; return the address of a bucket."""
    server = S3(tmp_path_factory.mktemp("s3"))
    try:
        yield server.address
    finally:
        server.stop()


@pytest.fixture(params=["folder", "s3"])
def store(request, tmp_path, monkeypatch, settings):
    """Use a store as FILES_URL names it, and return its storage."""
    (tmp_path / "files").mkdir()
    address = (
        request.getfixturevalue("s3") if request.param == "s3" else f"file://{tmp_path / 'files'}"
    )
    monkeypatch.setenv("FILES_URL", address)
    settings.STORAGES = {**settings.STORAGES, "default": file_store("FILES_URL")}
    yield default_storage
    if request.param == "s3":
        default_storage.connection.meta.client.close()


@pytest.fixture
def content():
    return os.urandom(40_000)


def test_what_was_kept_is_given_back(store, content):
    key = files.put(content, suffix=".pdf")

    assert files.get(key) == content


def test_a_file_is_named_by_what_it_holds(store, content):
    digest = hashlib.sha256(content).hexdigest()

    assert files.put(content, suffix=".pdf") == f"{digest[:2]}/{digest[2:4]}/{digest}.pdf"


def test_the_same_content_is_kept_once(store, content):
    key = files.put(content, suffix=".pdf")
    written = store.get_modified_time(key)

    assert files.put(content, suffix=".pdf") == key
    assert store.get_modified_time(key) == written
    assert store.listdir(key.rsplit("/", 1)[0])[1] == [key.rsplit("/", 1)[1]]


def test_a_key_that_names_nothing_is_missing(store):
    with pytest.raises(files.Missing):
        files.get(f"00/00/{'0' * 64}.pdf")


def test_a_changed_file_is_never_given_out(store, content):
    key = files.put(content, suffix=".pdf")
    _replace(store, key, content[:-1] + bytes([content[-1] ^ 1]))

    with pytest.raises(files.Damaged):
        files.get(key)


def test_keeping_a_content_again_repairs_its_damaged_file(store, content):
    key = files.put(content, suffix=".pdf")
    _replace(store, key, b"")

    files.put(content, suffix=".pdf")

    assert files.get(key) == content


def _replace(store, key, content):
    store.delete(key)
    store.save(key, ContentFile(content))


def test_ten_writers_of_one_content_leave_one_file(store, content):
    together = threading.Barrier(10)

    def write(_):
        together.wait()
        return files.put(content, suffix=".pdf")

    with ThreadPoolExecutor(10) as pool:
        keys = set(pool.map(write, range(10)))

    (key,) = keys
    assert files.get(key) == content
    assert store.listdir(key.rsplit("/", 1)[0])[1] == [key.rsplit("/", 1)[1]]


@pytest.mark.parametrize(("hurt", "is_given"), [(2, True), (3, False)])
def test_a_file_that_is_hurt_on_its_way_is_asked_for_again(store, monkeypatch, hurt, is_given):
    key = files.put(b"whole", suffix=".bin")
    opened, times = store.open, iter(range(hurt))

    def hurting(name):
        if next(times, None) is not None:
            raise FlexibleChecksumError(error_msg="Expected another sum")
        return opened(name)

    monkeypatch.setattr(storages["default"], "open", hurting)

    if is_given:
        assert files.get(key) == b"whole"
    else:
        with pytest.raises(files.OutOfReach):
            files.get(key)


def test_a_reader_finds_the_whole_file_or_none(store):
    content = os.urandom(8_000_000)
    digest = hashlib.sha256(content).hexdigest()
    key = f"{digest[:2]}/{digest[2:4]}/{digest}.bin"
    found = []

    def read():
        while not found:
            try:
                found.append(files.get(key))
            except files.Missing:
                continue
            except files.Damaged as error:
                found.append(error)

    reader = threading.Thread(target=read)
    reader.start()
    files.put(content, suffix=".bin")
    reader.join(PATIENCE)

    assert found == [content]


def test_a_writer_that_is_killed_leaves_no_part_of_a_file(tmp_path, settings):
    folder = tmp_path / "files"
    folder.mkdir()
    for _ in range(5):
        writer = subprocess.Popen([sys.executable, "-c", KILLED, str(folder)])
        begun = len(_partial(folder))
        deadline = time.monotonic() + PATIENCE
        while len(_partial(folder)) == begun:
            assert time.monotonic() < deadline, "nothing was written"
        writer.send_signal(signal.SIGKILL)
        writer.wait()

    whole = [path for path in folder.rglob("*.bin") if path.is_file()]

    assert _partial(folder), "no writer was killed while it wrote"
    assert [
        path for path in whole if hashlib.sha256(path.read_bytes()).hexdigest() != path.stem
    ] == []


def test_what_a_killed_writer_left_is_swept_after_a_day(tmp_path, monkeypatch, settings, content):
    monkeypatch.setenv("FILES_URL", f"file://{tmp_path}")
    settings.STORAGES = {**settings.STORAGES, "default": file_store("FILES_URL")}
    key = files.put(content, suffix=".pdf")
    for name, age in (("ancien", 86_401), ("en-cours", 86_399)):
        path = tmp_path / ".partial" / name
        path.touch()
        written = (NOON - timedelta(seconds=age)).timestamp()
        os.utime(path, (written, written))

    count = files.sweep(at=NOON)

    assert count == 1
    assert [path.name for path in _partial(tmp_path)] == ["en-cours"]
    assert files.get(key) == content


def test_a_store_elsewhere_has_nothing_to_sweep(store, content):
    key = files.put(content, suffix=".pdf")

    assert files.sweep(at=NOON) == 0
    assert files.get(key) == content


@pytest.mark.parametrize("act", [files.get, lambda key: files.put(key.encode(), suffix=".pdf")])
@pytest.mark.parametrize("kind", ["folder", "s3"])
def test_a_store_out_of_reach_is_said_to_be_so(  # noqa: PLR0917
    tmp_path, monkeypatch, settings, caplog, kind, act
):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    stores = {
        "s3": f"s3+http://essai:{SECRET}@127.0.0.1:{port}/documents",
        "folder": f"file://{tmp_path / 'files'}",
    }
    (tmp_path / "files").mkdir()
    monkeypatch.setenv("FILES_URL", stores[kind])
    settings.STORAGES = {**settings.STORAGES, "default": file_store("FILES_URL")}
    if kind == "folder":
        # As a mount that has gone: what was a folder is none.
        (tmp_path / "files").rmdir()
        (tmp_path / "files").touch()

    with pytest.raises(files.OutOfReach):
        act(f"00/00/{'0' * 64}.pdf")
    assert "The file store does not answer: " in caplog.text
    assert "0000" not in caplog.text


class Hanging:
    """A store that takes a connection and says nothing, then that it has no such file."""

    THERE = (
        b'HTTP/1.1 200 OK\r\nContent-Length: 40\r\nETag: "a"\r\n'
        b"Last-Modified: Wed, 25 Nov 2026 12:00:00 GMT\r\nConnection: close\r\n\r\n"
    )
    NOTHING = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

    def __init__(self):
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.asked, self.answers, self.has_it = [], threading.Event(), threading.Event()
        self.thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self):
        with suppress(OSError):
            while True:
                connection, _ = self.listening.accept()
                self.asked.append(connection)
                if self.has_it.is_set() and connection.recv(65_536).startswith(b"HEAD"):
                    connection.sendall(self.THERE)
                    connection.close()
                elif self.answers.is_set():
                    connection.recv(65_536)
                    connection.sendall(self.NOTHING)
                    connection.close()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.listening.shutdown(socket.SHUT_RDWR)
        self.listening.close()
        for one in self.asked:
            one.close()
        self.thread.join(PATIENCE)


@pytest.fixture
def hanging(monkeypatch, settings):
    """Keep files in a store that never answers, is waited for a quarter of a second, and has no rest."""
    monkeypatch.setattr(files, "RESTS", 0)
    with Hanging() as server:
        port = server.listening.getsockname()[1]
        monkeypatch.setenv("FILES_URL", f"s3+http://essai:{SECRET}@127.0.0.1:{port}/documents")
        kept = file_store("FILES_URL")
        short = Config(read_timeout=0.25, retries={"total_max_attempts": 1})
        kept["OPTIONS"]["client_config"] = kept["OPTIONS"]["client_config"].merge(short)
        settings.STORAGES = {**settings.STORAGES, "default": kept}
        yield server
        default_storage.connection.meta.client.close()
        # The store of the next test answers.
        files._outages["default"].ends()


def test_while_one_waits_for_a_store_that_hangs_the_others_are_told_at_once(hanging):
    key = f"00/00/{'0' * 64}.pdf"
    with pytest.raises(files.OutOfReach):
        files.get(key)
    waiting = files._outages["default"].attempt()
    in_vain = len(hanging.asked)

    with ThreadPoolExecutor(1) as another, waiting as is_first:
        told = another.submit(files.get, key).exception(PATIENCE)

    assert is_first
    assert isinstance(told, files.OutOfReach)
    assert len(hanging.asked) == in_vain


def test_who_does_one_thing_at_a_time_does_not_wait_for_it_again_and_again(hanging, monkeypatch):
    monkeypatch.setattr(files, "RESTS", 1_000)
    key = f"00/00/{'0' * 64}.pdf"

    for _ in range(5):
        with pytest.raises(files.OutOfReach):
            files.get(key)

    assert len(hanging.asked) == 1


def test_a_store_that_hangs_over_what_it_has_is_out_of_reach_too(hanging):
    key = f"00/00/{'0' * 64}.pdf"
    hanging.has_it.set()

    with pytest.raises(files.OutOfReach):
        files.get(key)

    with files._outages["default"].attempt(), ThreadPoolExecutor(1) as another:
        told = another.submit(files.get, key).exception(PATIENCE)
    assert isinstance(told, files.OutOfReach)
    assert told.__cause__ is None  # it was not asked


def test_a_store_that_answers_again_is_asked_by_everybody(hanging):
    key = f"00/00/{'0' * 64}.pdf"
    with pytest.raises(files.OutOfReach):
        files.get(key)
    hanging.answers.set()
    with pytest.raises(files.Missing):
        files.get(key)

    with files._outages["default"].attempt(), ThreadPoolExecutor(1) as another:
        told = another.submit(files.get, key).exception(PATIENCE)

    assert isinstance(told, files.Missing)


def test_the_root_of_a_folder_that_is_gone_is_not_made_anew(tmp_path, monkeypatch, settings):
    root = tmp_path / "files"
    root.mkdir()
    monkeypatch.setenv("FILES_URL", f"file://{root}")
    settings.STORAGES = {**settings.STORAGES, "default": file_store("FILES_URL")}
    files.put(b"before", suffix=".pdf")
    root.rename(tmp_path / "away")

    with pytest.raises(files.OutOfReach):
        files.put(b"after", suffix=".pdf")

    assert not root.exists()


def _partial(folder):
    return list((folder / ".partial").glob("*"))


def test_what_is_kept_is_for_the_service_alone(tmp_path, monkeypatch, settings, content):
    (tmp_path / "files").mkdir()
    monkeypatch.setenv("FILES_URL", f"file://{tmp_path / 'files'}")
    settings.STORAGES = {**settings.STORAGES, "default": file_store("FILES_URL")}

    path = Path(default_storage.path(files.put(content, suffix=".pdf")))

    assert path.stat().st_mode & 0o077 == 0
    assert path.parent.stat().st_mode & 0o077 == 0


# --- With the row that names it --------------------------------------------------------------

alone = pytest.mark.django_db(transaction=True)


def _keep(content, then=str):
    """Keep a content and write a row that names it, then do something else; return its key."""
    with files.kept_apart(content, suffix=".pdf") as key:
        Folder.objects.create(label=key)
        then(key)
    return key


def _refused(_key=""):
    raise Refused


def _nobodys(_key):
    # That there is no such folder is seen at the end of the transaction.
    Document.objects.create(folder_id=0, kind="convocation")


@alone
def test_a_file_stays_with_the_row_that_names_it(kept, content):
    key = _keep(content)

    assert kept() == [Path(key).name]
    assert files.get(Folder.objects.get().label) == content


@alone
@pytest.mark.parametrize(
    ("then", "trouble"), [(_refused, Refused), (_nobodys, IntegrityError)], ids=["block", "commit"]
)
def test_a_file_goes_with_the_row_that_is_not_written(kept, content, then, trouble):
    with pytest.raises(trouble):
        _keep(content, then)

    assert not Folder.objects.exists()
    assert kept() == []


@alone
def test_inside_a_transaction_that_might_be_undone_no_file_is_kept(kept, content):
    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        _keep(content)

    assert kept() == []


@alone
def test_a_file_stays_when_what_follows_the_transaction_fails(kept, content):
    with pytest.raises(Refused):
        _keep(content, lambda _: transaction.on_commit(_refused))

    assert files.get(Folder.objects.get().label) == content


@alone
def test_a_file_stays_when_nobody_knows_whether_its_row_does(kept, content):
    with pytest.raises(OperationalError):
        _keep(content, lambda _: together(partial(_cut, connection.connection.info.backend_pid)))

    connection.close()
    assert len(kept()) == 1


def _cut(backend):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 30000)", [backend])


@alone
def test_the_same_bytes_are_kept_and_forgotten_apart(kept, content):
    first = _keep(content)

    with pytest.raises(Refused):
        _keep(content, _refused)
    assert kept() == [Path(first).name]
