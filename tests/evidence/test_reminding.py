"""Who owes a piece is reminded seven days, then two days before its deadline, once each time (G1)."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sporades.acts import tasks
from sporades.acts.pieces import granting, reminding, verifying
from sporades.acts.registrations import deciding, leaving
from sporades.acts.registrations.receiving import (
    grant_summary,
    receive_summary,
    take_summary_back,
)
from sporades.acts.sent_files import Sent
from sporades.evidence import operations as evidence
from sporades.evidence.models import Evidence
from sporades.journal.models import Entry
from sporades.letters.models import Letter
from sporades.letters.states import LetterState
from sporades.letters.words import fate_in_words
from sporades.mail.models import Message
from sporades.registrations.models import Registration
from sporades.registrations.states import RESTORE, SET_ASIDE, VALIDATE
from tests.evidence.given import MANAGER, a_photo, again, give, piece
from tests.factories import NOW, a_candidate, a_record, a_registration, author, load_invented
from tests.jobs import work
from tests.spaces import plain
from tests.web.test_extended_service import move

UNTIL = datetime.fromisoformat("2026-12-30T23:59:00+01:00")
DAY, INSTANT = timedelta(days=1), timedelta(microseconds=1)
FOURTEEN, SEVEN, TWO = UNTIL - 14 * DAY, UNTIL - 7 * DAY, UNTIL - 2 * DAY

pytestmark = pytest.mark.usefixtures("kept")


@pytest.fixture
def registration(registration):
    """Return one whose signed summary has come back: its pieces alone are due."""
    return returned(registration)


def returned(registration):
    Registration.objects.filter(pk=registration.pk).update(summary_posted_on=NOW.date())
    return registration


def reminders():
    return list(Message.objects.filter(kind="pieces_due").order_by("pk"))


def test_a_piece_that_is_owed_is_reminded_of_seven_days_then_two_days_before(registration):
    told = [
        reminding.remind_pieces(at=at)
        for at in (SEVEN - INSTANT, SEVEN, SEVEN + DAY, TWO - INSTANT, TWO, TWO + DAY, UNTIL)
    ]

    assert told == [0, 1, 0, 0, 1, 0, 0]
    first, second = reminders()
    assert first.recipient == second.recipient == registration.candidate.user.email
    assert first.subject == f"Pièces à fournir, inscription n°{registration.number}"
    assert second.subject == f"Rappel : pièces à fournir, n°{registration.number}"
    said = " ".join(first.body.split())
    assert "Une pièce justificative manque encore à votre inscription" in said
    assert (
        "- Pièce d'identité, avant le mercredi 30 décembre 2026 à 23 h 59 (heure de Paris)" in said
    )
    assert f"/mes-inscriptions/{registration.number}/pieces" in said
    first, _ = Entry.objects.filter(verb="pieces reminded").order_by("pk")
    assert first.in_words == "Pièces justificatives rappelées : Pièce d'identité"


def test_after_the_last_reminder_none_is_late(registration):
    assert reminding.remind_pieces(at=UNTIL - DAY) == 1
    assert reminding.remind_pieces(at=UNTIL - INSTANT) == 0


def validated(registration):
    deciding.decide(registration=registration, decision=VALIDATE, reason="", by=MANAGER, at=NOW)


def withdrawn(registration):
    leaving.withdraw(registration=registration, by=author(registration.candidate), at=NOW)


def waived(registration):
    verifying.waive(row=piece(registration), reason="Vue au guichet.", by=MANAGER, at=NOW)


def posted(registration):
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)


def facultative(registration):
    Evidence.objects.update(is_mandatory=False)


@pytest.mark.parametrize("end", [give, validated, withdrawn, waived, posted, facultative])
def test_of_a_piece_that_is_owed_no_more_nothing_is_said(registration, end):
    end(registration)

    assert reminding.remind_pieces(at=SEVEN) == 0
    assert reminders() == []


def test_one_that_was_refused_is_owed_again(registration):
    given = give(registration)
    evidence.note_scanned(given, is_clean=True, at=NOW)
    verifying.refuse(
        row=piece(registration), reason="Floue.", seen=given.pk, by=MANAGER, at=SEVEN + DAY
    )

    assert reminding.remind_pieces(at=SEVEN + 2 * DAY) == 0
    assert reminding.remind_pieces(at=TWO) == 1
    assert "n'est pas conforme" in reminders()[0].body


def test_who_has_just_been_asked_is_not_reminded_before_the_next_step():
    made = returned(a_registration())
    Evidence.objects.filter(registration=made).update(asked_at=SEVEN + DAY)

    assert reminding.remind_pieces(at=SEVEN + 2 * DAY) == 0
    assert reminding.remind_pieces(at=TWO) == 1


AFTER, SOON = UNTIL + 30 * DAY, timedelta(minutes=15)
"""Some weeks after all deadlines, and how soon after it an act is followed by a reminder that is due."""


def given_time(row, until):
    verifying.grant(row=row, until=until, by=MANAGER, at=AFTER)


def cut_back(row, until):
    verifying.grant(row=row, until=until + 30 * DAY, by=MANAGER, at=AFTER - DAY)
    given_time(piece(row.registration), until)


@pytest.mark.parametrize("act", [given_time, cut_back])
def test_who_was_just_told_another_day_is_not_reminded_before_the_next_step(registration, act):
    act(piece(registration), (AFTER + 5 * DAY).date())

    assert reminding.remind_pieces(at=AFTER + SOON) == 0
    assert reminding.remind_pieces(at=AFTER + 4 * DAY) == 1


def test_who_was_told_another_day_of_one_piece_is_reminded_of_the_others(registration):
    first = piece(registration)
    given_time(first, (AFTER + 5 * DAY).date())
    said = {"code": "AUTRE", "label": "Autre", "is_mandatory": True, "until": AFTER + 6 * DAY}
    Evidence.objects.create(registration=registration, place=2, asked_at=NOW, **said)

    assert reminding.remind_pieces(at=AFTER + SOON) == 1


def summary_given_time(registration, until):
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)
    grant_summary(registration=again(registration), until=until, by=MANAGER, at=AFTER)


def all_given_time(registration, until):
    granting.grant_all(registration=again(registration), until=until, by=MANAGER, at=AFTER)


def restored(registration, _):
    decided = {"by": MANAGER, "reason": "Erreur."}
    deciding.decide(registration=registration, decision=SET_ASIDE, at=NOW, **decided)
    deciding.decide(registration=again(registration), decision=RESTORE, at=AFTER, **decided)


@pytest.mark.parametrize("act", [summary_given_time, all_given_time, restored])
@pytest.mark.parametrize(
    ("make", "days", "next_step"),
    [(a_candidate, 5, 4), (a_record, 10, 4)],
    ids=["by mail", "by letter"],
)
def test_who_was_just_told_until_when_a_signed_summary_is_sent_is_not_reminded_at_once(
    invented_exam, act, make, days, next_step
):
    act(a_registration(make()), (AFTER + days * DAY).date())

    assert reminding.remind_pieces(at=AFTER + SOON) == 0
    assert reminding.remind_pieces(at=AFTER + next_step * DAY) == 1


def test_who_has_no_mail_is_reminded_by_letter():
    record = a_record()
    returned(a_registration(record))

    assert reminding.remind_pieces(at=SEVEN) == 1

    assert Letter.objects.filter(message=reminders()[0]).exists()
    assert "par courrier à l'adresse ci-dessous" in reminders()[0].body
    assert "espace candidat" not in reminders()[0].body


def test_a_letter_reminds_earlier_since_it_is_printed_and_posted_first():
    returned(a_registration(a_record()))

    told = [
        reminding.remind_pieces(at=at)
        for at in (FOURTEEN - INSTANT, FOURTEEN, SEVEN - INSTANT, SEVEN, TWO, TWO + DAY)
    ]

    assert told == [0, 1, 0, 1, 0, 0]


def test_who_reads_mails_without_an_account_is_reminded_as_others_are():
    returned(a_registration(a_record(channel="mail", email="papier@exemple.test")))

    assert reminding.remind_pieces(at=SEVEN - INSTANT) == 0
    assert reminding.remind_pieces(at=SEVEN) == 1
    assert reminding.remind_pieces(at=TWO) == 1


def test_an_extension_puts_the_reminders_off_also_before_its_job(registration):
    move(registration, timedelta(days=7))

    assert reminding.remind_pieces(at=SEVEN - INSTANT) == 0
    assert piece(registration).until == UNTIL
    work("evidence")
    assert reminding.remind_pieces(at=SEVEN + 7 * DAY - INSTANT) == 0
    assert reminding.remind_pieces(at=SEVEN + 7 * DAY) == 1


def test_an_extension_reaches_the_rows_at_once_and_takes_back_nothing(registration):
    give(registration)

    move(registration, timedelta(days=7))
    work("evidence")
    assert piece(registration).until == UNTIL + 7 * DAY

    move(registration, -timedelta(days=9))
    work("evidence")
    assert piece(registration).until == UNTIL + 7 * DAY


def test_a_file_given_after_an_extension_leaves_the_day_that_it_gives(registration):
    move(registration, timedelta(days=7))
    work("evidence")

    give(registration)

    assert piece(registration).until == UNTIL + 7 * DAY


def test_those_of_other_services_stay(registration):
    other = a_registration()
    Evidence.objects.filter(registration=other).update(until=NOW)

    assert evidence.follow_dates(0, after=0, most=500) == 0
    assert piece(other).until == NOW


# --- The signed summary ----------------------------------------------------------------------

BACK = datetime.fromisoformat("2026-12-25T23:59:00+01:00")
"""Until when it is to be sent back, in the invented exam."""


@pytest.fixture
def unsigned():
    """Return a registration of which nothing but the signed summary is due."""
    made = a_registration()
    verifying.receive(row=piece(made), posted_on=NOW.date(), by=MANAGER, at=NOW)
    return made


def test_a_signed_summary_is_reminded_of_as_pieces_are(unsigned):
    told = [
        reminding.remind_pieces(at=at)
        for at in (
            BACK - 7 * DAY - INSTANT,
            BACK - 7 * DAY,
            BACK - 6 * DAY,
            BACK - 2 * DAY,
            BACK - DAY,
            BACK,
        )
    ]

    assert told == [0, 1, 0, 1, 0, 0]
    first, second = reminders()
    assert second.subject == f"Rappel : récapitulatif signé à renvoyer, n°{unsigned.number}"
    assert first.subject == f"Récapitulatif signé à renvoyer, inscription n°{unsigned.number}"
    said = " ".join(plain(first.body).split())
    assert "Votre récapitulatif d'inscription signé n'est pas noté comme reçu." in said
    assert (
        "à poster au plus tard le vendredi 25 décembre 2026 (cachet de la poste), à cette" in said
    )
    assert "1 place des Essais" in said
    assert "ièce" not in first.subject + said.partition("Votre service gestionnaire : ")[0]
    assert f"/mes-inscriptions/{unsigned.number}/numero" in first.body
    noted = Entry.objects.filter(verb="pieces reminded").first()
    assert noted.in_words == "Pièces justificatives rappelées : Récapitulatif signé"


def test_a_signed_summary_is_reminded_of_by_letter_earlier():
    made = a_registration(a_record())
    verifying.receive(row=piece(made), posted_on=NOW.date(), by=MANAGER, at=NOW)

    told = [
        reminding.remind_pieces(at=BACK - since)
        for since in (14 * DAY + INSTANT, 14 * DAY, 8 * DAY, 7 * DAY, 2 * DAY)
    ]

    assert told == [0, 1, 0, 1, 0]


def test_the_pieces_and_the_summary_are_reminded_of_together():
    a_registration()

    assert reminding.remind_pieces(at=SEVEN) == 1
    assert reminding.remind_pieces(at=SEVEN + DAY) == 0

    [only] = reminders()
    said = " ".join(plain(only.body).split())
    assert "Pièce d'identité, avant le mercredi 30 décembre 2026" in said
    assert "n'est pas non plus noté comme reçu" in said


def test_once_its_day_has_passed_a_reminder_of_pieces_names_it_no_more():
    a_registration()

    assert reminding.remind_pieces(at=TWO) == 1

    assert "récapitulatif" not in reminders()[0].body


@pytest.mark.parametrize("end", [returned, validated, withdrawn])
def test_of_a_summary_that_is_due_no_more_nothing_is_said(unsigned, end):
    end(unsigned)

    assert reminding.remind_pieces(at=BACK - 7 * DAY) == 0


def test_one_that_was_asked_for_again_is_reminded_of_before_its_new_day(unsigned):
    until = BACK + 30 * DAY
    Registration.objects.filter(pk=unsigned.pk).update(summary_until=until)

    assert reminding.remind_pieces(at=BACK - 2 * DAY) == 0
    assert reminding.remind_pieces(at=until - 7 * DAY) == 1


def test_one_whose_service_closes_earlier_is_reminded_of_before_the_day_that_was_told(unsigned):
    move(unsigned, -10 * DAY)
    work("evidence")
    service = BACK - 10 * DAY

    told = [
        reminding.remind_pieces(at=at) for at in (service - 2 * DAY, BACK - 7 * DAY, BACK - 2 * DAY)
    ]

    assert told == [0, 1, 1]
    assert again(unsigned).summary_until == BACK


def test_one_that_was_told_a_later_day_keeps_it_also_where_no_job_wrote_it(unsigned):
    move(unsigned, -10 * DAY)
    service = BACK - 10 * DAY

    told = [
        reminding.remind_pieces(at=at) for at in (service - 2 * DAY, BACK - 7 * DAY, BACK - 2 * DAY)
    ]

    assert told == [0, 1, 1]
    assert again(unsigned).summary_until == BACK


def test_it_goes_by_the_reglementation_under_which_it_was_filed(unsigned):
    load_invented(("jours_apres_fermeture: 10", "jours_apres_fermeture: 25"))

    told = [reminding.remind_pieces(at=BACK - before) for before in (7 * DAY, 2 * DAY)]

    assert told == [1, 1]


def test_a_summary_follows_a_service_that_closes_later(unsigned):
    move(unsigned, 7 * DAY)

    assert reminding.remind_pieces(at=BACK - 2 * DAY) == 0
    assert reminding.remind_pieces(at=BACK) == 1
    assert "vendredi 1er janvier 2027" in plain(reminders()[0].body)


def test_who_files_with_less_time_left_has_just_read_it(unsigned):
    Registration.objects.filter(pk=unsigned.pk).update(filed_at=BACK - 3 * DAY)

    assert reminding.remind_pieces(at=BACK - 2 * DAY - INSTANT) == 0
    assert reminding.remind_pieces(at=BACK - 2 * DAY) == 1


def received(row, said):
    verifying.receive(row=row, posted_on=NOW.date(), **said)


def scanned(row, said):
    verifying.scan_in(
        registration=again(row.registration),
        code=row.code,
        sent=[Sent("carte.jpg", a_photo())],
        press=str(uuid4()),
        posted_on=NOW.date(),
        **said,
    )


def waived(row, said):
    verifying.waive(row=row, reason="Vue au guichet.", **said)


def overturned(row, said):
    verifying.overturn(row=row, seen=None, **said)


@pytest.mark.parametrize(
    ("act", "is_refused"),
    [(received, False), (scanned, False), (waived, False), (overturned, True)],
)
def test_a_letter_that_waits_is_not_printed_once_nothing_that_it_recalls_is_to_be_sent(
    invented_exam, act, is_refused
):
    registration = returned(a_registration(a_record()))
    if is_refused:
        received(piece(registration), {"by": MANAGER, "at": NOW})
        verifying.refuse(
            row=piece(registration), reason="Illisible.", seen=None, by=MANAGER, at=NOW
        )
    assert reminding.remind_pieces(at=FOURTEEN) == 1

    act(piece(registration), {"by": MANAGER, "at": FOURTEEN + INSTANT})

    letter = Letter.objects.get(message__kind="pieces_due")
    assert letter.state == LetterState.OVERTAKEN
    assert fate_in_words(letter).startswith("Non imprimé : plus rien de ce qu'il rappelle n'est à")


def test_a_letter_that_waits_is_printed_where_it_recalls_something_else_too(invented_exam):
    registration = a_registration(a_record())
    at = UNTIL - 10 * DAY
    assert reminding.remind_pieces(at=at) == 1

    receive_summary(registration=again(registration), posted_on=NOW.date(), by=MANAGER, at=at)

    assert Letter.objects.get(message__kind="pieces_due").state == LetterState.TO_PRINT


def test_a_postmark_noted_as_more_time_is_left_is_judged_by_that(registration):
    Registration.objects.filter(pk=registration.pk).update(summary_posted_on=None)
    read = again(registration)
    grant_summary(
        registration=again(registration), until=AFTER.date() + 5 * DAY, by=MANAGER, at=AFTER
    )

    receive_summary(registration=read, posted_on=AFTER.date(), by=MANAGER, at=AFTER)

    assert not again(registration).is_summary_posted_late


def test_a_letter_about_a_signed_summary_that_has_come_is_not_printed_for_a_piece(invented_exam):
    registration = a_registration(a_record())
    until = (UNTIL + 30 * DAY).date()
    grant_summary(registration=again(registration), until=until, by=MANAGER, at=NOW)

    receive_summary(registration=again(registration), posted_on=NOW.date(), by=MANAGER, at=NOW)

    letter = Letter.objects.get(message__kind="summary_given_time")
    assert letter.state == LetterState.OVERTAKEN


def test_a_job_that_reminded_some_leaves_the_next_ones_to_another(
    registration, monkeypatch, stopped_clock
):
    monkeypatch.setattr(reminding, "AT_ONCE", 1)
    every = [registration, *(returned(a_registration()) for _ in range(2))]
    Registration.objects.update(summary_posted_on=NOW.date())
    stopped_clock.move_to(SEVEN)

    tasks.remind_pieces(timestamp=0)
    rounds = [len(reminders()) for _ in range(4) if work() is None]

    assert rounds == [2, 3, 3, 3]
    assert {one.about_id for one in reminders()} == {str(one.pk) for one in every}


def test_who_is_found_and_not_reminded_holds_up_nobody(registration, monkeypatch, stopped_clock):
    monkeypatch.setattr(reminding, "AT_ONCE", 1)
    stopped_clock.move_to(SEVEN)
    by_letter = returned(a_registration(a_record()))
    move(registration, 7 * DAY)  # the rows of pieces do not say so yet

    tasks.remind_pieces(timestamp=0)
    work()

    assert [one.about_id for one in reminders()] == [str(by_letter.pk)]


def test_whom_to_remind_is_read_in_the_order_of_an_index(registration):
    with CaptureQueriesContext(connection) as asked:
        reminding.remind_pieces(at=SEVEN)
    looked = [one["sql"] for one in asked if one["sql"].endswith(f"LIMIT {reminding.AT_ONCE}")]

    assert len(looked) == 4  # pieces and summaries, of who was never reminded, then of all
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute("SET LOCAL enable_hashagg = off")
        for sql in looked:
            cursor.execute(f"EXPLAIN {sql}")
            plan = " ".join(line for (line,) in cursor.fetchall())
            assert "Sort" not in plan


def test_who_was_never_reminded_comes_first(registration, monkeypatch):
    monkeypatch.setattr(reminding, "AT_ONCE", 1)
    later = returned(a_registration())
    reminding.remind_pieces(at=SEVEN)

    reminding.remind_pieces(at=TWO)

    assert [one.about_id for one in reminders()] == [str(registration.pk), str(later.pk)]


def test_a_letter_that_was_never_printed_is_written_anew_once_what_came_is_found_another_s(
    invented_exam,
):
    registration = returned(a_registration(a_record()))
    assert reminding.remind_pieces(at=SEVEN) == 1
    at = SEVEN + INSTANT
    verifying.receive(row=piece(registration), posted_on=NOW.date(), by=MANAGER, at=at)
    verifying.take_back(row=piece(registration), seen=None, by=MANAGER, at=at)

    assert reminding.remind_pieces(at=SEVEN + DAY) == 1
    assert reminding.remind_pieces(at=SEVEN + 2 * DAY) == 0

    assert [one.subject for one in reminders()] == [
        f"Pièces à fournir, inscription n°{registration.number}"
    ] * 2


def test_so_is_one_of_a_signed_summary(unsigned):
    by_letter = a_registration(a_record())
    Evidence.objects.update(is_mandatory=False)
    at = BACK - 7 * DAY
    assert reminding.remind_pieces(at=at) == 2
    receive_summary(registration=again(by_letter), posted_on=NOW.date(), by=MANAGER, at=at)
    noted = NOW.date().isoformat()
    take_summary_back(registration=again(by_letter), noted=noted, by=MANAGER, at=at + INSTANT)

    assert reminding.remind_pieces(at=at + DAY) == 1
