"""A notice of non-delivery that comes back later: its recipient is told, nobody else."""

import io

import pytest
from django.core.management import CommandError, call_command

from sporades.mail import tasks
from sporades.mail.models import Message
from sporades.mail.queries import undelivered_to
from tests.factories import a_candidate, a_registration

ZOE = "zoe@exemple.test"
NOTICE = """\
From: Mail Delivery System <MAILER-DAEMON@relais.exemple.test>
To: inscriptions@exemple.test
Subject: Undelivered Mail Returned to Sender
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="limite"

--limite
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--limite
Content-Type: message/delivery-status

Reporting-MTA: dns; relais.exemple.test
Arrival-Date: Wed, 25 Nov 2026 10:31:00 +0100

Final-Recipient: rfc822; {recipient}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--limite
Content-Type: {returned}

{original}
--limite--
"""
HEADERS = "Message-ID: {message_id}\nTo: zoe@exemple.test\nSubject: Inscription\n"

pytestmark = pytest.mark.usefixtures("stopped_clock")


@pytest.fixture
def message(office):
    """A receipt that the server took."""
    a_registration(a_candidate(email=ZOE))
    tasks.sweep(0)
    return Message.objects.get(state=Message.State.SENT)


def notice(message, *, recipient=ZOE, action="failed", status="5.1.1", returned="message/rfc822"):
    original = HEADERS.format(message_id=message.message_id) + "\nBonjour"
    return NOTICE.format(
        recipient=recipient, action=action, status=status, returned=returned, original=original
    )


def note(letter, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(letter.encode())))
    call_command("mail", "retour")


@pytest.mark.parametrize("returned", ["message/rfc822", "text/rfc822-headers"])
@pytest.mark.parametrize("recipient", [ZOE, "Zoe@Exemple.Test", "<zoe@exemple.test>"])
def test_who_did_not_get_a_message_is_told(message, monkeypatch, capsys, returned, recipient):
    note(notice(message, returned=returned, recipient=recipient), monkeypatch)

    message.refresh_from_db()
    assert (message.state, message.sent_at) == (Message.State.REFUSED, None)
    assert message.last_error == "5.1.1 smtp; 550 5.1.1 User unknown"
    assert undelivered_to(ZOE) == message
    assert capsys.readouterr().out == f"Message {message.pk} : noté comme non remis.\n"


def test_a_sign_that_the_database_keeps_not_does_not_keep_a_notice_from_being_read(
    message, monkeypatch
):
    note(notice(message).replace("User unknown", "User\0 unknown"), monkeypatch)

    message.refresh_from_db()
    assert message.last_error == "5.1.1 smtp; 550 5.1.1 User unknown"


def test_who_has_their_mail_sent_on_is_told_that_it_ended_nowhere(message, monkeypatch):
    sent_on = notice(message, recipient="zoe@ailleurs.test").replace(
        "Action:", "Original-Recipient: rfc822;Zoe@exemple.test\nAction:"
    )

    note(sent_on, monkeypatch)

    message.refresh_from_db()
    assert message.state == Message.State.REFUSED
    assert undelivered_to(ZOE) == message


def test_one_that_left_and_of_which_nobody_could_say_so_is_not_sent_again(monkeypatch, capsys):
    a_registration(a_candidate(email=ZOE))
    waiting = Message.objects.get(recipient=ZOE, kind="registered")
    assert waiting.state == Message.State.WAITING

    note(notice(waiting), monkeypatch)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.sent_at) == (Message.State.REFUSED, None)
    assert capsys.readouterr().out == f"Message {waiting.pk} : noté comme non remis.\n"


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.7"), ("delivered", "2.0.0")])
def test_what_is_late_or_has_arrived_changes_nothing(message, monkeypatch, capsys, action, status):
    note(notice(message, action=action, status=status), monkeypatch)

    message.refresh_from_db()
    assert message.state == Message.State.SENT
    assert capsys.readouterr().out.startswith("Rien à noter")


def test_a_notice_for_somebody_else_s_address_is_refused(message, monkeypatch):
    with pytest.raises(CommandError, match="que l'on ne connaît pas ici"):
        note(notice(message, recipient="autre@exemple.test"), monkeypatch)

    message.refresh_from_db()
    assert message.state == Message.State.SENT


@pytest.mark.parametrize(
    "letter",
    [
        "",
        "Subject: Absence\n\nJe suis en vacances.",
        "Content-Type: multipart/report; boundary=x\n\n--x\nContent-Type: message/delivery-status\n\n--x--",
        "\0\xff",
        f"Content-Type: {'(' * 2_000}\n\n",
    ],
)
def test_what_is_no_notice_is_refused(message, monkeypatch, letter):
    with pytest.raises(CommandError, match="n'est pas un avis de non-remise"):
        note(letter, monkeypatch)

    message.refresh_from_db()
    assert message.state == Message.State.SENT


def test_a_notice_of_a_message_from_elsewhere_is_refused(message, monkeypatch):
    other = notice(message).replace(message.message_id, "<20261125@ailleurs.exemple.test>")

    with pytest.raises(CommandError, match="n'est pas un avis de non-remise"):
        note(other, monkeypatch)


def test_a_notice_read_twice_says_the_same(message, monkeypatch):
    for _ in range(2):
        note(notice(message), monkeypatch)

    message.refresh_from_db()
    assert message.state == Message.State.REFUSED


def test_a_notice_is_read_from_a_file_too(message, tmp_path, capsys):
    file = tmp_path / "avis.eml"
    file.write_text(notice(message), encoding="utf-8")

    call_command("mail", "retour", str(file))

    assert capsys.readouterr().out == f"Message {message.pk} : noté comme non remis.\n"
    with pytest.raises(CommandError, match="impossible à lire"):
        call_command("mail", "retour", str(tmp_path / "absent.eml"))


def test_a_notice_that_somebody_made_up_keeps_no_mail_from_leaving(monkeypatch):
    a_registration(a_candidate(email=ZOE))
    waiting = Message.objects.get(recipient=ZOE, kind="registered")
    name, host = waiting.message_id.split("@")
    number = name.rpartition(".")[0]

    for guessed in (f"{number}@{host}", f"{number}.{'0' * 16}@{host}"):
        made_up = notice(waiting).replace(waiting.message_id, guessed)
        with pytest.raises(CommandError, match="que l'on ne connaît pas ici"):
            note(made_up, monkeypatch)
    tasks.sweep(0)

    waiting.refresh_from_db()
    assert waiting.state == Message.State.SENT


def test_a_mail_of_before_mails_had_a_sign_is_known_by_its_number(message, monkeypatch):
    Message.objects.filter(pk=message.pk).update(sign="")
    message.refresh_from_db()

    note(notice(message), monkeypatch)

    message.refresh_from_db()
    assert message.state == Message.State.REFUSED
