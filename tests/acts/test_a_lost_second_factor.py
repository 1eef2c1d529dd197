"""What an operator does for whoever has lost a second factor."""

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.management import CommandError, call_command

from sporades.journal.models import Entry
from sporades.mail.models import Message
from tests.acts.people import joined, whose

WHY = "Identité vérifiée au guichet"


def free(address, motif=WHY):
    call_command("compte", "liberer", address, *whose(address), "--motif", motif)


@pytest.mark.django_db
def test_an_operator_frees_an_account_of_its_second_factor_and_its_owner_is_told(capsys):
    user = joined()
    UserSession.objects.create(user=user, ip="192.0.2.1", session_key="ouverte", user_agent="x")
    for kind in ("totp", "webauthn", "recovery_codes"):
        Authenticator.objects.create(user=user, type=kind, data={})

    free("Theo@exemple.test")

    said = "theo@exemple.test : double authentification retirée, appareils déconnectés.\n"
    assert capsys.readouterr().out == said
    assert not Authenticator.objects.exists()
    assert not UserSession.objects.exists()
    body = Message.objects.get(kind="sign_in_changed", recipient="theo@exemple.test").body
    assert "le service a retiré la double authentification de votre compte" in body
    assert "ce-n-etait-pas-moi" not in body
    noted = Entry.objects.get(verb="sign-in changed")
    said = {"change": "second_factors_removed", "reason": WHY}
    assert (noted.actor_kind, noted.payload["after"]) == ("operator", said)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("theo@exemple.test", "Le compte theo@exemple.test n'a pas de double authentification."),
        ("nina@exemple.test", "Aucun compte n'a l'adresse nina@exemple.test."),
    ],
)
def test_an_account_that_has_nothing_to_be_freed_of_is_said_so(address, words):
    joined()

    with pytest.raises(CommandError, match=words):
        free(address)


@pytest.mark.django_db
def test_why_it_is_freed_is_asked_for_and_nothing_is_removed_without():
    Authenticator.objects.create(user=joined(), type="totp", data={})

    with pytest.raises(CommandError, match="--motif"):
        call_command("compte", "liberer", "theo@exemple.test", *whose("theo@exemple.test"))
    with pytest.raises(CommandError, match="Le motif compte de 1 à"):
        free("theo@exemple.test", " ")

    assert Authenticator.objects.exists()
