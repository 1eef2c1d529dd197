"""`sporades fichiers orphelins`: what the stores hold and no row names (P-20)."""

import os
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.db import connection

from config.environment import file_store
from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.core import files
from sporades.documents.models import DocumentVersion
from sporades.documents.operations import printed
from sporades.evidence.models import ArrivingFile, Deposit
from sporades.exchanges import operations as exports
from sporades.exchanges.models import Export
from sporades.journal.models import Entry
from sporades.medical.models import Paper, PassingFile
from sporades.retention import operations as retention
from sporades.retention.models import Archive, LeavingFile
from sporades.searches import operations as searches
from tests.evidence.given import give
from tests.exchanges.conftest import EVERYBODY
from tests.factories import NOW, a_registration
from tests.medical.given import confide
from tests.retention.test_retention import archived_at
from tests.s3 import S3
from tests.web.registry.world import a_member

WHY = "Restauration du 28 novembre"


@pytest.fixture(scope="module")
def s3(tmp_path_factory):
    """Both stores on a real S3 server."""
    server = S3(tmp_path_factory.mktemp("s3"))
    try:
        yield server
    finally:
        server.stop()


@pytest.fixture(params=["folder", "s3"])
def stores(request, monkeypatch, settings, invented_exam):
    """Both stores, in folders or on S3, where every file is old enough."""
    monkeypatch.setattr("sporades.cli.stored.OLD_ENOUGH", -timedelta(days=1))
    if request.param == "folder":
        request.getfixturevalue("kept"), request.getfixturevalue("confided")
        yield
        return
    server = request.getfixturevalue("s3")
    monkeypatch.setenv("FILES_URL", server.address)
    monkeypatch.setenv("MEDICAL_FILES_URL", server.medical_address)
    own = {"default": file_store("FILES_URL"), "medical": file_store("MEDICAL_FILES_URL")}
    settings.STORAGES = {**settings.STORAGES, **own}
    yield
    for store in own:
        for one in storages[store].bucket.objects.all():
            one.delete()
        storages[store].connection.meta.client.close()


@pytest.fixture
def folders(invented_exam, kept, confided):
    """Both stores in folders; what they hold was written today."""


def a_whole_registration():
    """One with a piece, a paper of health and a printed summary."""
    made = a_registration()
    give(made)
    confide(made)
    printed(DocumentVersion.objects.get(document__kind="recapitulatif"))
    return made


def put(content=b"une carte", store="default"):
    return files.put(content, suffix=files.own_suffix(".pdf"), store=store)


def run(*more):
    call_command("fichiers", "orphelins", *more)


def erase(*more):
    run("--effacer", "--motif", WHY, *more)


def is_there(key, store="default"):
    return storages[store].exists(key)


def grow_old(key, days=2):
    path = Path(storages["default"].path(key))
    written = path.stat().st_mtime - timedelta(days=days).total_seconds()
    os.utime(path, (written, written))


def test_what_no_row_names_is_listed_then_erased_and_nothing_else(stores, capsys):
    a_whole_registration()
    card, paper = put(), put(store="medical")

    with pytest.raises(CommandError, match="Rien n'est effacé"):
        run()

    said = capsys.readouterr().out.splitlines()
    assert [line.split()[0::2] for line in said[:2]] == [
        ["FILES_URL", card],
        ["MEDICAL_FILES_URL", paper],
    ]
    assert said[2:] == [
        "FILES_URL : sans ligne 1, de moins d'un jour 0 ; nommés 2.",
        "MEDICAL_FILES_URL : sans ligne 1, de moins d'un jour 0 ; nommés 1.",
    ]
    assert is_there(card)
    assert is_there(paper, "medical")

    erase()

    assert not is_there(card)
    assert not is_there(paper, "medical")
    assert capsys.readouterr().out.endswith("Effacés : 2.\n")
    entry = Entry.objects.get(verb="unnamed files erased")
    assert (entry.actor_kind, entry.payload["after"]) == ("operator", {"reason": WHY, "files": 2})
    call_command("fichiers", "verifier")
    run()
    assert capsys.readouterr().out.endswith("Rien à effacer.\n")


def test_what_is_younger_than_a_day_waits_for_its_row(folders, capsys):
    a_whole_registration()
    young, old = put(), put()
    grow_old(old)

    erase()

    assert is_there(young)
    assert not is_there(old)
    assert "FILES_URL : sans ligne 1, de moins d'un jour 1 ; nommés 2." in capsys.readouterr().out


def test_the_files_of_an_archive_are_named(stores):
    registration = a_whole_registration()
    retention.apply(at=archived_at(registration))
    assert not Deposit.objects.exists()
    [*kept] = Archive.objects.get().files

    run()

    assert kept
    assert all(map(is_there, kept))


def test_what_comes_or_leaves_by_itself_is_left_to_it(stores):
    a_registration()
    asker = a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    export = exports.ask(
        search=searches.keep(tree=EVERYBODY, columns=[], by=asker, at=NOW),
        order="nom",
        form="csv",
        purpose="Préparer les convocations",
        reach=reach(asker.memberships.all(), Permission.EXPORT),
        by=asker,
        at=NOW,
    )
    Export.objects.filter(pk=export.pk).update(pending_key=put())
    ArrivingFile.objects.create(key=put(), at=NOW)
    LeavingFile.objects.create(key=put())
    PassingFile.objects.create(key=put(store="medical"), at=NOW)

    run()


def test_what_is_not_named_as_our_files_is_left(folders, tmp_path):
    a_whole_registration()
    others = [tmp_path / "kept" / name for name in ("LISEZMOI", "aa/bb/LISEZMOI", "a0")]
    for other in others:
        other.parent.mkdir(parents=True, exist_ok=True)
        other.write_bytes(b"x")
        os.utime(other, (0, 0))

    run()

    assert all(other.exists() for other in others)


def test_the_stores_of_another_database_are_not_emptied(stores):
    card = put()

    with pytest.raises(CommandError, match="Est-ce bien la base"):
        erase()
    assert is_there(card)

    erase("--malgre-leur-nombre")
    assert not is_there(card)


def test_a_role_that_reads_no_archive_erases_nothing(stores):
    a_whole_registration()
    card = put()
    with connection.cursor() as cursor:
        cursor.execute("REVOKE SELECT ON archives.archive FROM CURRENT_USER")

    with pytest.raises(CommandError, match="ne lit pas les archives"):
        erase()

    assert is_there(card)


def test_a_store_that_is_not_there_is_told(folders, tmp_path):
    (tmp_path / "confided").rmdir()

    with pytest.raises(CommandError, match="ne répond pas"):
        erase()


@pytest.mark.parametrize("why", [(), ("--motif", " ")])
def test_nothing_is_erased_without_a_reason(folders, why):
    a_whole_registration()
    card = put()
    grow_old(card)

    with pytest.raises(CommandError, match="Le motif compte"):
        run("--effacer", *why)

    assert is_there(card)
    assert Paper.objects.exists()
