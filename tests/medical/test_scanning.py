"""What is confided is looked at by a job, and again until something is known of it (R-35)."""

import pytest
import time_machine
from procrastinate.contrib.django.models import ProcrastinateJob

from sporades.accommodations.states import State
from sporades.acts import accommodating
from sporades.acts.medical import confiding, scanning
from sporades.acts.registrations import leaving
from sporades.intake import antivirus
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.medical.models import Paper
from tests.accommodations.asked import reach
from tests.evidence.test_scanning import CLEAN, INFECTED, LATER, an_antivirus
from tests.factories import NOW, author
from tests.jobs import work
from tests.medical.given import again, confide


def jobs():
    """Return what the jobs that wait to look at papers are told."""
    waiting = ProcrastinateJob.objects.filter(task_name="medical.scan", status="todo")
    return [one.args for one in waiting]


def look(settings, words, at=NOW):
    """Do the jobs that wait, an antivirus answering."""
    with time_machine.travel(at, tick=False), an_antivirus(settings, words):
        work("medical")


@pytest.mark.parametrize(("words", "is_clean"), [(CLEAN, True), (INFECTED, False)])
def test_the_job_keeps_what_the_antivirus_says(registration, settings, words, is_clean):
    paper = confide(registration)
    assert jobs() == [{"paper": str(paper.pk)}]

    look(settings, words)

    assert (Paper.objects.get().is_clean, Paper.objects.get().scanned_at) == (is_clean, NOW)


def test_the_antivirus_is_given_what_was_confided_and_not_what_is_kept(registration, monkeypatch):
    given = []

    def looked(content):
        given.append(content)
        return antivirus.Verdict()

    monkeypatch.setattr(antivirus, "scan", looked)
    scanning.scan(confide(registration).pk, at=NOW)

    [content] = given
    assert content.startswith(b"%PDF-")


def test_a_virus_is_told_by_a_mail_that_says_nothing_of_health(registration, settings):
    confide(registration, name="ordonnance.jpg")

    look(settings, INFECTED)

    [message] = Message.objects.filter(kind="file_refused")
    assert message.subject == f"Fichier à déposer de nouveau, inscription n°{registration.number}"
    said = " ".join(message.body.split())
    assert "un programme malveillant dans un fichier que vous avez déposé" in said
    assert said.count(f"/mes-inscriptions/{registration.number}") == 1
    for word in ("sante", "santé", "médec", "handicap", "aménagement", "ordonnance", "certificat"):
        assert word not in (message.subject + message.body).casefold()
    [entry] = Entry.objects.filter(verb="confided paper found infected")
    assert entry.payload == {}


def test_of_a_registration_that_stands_no_more_nothing_is_told(registration, settings):
    confide(registration)
    leaving.withdraw(registration=again(registration), by=author(registration.candidate), at=NOW)

    look(settings, INFECTED)

    assert Paper.objects.get().is_infected
    assert not Message.objects.filter(kind="file_refused").exists()


@pytest.mark.parametrize("state", [State.OPINION_GIVEN, State.DECIDED, State.NOTIFIED])
def test_where_no_other_would_be_taken_none_is_asked_for(registration, settings, state):
    confide(registration, kind="CERTIFICAT")
    reach(registration, state)
    Paper.objects.update(scanned_at=None, is_clean=None)

    look(settings, INFECTED)

    assert Paper.objects.get().is_infected
    assert not Message.objects.filter(kind="file_refused").exists()


def test_nor_where_the_request_was_taken_back(registration, settings):
    confide(registration)
    reach(registration, State.WITHDRAWN)
    Paper.objects.update(scanned_at=None, is_clean=None)

    look(settings, INFECTED)

    assert not Message.objects.filter(kind="file_refused").exists()


def test_nor_of_one_that_was_taken_back_and_may_return(registration, settings):
    paper = confide(registration, kind="CERTIFICAT")
    by = author(registration.candidate)
    accommodating.take_up(case=reach(registration, State.ASKED), by=by, at=LATER)
    assert confiding.take_back(paper=paper, by=by, at=LATER)

    look(settings, INFECTED, at=LATER)

    assert Paper.objects.get().is_infected
    assert not Message.objects.filter(kind="file_refused").exists()


def test_while_a_doctor_waits_for_papers_another_is_asked_for(registration, settings):
    confide(registration)
    reach(registration, State.WITH_DOCTOR)
    Paper.objects.update(scanned_at=None, is_clean=None)

    look(settings, INFECTED)

    assert Message.objects.filter(kind="file_refused").exists()


def test_without_an_antivirus_it_waits_and_is_looked_at_again(registration, settings):
    settings.CLAMD = None
    confide(registration)
    work("medical")
    assert (Paper.objects.get().is_clean, jobs()) == (None, [])

    scanning.scan_again(older_than=NOW)
    assert jobs() == []
    scanning.scan_again(older_than=LATER)
    scanning.scan_again(older_than=LATER)
    assert len(jobs()) == 1

    look(settings, CLEAN, at=LATER)
    assert Paper.objects.get().is_clean


def test_under_a_wrong_master_key_it_waits_too(registration, settings):
    confide(registration)
    right = settings.MEDICAL_KEYS
    settings.MEDICAL_KEYS = {"fautive": bytes(range(32))}
    work("medical")
    assert Paper.objects.get().is_clean is None

    settings.MEDICAL_KEYS = right
    scanning.scan_again(older_than=LATER)
    look(settings, CLEAN, at=LATER)
    assert Paper.objects.get().is_clean


def test_what_was_taken_back_meanwhile_is_left(registration, settings):
    paper = confide(registration)
    confiding.take_back(paper=paper, by=author(registration.candidate), at=NOW)

    work("medical")

    assert not Paper.objects.exists()
