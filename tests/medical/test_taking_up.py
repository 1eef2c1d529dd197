"""Who is registered anew takes up what was confided for the registration that was left (E8, H3)."""

import json
from datetime import timedelta
from threading import Thread
from uuid import uuid4

import pytest
from django.apps import apps
from django.db import transaction

from sporades.accommodations.states import State
from sporades.accounts import limits
from sporades.acts.medical import confiding, taking_up
from sporades.acts.registrations import deciding, leaving, registering
from sporades.core import files
from sporades.exams import operations as exams
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.mail.models import Message
from sporades.medical import operations as medical
from sporades.medical.models import Opening, Paper, PassingFile, Remark
from sporades.registrations.models import Draft, Registration
from sporades.registrations.queries import lock_registration
from sporades.registrations.states import SET_ASIDE
from sporades.retention import operations as retention
from tests.accommodations.asked import reach
from tests.acts.people import in_threads
from tests.evidence.given import a_photo
from tests.factories import NOW, OPERATOR, a_registration, author
from tests.jobs import work
from tests.medical.given import (
    KIND,
    a_doctor,
    again,
    compartment,
    confide,
    entrust,
    found_clean,
    read,
    write,
)
from tests.medical.test_erasing import waits_for_us
from tests.web.registry.world import source, with_specialities, without_specialities

OVER = NOW + timedelta(days=5)
"""Once what was left is erased."""


def leave(registration, at=NOW):
    by = author(registration.candidate)
    leaving.withdraw(registration=again(registration), by=by, at=at)
    return again(registration)


def back(left, at=NOW):
    """« Me réinscrire avec mes réponses », then « Enregistrer »."""
    by = author(left.candidate)
    draft = registering.begin_again(registration=again(left), by=by, at=at)
    whole = Draft.objects.whole().get(pk=draft.pk)
    return registering.register(draft=whole, by=by, at=at).registration


@pytest.fixture
def left(registration):
    """Leave a registration for which two papers and a comment were confided."""
    found_clean(confide(registration, name="certificat.jpg", at=NOW - timedelta(minutes=1)))
    confide(registration, kind="papier-de-sante", name="bilan.jpg", photos=[a_photo("black")])
    write(registration, "Je suis suivie depuis mars.")
    return leave(registration)


@pytest.fixture
def anew(left):
    return back(left)


def take(anew, left, *, papers=None, remarks=(), at=NOW, by=None):
    """Take up every paper, unless some are said, as its candidate."""
    if papers is None:
        papers = Paper.objects.filter(compartment__registration=left)
    return taking_up.take_up(
        registration=again(anew),
        left=again(left),
        papers=[one.pk for one in papers],
        remarks=[one.pk for one in remarks],
        by=by or author(anew.candidate),
        at=at,
    )


def papers(registration):
    return list(Paper.objects.filter(compartment__registration=registration).order_by("kind"))


def remarks(registration):
    return list(Remark.objects.filter(compartment__registration=registration))


def said(done):
    return done.papers, done.remarks, done.unread, type(done.why).__name__ if done.why else ""


def test_nothing_passes_to_the_new_registration_by_itself(left, anew):
    assert (papers(anew), remarks(anew)) == ([], [])
    [offered] = taking_up.offered_to(anew)
    assert offered.registration == left
    assert [one.name for one in offered.papers_left] == ["certificat.jpg", "bilan.jpg"]
    assert [one.text for one in offered.remarks_left] == ["Je suis suivie depuis mars."]


def test_what_is_taken_up_is_the_same_and_sealed_anew_for_its_new_place(left, anew, confided):
    assert said(take(anew, left)) == (2, 0, 0, "")

    before, after = papers(left), papers(anew)
    for old, new in zip(before, after, strict=True):
        assert (new.name, new.kind, new.pages, new.size) == (
            old.name,
            old.kind,
            old.pages,
            old.size,
        )
        assert medical.content_of(new) == medical.content_of(old)
        assert new.key != old.key
        assert bytes(new.wrapped) != bytes(old.wrapped)
        assert files.get(new.key, store=medical.STORE) != files.get(old.key, store=medical.STORE)
        assert new.given_at == NOW
    assert len(confided()) == 4
    assert not PassingFile.objects.exists()
    assert remarks(anew) == []


def test_the_antivirus_looks_at_it_again_and_nobody_is_told_to_have_opened_it(left, anew):
    work("medical")
    assert [one.scanned_at for one in papers(anew)] == []

    take(anew, left)

    assert [one.is_clean for one in papers(anew)] == [None, None]
    assert not Opening.objects.exists()
    doctor = entrust(anew, a_doctor())
    with pytest.raises(Paper.DoesNotExist):
        read(papers(anew)[0], doctor)


def test_only_what_is_chosen_is_taken_up_and_the_rest_later(left, anew):
    first, second = papers(left)

    assert said(take(anew, left, papers=[second])) == (1, 0, 0, "")
    assert [one.name for one in papers(anew)] == [second.name]
    [offered] = taking_up.offered_to(anew)
    assert offered.papers_left == [first]

    assert said(take(anew, left)) == (1, 0, 0, "")
    assert len(papers(anew)) == 2


def test_comments_are_taken_up_where_they_are_chosen_and_none_of_a_doctor_is(registration):
    confide(registration)
    own = write(registration, "Le mien.")
    by = author(registration.candidate)
    medical.remark(
        compartment(registration),
        text="Celui du médecin.",
        sending=uuid4(),
        by=type(by)(kind="doctor", name="Dr Anne Roussel", identifier="7"),
        at=NOW,
    )
    left = leave(registration)
    anew = back(left)

    theirs = remarks(left)
    assert len(theirs) == 2
    assert said(take(anew, left, papers=[], remarks=[own])) == (0, 1, 0, "")
    assert said(take(anew, left, papers=[], remarks=theirs)) == (0, 0, 0, "Gone")

    [taken] = remarks(anew)
    assert (taken.text, taken.is_candidates, taken.written_at) == ("Le mien.", True, NOW)
    assert bytes(taken.sealed_text) != bytes(own.sealed_text)


def test_pressed_twice_it_gives_each_once(left, anew, confided):
    own = remarks(left)

    assert said(take(anew, left, remarks=own)) == (2, 1, 0, "")
    assert said(take(anew, left, remarks=own)) == (0, 0, 0, "")

    assert (len(papers(anew)), len(remarks(anew)), len(confided())) == (2, 1, 4)
    assert taking_up.offered_to(anew) == []


def test_once_it_is_taken_back_it_may_be_taken_up_again(left, anew):
    take(anew, left)
    [bill, *_] = papers(anew)
    confiding.take_back(paper=bill, by=author(anew.candidate), at=NOW)

    assert said(take(anew, left)) == (1, 0, 0, "")
    assert len(papers(anew)) == 2


def test_one_in_which_a_virus_was_found_is_not_offered_nor_taken_up(registration):
    bad = found_clean(confide(registration), is_clean=False)
    good = found_clean(confide(registration))
    left = leave(registration)
    anew = back(left)

    [offered] = taking_up.offered_to(anew)
    assert (offered.papers_left, offered.infected) == ([good], 1)
    assert said(take(anew, left, papers=[bad, good])) == (1, 0, 0, "Gone")
    assert len(papers(anew)) == 1


def test_one_found_to_be_infected_once_it_was_shown_is_not_taken_up(left, anew):
    [_, shown] = papers(left)
    medical.note_scanned(shown, is_clean=False, at=NOW)

    assert said(take(anew, left, papers=[shown])) == (0, 0, 0, "Gone")
    assert papers(anew) == []


def test_one_that_nobody_can_read_stops_none_of_the_others(left, anew, caplog):
    [lost, fine] = papers(left)
    files.forget(lost.key, store=medical.STORE)

    assert said(take(anew, left)) == (1, 0, 1, "")

    assert [one.name for one in papers(anew)] == [fine.name]
    assert f"papier {lost.pk}" in caplog.text
    assert lost.name not in caplog.text


# --- Limits -----------------------------------------------------------------------------------


def test_each_counts_among_what_is_confided_in_a_day_and_the_rest_is_gone_on_with(left, anew):
    for _ in range(29):
        assert limits.spend(limits.CONFIDED_OF_A_REGISTRATION, str(anew.pk), at=NOW)

    assert said(take(anew, left)) == (1, 0, 0, "TooOften")
    assert said(take(anew, left)) == (0, 0, 0, "TooOften")
    assert said(take(anew, left, at=NOW + timedelta(days=1))) == (1, 0, 0, "")


def test_a_registration_takes_up_no_more_than_it_may_hold(left, anew, monkeypatch, confided):
    confide(anew)
    monkeypatch.setattr(medical, "MOST_PAPERS", 2)

    assert said(take(anew, left)) == (1, 0, 0, "TooMuch")

    assert len(papers(anew)) == 2
    assert len(confided()) == 4
    medical.sweep(older_than=NOW + timedelta(seconds=1))
    assert (len(confided()), PassingFile.objects.count()) == (4, 0)


def test_nothing_is_taken_up_that_no_doctor_would_read(left, anew):
    reach(anew, State.OPINION_GIVEN)

    assert said(take(anew, left)) == (0, 0, 0, "OpinionGiven")
    assert papers(anew) == []


# --- Perimeter --------------------------------------------------------------------------------


def test_another_candidate_takes_nothing_up(left):
    other = a_registration()

    assert taking_up.offered_to(other) == []
    assert said(take(other, left)) == (0, 0, 0, "Gone")
    assert not Paper.objects.filter(compartment__registration=other).exists()


def test_a_registration_for_another_exam_takes_nothing_up(left):
    opened = {**without_specialities(), "ouvertures": with_specialities()["ouvertures"]}
    exams.load(source(opened, ""), by=OPERATOR, at=NOW)
    other = a_registration(left.candidate, exam="BS", speciality="")

    assert taking_up.offered_to(other) == []
    assert said(take(other, left)) == (0, 0, 0, "Gone")


def test_what_was_confided_for_one_that_stands_or_was_set_aside_is_not_taken_up(registration):
    confide(registration)
    assert taking_up.offered_by(registration, registration) is None

    by = OPERATOR
    deciding.decide(registration=registration, decision=SET_ASIDE, reason="Doublon", by=by, at=NOW)
    anew = a_registration(registration.candidate)

    assert taking_up.offered_to(anew) == []
    assert said(take(anew, registration)) == (0, 0, 0, "Gone")


def test_a_registration_that_stands_no_more_takes_nothing_up(left, anew):
    leave(anew)

    assert taking_up.offered_to(again(anew)) == []
    assert said(take(anew, left)) == (0, 0, 0, "Gone")


# --- Until it is erased -----------------------------------------------------------------------


def test_what_was_taken_up_stays_where_what_was_left_is_erased(left, anew, confided):
    take(anew, left, papers=papers(left)[:1], remarks=remarks(left))

    assert retention.apply(at=OVER) == 1
    medical.sweep(older_than=OVER + timedelta(seconds=1))

    assert (papers(left), remarks(left)) == ([], [])
    [taken] = papers(anew)
    assert medical.content_of(taken).startswith(b"%PDF-")
    assert len(remarks(anew)) == 1
    assert len(confided()) == 1


def test_once_it_is_erased_nothing_is_offered_and_a_page_of_before_is_told_so(left, anew):
    shown = papers(left)
    retention.apply(at=OVER)

    assert taking_up.offered_to(anew) == []
    assert said(take(anew, left, papers=shown, at=OVER)) == (0, 0, 0, "Gone")


def test_whoever_left_twice_is_offered_what_each_had(left, anew):
    take(anew, left, papers=papers(left)[:1])
    confide(anew, name="second.jpg")
    leave(anew)
    third = back(anew)

    offered = taking_up.offered_to(third)

    assert [one.registration for one in offered] == [left, anew]
    assert [len(one.papers_left) for one in offered] == [1, 2]
    for one in offered:
        take(third, one.registration, papers=one.papers_left)
    assert sorted(one.name for one in papers(third)) == [
        "bilan.jpg",
        "certificat.jpg",
        "second.jpg",
    ]


@pytest.mark.django_db(transaction=True)
def test_taken_up_and_erased_at_once_each_paper_is_whole_or_not_there(registration, confided):
    found_clean(confide(registration, name="un.jpg"))
    found_clean(confide(registration, name="deux.jpg", photos=[a_photo("black")]))
    left = leave(registration)
    anew, shown = back(left), papers(left)

    outcomes = in_threads(
        lambda: take(anew, left, papers=shown),
        lambda: retention.apply(at=OVER),
    )

    [done] = [one for one in outcomes if isinstance(one, taking_up.Taken)]
    assert outcomes.count(1) == 1
    assert papers(left) == []
    assert done.papers == len(papers(anew))
    assert (done.papers == 2) is (done.why is None)
    assert done.unread == 0
    for one in papers(anew):
        assert medical.content_of(one).startswith(b"%PDF-")
    medical.sweep(older_than=OVER + timedelta(seconds=1))
    assert len(confided()) == done.papers


@pytest.mark.django_db(transaction=True)
def test_a_press_that_waits_for_the_erasure_takes_nothing_up(registration, confided):
    found_clean(confide(registration))
    left = leave(registration)
    anew, shown, outcomes = back(left), papers(left), []
    with transaction.atomic():
        assert retention.apply(at=OVER) == 1
        press = Thread(
            target=lambda: outcomes.extend(in_threads(lambda: take(anew, left, papers=shown)))
        )
        press.start()
        while not waits_for_us():
            assert press.is_alive()
    press.join()

    assert [said(one) for one in outcomes] == [(0, 0, 0, "Gone")]
    assert papers(anew) == []
    medical.sweep(older_than=OVER + timedelta(seconds=1))
    assert confided() == []


@pytest.mark.django_db(transaction=True)
def test_an_erasure_that_waits_for_a_press_leaves_what_it_takes_up(registration, confided):
    paper = found_clean(confide(registration))
    left = leave(registration)
    anew, outcomes = back(left), []
    content = medical.content_of(paper)
    job = Thread(target=lambda: outcomes.extend(in_threads(lambda: retention.apply(at=OVER))))

    def first():
        lock_registration(left.pk)
        job.start()
        while not waits_for_us():
            assert job.is_alive()

    confiding.keep(
        registration=again(anew),
        safe=confiding.Safe(kind=KIND, name="papier.jpg", content=content, pages=1),
        sending=uuid4(),
        first=first,
        by=author(anew.candidate),
        at=NOW,
    )
    job.join()

    assert outcomes == [1]
    assert papers(left) == []
    [taken] = papers(anew)
    assert medical.content_of(taken) == content
    assert len(confided()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_give_each_once(registration, confided):
    found_clean(confide(registration, name="un.jpg"))
    write(registration)
    left = leave(registration)
    anew = back(left)
    shown, written = papers(left), remarks(left)

    outcomes = in_threads(
        *[lambda: take(anew, left, papers=shown, remarks=written) for _ in range(3)]
    )

    assert all(isinstance(one, taking_up.Taken) and one.why is None for one in outcomes)
    assert (len(papers(anew)), len(remarks(anew))) == (1, 1)
    medical.sweep(older_than=OVER)
    assert len(confided()) == 2
    assert Entry.objects.filter(verb="paper confided", object_id=str(anew.pk)).count() == 1


# --- What others know -------------------------------------------------------------------------


def test_the_journal_says_that_something_was_confided_and_nothing_else_and_no_mail_leaves(
    left, anew
):
    entries, mails = Entry.objects.count(), Message.objects.count()

    take(anew, left, remarks=remarks(left))

    told = Entry.objects.order_by("pk")[entries:]
    assert sorted(one.verb for one in told) == [
        "paper confided",
        "paper confided",
        "remark confided",
    ]
    for one in told:
        payload = json.dumps(one.payload, default=str)
        for word in ("certificat", "bilan", "suivie", KIND, left.number):
            assert word not in payload
    assert (Message.objects.count(), Letter.objects.count()) == (mails, 0)


def test_no_row_says_a_word_of_what_is_taken_up(left, anew):
    take(anew, left, remarks=remarks(left))

    words = ("certificat.jpg", "bilan.jpg", "suivie depuis")
    for model in apps.get_models():
        fields = [one.attname for one in model._meta.concrete_fields]
        for row in model._default_manager.values(*fields).iterator():
            for value in row.values():
                shown = bytes(value) if isinstance(value, memoryview) else str(value).encode()
                assert not any(word.encode() in shown for word in words), (model, row.get("id"))
    assert Registration.objects.count() == 2
