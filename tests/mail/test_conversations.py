"""What is said to the mail server in one conversation, and in another (R-42)."""

import pytest

from sporades.mail import tasks
from sporades.mail.models import Message
from tests.mail.test_delivery import a_message

pytestmark = pytest.mark.usefixtures("stopped_clock")


def some(count):
    return [a_message(key=f"mail {number}") for number in range(count)]


def fates():
    return [(one.state, one.attempts) for one in Message.objects.order_by("pk")]


def answers(*said):
    """A temper that changes from one mail to the next, then is the usual one."""
    rest = iter(said)
    return lambda _: next(rest, None)


@pytest.mark.parametrize(
    "job",
    [lambda _: tasks.sweep(0), lambda _: tasks.go_on(), lambda first: tasks.deliver(first.pk)],
    ids=["sweep", "go_on", "deliver"],
)
def test_the_mails_of_a_job_are_handed_over_in_one_conversation_that_it_ends(office, job):
    left = []
    office.tempers["QUIT"] = left.append
    messages = some(7)

    job(messages[0])

    assert office.conversations == [7]
    assert office.identifiers == [one.message_id for one in messages]
    assert fates() == [("sent", 1)] * 7
    assert len(left) == 1


def test_who_has_nothing_to_hand_over_says_nothing(office):
    [sent] = some(1)
    tasks.sweep(0)

    tasks.sweep(0)
    tasks.go_on()
    tasks.deliver(sent.pk)

    assert office.conversations == [1]


def test_the_job_of_a_mail_goes_on_with_others_for_a_while_alone(office, monkeypatch):
    monkeypatch.setattr(tasks, "BRIEFLY", -1)
    first, *_ = some(3)

    tasks.deliver(first.pk)

    assert fates() == [("sent", 1), ("waiting", 0), ("waiting", 0)]


@pytest.mark.parametrize("answer", ["421 4.7.0 Assez pour cette fois", "452 4.3.1 Assez", "cut"])
def test_a_server_that_takes_so_many_in_a_conversation_gets_the_next_ones_in_another(
    office, answer
):
    messages = some(5)
    office.tempers["MAIL"] = lambda _: answer if office.conversations[-1] == 2 else None

    tasks.sweep(0)

    assert office.conversations == [2, 2, 1]
    assert office.identifiers == [one.message_id for one in messages]
    assert fates() == [("sent", 1)] * 5


@pytest.mark.parametrize("step", ["RCPT", "DATA"])
def test_a_server_that_goes_once_a_mail_is_announced_gets_it_in_another_conversation(office, step):
    messages = some(3)
    office.tempers[step] = answers(None, "421 4.3.2 Je redemarre")

    tasks.sweep(0)

    assert office.conversations == [1, 2]
    assert office.identifiers == [one.message_id for one in messages]
    assert fates() == [("sent", 1)] * 3


@pytest.mark.parametrize(
    ("step", "answer", "state"),
    [
        ("RCPT", "450 Boite occupee", "waiting"),
        ("RCPT", "550 5.1.1 Boite inconnue", "refused"),
        ("DATA", "451 Plus tard", "waiting"),
    ],
)
def test_a_mail_that_is_refused_ends_no_conversation(office, step, answer, state):
    first, second, third = some(3)
    office.tempers[step] = answers(None, answer)

    tasks.sweep(0)

    assert office.conversations == [2]
    assert office.identifiers == [first.message_id, third.message_id]
    assert fates() == [("sent", 1), (state, 1), ("sent", 1)]
    second.refresh_from_db()
    assert second.last_error.startswith(answer[:3])


def test_a_mail_that_cannot_be_written_ends_no_conversation(office):
    a_message(key="le premier")
    a_message(key="le deuxième", to="josé@exemple.test")
    a_message(key="le dernier")

    tasks.sweep(0)

    assert office.conversations == [2]
    assert fates() == [("sent", 1), ("refused", 1), ("sent", 1)]


def test_a_text_over_which_the_line_was_cut_is_not_said_again_at_once(office):
    messages = some(3)
    office.tempers["DATA"] = answers(None, "cut")

    tasks.sweep(0)

    # It may have been taken: it has its pause, as one that was refused.
    assert office.identifiers == [one.message_id for one in messages]
    assert fates() == [("sent", 1), ("waiting", 1), ("sent", 1)]
    assert office.conversations == [2, 1]


def test_a_server_that_closes_and_is_gone_keeps_the_mails_without_blame(office):
    some(3)
    office.tempers["MAIL"] = lambda _: "cut" if office.letters else None
    office.tempers["EHLO"] = lambda _: "554 Ferme" if office.letters else None

    tasks.sweep(0)

    assert fates() == [("sent", 1), ("waiting", 1), ("waiting", 0)]
    assert Message.objects.order_by("pk")[1].last_error.startswith("554")


@pytest.mark.parametrize("temper", ["hang", "cut", "451 Pas maintenant"])
def test_leave_that_is_not_given_changes_the_fate_of_no_mail(office, temper):
    some(2)
    office.tempers["QUIT"] = temper

    tasks.sweep(0)
    tasks.sweep(0)

    assert office.conversations == [2]
    assert fates() == [("sent", 1)] * 2
