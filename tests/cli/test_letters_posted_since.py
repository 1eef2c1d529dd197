"""`sporades courrier`: letters that were posted, of which a restoration has lost it, leave once (R-51)."""

from datetime import date, timedelta

import pytest
from django.core.management import CommandError, call_command

from sporades.acts.writing import posting
from sporades.core.actors import SYSTEM
from sporades.journal.models import Entry
from sporades.letters import printing
from sporades.letters.models import Letter, PrintRun
from sporades.letters.queries import Posting, posting_of
from sporades.letters.states import LetterState
from tests.factories import NOW, a_record, a_registration
from tests.jobs import work

MORNING = NOW + timedelta(days=1)

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")


@pytest.fixture
def waiting():
    """Two letters that wait, as at the instant that came back."""
    for name in ("Maëlle", "Yann"):
        a_registration(a_record(first_names=name))
    return list(Letter.objects.order_by("pk"))


def note(*letters, day="2026-11-25"):
    numbers = [str(one if isinstance(one, int) else one.pk) for one in letters]
    call_command("courrier", "poste", *numbers, "--le", day, "--motif", "Base restaurée")


def test_what_was_posted_is_not_printed_again_and_counts_from_its_day(kept, waiting, capsys):
    first, second = waiting
    note(first)

    assert capsys.readouterr().out == "Notés comme postés : 1. Ils ne seront pas imprimés.\n"
    printing.print_due(at=MORNING)
    work("letters")

    first.refresh_from_db()
    assert (first.state, first.run.posted_on) == (LetterState.POSTED, NOW.date())
    assert posting_of(first.enclosed_id) == Posting(NOW.date())
    assert any("LE GOFF" in line for line in first.address)
    [printed] = PrintRun.objects.exclude(pk=first.run_id)
    assert list(printed.letters.all()) == [second]
    entry = Entry.objects.get(verb="letters posted")
    assert (entry.actor_kind, entry.academy) == ("operator", "A09")
    assert entry.payload["after"] == {
        "posted_on": "2026-11-25",
        "letters": 1,
        "reason": "Base restaurée",
    }


def test_its_day_is_corrected_and_its_sheets_are_made_again_as_those_of_any_run(kept, waiting):
    note(*waiting)
    run = PrintRun.objects.get()

    posting.take_back_posted(run=run, by=SYSTEM, at=NOW)
    posting.note_posted(run=run, posted_on=date(2026, 11, 25), by=SYSTEM, at=NOW)
    with pytest.raises(printing.NotKept):
        posting.hand_over(run, by=SYSTEM, at=NOW)
    work("letters")

    run.refresh_from_db()
    assert posting.hand_over(run, by=SYSTEM, at=NOW).startswith(b"%PDF")
    assert run.total == 2


def test_letters_that_wait_are_listed_by_who_prints_them(waiting, capsys):
    call_command("courrier", "liste")

    first, second = waiting
    said = capsys.readouterr().out
    assert said == f"Bureau des essais de Lille (A09 ESSAI), 2 : {first.pk} {second.pk}\n"


@pytest.mark.parametrize("day", ["2026-11-24", "2026-11-26"])
def test_no_letter_was_posted_before_it_was_written_nor_will_be(waiting, day):
    with pytest.raises(CommandError, match="entre celui où le dernier"):
        note(*waiting, day=day)

    assert not PrintRun.objects.exists()
    assert Letter.objects.waiting().count() == 2


@pytest.mark.parametrize("trouble", ["unknown", "posted", "without address"])
def test_all_are_noted_or_none(waiting, trouble):
    first, second = waiting
    other = second.pk
    match trouble:
        case "unknown":
            other += 1
        case "posted":
            note(second)
        case _:
            type(second.candidate).objects.filter(pk=second.candidate_id).update(
                address_1="", town=""
            )
            second.candidate.registrations.update(address_1="", town="")

    with pytest.raises(CommandError, match=f"n'ont pas d'adresse : {other}. Rien n'est noté"):
        note(first, other)

    assert first in Letter.objects.waiting()
