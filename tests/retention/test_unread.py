"""What is archived with a file that cannot be read is told: log, archive, status (R-20)."""

from pathlib import Path

import pytest
import time_machine
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from sporades.evidence.models import Deposit
from sporades.retention import archiving, operations
from sporades.retention.models import Archive
from tests.evidence.given import give
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


def test_one_whose_files_are_whole_says_nothing(filed, caplog):
    give(filed)

    operations.apply(at=archived_at(filed))

    assert archiving.UNREADABLE not in Archive.objects.get().facts
    assert said(caplog) == []


def test_the_command_that_archives_says_so_by_its_status(lost, capsys):
    with (
        time_machine.travel(archived_at(lost), tick=False),
        pytest.raises(CommandError, match=r"un fichier ne pouvait pas être lu : 1\."),
    ):
        call_command("archives", "appliquer")

    assert capsys.readouterr().out == "1 archivage(s) ou effacement(s).\n"


def test_reading_an_archive_says_by_its_status_that_a_file_is_not_there(lost, tmp_path, capsys):
    operations.apply(at=archived_at(lost))
    folder = tmp_path / "lus"

    with pytest.raises(CommandError, match=r"ne peuvent pas être lus : 1 sur 1\."):
        call_command(
            "archives", "lire", lost.number, "--motif", "Recours", "--fichiers", str(folder)
        )

    assert "ce fichier ne peut pas être lu" in capsys.readouterr().err
    assert list(folder.iterdir()) == []
