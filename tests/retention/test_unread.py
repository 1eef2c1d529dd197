"""What is archived with a file that cannot be read is told: log, archive, status (R-20)."""

import os
import stat
from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from sporades.evidence.models import Deposit
from sporades.retention import archiving, operations
from sporades.retention.models import Archive
from tests.evidence.given import give
from tests.factories import a_candidate, a_registration
from tests.refusing import refuse
from tests.retention.test_retention import archived_at


@pytest.fixture
def lost(filed):
    """A registration whose piece is no more in the store."""
    give(filed)
    Path(storages["default"].path(Deposit.objects.get().key)).unlink()
    return filed


def said(caplog):
    return [
        one.getMessage() for one in caplog.records if one.name == "sporades.retention.archiving"
    ]


def test_a_file_that_cannot_be_read_is_told_when_its_registration_is_archived(lost, caplog):
    operations.apply(at=archived_at(lost))

    archive = Archive.objects.get()
    assert archive.facts[archiving.UNREADABLE] == 1
    assert said(caplog) == [
        f"Registration {lost.number} is archived with a file that cannot be read, 1 of 1: Missing"
    ]


def test_a_store_that_does_not_answer_says_nothing_of_a_file(lost, caplog):
    # What cannot be opened as a file is, to who asks, a store that is away.
    Path(storages["default"].path(Deposit.objects.get().key)).mkdir()

    operations.apply(at=archived_at(lost))

    assert archiving.UNREADABLE not in Archive.objects.get().facts
    assert [line.rpartition(": ")[2] for line in said(caplog)] == ["OutOfReach"]


def test_one_whose_files_are_whole_says_nothing(filed, caplog):
    give(filed)

    operations.apply(at=archived_at(filed))

    assert archiving.UNREADABLE not in Archive.objects.get().facts
    assert said(caplog) == []


def test_the_archive_that_lacks_a_file_says_so_and_no_other(filed):
    later = a_registration(a_candidate())
    given = give(later)
    Path(storages["default"].path(given.key)).unlink()

    operations.apply(at=archived_at(filed))

    told = {one.number: one.facts.get(archiving.UNREADABLE) for one in Archive.objects.all()}
    assert told == {filed.number: None, later.number: 1}


def test_the_command_that_archives_says_so_by_its_status(lost, capsys):
    with (
        time_machine.travel(archived_at(lost), tick=False),
        pytest.raises(CommandError, match=r"un fichier ne pouvait pas être lu : 1\."),
    ):
        call_command("archives", "appliquer")

    assert capsys.readouterr().out == "1 archivage(s) ou effacement(s).\n"


def test_what_could_not_be_archived_is_said_by_the_status(filed, capsys):
    refuse("registrations_registration", filed.pk)

    with (
        time_machine.travel(archived_at(filed), tick=False),
        pytest.raises(CommandError, match=r"n'a pas pu être archivé ou effacé : 1\."),
    ):
        call_command("archives", "appliquer")

    assert capsys.readouterr().out == "0 archivage(s) ou effacement(s).\n"


def test_files_of_an_archive_are_their_owners_alone_and_are_written_over_nothing(
    filed, tmp_path, capsys
):
    give(filed)
    operations.apply(at=archived_at(filed))
    folder = tmp_path / "lus"
    folder.mkdir()
    asked = ["archives", "lire", filed.number, "--motif", "Recours", "--fichiers", str(folder)]
    before = os.umask(0o022)
    try:
        call_command(*asked)
    finally:
        os.umask(before)

    copied = list(folder.iterdir())
    assert {stat.S_IMODE(one.stat().st_mode) for one in copied} == {0o600}
    copied[0].write_bytes(b"autre chose")
    with pytest.raises(CommandError, match="leur nom étant pris"):
        call_command(*asked)

    assert copied[0].read_bytes() == b"autre chose"
    assert "existe déjà, il est resté tel quel." in capsys.readouterr().err


def test_reading_an_archive_says_by_its_status_that_a_file_is_not_there(lost, tmp_path, capsys):
    operations.apply(at=archived_at(lost))
    folder = tmp_path / "lus"

    with pytest.raises(CommandError, match=r"ne peuvent pas être lus : 1 sur 1\."):
        call_command(
            "archives", "lire", lost.number, "--motif", "Recours", "--fichiers", str(folder)
        )

    assert "ce fichier ne peut pas être lu" in capsys.readouterr().err
    assert list(folder.iterdir()) == []
