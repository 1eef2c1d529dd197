"""What is confided when several do it, take it back or change its key at the same instant, or are killed."""

import subprocess
import sys
from datetime import timedelta
from functools import partial

import pytest
from django.db import transaction

from sporades.acts.medical import confiding
from sporades.core import files
from sporades.core.refusals import Refused
from sporades.medical import operations as medical
from sporades.medical import sealing
from sporades.medical.models import Compartment, Opening, Paper, PassingFile, Remark
from sporades.registrations.queries import lock_registration
from tests.endurance.arena import eventually, figure, now, together
from tests.endurance.servers import environment_of
from tests.evidence.given import a_photo
from tests.factories import a_registration, author
from tests.medical.given import a_doctor, compartment, confide, entrust, found_clean, read, write

CONFIDES = """
import django; django.setup()
from sporades.registrations.models import Registration
from tests.endurance.arena import now
from tests.medical.given import confide
confide(Registration.objects.get(pk={registration}), at=now())
"""
"""What the process does that is killed."""

ROUNDS = range(figure(3, 100))

pytestmark = pytest.mark.usefixtures("kept", "confided")


def kinds(outcomes):
    """Name what came of each act, in no order."""
    return sorted(type(one).__name__ for one in outcomes)


def take_back(paper, at):
    mine = author(paper.compartment.registration.candidate)
    return confiding.take_back(paper=paper, by=mine, at=at)


def test_the_first_papers_and_comments_at_once_make_one_compartment(arena, confided):
    for _ in ROUNDS:
        registration, before = a_registration(at=now()), len(confided())

        outcomes = together(
            partial(confide, registration, at=now()),
            partial(confide, registration, photos=[a_photo("black")], at=now()),
            partial(write, registration, at=now()),
        )

        assert kinds(outcomes) == ["Paper", "Paper", "Remark"]
        assert Compartment.objects.filter(registration=registration).count() == 1
        assert len(confided()) == before + 2


def test_a_button_pressed_several_times_at_once_confides_one_file(arena, confided):
    for _ in ROUNDS:
        registration, before = a_registration(at=now()), len(confided())

        outcomes = together(*[partial(confide, registration, press="une", at=now())] * 3)

        assert kinds(outcomes) == ["Paper"] * 3
        assert compartment(registration).papers.count() == 1
        assert len(confided()) == before + 1


def test_a_paper_that_is_taken_back_and_entrusted_at_once_is_whole_or_gone(arena):
    doctor = a_doctor()
    for _ in ROUNDS:
        registration = a_registration(at=now())
        paper = found_clean(confide(registration, at=now()), at=now())

        def hand_over(registration=registration):
            with transaction.atomic():
                lock_registration(registration.pk)
                entrust(registration, doctor)

        taken, _ = together(partial(take_back, paper, now()), hand_over)

        if not isinstance(taken, Refused):
            # It does not return: no request was sent with it.
            assert taken is False
            assert not Paper.objects.filter(pk=paper.pk).exists()
        else:
            assert read(paper, doctor, at=now()).startswith(b"%PDF-")


def test_what_is_opened_while_another_doctor_takes_charge_is_noted_or_not_given(arena):
    first, second = a_doctor(), a_doctor("second@exemple.test")
    for _ in ROUNDS:
        registration = a_registration(at=now())
        paper = found_clean(confide(registration, at=now()), at=now())
        entrust(registration, first)

        given, _ = together(
            partial(read, paper, first, at=now()), partial(entrust, registration, second)
        )

        noted = Opening.objects.filter(compartment=compartment(registration)).count()
        assert isinstance(given, bytes if noted else Paper.DoesNotExist)


def test_keys_are_sealed_anew_once_by_two_who_do_it_while_people_write(arena, settings):
    for number in ROUNDS:
        registration = a_registration(at=now())
        for comment in range(6):
            write(registration, f"Commentaire {comment}.", at=now())
        settings.MEDICAL_KEYS = {
            f"cle-{number}": bytes([*range(1, 32), number]),
            **settings.MEDICAL_KEYS,
        }

        done = together(
            *[partial(medical.seal_anew, Remark, after=None)] * 2,
            partial(write, registration, "Pendant ce temps.", at=now()),
        )

        assert sum(one[0] for one in done[:2]) == Remark.objects.count() - 1 - sum(
            medical.sealed_otherwise().values()
        )
        while medical.sealed_otherwise():
            medical.seal_anew(Remark, after=None)
        settings.MEDICAL_KEYS = dict([next(iter(settings.MEDICAL_KEYS.items()))])
        assert all(one.text for one in Remark.objects.select_related("compartment"))
        assert {one.master for one in Remark.objects.all()} == {sealing.writing()}
        Remark.objects.all().delete()


def test_a_process_killed_between_the_store_and_the_row_leaves_neither(arena, confided, tmp_path):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        stores = {
            "FILES_URL": f"file://{tmp_path / 'kept'}",
            "MEDICAL_FILES_URL": f"file://{tmp_path / 'confided'}",
        }
        with transaction.atomic():
            # It keeps its file, then waits for this lock.
            lock_registration(registration.pk)
            giving = subprocess.Popen(
                [sys.executable, "-c", CONFIDES.format(registration=registration.pk)],
                env=environment_of(arena, tmp_path, **stores),
            )
            [left] = eventually(lambda: [one for one in confided() if one.endswith(".sealed")])
            giving.kill()
            giving.wait()

        assert not Paper.objects.exists()
        assert PassingFile.objects.get().key.endswith(left)
        assert medical.sweep(older_than=now() + timedelta(seconds=1)) == 1
        assert (confided(), PassingFile.objects.count()) == ([], 0)


def test_each_row_has_its_file_and_each_file_its_row(arena, confided):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        first = confide(registration, at=now())
        together(
            partial(confide, registration, photos=[a_photo("gray")], at=now()),
            partial(take_back, first, now()),
        )

    medical.sweep(older_than=now() + timedelta(seconds=1))
    named = [one.key.rpartition("/")[2] for one in Paper.objects.all()]
    assert sorted(named) == sorted(confided())
    assert all(files.get(one.key, store=medical.STORE) for one in Paper.objects.all())
    assert not PassingFile.objects.exists()
