"""Mail handed to real servers, of every temper (R-34)."""

import re
import socket
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection, transaction

from sporades import mail
from sporades.accounts.models import User
from sporades.acts.registrations import registering
from sporades.mail import delivery, tasks
from sporades.mail.models import Message
from tests.factories import NOW, a_candidate, a_draft, a_registration, author
from tests.mail.post_office import words

MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.usefixtures("stopped_clock")


def a_message(to="ana@exemple.test", key="un événement", *, urgent=False, at=NOW):
    return mail.write(
        "password_reset",
        to=to,
        at=at,
        key=key,
        about=User(pk=1),
        urgent=urgent,
        link="https://exemple.test/clé",
    )


def jobs():
    """The deliveries that wait in the queue: message and priority."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT (args->>'message_id')::bigint, priority FROM procrastinate_jobs "
            "WHERE task_name = 'mail.deliver' ORDER BY id"
        )
        return cursor.fetchall()


def said(caplog):
    """What the delivery wrote in the log."""
    return [one.getMessage() for one in caplog.records if one.name == "sporades.mail.delivery"]


# --- A server that takes it -------------------------------------------------------------------


def test_a_message_is_handed_over_once(office):
    message = a_message()

    handed = [delivery.deliver(message.pk, at=NOW + MINUTE * n) for n in range(3)]

    message.refresh_from_db()
    assert handed == [True, False, False]
    assert (message.state, message.sent_at, message.attempts) == ("sent", NOW, 1)
    [letter] = office.letters
    assert letter.taken_for == ["ana@exemple.test"]
    assert (letter["From"], letter["To"]) == (
        "Sporades <ne-pas-repondre@exemple.test>",
        "ana@exemple.test",
    )
    assert letter["Message-ID"] == message.message_id
    name = rf"<sporades\.{message.pk}\.[0-9a-f]{{16}}@inscriptions\.exemple\.test>"
    assert re.fullmatch(name, message.message_id)
    assert (letter["Auto-Submitted"], letter["Content-Language"]) == ("auto-generated", "fr")
    assert words(letter) == message.body


def test_one_event_is_told_once_to_an_address_and_queued_once():
    first, again, other = a_message(), a_message(), a_message(to="bea@exemple.test")

    assert first == again != other
    assert [message for message, _ in jobs()] == [first.pk, other.pk]


def test_an_act_undone_leaves_no_mail_and_no_job():
    draft = a_draft()

    class Undone(Exception):
        pass

    def register_then_undo():
        with transaction.atomic():
            registering.register(draft=draft, by=author(draft.candidate), at=NOW)
            assert (Message.objects.count(), len(jobs())) == (1, 1)
            raise Undone

    with pytest.raises(Undone):
        register_then_undo()

    assert (Message.objects.count(), jobs()) == (0, [])


def test_what_is_urgent_overtakes_what_is_not(office):
    usual = [a_message(key=f"rappel {n}") for n in range(3)]
    urgent = a_message(key="activation", urgent=True)

    tasks.sweep(0)

    assert [priority for _, priority in jobs()] == [0, 0, 0, 10]
    assert office.identifiers == [message.message_id for message in [urgent, *usual]]


# --- A server that does not --------------------------------------------------------------------

REFUSALS = [
    ("EHLO", "421 Trop de monde", "waiting"),
    ("EHLO", "554 Pas vous", "waiting"),
    ("MAIL", "451 Plus tard", "waiting"),
    ("MAIL", "530 Chiffrez d'abord", "waiting"),
    ("MAIL", "550 Expediteur inconnu", "waiting"),
    ("RCPT", "450 Boite occupee", "waiting"),
    ("RCPT", "452 Boite pleine", "waiting"),
    ("RCPT", "550 Boite inconnue", "refused"),
    ("RCPT", "551 Ailleurs", "refused"),
    ("RCPT", "553 Mal ecrite", "refused"),
    ("RCPT", "550 5.1.1 Boite inconnue", "refused"),
    ("RCPT", "550 5.2.1 Boite fermee", "refused"),
    ("RCPT", "550 5.1.8 Votre domaine d'envoi n'existe pas", "waiting"),
    ("RCPT", "550 5.7.1 Relais interdit", "waiting"),
    ("RCPT", "550 Refuse par notre politique (5.7.1)", "waiting"),
    ("RCPT", "554 refused by policy", "waiting"),
    ("RCPT", "552 5.2.2 Boite pleine", "waiting"),
    ("RCPT", "550 5.3.2 Le serveur ne prend rien", "waiting"),
    ("RCPT", "450 4.1.1 Boite inconnue pour l'instant", "waiting"),
    ("DATA", "451 Plus tard", "waiting"),
    ("DATA", "554 Message refuse", "waiting"),
    ("DATA", "550 Message refuse", "waiting"),
    ("DATA", "550 5.1.1 Boite inconnue", "refused"),
]


@pytest.mark.parametrize(("step", "answer", "state"), REFUSALS)
def test_a_refusal_is_for_a_while_unless_the_address_or_the_message_itself_is_refused(
    office, step, answer, state
):
    message = a_message()
    office.tempers[step] = answer

    assert delivery.deliver(message.pk, at=NOW) is False

    message.refresh_from_db()
    assert (message.state, message.attempts, message.sent_at) == (state, 1, None)
    assert message.last_error.startswith(answer[:3])
    # What is said before any message is named is of none: the sweep of the next minute tries again.
    assert message.next_try_at == NOW + (MINUTE / 2 if step == "EHLO" else MINUTE)
    assert office.letters == []


def test_a_relay_that_bars_everybody_for_a_night_loses_no_mail(office):
    messages = [a_message(to=f"ana{n}@exemple.test", key=f"mail {n}") for n in range(3)]
    office.tempers["RCPT"] = "554 refused by policy"
    at = NOW
    while at < NOW + timedelta(hours=9):
        for message in messages:
            delivery.deliver(message.pk, at=at)
            message.refresh_from_db()
        at = messages[0].next_try_at
    assert {message.state for message in messages} == {"waiting"}

    office.tempers.clear()

    assert [delivery.deliver(message.pk, at=at) for message in messages] == [True] * 3


@pytest.mark.parametrize(
    ("password", "error"), [("été", "NotOpened UnicodeEncodeError"), ("ete", "538 b'5.7.11")]
)
def test_a_password_that_is_refused_or_cannot_be_said_burns_no_mail(
    office, settings, password, error
):
    settings.MAILERS["default"]["OPTIONS"] |= {"username": "ana", "password": password}
    office.extensions = ["250-AUTH PLAIN", "250 OK"]
    message = a_message()

    assert delivery.deliver(message.pk, at=NOW) is False

    message.refresh_from_db()
    assert message.state == "waiting"
    assert message.last_error.startswith(error)


@pytest.mark.parametrize(
    ("address", "answer", "code"),
    [
        ("ana@exemple.test", "550 5.1.1 <ana@exemple.test> inconnue", "550 5.1.1"),
        ("@exemple.test", None, "ValueError"),
    ],
)
def test_a_refusal_for_good_leaves_one_line_and_no_address(office, caplog, address, answer, code):
    message = a_message(to=address)
    if answer:
        office.tempers["RCPT"] = answer

    delivery.deliver(message.pk, at=NOW)
    delivery.deliver(message.pk, at=NOW + MINUTE)

    assert said(caplog) == [f"Mail {message.pk} is refused, at once: {code}"]


def test_what_is_given_up_leaves_its_line_too(office, caplog):
    message = a_message()
    office.tempers["RCPT"] = "554 5.7.1 <ana@exemple.test> refused by policy"

    at = NOW
    while message.state == "waiting":
        assert said(caplog) == []
        delivery.deliver(message.pk, at=at)
        message.refresh_from_db()
        at = message.next_try_at

    assert said(caplog) == [f"Mail {message.pk} is refused, after three days: 554 5.7.1"]


@pytest.mark.parametrize(
    ("step", "temper"), [(step, t) for step in ("EHLO", "RCPT", "DATA") for t in ("hang", "cut")]
)
def test_a_server_that_hangs_or_hangs_up_is_tried_again_under_the_same_identifier(
    office, step, temper
):
    message = a_message()
    office.tempers[step] = temper

    assert delivery.deliver(message.pk, at=NOW) is False
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", 1)

    office.tempers.clear()
    assert delivery.deliver(message.pk, at=NOW + MINUTE) is True

    assert set(office.identifiers) == {message.message_id}
    # Cut off after it took the letter, a server gets it twice: once more is better than never.
    assert len(office.letters) == (2 if (step, temper) == ("DATA", "cut") else 1)


def test_a_server_that_is_not_there_is_tried_again(settings):
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.MAILERS = {
            "default": {
                "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
                "OPTIONS": {"host": "127.0.0.1", "port": nobody.getsockname()[1], "timeout": 0.5},
            }
        }
        message = a_message()

        assert delivery.deliver(message.pk, at=NOW) is False

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", 1)
    assert message.last_error.startswith("ConnectionRefusedError")


@pytest.mark.parametrize("tries", [0, 1])
def test_what_no_worker_tried_for_days_is_not_given_up_at_its_first_refusal(office, tries):
    message = a_message()
    office.tempers["RCPT"] = "450 4.2.0 greylisted"

    for at in [*[NOW] * tries, NOW + timedelta(days=4)]:
        delivery.deliver(message.pk, at=at)
    message.refresh_from_db()
    assert (message.state, message.attempts) == ("waiting", tries + 1)

    office.tempers.clear()
    assert delivery.deliver(message.pk, at=message.next_try_at) is True


def test_it_is_tried_again_ever_more_rarely_then_given_up_after_three_days(office):
    message = a_message()
    office.tempers["RCPT"] = "450 Boite occupee"
    tried, at = [], NOW
    while message.state == "waiting":
        delivery.deliver(message.pk, at=at)
        message.refresh_from_db()
        tried.append(at)
        at = message.next_try_at

    pauses = [(later - sooner) // MINUTE for sooner, later in pairwise(tried)]
    assert pauses[:8] == [1, 2, 4, 8, 16, 32, 64, 120]
    assert set(pauses[8:]) == {120}
    assert (message.state, office.letters) == ("refused", [])
    assert timedelta(days=3) < tried[-1] - NOW < timedelta(days=3, hours=3)


def test_it_is_not_tried_again_before_its_pause_is_over(office):
    message = a_message()
    office.tempers["RCPT"] = "450 Boite occupee"
    delivery.deliver(message.pk, at=NOW)
    office.tempers.clear()

    assert delivery.deliver(message.pk, at=NOW + MINUTE - timedelta(seconds=1)) is False
    assert delivery.deliver(message.pk, at=NOW + MINUTE) is True


# --- A message that cannot be sent --------------------------------------------------------------

POISON = [
    "ana@exemple.test\r\nBcc: tous@exemple.test",
    "ana@exemple.test\nBcc: tous@exemple.test",
    "@exemple.test",
    "josé@exemple.test",
    "ana@exemple.test, bea@exemple.test",
    "",
]


@pytest.mark.parametrize("address", POISON)
def test_a_message_that_cannot_be_sent_holds_up_no_other(office, address):
    message = a_message(to=address, urgent=True)
    sound = a_message(to="ana@exemple.test", key="un autre")

    tasks.sweep(0)

    message.refresh_from_db()
    assert (message.state, message.attempts) == ("refused", 1)
    assert message.last_error
    assert office.identifiers == [sound.message_id]
    assert [letter.taken_for for letter in office.letters] == [["ana@exemple.test"]]


def test_a_name_that_holds_lines_adds_no_header(office):
    draft = a_draft(a_candidate(first_names="Ana\r\nBcc: tous@exemple.test"))
    draft.exam.label = "Brevet\r\nBcc: tous@exemple.test"
    message = mail.write(
        "no_longer_offered",
        to=draft.candidate.user.email,
        at=NOW,
        key="n'est plus proposé",
        about=draft,
        draft=draft,
        name=draft.candidate.identity.full_name,
        gone="",
        link="",
    )

    delivery.deliver(message.pk, at=NOW)

    [letter] = office.letters
    assert (letter["Bcc"], letter["Subject"]) == (None, "N'est plus proposé : Brevet")
    assert letter.taken_for == [draft.candidate.user.email]


# --- What was registered -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "temper"),
    [("RCPT", "450 Plus tard"), ("RCPT", "550 Inconnu"), ("EHLO", "hang"), ("DATA", "cut")],
)
def test_a_registration_stands_whatever_becomes_of_its_mail(office, step, temper):
    registration = a_registration()
    office.tempers[step] = temper

    tasks.sweep(0)

    registration.refresh_from_db()
    [message] = Message.objects.filter(about_id=str(registration.pk))
    assert (registration.state, registration.version) == ("registered", 1)
    assert message.attempts == 1


@pytest.mark.parametrize("length", range(60))
def test_a_subject_has_no_space_more_wherever_it_is_folded(office, length):
    """Python's own folding leaves two spaces before a word with accents, at some lengths."""
    subject = f"{'a' * length} a : CAP Accompagnant éducatif petite enfance, à Évreux, session 2027"
    message = a_message()
    message.subject = subject
    message.save()

    tasks.sweep(0)

    [letter] = office.letters
    assert letter["Subject"] == subject


@pytest.mark.parametrize(
    "subject",
    [
        "=?utf-8?q?Annul=C3=A9e?=",
        "Rappel =?utf-8?q?Annul=C3=A9e?= : votre dossier",
        "Évreux, =?utf-8?b?w6k=?= à lire",
        "=?utf-8?q?Rappel=0D=0ABcc:_tous=40exemple.fr?=",
        "=?utf-8?q?Rappel=00?=",
    ],
)
def test_what_looks_encoded_in_a_subject_arrives_as_it_was_typed(office, subject):
    message = a_message()
    message.subject = subject
    message.save()

    tasks.sweep(0)

    [letter] = office.letters
    assert (letter["Subject"], letter["Bcc"]) == (subject, None)
