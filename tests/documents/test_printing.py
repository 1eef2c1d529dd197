"""A paper is printed once and kept; with a key it is sealed, or not given."""

import os
import shutil
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.db import ProgrammingError, connection
from django.test import TestCase

from config.environment import file_store
from sporades.core import files, pades, pdf
from sporades.core.queue import FIRST_WAIT, LONGEST_WAIT, app
from sporades.documents import kinds
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import BeingPrepared, Unprintable, issue, mark_opened, printed
from tests.core.test_files import PATIENCE, Hanging
from tests.documents.reading import pdf_text
from tests.documents.summaries import a_pdf
from tests.endurance.arena import eventually, together
from tests.refusing import refuse
from tests.s3 import SECRET
from tools import keys

NOON = datetime(2026, 11, 25, 12, tzinfo=UTC)
PASSWORD = "un mot de passe d'essai"
SEAL = b"/ETSI.CAdES.detached"


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch, settings):
    """A file store of its own; returns its folder."""
    folder = tmp_path / "files"
    folder.mkdir()
    monkeypatch.setenv("FILES_URL", f"file://{folder}")
    settings.STORAGES = {**settings.STORAGES, "default": file_store("FILES_URL")}
    return folder


@pytest.fixture(scope="session")
def authority(tmp_path_factory):
    """A key of the deployer's."""
    file = tmp_path_factory.mktemp("seal") / "seal.p12"
    key = ec.generate_private_key(ec.SECP256R1())
    file.write_bytes(keys.self_signed("Autorité d'essai", key, password=PASSWORD, at=NOON))
    return file


@pytest.fixture
def key(authority, tmp_path, settings):
    """The same key, configured; it may be taken away and put back."""
    file = tmp_path / "seal.p12"
    shutil.copy(authority, file)
    settings.SEAL_KEY_FILE, settings.SEAL_KEY_PASSWORD = str(file), PASSWORD
    pades._signer.cache_clear()
    yield file
    pades._signer.cache_clear()


@pytest.fixture
def version(folder, filed):
    return issue(folder, filed, {}, number=1, at=NOON)


def kept(store):
    """Return the files of the store."""
    return [path for path in store.rglob("*.pdf") if path.is_file()]


def keys_in(store):
    """Return the keys of what the files of the store hold."""
    return [files.key_of(path.read_bytes(), suffix=".pdf") for path in kept(store)]


@pytest.fixture
def deposited(filed, monkeypatch):
    """A kind whose PDF is made elsewhere, and the key of that PDF."""
    given = files.put(a_pdf(), suffix=".pdf")
    kind = replace(filed, template="", content=lambda _: {"file": given})
    monkeypatch.setitem(kinds._KINDS, kind.slug, kind)
    return kind, given


def as_kept(version):
    """Return what the database says of a version's printing."""
    return DocumentVersion.objects.values_list("pdf_key", "sealed").get(pk=version.pk)


# --- Once ----------------------------------------------------------------------------------------


def test_nothing_is_printed_by_the_issue_itself(version, store):
    assert as_kept(version) == ("", False)
    assert kept(store) == []


def test_a_paper_is_printed_once_and_kept(version, store):
    first = printed(version)
    [file] = kept(store)
    written = file.stat().st_mtime_ns

    assert printed(DocumentVersion.objects.get()) == first == file.read_bytes()
    assert [(path, path.stat().st_mtime_ns) for path in kept(store)] == [(file, written)]


def test_without_a_key_a_paper_has_no_seal_and_the_version_says_so(version):
    content = printed(version)

    assert content.startswith(b"%PDF-")
    assert SEAL not in content
    assert (version.sealed, as_kept(version)[1]) == (False, False)


def test_with_a_key_a_paper_is_sealed_once_and_the_version_says_so(version, key):
    first = printed(version)

    assert first.count(SEAL) == 1
    assert (version.sealed, as_kept(version)[1]) == (True, True)
    assert printed(DocumentVersion.objects.get()) == first


def test_readers_who_come_first_all_at_once_get_one_and_the_same_paper(
    shared_folder, filed, key, store
):
    # Two seals are never the same bytes: one content means one printing.
    version = issue(shared_folder, filed, {}, number=1, at=NOON)

    read = together(*[lambda: printed(DocumentVersion.objects.get(pk=version.pk))] * 8)

    assert len(set(read)) == 1
    assert read[0].count(SEAL) == 1
    assert len(kept(store)) == 1


def test_while_the_store_is_waited_for_its_reader_opens_the_page(
    shared_folder, filed, monkeypatch, settings
):
    version = issue(shared_folder, filed, {}, number=1, at=NOON)
    with Hanging() as hanging, ThreadPoolExecutor(1) as worker:
        port = hanging.listening.getsockname()[1]
        monkeypatch.setenv("FILES_URL", f"s3+http://essai:{SECRET}@127.0.0.1:{port}/documents")
        settings.STORAGES = {**settings.STORAGES, "default": file_store("FILES_URL")}
        printing = worker.submit(together, lambda: printed(version))
        eventually(lambda: hanging.asked)

        mark_opened(DocumentVersion.objects.get(pk=version.pk), at=NOON)

        assert not printing.done()
        hanging.answers.set()
        hanging.asked[0].shutdown(socket.SHUT_RDWR)
        [refused] = printing.result(PATIENCE)
    assert isinstance(refused, BeingPrepared)
    assert DocumentVersion.objects.get(pk=version.pk).opened_at == NOON


def test_what_is_discarded_while_it_is_printed_leaves_no_file(
    shared_folder, filed, store, monkeypatch
):
    version = issue(shared_folder, filed, {}, number=1, at=NOON)
    typeset = pdf.typeset

    def discarded_meanwhile(*said, **more):
        paper = typeset(*said, **more)
        together(lambda: DocumentVersion.objects.filter(pk=version.pk).delete())
        return paper

    monkeypatch.setattr(pdf, "typeset", discarded_meanwhile)

    with pytest.raises(DocumentVersion.DoesNotExist):
        printed(version)

    assert kept(store) == []


# --- A file that is lost -------------------------------------------------------------------------


@pytest.mark.parametrize("harm", ["missing", "damaged", "shortened", "emptied"])
def test_a_lost_file_is_printed_anew_and_says_the_same(version, store, harm):
    before = printed(version)
    [file] = kept(store)
    match harm:
        case "missing":
            file.unlink()
        case "damaged":
            file.write_bytes(before.replace(b"endobj", b"endobk", 1))
        case "shortened":
            os.truncate(file, len(before) - 1)
        case "emptied":
            os.truncate(file, 0)

    again = printed(DocumentVersion.objects.get())

    assert again == before == files.get(as_kept(version)[0])


def test_a_lost_sealed_file_is_printed_and_sealed_anew(version, key, store):
    before = printed(version)
    kept(store)[0].unlink()

    again = printed(version)

    assert again.count(SEAL) == 1
    assert pdf_text(again) == pdf_text(before)
    assert printed(DocumentVersion.objects.get()) == again


def test_a_store_that_takes_nothing_leaves_no_key_behind(version, store):
    store.mkdir(exist_ok=True)
    (store / ".partial").write_bytes(b"no folder can be made here")

    with pytest.raises(BeingPrepared):
        printed(version)

    assert as_kept(version) == ("", False)
    (store / ".partial").unlink()
    assert printed(version) == files.get(as_kept(version)[0])


def test_what_cannot_be_printed_is_said_and_leaves_no_key_behind(version, store, monkeypatch):
    def fails(*_args, **_options):
        raise pdf.CannotPrint

    with monkeypatch.context() as patch:
        patch.setattr(pdf, "typeset", fails)
        with pytest.raises(Unprintable, match="ne peut pas être imprimé"):
            printed(version)

    assert as_kept(version) == ("", False)
    assert printed(version) == files.get(as_kept(version)[0])


# --- A seal that fails ---------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", ["missing", "unreadable", "password"])
def test_a_seal_that_fails_gives_no_paper_at_all(version, key, store, settings, trouble):
    match trouble:
        case "missing":
            key.unlink()
        case "unreadable":
            key.write_bytes(b"no key")
        case "password":
            settings.SEAL_KEY_PASSWORD = "un autre"

    with pytest.raises(BeingPrepared, match="en cours de préparation"):
        printed(version)

    assert as_kept(version) == ("", False)
    assert kept(store) == []


def test_a_seal_that_fails_stops_no_issue(folder, filed, key):
    key.unlink()

    version = issue(folder, filed, {}, number=1, at=NOON)

    assert list(DocumentVersion.objects.for_folder(folder, NOON)) == [version]


def test_a_damaged_sealed_file_leaves_the_store_once_it_is_printed_anew(version, key, store):
    printed(version)
    [file] = kept(store)
    file.write_bytes(file.read_bytes() + b"x")

    with TestCase.captureOnCommitCallbacks(execute=True):
        printed(version)

    assert keys_in(store) == [as_kept(version)[0]]


def test_a_printing_that_is_undone_leaves_no_file_behind(version, key, store):
    refuse("documents_documentversion", version.pk)

    with pytest.raises(ProgrammingError, match="refused"):
        printed(version)

    assert kept(store) == []


def test_a_lost_sealed_file_is_not_replaced_by_one_without_seal(version, key, store):
    printed(version)
    kept(store)[0].unlink()
    key.unlink()
    pades._signer.cache_clear()

    with pytest.raises(BeingPrepared):
        printed(version)

    assert kept(store) == []


def test_a_paper_printed_before_there_was_a_key_is_sealed_when_there_is_one(
    version, key, settings, store
):
    settings.SEAL_KEY_FILE = ""
    assert SEAL not in printed(version)
    settings.SEAL_KEY_FILE = str(key)

    with TestCase.captureOnCommitCallbacks(execute=True):
        assert printed(version).count(SEAL) == 1

    assert as_kept(version)[1]
    # The one without a seal names its person too: nothing of it is left.
    assert keys_in(store) == [as_kept(version)[0]]


def test_a_deposited_file_stays_as_it_came_beside_the_one_that_is_sealed(
    folder, deposited, settings, key, store
):
    kind, given = deposited
    version = issue(folder, kind, {}, number=1, at=NOON)
    settings.SEAL_KEY_FILE = ""
    assert printed(version) == a_pdf()
    settings.SEAL_KEY_FILE = str(key)

    with TestCase.captureOnCommitCallbacks(execute=True):
        assert printed(version).count(SEAL) == 1

    assert set(keys_in(store)) == {given, as_kept(version)[0]}


def test_a_deposited_file_stays_where_its_printing_is_undone(folder, deposited, settings, store):
    kind, given = deposited
    version = issue(folder, kind, {}, number=1, at=NOON)
    settings.SEAL_KEY_FILE = ""
    refuse("documents_documentversion", version.pk)

    with pytest.raises(ProgrammingError, match="refused"):
        printed(version)

    assert keys_in(store) == [given]


# --- The job -------------------------------------------------------------------------------------


@pytest.fixture
def work(shared_folder):
    """Return an act that does the jobs that are due, as the worker does."""

    def done():
        with app.replace_connector(app.connector.get_worker_connector()) as worker:
            options = {"wait": False, "queues": ["documents"], "install_signal_handlers": False}
            # In a thread of its own: this one may have the loop of an earlier test's browser.
            with ThreadPoolExecutor(1) as thread:
                thread.submit(worker.run_worker, **options).result()

    return done


def job():
    """Return how the only job of printing stands: its state, its tries and its wait."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT status, attempts, scheduled_at - now() FROM procrastinate_jobs"
            " WHERE queue_name = 'documents'"
        )
        return cursor.fetchone()


def test_the_job_prints_before_anybody_asks(shared_folder, filed, store, work):
    version = issue(shared_folder, filed, {}, number=1, at=NOON)

    work()

    assert job() is None or job()[0] == "succeeded"
    assert files.get(as_kept(version)[0]).startswith(b"%PDF-")
    assert len(kept(store)) == 1


def test_the_job_tries_again_until_the_seal_is_put(shared_folder, filed, key, store, work):
    saved = key.read_bytes()
    key.unlink()
    version = issue(shared_folder, filed, {}, number=1, at=NOON)

    work()
    state, tries, wait = job()
    assert (state, tries) == ("todo", 1)
    assert timedelta(0) < wait <= LONGEST_WAIT
    assert wait <= 2 * FIRST_WAIT
    assert (as_kept(version), kept(store)) == (("", False), [])

    key.write_bytes(saved)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL")
    work()
    assert job() is None or job()[0] == "succeeded"
    assert files.get(as_kept(version)[0]).count(SEAL) == 1
