"""What a thread holds when several write in it at the same instant."""

from functools import partial
from uuid import uuid4

from sporades.accounts.models import Attempt
from sporades.acts.writing import messaging
from sporades.mail.models import Message
from sporades.threads.queries import messages_of
from tests.endurance.arena import figure, now, together
from tests.factories import a_registration, author
from tests.threads.said import ANSWERED, ASKED, MANAGER, write

ROUNDS = range(figure(3, 100))


def kinds(outcomes):
    """Name what came of each act, in no order."""
    return sorted(type(one).__name__ if isinstance(one, Exception) else "sent" for one in outcomes)


def told(registration):
    """Return how many mails say that an answer has come."""
    about = {"about_kind": "registration", "about_id": str(registration.pk)}
    return Message.objects.filter(kind="message_answered", **about).count()


def test_a_button_pressed_several_times_at_once_sends_one_message(arena):
    for _ in ROUNDS:
        registration, pressed = a_registration(at=now()), uuid4()

        outcomes = together(*[partial(write, registration, sending=pressed, at=now())] * 4)

        assert kinds(outcomes) == ["sent"] * 4
        assert messages_of(registration).count() == 1
        assert {one.pk for one in outcomes} == {messages_of(registration).get().pk}


def test_an_answer_sent_several_times_at_once_is_told_by_one_mail(arena):
    for _ in ROUNDS:
        registration, pressed = a_registration(at=now()), uuid4()
        seen = str(write(registration, at=now()).pk)
        send = partial(
            messaging.answer,
            registration=registration,
            text=ANSWERED,
            sending=pressed,
            seen=seen,
            by=MANAGER,
            at=now(),
        )

        outcomes = together(send, send, send)

        assert kinds(outcomes) == ["sent"] * 3
        assert (messages_of(registration).count(), told(registration)) == (2, 1)


def test_of_two_colleagues_who_answer_at_once_one_is_asked_to_read_the_other(arena):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        seen = str(write(registration, at=now()).pk)
        answers = [
            partial(
                messaging.answer,
                registration=registration,
                text=f"Réponse {number}",
                sending=uuid4(),
                seen=seen,
                by=MANAGER,
                at=now(),
            )
            for number in range(3)
        ]

        outcomes = together(*answers)

        assert kinds(outcomes) == ["Overtaken", "Overtaken", "sent"]
        assert (messages_of(registration).count(), told(registration)) == (2, 1)


def test_the_last_message_of_a_day_is_taken_once(arena):
    for _ in ROUNDS:
        registration = a_registration(at=now())
        by = author(registration.candidate)
        for number in range(9):
            write(registration, f"Message {number}", at=now())

        outcomes = together(
            *[
                partial(
                    messaging.write,
                    registration=registration,
                    text=ASKED,
                    sending=uuid4(),
                    by=by,
                    at=now(),
                )
                for _ in range(3)
            ]
        )

        assert kinds(outcomes) == ["TooManyMessages", "TooManyMessages", "sent"]
        assert messages_of(registration).count() == 10
    assert Attempt.objects.filter(limit="messages-of-a-candidate").count() == 10 * len(ROUNDS)
