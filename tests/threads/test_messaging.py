"""The thread of a registration: written, answered, read, never rewritten (M2)."""

from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from sporades import mail
from sporades.accounts.permissions import Perimeter, Reach
from sporades.acts.identities import correcting
from sporades.acts.registrations import deciding, leaving
from sporades.acts.writing import messaging
from sporades.candidates.operations import civil_data
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.mailings.operations import greeted
from sporades.mailings.placeholders import filled
from sporades.registrations.states import SET_ASIDE
from sporades.threads import queries
from sporades.threads.models import ThreadMessage
from sporades.threads.operations import Overtaken, TooManyMessages
from sporades.threads.queries import (
    page_of,
    registration_and_answers_to,
    registrations_and_answers_to,
    waiting_within,
)
from tests.factories import NOW, OPERATOR, a_candidate, a_registration, author
from tests.mail.test_letters_of_doubles import FOREST
from tests.registrations.test_return import whole
from tests.threads.said import ANSWERED, ASKED, MANAGER, answer, write

EVERYWHERE = Reach((Perimeter(None, None, MANAGER),))


def texts(registration):
    return [message.text for message in registration.thread.order_by("pk")]


def test_an_answer_is_told_by_a_mail_that_does_not_hold_it(registration):
    write(registration)
    answer(registration)

    [told] = Message.objects.filter(kind="message_answered")
    assert texts(registration) == [ASKED, ANSWERED]
    assert (told.recipient, told.is_urgent) == (registration.candidate.address, True)
    assert f"/mes-inscriptions/{registration.number}/messages" in told.body
    assert ANSWERED not in told.body + told.subject
    assert ASKED not in told.body + told.subject


def test_who_was_corrected_is_called_so_where_a_mail_is_about_what_they_had_left():
    candidate = a_candidate(email="zoe@exemple.test")
    left = a_registration(candidate)
    leaving.withdraw(registration=left, by=author(candidate), at=NOW)
    stands = a_registration(candidate, speciality="FOREST", epreuves=FOREST)
    correcting.correct_identity(
        registration=whole(stands),
        identity={**civil_data(candidate.identity), "first_names": "Noam", "civility": "m"},
        seen=candidate.identity_id,
        proof="Acte de naissance",
        by=OPERATOR,
        at=NOW,
    )
    found = whole(left)

    answer(found)

    assert found.identity.first_names == "Maëlle Anne"
    said = Message.objects.get(kind="message_answered").body
    assert "Bonjour Noam" in said
    assert "Maëlle" not in said
    assert (filled("{prénoms}", found, at=NOW), greeted(found).split()[0]) == ("Noam", "Noam")


def test_no_mail_names_whom_it_is_for_as_a_registration_that_was_left_does():
    """What was withdrawn, or set aside, keeps the name under which it was filed."""
    mails = list(Path(mail.__file__).parents[1].glob("*/templates/mail/*.txt"))
    named = [one.name for one in mails if "registration.identity" in one.read_text("utf-8")]

    assert len(mails) > len(named) == 0


def test_what_the_candidate_writes_is_told_to_nobody_by_mail(registration):
    before = Message.objects.count()

    write(registration)

    assert Message.objects.count() == before


def test_the_journal_has_who_wrote_and_not_what(registration):
    asked, answered = write(registration), answer(registration)

    entries = Entry.objects.filter(verb__in=("message sent", "message answered")).order_by("pk")
    assert [(one.verb, one.actor_id, one.payload["after"]) for one in entries] == [
        ("message sent", f"user:{registration.candidate.user_id}", {"message": asked.pk}),
        ("message answered", "user:12", {"message": answered.pk}),
    ]


def test_pressed_twice_a_button_sends_one_message_and_one_mail(registration):
    pressed, answering = uuid4(), uuid4()

    asked = [write(registration, sending=pressed) for _ in range(2)]
    seen = str(asked[0].pk)
    answered = [answer(registration, sending=answering, seen=seen) for _ in range(2)]

    assert asked[0] == asked[1]
    assert answered[0] == answered[1]
    assert texts(registration) == [ASKED, ANSWERED]
    assert Message.objects.filter(kind="message_answered").count() == 1


def test_the_same_press_names_messages_of_two_registrations(registration):
    pressed, other = uuid4(), a_registration()

    write(registration, sending=pressed)
    write(other, sending=pressed)

    assert texts(registration) == texts(other) == [ASKED]


def test_ten_messages_a_day_for_one_registration_then_one_must_wait(registration):
    other = a_registration()
    for number in range(10):
        write(registration, f"Message {number}")

    with pytest.raises(TooManyMessages):
        write(registration, at=NOW + timedelta(hours=23))
    assert registration.thread.count() == 10

    write(other)
    write(registration, at=NOW + timedelta(days=1, minutes=1))
    assert registration.thread.count() == 11


def test_the_tenth_pressed_twice_is_no_eleventh(registration):
    for number in range(9):
        write(registration, f"Message {number}")
    pressed = uuid4()

    tenth = write(registration, sending=pressed)

    assert write(registration, sending=pressed) == tenth


def test_an_answer_to_what_has_moved_on_is_not_sent(registration):
    seen = str(write(registration).pk)
    answer(registration, seen=seen)

    with pytest.raises(Overtaken):
        answer(registration, "Une autre réponse.", seen=seen)
    with pytest.raises(Overtaken):
        answer(registration, "Une autre réponse.", seen="")

    assert texts(registration) == [ASKED, ANSWERED]
    assert Message.objects.filter(kind="message_answered").count() == 1


def test_the_office_may_write_first(registration):
    answer(registration, "Votre pièce est illisible.")

    assert texts(registration) == ["Votre pièce est illisible."]


def test_whoever_is_withdrawn_or_set_aside_still_writes(registration):
    by = author(registration.candidate)
    other = a_registration()
    leaving.withdraw(registration=registration, by=by, at=NOW)
    deciding.decide(
        registration=other, decision=SET_ASIDE, reason="Hors délai", by=OPERATOR, at=NOW
    )

    write(registration)
    write(other)

    assert texts(registration) == texts(other) == [ASKED]


def test_what_was_read_is_noted_the_first_time_and_on_the_other_side_alone(registration):
    answered, asked = answer(registration), write(registration)
    later = NOW + timedelta(hours=1)

    messaging.read([asked, answered], by_candidate=True, at=NOW)
    asked.refresh_from_db()
    answered.refresh_from_db()
    messaging.read([asked, answered], by_candidate=True, at=later)
    messaging.read([asked, answered], by_candidate=False, at=later)

    asked.refresh_from_db()
    answered.refresh_from_db()
    assert (asked.read_at, answered.read_at) == (later, NOW)


def test_whoever_answers_has_read_what_was_asked(registration):
    asked = write(registration)

    answered = answer(registration, at=NOW + timedelta(hours=1))

    asked.refresh_from_db()
    assert (asked.read_at, answered.read_at) == (NOW + timedelta(hours=1), None)


def test_unread_answers_are_those_of_the_account(registration):
    write(registration)
    answered = answer(registration)
    answer(a_registration())
    user, number = registration.candidate.user_id, registration.number

    def counted():
        one = registration_and_answers_to.get(user=user, number=number)
        (among,) = registrations_and_answers_to(user=user)
        return one.unread_answers, among.unread_answers

    assert counted() == (1, 1)
    messaging.read([answered], by_candidate=True, at=NOW)
    assert counted() == (0, 0)


def test_what_waits_is_counted_since_the_first_message_without_an_answer(registration):
    other = a_registration()
    write(registration, at=NOW)
    answer(registration, at=NOW + timedelta(hours=1))
    write(other, at=NOW + timedelta(hours=2))
    write(registration, at=NOW + timedelta(hours=3))
    write(registration, "Toujours rien ?", at=NOW + timedelta(hours=4))
    write(other, "Alors ?", at=NOW + timedelta(hours=5))

    waiting = [
        (one["registration__number"], one["since"] - NOW, one["unanswered"])
        for one in waiting_within(EVERYWHERE)
    ]

    assert waiting == [
        (other.number, timedelta(hours=2), 2),
        (registration.number, timedelta(hours=3), 2),
    ]


def test_nothing_waits_outside_a_perimeter(registration):
    write(registration)

    lille = Reach((Perimeter(frozenset({"A09"}), frozenset({"ESSAI"}), MANAGER),))
    versailles = Reach((Perimeter(frozenset({"A25"}), None, MANAGER),))

    assert waiting_within(lille).count() == 1
    assert not waiting_within(versailles).exists()
    assert not waiting_within(Reach()).exists()


def test_a_long_thread_is_read_by_its_end(registration):
    answer(registration)
    last = ThreadMessage.objects.get()
    ThreadMessage.objects.bulk_create(
        ThreadMessage(
            registration=registration,
            is_candidates=True,
            text=f"Message {number}",
            sent_at=NOW,
            author_kind="candidate",
            author_name=last.author_name,
            author_id=last.author_id,
            sending=uuid4(),
        )
        for number in range(60)
    )

    shown, first = page_of(registration, None), page_of(registration, "1")

    assert (shown.number, [one.text for one in shown][-1]) == (2, "Message 59")
    assert (len(shown), len(first), first[0]) == (50, 11, last)


@pytest.mark.parametrize(
    "change",
    [
        {"text": "Autre"},
        {"author_name": "Autre"},
        {"sent_at": NOW + timedelta(days=1)},
        {"is_candidates": False},
        {"read_at": None},
        {"read_at": NOW + timedelta(days=1)},
        {"settled_at": None, "settled_name": ""},
        {"settled_name": "Autre"},
    ],
    ids=lambda change: "-".join(f"{name}-{value}" for name, value in change.items()),
)
def test_a_message_that_was_read_is_never_rewritten(registration, change):
    asked = write(registration)
    messaging.settle(registration=registration, seen=str(asked.pk), by=MANAGER, at=NOW)

    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        ThreadMessage.objects.update(**change)


def test_the_database_keeps_no_empty_message(registration):
    with pytest.raises(IntegrityError, match="says_something"), transaction.atomic():
        write(registration, "")


def test_a_thread_is_erased_with_its_registration_and_no_other(registration):
    other = a_registration()
    write(registration)
    write(other)

    registration.drafts.all().delete()
    registration.delete()

    assert [message.registration for message in ThreadMessage.objects.all()] == [other]


@pytest.fixture
def _four_on_a_page(monkeypatch):
    monkeypatch.setattr(queries, "ON_THE_PAGE", 4)


def shown(registration, asked=None, *, to_read=False):
    """Return the texts of a page of a thread, and the number of that page."""
    page = page_of(registration, asked, to_read=to_read)
    return [message.text for message in page.object_list], page.number


@pytest.mark.usefixtures("_four_on_a_page")
def test_the_last_page_is_whole_and_the_first_holds_what_is_left(registration):
    for rank in range(1, 10):
        answer(registration, f"Message {rank}")

    assert shown(registration) == (["Message 6", "Message 7", "Message 8", "Message 9"], 3)
    assert shown(registration, "2") == (["Message 2", "Message 3", "Message 4", "Message 5"], 2)
    assert shown(registration, "1") == (["Message 1"], 1)
    assert shown(registration, "12")[1] == 3
    assert shown(registration, "x")[1] == 1


@pytest.mark.usefixtures("_four_on_a_page")
@pytest.mark.parametrize(
    ("read", "first"), [(0, 1), (1, 1), (2, 2), (5, 2), (6, 3), (9, 3), (10, 3)]
)
def test_their_candidate_begins_with_the_first_answer_that_was_not_read(registration, read, first):
    for rank in range(1, 11):
        answer(registration, f"Message {rank}")
    known = list(registration.thread.order_by("pk")[:read])
    messaging.read(known, by_candidate=True, at=NOW)

    assert shown(registration, to_read=True)[1] == first
    assert shown(registration, "2", to_read=True)[1] == 2
    assert shown(registration)[1] == 3


@pytest.mark.usefixtures("_four_on_a_page")
def test_whoever_opens_the_thread_again_and_again_has_read_all_of_it(registration):
    user = registration.candidate.user_id
    for rank in range(1, 11):
        answer(registration, f"Message {rank}")

    left = []
    for _ in range(3):
        page = page_of(registration, None, to_read=True)
        messaging.read(page.object_list, by_candidate=True, at=NOW)
        [mine] = registration_and_answers_to(user=user, number=registration.number)
        left.append(mine.unread_answers)

    assert left == [8, 4, 0]
