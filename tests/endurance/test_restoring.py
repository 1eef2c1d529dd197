"""A backup made by the lines of docs/operations.md comes back, at any instant (R-50, R-51)."""

import os
import random
import re
from datetime import datetime
from io import StringIO
from itertools import count
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.core.management import call_command

from sporades.acts.medical import confiding
from sporades.cli import stored
from sporades.core import files
from sporades.journal import sealing
from sporades.medical import operations as medical
from sporades.medical.models import Paper, PassingFile
from sporades.registrations.models import Registration
from tests.endurance.arena import eventually, figure, now, pointing_at, rows
from tests.endurance.own_server import OwnServer
from tests.endurance.restoring import Backups, dangling, picture
from tests.evidence.given import a_photo, give
from tests.factories import a_registration, author
from tests.medical.given import a_doctor, confide, entrust, found_clean, read
from tests.web.guide import a_browser, sign_in

ACTS_AFTERWARDS = figure(8, 120)
INSTANTS = figure(2, 20)


@pytest.fixture
def server(tmp_path, django_db_setup):
    """A PostgreSQL of its own: what it archives is what this test wrote."""
    server = OwnServer(tmp_path / "postgresql")
    try:
        yield server
    finally:
        server.forget()


@pytest.fixture
def backups(server, tmp_path, settings):
    """What is backed up, and where to."""
    _stores_in(settings, tmp_path / "files", tmp_path / "medical")
    return Backups(server, tmp_path)


def _stores_in(settings, files, medical):
    backend = "django.core.files.storage.FileSystemStorage"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": backend, "OPTIONS": {"location": files}},
        "medical": {"BACKEND": backend, "OPTIONS": {"location": medical}},
    }
    for folder in (files, medical):
        folder.mkdir(exist_ok=True)


class Days:
    """What people do, one after the other, and what the database held after each act.

    Attributes:
        acts: when each began and had ended, by the clock of the database, and what it left.
        erasing: the places of those that took back a paper, its file with it.
    """

    def __init__(self, backups, besides):
        self._backups, self._besides, self._serial = backups, besides, count(1)
        self.acts, self.erasing = [], []

    def someone_does_something(self):
        """Do an act drawn at random, then look."""
        began = clock()
        random.choice([self._register, self._give, self._confide, self._take_back, self._seal])()
        self.acts.append((began, clock(), picture()))

    def _register(self):
        a_registration(at=now())

    def _registration(self):
        others = Registration.objects.exclude(pk=self._besides.pk).order_by("?")
        return others.first() or a_registration(at=now())

    def _photo(self):
        red, green = divmod(next(self._serial) * 8, 256)
        return a_photo((red, green, 7))

    def _give(self):
        give(self._registration(), photos=[self._photo()], at=now())

    def _confide(self):
        confide(self._registration(), photos=[self._photo()], at=now())

    def _take_back(self):
        papers = Paper.objects.filter(taken_back_at=None).order_by("?")
        paper = papers.exclude(compartment__registration=self._besides).first()
        if paper is None:
            self._confide()
            return
        # What is given and erased between two copies is in none, as the page says.
        self._backups.copy_the_stores()
        mine = author(paper.compartment.registration.candidate)
        confiding.take_back(paper=paper, by=mine, at=now())
        assert not storages["medical"].exists(paper.key)
        # As the job does an hour later: from then on no row names it at all.
        medical.sweep(older_than=now())
        self.erasing.append(len(self.acts))

    def _seal(self):
        sealing.seal(at=now())


def clock() -> datetime:
    """Return the instant that the database would write beside a commit."""
    [(instant,)] = rows("SELECT clock_timestamp()")
    return instant


def some_instants(days, since):
    """Draw instants, between two acts and within one in turn, with what is expected there.

    The first is that before a file was erased: the last copy of the stores has it no more.

    Args:
        days: what was done.
        since: the place of the first act after the base backup.

    Yields:
        The instant, and what the database held; None while an act was writing.
    """
    for number in range(INSTANTS):
        place = random.randrange(since, len(days.acts) - 1) if number else days.erasing[-1] - 1
        (_, ended, held), (begins, ends, _) = days.acts[place : place + 2]
        begin, end, held = (ended, begins, held) if number % 2 == 0 else (begins, ends, None)
        yield begin + random.random() * (end - begin), held


def test_what_was_backed_up_comes_back_as_it_was_at_any_instant(server, backups, settings):
    with pointing_at(server.url):
        registration = a_registration(at=now())
        photo = a_photo("navy")
        paper = found_clean(confide(registration, photos=[photo], at=now()), at=now())
        doctor = entrust(registration, a_doctor())
        sealing.seal(at=now())
        noted, days = sealing.verify(at=now()).last, Days(backups, registration)

        for _ in range(2):
            backups.wait_for(backups.base())
            backups.copy_the_stores()
        backups.archive()
        assert len(backups.bases()) == 2
        needed_no_more = backups.archived()
        backups.grow_old()
        base = backups.base()
        while base.poll() is None:
            days.someone_does_something()
        backups.wait_for(base)
        backups.copy_the_stores()
        backups.forget_what_is_old()
        assert len(backups.bases()) == 1
        assert needed_no_more
        assert not needed_no_more & backups.archived()
        during = len(days.acts)
        while len(days.acts) < during + ACTS_AFTERWARDS or not days.erasing[-1:] > [during]:
            days.someone_does_something()
        backups.copy_the_stores()
        copied = picture()
        # Recovery stops at an instant where something was committed after it.
        a_registration(at=now())
        last = backups.archive()

    for instant, held in some_instants(days, during):
        with (
            backups.restored(to=instant, SAMPLE="0", SEAL=noted) as restored,
            pointing_at(restored.url),
        ):
            _stores_in(settings, restored.files, restored.medical)

            assert held is None or picture() == held
            assert dangling() == []
            assert_said_whole(restored.said)
            assert_no_file_too_many()
            assert_whole(noted)
            answer = sign_in(a_browser(), registration.candidate.user)
            assert (answer.status_code, registration.number in answer.text) == (200, True)
            assert read(paper, doctor, at=now()).startswith(b"%PDF")

    much_later = last.stat().st_mtime + 600
    os.utime(last, (much_later, much_later))
    with backups.restored() as restored, pointing_at(restored.url):
        assert picture() == copied

    backups.lose_the_files()
    done = backups.tried()
    assert done.returncode == 1, done.stdout
    assert "Ce qui est revenu n'est pas entier" in done.stdout
    assert not backups.trial.exists()


def test_a_segment_that_is_asked_for_twice_stops_no_archive_and_none_is_written_over(backups):
    first = backups.archive()
    archived = first.read_bytes()

    backups.ask_again_for(first)
    second = backups.archive()

    assert first.name < second.name
    assert backups.watched()["failed_count"] == 0
    assert first.read_bytes() == archived

    second.write_bytes(b"of another server")
    backups.ask_again_for(second)

    eventually(lambda: backups.watched()["failed_count"] > 0)
    assert backups.watched()["last_failed_wal"] == second.name
    assert second.read_bytes() == b"of another server"


def assert_no_file_too_many():
    """What was erased came back with the tars: the step of the page leaves what rows name alone."""
    for store in ("default", "medical"):
        for path in Path(storages[store].path("")).rglob("*.*"):
            os.utime(path, (0, 0))

    call_command(
        "fichiers",
        "orphelins",
        effacer=True,
        motif="Essai",
        malgre_leur_nombre=True,
        stdout=StringIO(),
    )

    there = {key for start in stored.PARTS for key, _ in files.listed(start, store="medical")}
    assert there == {
        key for model in (Paper, PassingFile) for key in model.objects.values_list("key", flat=True)
    }


def assert_said_whole(lines):
    """The script ends with how long it took; it has said of each file and act that it is there."""
    said = "\n".join(lines)
    assert "Il n'en manque aucun." in said
    assert "rien n'a été touché." in said
    assert re.search(r"^La sauvegarde est entière\. Copiée en \d+ s", said, re.MULTILINE), said


def assert_whole(noted):
    """What an operator asks of what came back: `migrate --check`, each file, the whole journal."""
    said = StringIO()
    call_command("migrate", check_unapplied=True, verbosity=0)
    call_command("fichiers", "verifier", stdout=said)
    call_command("journal", "verify", "--sceau", noted, stdout=said)

    assert "Il n'en manque aucun." in said.getvalue()
    assert "rien n'a été touché." in said.getvalue()
