"""What stands under the text of a letter is kept: what its paper does not say, the page of its run does."""

from datetime import timedelta
from threading import Event

import pytest
import time_machine
from django.db import transaction

from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.pieces import verifying
from sporades.acts.registrations import moving
from sporades.acts.writing import posting, resending
from sporades.acts.writing.since import doubts_about
from sporades.core import files
from sporades.documents import operations as documents
from sporades.letters import mentions, printing
from sporades.letters.models import NOT_JOINED, Letter, PrintRun
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from tests.endurance.arena import PATIENCE, together
from tests.evidence.given import again, piece
from tests.factories import NOW, OPERATOR, a_record, a_registration, load_invented
from tests.jobs import work
from tests.letters.test_printing import LILLE, MANAGER, changed, move_house, pages, printed
from tests.spaces import plain

open_exam = pytest.mark.usefixtures("invented_exam", "stopped_clock")
MADE = NOW + timedelta(minutes=7)
BEFORE, AFTER = MADE - timedelta(seconds=30), MADE + timedelta(seconds=30)
GIVEN_ELSEWHERE = "Depuis, votre inscription a été donnée à un autre service"
BOTH = Reach((Perimeter(frozenset({"A09", "A25"}), None, MANAGER),))
NEW_HOUSE = "9 rue Neuve, 59000 LILLE"


def made():
    """Print what waits in Lille, and return its run, whose file is of that instant."""
    with time_machine.travel(MADE, tick=False):
        [run] = printed(at=MADE)
    assert run.made_at == MADE
    return run


def move(registration, *, at):
    """Give a registration to another academy."""
    moving.move_for_good(
        registration=again(registration), academy="A25", reason="D", by=OPERATOR, at=at
    )


def made_again(run):
    """Return what the file of a run says that is made again."""
    files.forget(run.file_key)
    with pytest.raises(printing.NotKept):
        posting.hand_over(run, by=MANAGER, at=NOW)
    work("letters")
    run.refresh_from_db()
    assert not run.is_being_made
    return pages(run)


@open_exam
@pytest.mark.parametrize("at", [BEFORE, MADE, AFTER])
def test_a_move_that_the_paper_could_not_say_is_said_whatever_its_instant(kept, at):
    registration = a_registration(a_record())
    run = made()

    move(registration, at=at)

    [letter] = run.letters.all()
    assert letter.mention == ""
    assert list(mentions.since_printed(run)) == [letter.pk]


@pytest.mark.django_db(transaction=True)
def test_a_move_that_began_before_a_run_and_ends_after_it_is_said(territory, stopped_clock, kept):
    load_invented()
    registration = a_registration(a_record())
    begun, is_made = Event(), Event()

    def move_slowly():
        with transaction.atomic():
            move(registration, at=NOW)
            begun.set()
            assert is_made.wait(PATIENCE)

    def make():
        begun.wait(PATIENCE)
        try:
            return printed(at=NOW)
        finally:
            is_made.set()

    _, runs = together(move_slowly, make)

    [run] = runs
    [letter] = run.letters.all()
    assert Registration.objects.get().academy_id == "A25"
    assert GIVEN_ELSEWHERE not in plain(" ".join(pages(run)))
    assert list(mentions.since_printed(run)) == [letter.pk]


@open_exam
@pytest.mark.parametrize("at", [BEFORE, MADE, AFTER])
def test_a_document_that_is_in_its_envelope_and_taken_back_is_said(kept, at):
    a_registration(a_record())
    run = made()

    documents.withdraw(Letter.objects.get().enclosed, at=at)

    [letter] = run.letters.all()
    assert not letter.goes_without_document
    assert mentions.since_printed(run) == {letter.pk: "le document joint a été retiré"}


@open_exam
def test_what_the_paper_says_is_not_said_of_it_again(kept):
    registration = a_registration(a_record())
    move(registration, at=NOW + timedelta(minutes=1))
    told = Message.objects.get(kind=mentions.MOVE)

    run = made()

    [letter] = run.letters.all()
    assert GIVEN_ELSEWHERE in letter.mention
    assert NOT_JOINED in letter.mention
    assert letter.goes_without_document
    assert mentions.since_printed(run) == {}

    # What told it came back, and goes again.
    Letter.objects.filter(message=told).update(
        state="returned",
        returned_on=NOW.date(),
        run=run,
        address=["Madame LE GOFF", "1 rue Neuve", "59000 LILLE"],
    )
    resending.send_again(message=told, registration=again(registration), by=MANAGER, at=AFTER)
    assert letter.pk not in mentions.since_printed(run)


@open_exam
def test_a_copy_of_a_copy_says_the_move_that_came_before_the_first(kept):
    registration = a_registration(a_record())
    Letter.objects.all().delete()
    verifying.waive(row=piece(registration), reason="Vue.", by=MANAGER, at=NOW)
    move(registration, at=NOW + timedelta(minutes=1))
    waived, moved = Message.objects.filter(letter__isnull=False).order_by("pk")

    print_all(at=BEFORE)
    for at in (MADE, AFTER):
        waived, moved = [sent_again(one, registration, at=at) for one in (waived, moved)]
        print_all(at=at)

    said = Letter.objects.get(message=waived).mention
    assert f"{GIVEN_ELSEWHERE} : ce qui est à envoyer va à l'adresse" in said
    assert "ce qui vous a été écrit le 25 novembre 2026 à 10\xa0h\xa031" in said
    assert Letter.objects.get(message=moved).mention == ""


def sent_again(message, registration, *, at):
    """Have a letter come back, send it again, and print it; return the copy."""
    letter = Letter.objects.select_related("run").get(message=message)
    said = {"by": MANAGER, "at": at}
    if letter.run.posted_on is None:
        posting.note_posted(run=letter.run, posted_on=NOW.date(), **said)
    letter.refresh_from_db()
    if not letter.is_returned:  # with the other of its envelope
        posting.note_returned(letter=letter, **said)
    registration = again(registration)
    sure_of = resending.mark_of(doubts_about(message, registration, at=at))
    return resending.send_again(message=message, registration=registration, sure_of=sure_of, **said)


def print_all(*, at):
    """Print all that waits in both academies."""
    with time_machine.travel(at, tick=False):
        posting.print_now(BOTH, by=MANAGER, at=at)
        work("letters")


@open_exam
def test_what_goes_without_its_document_is_not_told_that_it_was_taken_back(kept):
    registration = a_registration(a_record())
    changed(registration, at=NOW + timedelta(minutes=1))
    run = made()
    first, second = run.letters.order_by("pk")

    documents.withdraw(first.enclosed, at=AFTER)

    assert (first.goes_without_document, second.goes_without_document) == (True, False)
    assert mentions.since_printed(run) == {}


@open_exam
def test_a_file_made_again_says_what_it_said_and_where_its_service_is_today(kept):
    registration = a_registration(a_record())
    run = made()
    move(registration, at=BEFORE)
    documents.withdraw(run.letters.get().enclosed, at=BEFORE)

    said = made_again(run)

    assert any("Date et signature du candidat" in page for page in said)
    assert GIVEN_ELSEWHERE not in plain(" ".join(said))
    assert NEW_HOUSE not in plain(" ".join(said))

    move_house()
    assert NEW_HOUSE in plain(made_again(run)[0])
    assert list(mentions.since_printed(run)) == [run.letters.get().pk]


@open_exam
@pytest.mark.parametrize(("at", "is_since"), [(BEFORE, False), (AFTER, True)])
def test_what_was_printed_before_mentions_were_kept_is_told_by_its_instant(kept, at, is_since):
    registration = a_registration(a_record())
    other = a_registration(a_record(first_names="Yann"))
    run = made()
    run.letters.update(mention=None)

    move(registration, at=at)
    documents.withdraw(Letter.objects.get(candidate=other.candidate).enclosed, at=at)

    assert len(mentions.since_printed(run)) == 2 * is_since
    kept_back = run.letters.get(candidate=other.candidate)
    assert kept_back.goes_without_document is not is_since


@open_exam
def test_a_run_that_is_killed_halfway_keeps_no_mention(kept, monkeypatch):
    a_registration(a_record())
    posting.print_now(LILLE, by=MANAGER, at=NOW)

    def killed(*_args, **_options):
        raise SystemExit

    monkeypatch.setattr(files, "put", killed)
    with pytest.raises(SystemExit):
        printing.make(PrintRun.objects.get().pk, at=NOW)

    assert Letter.objects.get().mention is None
