"""What has become of a mail, in words that whoever answers the telephone can say."""

from datetime import timedelta

import pytest

from sporades.mail.fate import code_of, in_words, reason
from sporades.mail.models import Message
from tests.factories import NOW

PARIS = "Europe/Paris"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (Message(state="waiting"), "En attente d'envoi"),
        (
            Message(state="waiting", attempts=2, next_try_at=NOW + timedelta(hours=2)),
            (
                "Pas encore remis : nouvel essai le mercredi 25 novembre 2026 à 12\u00a0h\u00a030 "
                "(heure de Paris)"
            ),
        ),
        (
            Message(state="sent", written_at=NOW - timedelta(minutes=1), sent_at=NOW),
            "Envoyé le mercredi 25 novembre 2026 à 10\u00a0h\u00a030 (heure de Paris)",
        ),
        (
            Message(state="sent", written_at=NOW - timedelta(seconds=59), sent_at=NOW),
            "Envoyé aussitôt",
        ),
        (
            Message(state="refused", last_error="550 b'5.1.1 User unknown'"),
            "Refusé : cette adresse n'existe pas",
        ),
    ],
)
def test_a_state_is_a_sentence(message, said):
    assert in_words(message, PARIS) == said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("550 b'No such user'", "cette adresse n'existe pas"),
        ("552 b'5.2.2 Over quota'", "la boîte aux lettres est pleine"),
        ("5.2.1 smtp; 550 5.2.1 disabled", "la boîte aux lettres est fermée"),
        ("554 b'5.7.1 Spam'", "le serveur du destinataire n'a pas voulu de ce message"),
        ("5.4.4 unable to route", "le domaine de cette adresse n'existe pas"),
        ("ValueError no address", "cette adresse ne peut pas être écrite dans un mail"),
        ("TimeoutError", "le serveur du destinataire l'a refusé"),
        ("", "le serveur du destinataire l'a refusé"),
        ("500 <b>hostile</b>", "le serveur du destinataire l'a refusé"),
    ],
)
def test_why_it_was_refused_is_said_and_never_quoted(error, said):
    assert reason(error) == said


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("550 b'5.1.1 <ana@exemple.test> inconnue'", "550 5.1.1"),
        ("554 b'refused by policy'", "554"),
        ("5.7.1 smtp; 554 refused", "554 5.7.1"),
        ("ValueError ana.554@exemple.test", "ValueError"),
        ("550 b'192.0.2.5.1.1 is listed'", "550"),
        ("ana@exemple.test", "sans code"),
        ("", "sans code"),
    ],
)
def test_its_code_is_figures_or_a_name_and_never_an_address(error, code):
    assert code_of(error) == code
