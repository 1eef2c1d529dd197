"""A paper is confided, sealed, opened by two persons alone; a comment too (H3, P-10, R-15)."""

from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError, InternalError, transaction

from sporades.accommodations.states import State
from sporades.accounts.models import Membership, User
from sporades.acts.medical import confiding, opining, reading
from sporades.acts.registrations import leaving
from sporades.core import files
from sporades.intake.cleaning import Unfit
from sporades.journal.models import Entry
from sporades.medical import operations as medical
from sporades.medical import sealing
from sporades.medical.models import Compartment, Opening, Paper, PassingFile, Remark
from sporades.medical.queries import kinds_given, unread_by
from sporades.notices import queries as notices
from tests.accommodations.asked import as_doctor, case_of, reach
from tests.acts.people import in_threads
from tests.evidence.given import a_photo
from tests.factories import NOW, PASSWORD, a_registration, author
from tests.medical.given import (
    KIND,
    a_doctor,
    again,
    as_actor,
    compartment,
    confide,
    entrust,
    found_clean,
    read,
    write,
)
from tests.web.registry.test_only_reading import closed_for_writing


def opened(registration, paper):
    """Open a paper as its candidate."""
    candidate = registration.candidate
    return read(paper, candidate.user, by=author(candidate))


# --- It is sealed -----------------------------------------------------------------------------


def test_a_photograph_becomes_a_pdf_that_its_candidate_alone_reads(registration, confided, kept):
    paper = confide(registration)

    content = opened(registration, paper)

    assert content.startswith(b"%PDF-")
    assert (len(content), paper.pages, paper.name) == (paper.size, 1, "papier.jpg")
    [name] = confided()
    assert paper.key.endswith(name)
    assert kept() == []
    assert not PassingFile.objects.exists()


def test_nothing_that_is_kept_is_in_clear(registration):
    paper = confide(registration, name="ordonnance.jpg")
    remark = write(registration, "Je suis suivie.")

    sealed = files.get(paper.key, store=medical.STORE)
    assert b"%PDF-" not in sealed
    assert b"ordonnance" not in bytes(Paper.objects.get().sealed_name)
    assert b"suivie" not in bytes(Remark.objects.get().sealed_text)
    assert remark.text == "Je suis suivie."


def test_the_same_bytes_twice_are_two_files_that_nothing_likens(registration, confided):
    first, second = confide(registration), confide(registration)

    assert len(confided()) == 2
    assert first.key.rpartition("/")[2][:64] != second.key.rpartition("/")[2][:64]
    assert bytes(first.wrapped) != bytes(second.wrapped)


@pytest.mark.parametrize("other", [False, True], ids=["same compartment", "other registration"])
def test_two_files_that_are_swapped_open_nothing(registration, other):
    mine = confide(registration)
    theirs = confide(a_registration() if other else registration, photos=[a_photo("black")])
    swapped = Paper(
        pk=mine.pk,
        compartment=mine.compartment,
        key=theirs.key,
        wrapped=theirs.wrapped,
        master=theirs.master,
    )

    with pytest.raises(sealing.Unreadable):
        medical.content_of(swapped)
    swapped.wrapped = mine.wrapped
    with pytest.raises(sealing.Unreadable):
        medical.content_of(swapped)
    swapped.key = mine.key
    assert medical.content_of(swapped).startswith(b"%PDF-")


def test_a_name_does_not_pass_for_a_content():
    key, _ = sealing.a_key(place="1:2:key")
    sealed = key.seal(b"un nom", place="1:2:name")

    with pytest.raises(sealing.Unreadable):
        key.open(sealed, place="1:2:content")
    with pytest.raises(sealing.Unreadable):
        key.open(sealed[:10], place="1:2:name")
    assert key.open(sealed, place="1:2:name") == b"un nom"


def test_under_another_master_key_nothing_is_read_and_nothing_is_lost(registration, settings):
    paper, remark = confide(registration), write(registration)
    right = settings.MEDICAL_KEYS

    settings.MEDICAL_KEYS = {"essai": bytes(range(32))}
    for look in (lambda: opened(registration, paper), lambda: paper.name, lambda: remark.text):
        with pytest.raises(sealing.Unreadable):
            look()
    meanwhile = confide(registration)
    settings.MEDICAL_KEYS = {**right, "fautive": bytes(range(32))}

    assert all(opened(registration, one) for one in (paper, meanwhile))
    assert not Opening.objects.filter(at__lt=NOW).exists()
    assert Opening.objects.count() == 2


# --- One press, one file ----------------------------------------------------------------------


def test_pressed_twice_a_button_confides_one_file(registration, confided):
    first = confide(registration, press="une")
    assert confide(registration, press="une") == first

    assert confide(registration, press="une", photos=[a_photo("black")]) != first
    assert len(confided()) == 2


def test_a_paper_with_a_virus_sent_again_by_its_press_is_not_said_to_be_confided(registration):
    found_clean(confide(registration, press="une"), is_clean=False)

    with pytest.raises(confiding.FoundInfected):
        confide(registration, press="une")

    assert confide(registration, press="deux").is_clean is None
    assert Paper.objects.count() == 2


def test_pressed_twice_a_button_writes_one_comment(registration):
    first = write(registration, press="une")

    assert write(registration, press="une") == first
    assert write(registration, "Un autre.", press="une") != first
    assert Remark.objects.count() == 2


def test_what_is_unfit_leaves_nothing(registration, confided):
    with pytest.raises(Unfit):
        confide(registration, photos=[b"MZ un programme"])

    assert confided() == []
    assert not Compartment.objects.exists()


def test_papers_are_not_too_many_nor_too_heavy(registration, confided, monkeypatch):
    monkeypatch.setattr(medical, "MOST_PAPERS", 1)
    confide(registration)

    with pytest.raises(medical.TooMuch):
        confide(registration)
    monkeypatch.setattr(medical, "MOST_PAPERS", 2)
    monkeypatch.setattr(medical, "MOST_BYTES", 10)
    with pytest.raises(medical.TooMuch):
        confide(registration)
    assert len(confided()) == 1


def test_who_may_take_no_paper_back_is_not_told_to(registration, monkeypatch):
    monkeypatch.setattr(medical, "MOST_PAPERS", 1)
    confide(registration)
    entrust(registration, a_doctor())

    with pytest.raises(medical.TooMuchWithDoctor, match="ne se retirent plus"):
        confide(registration)


def test_thirty_a_day_then_one_must_wait(registration):
    for number in range(30):
        write(registration, f"Commentaire {number}.")

    with pytest.raises(confiding.TooOften):
        write(registration)
    with pytest.raises(confiding.TooOften):
        confide(registration)
    confide(registration, at=NOW + timedelta(days=1, seconds=1))


def test_what_its_candidate_has_sent_stops_no_doctor(registration):
    registration.has_disability = True
    registration.save(update_fields=["has_disability"])
    case = reach(registration, State.WITH_DOCTOR)
    for number in range(30):
        write(registration, f"Commentaire {number}.")
    doctor = as_doctor(case.doctor)

    for number in range(31):
        opining.remark(
            case=case,
            text=f"Note {number}.",
            press="note",
            is_between_doctors=True,
            by=doctor,
            at=NOW,
        )
    opining.ask_more(case=case, text="Quel papier ?", press="papier", by=doctor, at=NOW)

    assert case_of(registration).state == State.INCOMPLETE
    with pytest.raises(confiding.TooOften):
        write(registration)


def test_a_doctor_who_asks_for_a_paper_with_two_presses_asks_once(registration):
    registration.has_disability = True
    registration.save(update_fields=["has_disability"])
    entrusted = reach(registration, State.WITH_DOCTOR)
    doctor = as_doctor(entrusted.doctor)

    for _ in range(2):
        opining.ask_more(case=entrusted, text="Quel papier ?", press="une", by=doctor, at=NOW)

    assert case_of(registration).state == State.INCOMPLETE
    assert Remark.objects.count() == 1
    with pytest.raises(opining.NotInCharge):
        opining.ask_more(case=entrusted, text="Un autre ?", press="deux", by=doctor, at=NOW)


def test_for_a_registration_that_stands_no_more_nothing_is_confided(registration, confided):
    leaving.withdraw(registration=again(registration), by=author(registration.candidate), at=NOW)

    for act in (confide, write):
        with pytest.raises(confiding.NothingToConfide):
            act(registration)
    assert confided() == []


# --- Who sees it ------------------------------------------------------------------------------


def test_its_candidate_and_the_doctor_in_charge_see_it_and_nobody_else(registration):
    paper = found_clean(confide(registration))
    doctor = a_doctor()
    others = [a_doctor("autre@exemple.test"), a_registration().candidate.user]
    for role in set(Membership.Role) - {Membership.Role.DOCTOR}:
        user = User.objects.create_user(
            f"{role}@exemple.test", PASSWORD, created_at=NOW, activated_at=NOW
        )
        academies = [] if role == Membership.Role.ADMINISTRATOR else ["A09"]
        Membership.objects.create(user=user, role=role, full_name="Tout", academies=academies)
        others.append(user)

    assert not Compartment.objects.visible_to(doctor).exists()
    entrust(registration, doctor)

    assert read(paper, doctor).startswith(b"%PDF-")
    assert Compartment.objects.visible_to(registration.candidate.user).exists()
    for user in others:
        assert not Compartment.objects.visible_to(user).exists()
        assert not Paper.objects.visible_to(user).exists()
        with pytest.raises(Paper.DoesNotExist):
            read(paper, user, by=as_actor(doctor))


def test_another_doctor_in_charge_takes_the_place_of_the_first(registration):
    paper = found_clean(confide(registration))
    first, second = a_doctor(), a_doctor("second@exemple.test")
    entrust(registration, first)
    entrust(registration, second)

    assert read(paper, second)
    with pytest.raises(Paper.DoesNotExist):
        read(paper, first)


def test_a_doctor_opens_nothing_that_the_antivirus_has_not_found_clean(registration):
    paper = confide(registration)
    doctor = entrust(registration, a_doctor())

    with pytest.raises(Paper.DoesNotExist):
        read(paper, doctor)
    found_clean(paper, is_clean=False)
    with pytest.raises(Paper.DoesNotExist):
        read(paper, doctor)
    with pytest.raises(reading.Infected):
        opened(registration, paper)


def test_a_kind_is_given_until_its_only_file_is_found_infected(registration):
    paper = confide(registration, kind="bulletins")
    waiting = kinds_given(registration)

    found_clean(paper)
    clean = kinds_given(registration)
    found_clean(confide(registration, kind="certificat"), is_clean=False)

    assert waiting == clean == kinds_given(registration) == {"bulletins"}
    assert kinds_given(a_registration()) == set()


# --- Each opening is kept ---------------------------------------------------------------------


def test_each_opening_says_who_in_which_quality_and_when(registration):
    paper = found_clean(confide(registration))
    doctor = entrust(registration, a_doctor())
    later = NOW + timedelta(hours=1)

    opened(registration, paper)
    read(paper, doctor, at=later)

    assert list(
        Opening.objects.order_by("at").values_list(
            "reader_kind", "reader_name", "paper", "kind", "at"
        )
    ) == [
        ("candidate", str(registration.candidate), paper.pk, KIND, NOW),
        ("doctor", "Dr Anne Roussel", paper.pk, KIND, later),
    ]


def test_pages_of_another_paper_to_another_doctor_or_later_are_another_opening(registration):
    first, second = (found_clean(confide(registration)) for _ in range(2))
    roussel, meyer = a_doctor(), a_doctor("meyer@exemple.test", "Dr Paul Meyer")
    later = NOW + medical.ONE_READING

    for doctor, paper, at in (
        (roussel, first, NOW),
        (roussel, second, NOW),
        (roussel, first, later - timedelta(seconds=1)),
        (meyer, first, later - timedelta(seconds=1)),
        (meyer, first, later),
        (roussel, first, later),
    ):
        entrust(registration, doctor)
        by = as_actor(doctor)
        reading.read(paper=paper.pk, reader=doctor, is_by_page=True, by=by, at=at)

    assert list(Opening.objects.order_by("pk").values_list("reader_name", "paper", "at")) == [
        ("Dr Anne Roussel", first.pk, NOW),
        ("Dr Anne Roussel", second.pk, NOW),
        ("Dr Paul Meyer", first.pk, later - timedelta(seconds=1)),
        ("Dr Anne Roussel", first.pk, later),
    ]


@pytest.mark.django_db(transaction=True)
def test_pages_that_a_browser_asks_for_at_once_are_one_opening(registration):
    paper = found_clean(confide(registration))
    doctor = entrust(registration, a_doctor())

    def read_page(place):
        return reading.read(
            paper=paper.pk,
            reader=doctor,
            is_by_page=True,
            by=as_actor(doctor),
            at=NOW - timedelta(milliseconds=place),
        )

    read_by = in_threads(*[partial(read_page, place) for place in range(4)])

    assert all(one.startswith(b"%PDF-") for one in read_by)
    assert Opening.objects.count() == 1


def test_the_doctor_who_reads_comments_is_kept_and_the_candidate_is_not(registration):
    write(registration)
    doctor = entrust(registration, a_doctor())
    found = compartment(registration)
    mine = registration.candidate

    [remark] = reading.read_remarks(found=found, reader=mine.user, by=author(mine), at=NOW)
    assert not Opening.objects.exists()
    reading.read_remarks(found=found, reader=doctor, by=as_actor(doctor), at=NOW)

    assert Opening.objects.get().reader_name == "Dr Anne Roussel"
    assert (Opening.objects.get().paper, remark.text) == (None, "Un commentaire.")


def test_a_comment_that_comes_while_others_are_read_is_read_anew_and_kept(registration):
    write(registration)
    doctor = entrust(registration, a_doctor())
    found, by = compartment(registration), as_actor(doctor)
    minutes = [NOW + timedelta(minutes=place) for place in range(5)]

    reading.read_remarks(found=found, reader=doctor, by=by, at=minutes[0])
    write(registration, "Un autre.", at=minutes[1])
    assert unread_by(found, by.identifier).remarks == 1
    reading.read_remarks(found=found, reader=doctor, by=by, at=minutes[2])
    assert unread_by(found, by.identifier).remarks == 0
    # What the doctor writes in answer is theirs, and is no other reading.
    write(registration, "Merci.", by=by, at=minutes[3])
    reading.read_remarks(found=found, reader=doctor, by=by, at=minutes[4])

    assert list(Opening.objects.order_by("at").values_list("at", flat=True)) == [
        minutes[0],
        minutes[2],
    ]


def test_what_cannot_be_noted_is_not_opened_but_by_its_candidate(registration):
    paper = found_clean(confide(registration))
    doctor = entrust(registration, a_doctor())

    with pytest.raises(InternalError), closed_for_writing():
        read(paper, doctor)
    with closed_for_writing():
        notices.forget()
        assert opened(registration, paper)

    notices.forget()
    assert not Opening.objects.exists()


@pytest.mark.parametrize(
    "act",
    [
        lambda: Opening.objects.update(reader_name="Personne"),
        lambda: Opening.objects.all().delete(),
    ],
    ids=["update", "delete"],
)
def test_the_database_keeps_an_opening_as_it_was_written(registration, act):
    opened(registration, confide(registration))

    with pytest.raises(DatabaseError), transaction.atomic():
        act()


@pytest.mark.parametrize("change", [{"kind": "autre"}, {"size": 1}, {"sealed_name": b""}], ids=str)
def test_a_paper_is_never_rewritten(registration, change):
    confide(registration)

    with pytest.raises(DatabaseError), transaction.atomic():
        Paper.objects.update(**change)


def test_the_journal_says_that_something_was_confided_and_nothing_of_it(registration):
    paper = found_clean(confide(registration))
    write(registration)
    read(paper, entrust(registration, a_doctor()))
    medical.entrust(compartment(registration), doctor=None)
    confiding.take_back(paper=paper, by=author(registration.candidate), at=NOW)

    entries = Entry.objects.filter(verb__contains="confided").order_by("pk")
    assert [one.verb for one in entries] == [
        "paper confided",
        "remark confided",
        "confided paper opened",
        "confided paper taken back",
    ]
    assert [one.payload for one in entries] == [{}] * 4


# --- It is taken back -------------------------------------------------------------------------


def test_a_paper_that_is_taken_back_leaves_nothing(registration, confided):
    paper = confide(registration)

    confiding.take_back(paper=paper, by=author(registration.candidate), at=NOW)

    assert not Paper.objects.exists()
    assert medical.sweep(older_than=NOW + timedelta(seconds=1)) == 1
    assert (confided(), PassingFile.objects.count()) == ([], 0)


def test_once_it_is_with_the_doctor_it_is_not_taken_back(registration):
    paper, infected = confide(registration), confide(registration)
    found_clean(infected, is_clean=False)
    entrust(registration, a_doctor())

    with pytest.raises(medical.Closed):
        confiding.take_back(paper=paper, by=author(registration.candidate), at=NOW)
    confiding.take_back(paper=infected, by=author(registration.candidate), at=NOW)

    assert Paper.objects.get() == paper
    assert confide(registration)


# --- Cut between the store and the row --------------------------------------------------------


def test_a_file_whose_row_never_came_is_erased_after_an_hour(registration, confided):
    paper = confide(registration)
    own = files.own_suffix(medical.SUFFIX)
    lost = medical.SealedFile(registration, content=b"%PDF-perdu", name="perdu.pdf")
    medical.announce(lost, own=own, at=NOW)
    with files.kept_apart(lost.content, suffix=medical.SUFFIX, own=own, store=medical.STORE):
        pass  # the row that would name it was never written

    assert medical.sweep(older_than=NOW) == 0
    assert medical.sweep(older_than=NOW + timedelta(seconds=1)) == 1

    assert [paper.key.rpartition("/")[2]] == confided()
    assert not PassingFile.objects.exists()
