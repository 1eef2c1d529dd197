"""The print run: each letter once, whoever is killed or asks twice; posted, and come back (I13)."""

import io
from datetime import UTC, datetime, timedelta

import pikepdf
import pypdfium2
import pytest
import time_machine
from django.db import connection, transaction

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.pieces import verifying
from sporades.acts.registrations import deciding, moving, receiving, standing_in
from sporades.acts.writing import posting, resending
from sporades.candidates.models import Candidate
from sporades.candidates.operations import reach_at
from sporades.core import files, pdf
from sporades.core.actors import SYSTEM, Actor
from sporades.core.refusals import Refused
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.exams import held
from sporades.journal.models import Entry
from sporades.letters import printing
from sporades.letters.models import Letter, PrintRun
from sporades.letters.queries import unprintable
from sporades.letters.states import LetterState
from sporades.mail.models import Message
from sporades.registrations.states import VALIDATE
from sporades.territory.models import ManagingService
from tests.endurance.arena import together
from tests.evidence.given import again, piece
from tests.factories import NOW, OPERATOR, a_record, a_registration, load_invented
from tests.jobs import work
from tests.mail.test_health_is_not_mailed import answered
from tests.refusing import refuse
from tests.spaces import plain
from tests.web.registry.world import a_member

MANAGER = Actor("manager", "Claude Martin", "user:1")
LILLE = Reach((Perimeter(frozenset({"A09"}), None, MANAGER),))
open_exam = pytest.mark.usefixtures("invented_exam", "stopped_clock")


def printed(at=NOW):
    """Print all that waits in Lille; return the runs."""
    before = set(PrintRun.objects.values_list("pk", flat=True))
    posting.print_now(LILLE, by=MANAGER, at=at)
    work("letters")
    return list(PrintRun.objects.exclude(pk__in=before))


def move_house():
    """Give the managing services of Lille another postal address."""
    for one in ManagingService.objects.filter(academy="A09"):
        one.address = ["9 rue Neuve", "59000 LILLE"]
        one.save()
    held.forget()


def text_of_pages(content):
    """Return the text of each page of a PDF, with single spaces."""
    with pypdfium2.PdfDocument(content) as read:
        return [plain(" ".join(page.get_textpage().get_text_range().split())) for page in read]


def pages(run):
    return text_of_pages(posting.hand_over(run, by=MANAGER, at=NOW))


@open_exam
def test_a_run_has_each_letter_on_a_front_page_with_its_document_and_its_pages(kept):
    names = ["Maëlle", "Yann"]
    for name in names:
        a_registration(a_record(first_names=name))

    [run] = printed()

    assert (run.total, run.made_at, run.asked_name) == (2, NOW, "Claude Martin")
    assert {one.state for one in Letter.objects.all()} == {LetterState.PRINTED}
    said = pages(run)
    fronts = [number for number, text in enumerate(said) if "Inscription enregistrée" in text]
    assert len(fronts) == 2
    assert [number % 2 for number in fronts] == [0, 0]
    for front, name in zip(fronts, names, strict=True):
        assert f"Madame {name} LE GOFF" in said[front]
        assert "12 rue des Îles" in said[front]
        assert "59000 LILLE" in said[front]
        assert "Bureau des essais de Lille" in said[front]
        assert "Le 25 novembre 2026" in said[front]
        assert "Page 1 sur" in said[front]
        assert "http" not in said[front]
    assert any("Récapitulatif d'inscription" in text for text in said)
    assert Entry.objects.get(verb="print run begun").academy == "A09"


@open_exam
def test_letters_to_one_person_follow_each_other_and_say_their_hour_and_their_place(kept):
    mine = a_registration(a_record())
    a_registration(a_record(first_names="Yann"))
    later = NOW + timedelta(minutes=7)
    deciding.decide(registration=mine, decision=VALIDATE, reason="", by=MANAGER, at=later)

    [run] = printed(at=later)

    said = [text for text in pages(run) if "Bureau des essais de Lille" in text and "Le 25" in text]
    assert [("LE GOFF" in text, "Yann" in text) for text in said] == [
        (True, False),
        (True, False),
        (True, True),
    ]
    assert "Le 25 novembre 2026 à 10 h 30 (heure de Paris) Courrier 1 sur 2 de ce pli" in said[0]
    assert "Le 25 novembre 2026 à 10 h 37 (heure de Paris) Courrier 2 sur 2 de ce pli" in said[1]
    assert "Inscription validée" in said[1]
    assert "de ce pli" not in said[2]


@open_exam
def test_of_one_person_whose_letter_moved_meanwhile_each_address_has_its_envelope(kept):
    mine = a_registration(a_record())
    Letter.objects.update(address=["Madame LE GOFF", "1 rue Neuve", "59000 LILLE"])
    deciding.decide(registration=mine, decision=VALIDATE, reason="", by=MANAGER, at=NOW)

    [run] = printed()

    assert len(printing.in_envelopes(run.letters.order_by("pk"))) == 2
    assert not any("de ce pli" in text for text in pages(run))


@open_exam
def test_a_letter_that_leaves_an_envelope_is_not_counted_in_it(kept, monkeypatch):
    mine = a_registration(a_record())
    deciding.decide(registration=mine, decision=VALIDATE, reason="", by=MANAGER, at=NOW)
    printed_as = documents.printed

    def fails(version):
        raise documents.Unprintable

    monkeypatch.setattr(printing.documents, "printed", fails)
    [run] = printed()
    monkeypatch.setattr(printing.documents, "printed", printed_as)

    [page, *_] = pages(run)
    assert "Inscription validée" in page
    assert "de ce pli" not in page


@open_exam
def test_a_run_is_printed_again_as_it_was_even_without_its_file(kept):
    a_registration(a_record())
    [run] = printed()
    first = posting.hand_over(run, by=MANAGER, at=NOW)

    assert posting.hand_over(run, by=MANAGER, at=NOW) == first
    assert printing.forget_files(at=NOW + printing.FILE_KEPT) == 0
    assert printing.forget_files(at=NOW + printing.FILE_KEPT + timedelta(seconds=1)) == 1
    run.refresh_from_db()
    assert run.file_key == ""
    for _ in range(2):
        with pytest.raises(printing.NotKept):
            posting.hand_over(run, by=MANAGER, at=NOW)
        run.refresh_from_db()
        assert (run.is_being_made, run.again_at) == (True, NOW)
    work("letters")
    run.refresh_from_db()
    assert (run.is_being_made, run.made_at) == (False, NOW)
    assert text_of_pages(posting.hand_over(run, by=MANAGER, at=NOW)) == text_of_pages(first)
    assert Entry.objects.filter(verb="print run taken").count() == 3
    assert PrintRun.objects.count() == 1


@open_exam
def test_a_file_made_again_is_kept_as_long_as_the_first(kept):
    a_registration(a_record())
    [run] = printed()
    later = NOW + 2 * printing.FILE_KEPT
    printing.forget_files(at=later)
    run.refresh_from_db()
    with pytest.raises(printing.NotKept):
        posting.hand_over(run, by=MANAGER, at=later)

    printing.make(run.pk, at=later)

    assert printing.forget_files(at=later + printing.FILE_KEPT) == 0
    assert printing.forget_files(at=later + printing.FILE_KEPT + timedelta(seconds=1)) == 1


@open_exam
def test_a_file_made_again_while_the_one_before_goes_stays(kept, monkeypatch):
    a_registration(a_record())
    [run] = printed()
    before, later = run.file_key, NOW + 2 * printing.FILE_KEPT
    forget = files.forget

    def meanwhile(key):
        """Another process finds that file gone, has it made again and makes it."""
        forget(key)
        monkeypatch.setattr(files, "forget", forget)
        with pytest.raises(printing.NotKept):
            posting.hand_over(PrintRun.objects.get(), by=MANAGER, at=later)
        printing.make(run.pk, at=later)

    monkeypatch.setattr(files, "forget", meanwhile)

    printing.forget_files(at=later)

    run.refresh_from_db()
    assert run.file_key not in {"", before}
    assert run.file_key.rpartition("/")[2] in kept()


@open_exam
def test_a_lost_file_is_made_again_and_a_killed_worker_leaves_it_to_another(kept, monkeypatch):
    a_registration(a_record())
    [run] = printed()
    first = pages(run)
    files.forget(run.file_key)
    with pytest.raises(printing.NotKept):
        posting.hand_over(run, by=MANAGER, at=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(files, "put", _killed)
        with pytest.raises(SystemExit):
            printing.make(run.pk, at=NOW)

    with connection.cursor() as cursor:  # what it had taken from the queue
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'letters.make'")
    assert printing.take_up_again(older_than=NOW) == 0
    assert printing.take_up_again(older_than=NOW + timedelta(seconds=1)) == 1
    work("letters")

    run.refresh_from_db()
    assert not run.is_being_made
    assert len(pages(run)) == len(first)


@open_exam
def test_a_file_that_cannot_be_made_again_says_why_and_is_tried_when_asked_for(kept, monkeypatch):
    a_registration(a_record())
    [run] = printed()
    PrintRun.objects.update(file_key="")
    run.refresh_from_db()
    with pytest.raises(printing.NotKept):
        posting.hand_over(run, by=MANAGER, at=NOW)
    with monkeypatch.context() as patch:
        patch.setattr(printing.pdf, "typeset", _cannot_print)
        work("letters")

    run.refresh_from_db()
    assert run.trouble == f"courrier de la ligne 1 : {printing.CANNOT_BE_PRINTED}"
    assert not run.is_being_made
    assert run.letters.get().state == LetterState.PRINTED
    with pytest.raises(printing.NotKept):
        posting.hand_over(run, by=MANAGER, at=NOW)
    work("letters")
    run.refresh_from_db()
    assert run.trouble == ""
    assert pages(run)


@open_exam
def test_of_a_run_whose_letters_are_erased_nothing_is_made(kept):
    a_registration(a_record())
    [run] = printed()
    PrintRun.objects.update(file_key="")
    Letter.objects.all().delete()
    run.refresh_from_db()
    with pytest.raises(printing.NotKept):
        posting.hand_over(run, by=MANAGER, at=NOW)

    work("letters")

    run.refresh_from_db()
    assert (run.trouble, run.file_key) == (printing.NOTHING_LEFT, "")


def _cannot_print(*_args, **_options):
    raise pdf.CannotPrint


@open_exam
def test_a_worker_that_is_killed_leaves_a_run_that_another_makes_once(kept, monkeypatch):
    a_registration(a_record())
    posting.print_now(LILLE, by=MANAGER, at=NOW)
    run = PrintRun.objects.get()

    with monkeypatch.context() as patch:
        patch.setattr(files, "put", _killed)
        with pytest.raises(SystemExit):
            printing.make(run.pk, at=NOW)
    assert Letter.objects.get().state == LetterState.TO_PRINT
    assert posting.print_now(LILLE, by=MANAGER, at=NOW) == 0
    assert printing.take_up_again(older_than=NOW + timedelta(seconds=1)) == 1
    work("letters")

    run.refresh_from_db()
    assert run.made_at == NOW
    assert Letter.objects.get().state == LetterState.PRINTED
    assert printing.take_up_again(older_than=NOW + timedelta(seconds=1)) == 0
    key = run.file_key
    printing.make(run.pk, at=NOW + timedelta(hours=1))
    run.refresh_from_db()
    assert (run.file_key, run.made_at) == (key, NOW)


def _killed(*_args, **_options):
    raise SystemExit


@pytest.mark.django_db(transaction=True)
def test_two_who_print_at_once_print_each_letter_once(territory, stopped_clock, kept):
    load_invented()
    for name in ("Maëlle", "Yann", "Ewen"):
        a_registration(a_record(first_names=name))

    counts = together(*[lambda: posting.print_now(LILLE, by=MANAGER, at=NOW)] * 2)

    assert sorted(counts) == [0, 3]
    assert PrintRun.objects.count() == 1
    assert Letter.objects.exclude(run=None).count() == 3


@open_exam
def test_the_day_begins_at_six_by_the_clock_of_the_academy(kept):
    a_registration(a_record())  # at 10:30 in Paris

    def due(*instant):
        return printing.print_due(at=datetime(2026, 11, *instant, tzinfo=UTC))

    assert due(25, 23, 0) == 0
    assert due(26, 4, 59) == 0
    assert due(26, 5, 0) == 1
    assert due(26, 9, 0) == 0
    assert PrintRun.objects.get().asked_name == SYSTEM.name
    assert PrintRun.objects.get().day.isoformat() == "2026-11-26"


@open_exam
def test_a_run_that_cannot_be_begun_keeps_no_other(kept, caplog):
    first, second = a_registration(a_record()), a_registration(a_record())
    moving.move_for_good(
        registration=second, academy="A25", reason="Déménagement", by=OPERATOR, at=NOW
    )
    refuse("letters_letter", Letter.objects.get(candidate=first.candidate).pk)

    assert printing.print_due(at=datetime(2026, 11, 26, 17, 0, tzinfo=UTC)) == 1

    assert PrintRun.objects.get().academy_id == "A25"
    assert "_begun could not be applied to Sender(managing=" in caplog.text


@open_exam
def test_a_run_that_was_missed_is_begun_as_soon_as_may_be(kept):
    a_registration(a_record())

    assert printing.print_due(at=datetime(2026, 11, 26, 17, 0, tzinfo=UTC)) == 1


@open_exam
def test_without_an_address_a_letter_waits_and_is_printed_once_there_is_one(kept):
    registration = a_registration(a_record())
    blank = {"address_1": "", "town": ""}
    type(registration).objects.update(**blank)
    Candidate.objects.update(**blank)

    assert printed() == []
    assert Letter.objects.get().state == LetterState.TO_PRINT
    Candidate.objects.update(address_1="5 quai du Wault", town="Lille")
    [run] = printed()
    assert run.letters.get().address == [
        "Madame Maëlle Anne LE GOFF",
        "5 quai du Wault",
        "59000 LILLE",
    ]


@open_exam
@pytest.mark.parametrize("blank", [("address_1", "town"), ("town",), ("address_1",), ()])
def test_what_is_listed_as_without_an_address_is_what_no_run_takes(kept, blank):
    registration = a_registration(a_record())
    type(registration).objects.update(address_1="", town="")
    Candidate.objects.update(**dict.fromkeys(blank, ""))

    listed = Letter.objects.waiting().filter(unprintable()).count()

    assert (listed, len(printed())) == ((1, 0) if blank else (0, 1))


@open_exam
def test_a_letter_that_cannot_be_printed_is_put_aside_and_holds_up_no_other(kept, monkeypatch):
    spoilt = a_registration(a_record(first_names="Yann"))
    a_registration(a_record(first_names="Maëlle"))
    number, typeset = spoilt.number, pdf.typeset

    def fails_on_one(template, content, *, at):
        if number in str(content):
            raise pdf.CannotPrint
        return typeset(template, content, at=at)

    monkeypatch.setattr(printing.pdf, "typeset", fails_on_one)
    [run] = printed()

    assert run.letters.get().candidate.identity.first_names == "Maëlle"
    run.refresh_from_db()
    assert run.total == 1
    aside = Letter.objects.get(candidate=spoilt.candidate)
    assert (aside.run, aside.state, aside.why) == (None, "to_print", printing.CANNOT_BE_PRINTED)
    assert printing.print_due(at=NOW + timedelta(days=1)) == 0
    monkeypatch.undo()
    [again] = printed()
    aside.refresh_from_db()
    assert (again.letters.get(), aside.state, aside.why) == (aside, "printed", "")


@open_exam
def test_a_seal_that_cannot_be_put_keeps_no_letter_from_the_post(kept, settings, tmp_path):
    settings.SEAL_KEY_FILE = str(tmp_path / "absent.p12")
    mine = a_registration(a_record())
    deciding.decide(registration=mine, decision=VALIDATE, reason="", by=MANAGER, at=NOW)

    [run] = printed()

    said = pages(run)
    assert any("Inscription validée" in page for page in said)
    assert any("Récapitulatif d'inscription" in page for page in said)
    assert not DocumentVersion.objects.exclude(pdf_key="").exists()


@open_exam
def test_a_document_that_was_taken_back_does_not_go(kept):
    a_registration(a_record())
    documents.withdraw(Letter.objects.get().enclosed, at=NOW)

    [run] = printed()

    said = pages(run)
    assert len(said) == 2
    assert "il n'est pas joint" in said[0]
    assert run.letters.get().goes_without_document


def changed(registration, *, at):
    """Have the office change an answer of a registration, with a new summary."""
    agent = a_member("agent@exemple.test", Membership.Role.MANAGER, ["A09"])
    draft = standing_in.amend(registration=registration, author=agent, by=OPERATOR, at=at)
    draft = answered(draft, at, identification={"address_1": "3 quai de l'Île"})
    return standing_in.register(draft=draft, reason="", by=OPERATOR, at=at)


@open_exam
def test_a_letter_goes_with_the_summary_of_its_own_registration(kept):
    changed(a_registration(a_record()), at=NOW + timedelta(minutes=1))
    a_registration(a_record(first_names="Yann"), at=NOW + timedelta(minutes=2))

    enclosing = Letter.objects.filter(enclosed__isnull=False)

    assert enclosing.count() == 3
    for letter in enclosing:
        assert letter.enclosed.document.folder.registration.candidate == letter.candidate


@open_exam
def test_an_envelope_holds_the_last_summary_alone_and_its_first_letter_says_so(kept):
    registration = a_registration(a_record())
    changed(registration, at=NOW + timedelta(minutes=7))
    morning = NOW + timedelta(hours=20)

    with time_machine.travel(morning, tick=False):
        [run] = printed(at=morning)

    said = pages(run)
    [to_sign] = [page for page in said if "Date et signature du candidat" in page]
    assert "version 2" in to_sign
    [first, _] = [page for page in said if "de ce pli" in page]
    replaced = "remplacé par celui que joint un courrier écrit le 25 novembre 2026 à 10 h 37"
    assert replaced in plain(first)


@open_exam
def test_a_letter_written_before_its_registration_moved_sends_nothing_to_where_it_was(kept):
    registration = a_registration(a_record())
    Letter.objects.all().delete()
    verifying.waive(row=piece(registration), reason="Vue.", by=MANAGER, at=NOW)
    later = NOW + timedelta(minutes=7)
    moving.move_for_good(
        registration=registration, academy="A25", reason="Déménagement", by=OPERATOR, at=later
    )
    morning = NOW + timedelta(hours=20)

    with time_machine.travel(morning, tick=False):
        printing.print_due(at=morning)
        work("letters")

    fronts = [page for run in PrintRun.objects.order_by("pk") for page in pages(run)]
    [waived] = [page for page in fronts if "Non demandée : " in plain(page)]
    [moved] = [page for page in fronts if "Changement d'académie" in page.replace("’", "'")]
    said = "va à l'adresse que donne ce qui vous a été écrit le 25 novembre 2026 à 10 h 37"
    assert said in waived.replace("’", "'")
    assert "donnée à un autre service" not in moved


@open_exam
def test_a_letter_written_before_its_service_moved_house_says_where_to_post(kept):
    a_registration(a_record())
    move_house()

    [run] = printed()

    [page, *_] = pages(run)
    said = "ce qui s'envoie à ce service par courrier va à : Bureau des essais de Lille, 9 rue Neuve, 59000 LILLE."
    assert said in page.replace("’", "'")


@open_exam
def test_a_letter_that_encloses_an_earlier_summary_says_where_to_post_it(kept):
    registration = a_registration(a_record())
    Letter.objects.all().delete()
    move_house()
    late = NOW + timedelta(days=60)
    receiving.receive_summary(
        registration=again(registration), posted_on=NOW.date(), by=MANAGER, at=NOW
    )
    receiving.take_summary_back(
        registration=again(registration), noted=NOW.date().isoformat(), by=MANAGER, at=late
    )

    [run] = printed(at=late)

    [page, *_] = pages(run)
    assert "ce qui s'envoie à ce service par courrier va à" in page.replace("’", "'")


@open_exam
def test_a_letter_whose_service_has_not_moved_says_nothing_of_it(kept):
    a_registration(a_record())

    [run] = printed()

    assert "a changé depuis" not in " ".join(pages(run))


@open_exam
def test_a_summary_that_a_mail_says_to_be_replaced_does_not_go_to_be_signed(kept):
    registration = a_registration(a_record())
    reached = {"channel": "mail", "email": "fiche@exemple.test"}
    reach_at(registration.candidate, reached=reached)
    changed(registration, at=NOW + timedelta(minutes=7))
    morning = NOW + timedelta(hours=20)

    with time_machine.travel(morning, tick=False):
        [run] = printed(at=morning)

    [front] = [page for page in pages(run) if page.strip()]
    replaced = "remplacé par celui publié le 25 novembre 2026 à 10 h 37"
    assert replaced in plain(front)


@open_exam
def test_a_summary_whose_successor_cannot_be_printed_goes_with_its_letter(kept):
    registration = a_registration(a_record())
    changed(registration, at=NOW + timedelta(minutes=7))
    Letter.objects.filter(enclosed__number=2).update(why=printing.CANNOT_BE_PRINTED)

    morning = NOW + timedelta(hours=20)

    with time_machine.travel(morning, tick=False):
        printing.print_due(at=morning)
        work("letters")

    said = pages(PrintRun.objects.get())
    assert [page for page in said if "Date et signature du candidat" in page]
    assert not [page for page in said if "est remplacé par celui" in page]


@open_exam
@pytest.mark.parametrize("is_past", [True, False])
def test_a_letter_that_is_printed_once_its_day_has_passed_says_so(kept, is_past):
    registration = a_registration(a_record())
    Letter.objects.all().delete()
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)
    verifying.refuse(
        row=piece(registration), reason="Illisible.", seen=None, by=MANAGER, at=NOW, until="usual"
    )
    due_by = Letter.objects.get().message.due_by
    last = due_by + timedelta(minutes=1 if is_past else 0)

    with time_machine.travel(last, tick=False):
        [run] = printed(at=last)

    [said, *_] = pages(run)
    assert "Envoyez-en une autre avant le mercredi 30 décembre 2026" in said
    assert ("un jour qu'il donne est passé" in said.replace("’", "'")) is is_past
    assert ("contactez votre service gestionnaire sans attendre" in said) is is_past


@open_exam
def test_letters_are_posted_once_and_one_comes_back_then_goes_again(kept):
    registration = a_registration(a_record())
    [run] = printed()
    letter = run.letters.get()
    with pytest.raises(Refused, match="n'est plus possible"):
        posting.note_returned(letter=letter, by=MANAGER, at=NOW)

    posting.note_posted(run=run, posted_on=NOW.date(), by=MANAGER, at=NOW)
    with pytest.raises(posting.PostedAlready):
        posting.note_posted(run=run, posted_on=NOW.date(), by=MANAGER, at=NOW)
    letter.refresh_from_db()
    posting.note_returned(letter=letter, by=MANAGER, at=NOW)
    Candidate.objects.update(address_1="5 quai du Wault")
    registration.refresh_from_db()
    fresh = resending.send_again(
        message=letter.message, registration=registration, by=MANAGER, at=NOW
    )

    assert (letter.state, letter.returned_on, letter.returned_name) == (
        LetterState.RETURNED,
        NOW.date(),
        "Claude Martin",
    )
    with pytest.raises(resending.AlreadySentAgain):
        resending.send_again(message=letter.message, registration=registration, by=MANAGER, at=NOW)
    assert fresh.letter.enclosed == letter.enclosed
    [again] = printed()
    assert again.letters.get().address[1] == "5 quai du Wault"
    assert [one.verb for one in Entry.objects.filter(verb__startswith="letter").order_by("pk")] == [
        "letters posted",
        "letter returned",
    ]


@open_exam
def test_what_is_done_of_one_run_is_done_of_no_other(kept):
    a_registration(a_record())
    [first] = printed()
    made = PrintRun.objects.filter(pk=first.pk).values().get()
    a_registration(a_record(first_names="Yann"))

    [second] = printed(at=NOW + timedelta(minutes=1))
    assert PrintRun.objects.filter(pk=first.pk).values().get() == made
    posting.note_posted(run=first, posted_on=NOW.date(), by=MANAGER, at=NOW)
    assert (states(first), states(second)) == ([LetterState.POSTED], [LetterState.PRINTED])
    posting.note_posted(run=second, posted_on=NOW.date(), by=MANAGER, at=NOW)
    posting.take_back_posted(run=first, by=MANAGER, at=NOW)
    assert (states(first), states(second)) == ([LetterState.PRINTED], [LetterState.POSTED])


def states(run):
    return [one.state for one in run.letters.order_by("pk")]


@open_exam
def test_all_the_letters_of_an_envelope_come_back_with_it_and_are_taken_back_with_it(kept):
    people = [a_record(first_names=name) for name in ("Maëlle", "Yann")]
    decided = a_registration(people[0])
    deciding.decide(registration=decided, decision=VALIDATE, reason="", by=MANAGER, at=NOW)
    a_registration(people[1])
    [run] = printed()
    said = {"by": MANAGER, "at": NOW}
    posting.note_posted(run=run, posted_on=NOW.date(), **said)
    first, second = run.letters.filter(candidate=people[0]).order_by("pk")

    posting.note_returned(letter=second, **said)

    states = dict(run.letters.values_list("pk", "state"))
    other = run.letters.get(candidate=people[1])
    assert states.pop(other.pk) == LetterState.POSTED
    assert set(states.values()) == {LetterState.RETURNED}
    back = Entry.objects.filter(verb="letter returned").order_by("pk")
    assert [one.payload["after"]["letter"] for one in back] == [first.pk, second.pk]
    with pytest.raises(Refused, match="n'est plus possible"):
        posting.note_returned(letter=first, **said)

    posting.take_back_returned(letter=first, **said)
    assert set(run.letters.values_list("state", flat=True)) == {LetterState.POSTED}

    posting.note_returned(letter=first, **said)
    Candidate.objects.update(address_1="5 quai du Wault")
    decided.refresh_from_db()
    resending.send_again(message=second.message, registration=decided, **said)
    with pytest.raises(posting.SentAgain):
        posting.take_back_returned(letter=first, **said)


@open_exam
def test_letters_that_were_not_posted_are_to_be_posted_again_while_none_came_back(kept):
    for name in ("Maëlle", "Yann"):
        a_registration(a_record(first_names=name))
    [run] = printed()
    said = {"run": run, "by": MANAGER, "at": NOW}
    with pytest.raises(posting.NotPosted):
        posting.take_back_posted(**said)
    posting.note_posted(posted_on=NOW.date(), **said)

    posting.take_back_posted(**said)

    run.refresh_from_db()
    assert (run.posted_on, run.posted_name) == (None, "")
    assert set(run.letters.values_list("state", flat=True)) == {LetterState.PRINTED}
    entry = Entry.objects.get(verb="letters not posted")
    assert entry.payload["before"] == {"posted_on": NOW.date().isoformat(), "letters": 2}

    posting.note_posted(posted_on=NOW.date(), **said)
    posting.note_returned(letter=run.letters.first(), by=MANAGER, at=NOW)
    with pytest.raises(posting.CameBack):
        posting.take_back_posted(**said)
    run.refresh_from_db()
    assert run.posted_on == NOW.date()


@open_exam
@pytest.mark.django_db(transaction=True)
def test_a_letter_comes_back_or_its_run_was_not_posted_never_both(kept):
    a_registration(a_record())
    [run] = printed()
    posting.note_posted(run=run, posted_on=NOW.date(), by=MANAGER, at=NOW)
    letter = run.letters.get()

    outcomes = together(
        lambda: posting.take_back_posted(run=run, by=MANAGER, at=NOW),
        lambda: posting.note_returned(letter=letter, by=MANAGER, at=NOW),
    )

    assert sum(isinstance(one, Refused) for one in outcomes) == 1
    run.refresh_from_db()
    letter.refresh_from_db()
    assert letter.is_returned is (run.posted_on is not None)


@open_exam
def test_a_run_holds_nothing_of_another_perimeter(kept):
    mine = a_registration(a_record())
    a_registration(
        a_record(first_names="Yann"),
        academy="A25",
        identification={"postcode": "78000", "town": "Versailles"},
    )
    elsewhere = Reach((Perimeter(frozenset({"A25"}), None, MANAGER),))
    Letter.objects.within(elsewhere).update(why="Son document manque.")

    [run] = printed()

    assert run.letters.get().candidate_id == mine.candidate_id
    # Whoever prints tries again what failed, but what is another's to print.
    assert Letter.objects.within(elsewhere).get().why == "Son document manque."
    assert not PrintRun.objects.within(elsewhere).exists()
    assert Letter.objects.waiting().within(elsewhere).count() == 1
    other_domain = Reach((Perimeter(frozenset({"A09"}), frozenset({"SIMPLE"}), MANAGER),))
    assert not PrintRun.objects.within(other_domain).exists()


@open_exam
def test_a_letter_written_while_a_run_is_made_waits_for_the_next(kept):
    registration = a_registration(a_record())
    posting.print_now(LILLE, by=MANAGER, at=NOW)
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=MANAGER, at=NOW)

    work("letters")

    assert PrintRun.objects.get().letters.count() == 1
    assert Letter.objects.waiting().get().message.kind == "state_changed"
    with transaction.atomic():
        assert Message.objects.filter(state=Message.State.LETTER).count() == 2


SHEET = {
    "title": "Objet",
    "issuer": "Autorité",
    "sender": ["Bureau", "académie"],
    "recipient": ["Madame X", "1 rue", "59000 LILLE"],
    "dated": "Le 1er mars",
    "place": "",
    "paragraphs": [["Bonjour,"], ["Une phrase."]],
    "enclosed": "",
    "reference": "Sporades, courrier n° 1",
}


def test_each_letter_and_each_document_begins_on_a_front_page():
    sheet = pdf.typeset(printing.TEMPLATE, SHEET, at=NOW)

    whole = printing.assembled([[sheet], [sheet, sheet], [sheet]])

    with pikepdf.open(io.BytesIO(whole)) as read:
        assert len(read.pages) == 8


def typeset(*paragraphs):
    content = {**SHEET, "paragraphs": [list(one) for one in paragraphs]}
    return text_of_pages(pdf.typeset(printing.TEMPLATE, content, at=NOW))


def stands(page, said):
    """Return how high the feet and the heads of some words are on a page, from its foot, in points."""
    first, _ = page.search(said).get_next()
    _, foot, _, head = page.get_charbox(first)
    return foot, head


@pytest.mark.parametrize("streets", [1, 4])
@pytest.mark.parametrize("names", [["ROSE"], ["MARIE-CHARLOTTE"] * 5, ["MARIE-CHARLOTTE"] * 13])
def test_who_a_letter_is_for_stands_above_its_date_however_long_their_name(streets, names):
    recipient = [
        f"Madame {' '.join(names)}",
        *["12 RUE DES GRANDS MARRONNIERS FLEURIS"] * streets,
        "97400 SAINT-REMY-EN-BOUZEMONT-SAINT-GENEST-ET-ISSON",
        "POLYNESIE FRANCAISE",
    ]

    sheet = pdf.typeset(printing.TEMPLATE, {**SHEET, "recipient": recipient}, at=NOW)

    with pypdfium2.PdfDocument(sheet) as read:
        page = read[0].get_textpage()
        (last, _), (_, dated) = stands(page, recipient[-1]), stands(page, SHEET["dated"])
        assert last > dated + 2


def test_whoever_signs_is_not_alone_on_a_page():
    lines, end = (
        [f"Ligne {number}." for number in range(30)],
        (["Une fin."], ["Sporades, Autorité"]),
    )
    while len(said := typeset(lines, *end)) == 1:
        lines.append("Une de plus.")

    assert len(said) == 2
    assert said[1].startswith("Une fin. Sporades, Autorité")


def test_a_paragraph_of_several_pages_before_who_signs_is_whole():
    said = typeset(("Bonjour,",), [f"Ligne {n}." for n in range(150)], ("Sporades, Autorité",))

    assert len(said) > 2
    assert all(f"Ligne {n}." in " ".join(said) for n in range(150))
