"""What was confided is erased in its time, and enters no archive (P-14)."""

import json
from datetime import timedelta

import pytest
import time_machine

from sporades.acts import confiding, tasks
from sporades.journal.models import Entry
from sporades.medical import operations as medical
from sporades.medical.models import Compartment, Opening, Paper, PassingFile, Remark
from sporades.registrations.models import Registration
from sporades.retention import operations as retention
from sporades.retention.models import Archive
from tests.factories import NOW, a_registration
from tests.medical.given import a_doctor, compartment, confide, entrust, found_clean, read, write
from tests.retention.test_retention import archived_at

END = NOW + timedelta(days=60)
SECOND = timedelta(seconds=1)


@pytest.fixture
def full(registration):
    """Confide papers and a comment, which a doctor has opened."""
    paper = found_clean(confide(registration))
    confide(registration)
    write(registration)
    read(paper, entrust(registration, a_doctor()))
    return registration


def due(registration, at=END):
    medical.erase_after(compartment(registration), at)


def test_at_its_instant_what_was_confided_leaves_the_tables_and_the_store(full, confided):
    other = a_registration()
    kept = confide(other)
    due(full)
    openings = list(Opening.objects.values())

    with time_machine.travel(END - SECOND, tick=False):
        tasks.erase_confided(0)
    assert Paper.objects.filter(compartment__registration=full).count() == 2

    with time_machine.travel(END, tick=False):
        tasks.erase_confided(0)
        tasks.erase_confided(0)
    assert medical.sweep(older_than=END + SECOND) == 2

    assert list(Paper.objects.all()) == [kept]
    assert [kept.key.rpartition("/")[2]] == confided()
    assert not Remark.objects.exists()
    assert not PassingFile.objects.exists()
    assert compartment(full).erased_at == END
    assert list(Opening.objects.values()) == openings
    assert Entry.objects.filter(verb="confided papers erased").count() == 1


def test_a_decision_that_is_no_more_final_keeps_them(full):
    due(full)
    due(full, None)

    assert confiding.erase_due(at=END) == 0
    assert Paper.objects.count() == 2


def test_once_it_is_due_nothing_more_is_confided(full):
    due(full)

    for act in (confide, write):
        with pytest.raises(medical.TakesNothing):
            act(full)
    assert confiding.erase_due(at=END) == 1
    with pytest.raises(medical.TakesNothing):
        write(full)


def test_a_cut_after_the_rows_leaves_files_to_the_sweeper(
    full, confided, monkeypatch, django_capture_on_commit_callbacks
):
    due(full)
    with django_capture_on_commit_callbacks() as left:
        confiding.erase_due(at=END)

    assert left
    assert not Paper.objects.exists()
    assert len(confided()) == 2
    assert medical.sweep(older_than=END) == 0
    assert medical.sweep(older_than=END + SECOND) == 2
    assert confided() == []


def test_no_archive_has_what_was_confided(full, confided):
    at = archived_at(full)

    retention.apply(at=at)
    medical.sweep(older_than=at + SECOND)

    assert not Registration.objects.exists()
    for model in (Compartment, Paper, Remark, Opening):
        assert not model.objects.exists(), model
    assert confided() == []
    content = json.dumps(Archive.objects.get().content)
    assert '"registrations.version"' in content
    assert '"medical.' not in content
