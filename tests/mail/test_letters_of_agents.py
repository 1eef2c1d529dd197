"""Each letter about the access of somebody who works in the office: what a person must read in it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest

from sporades.accounts.models import Membership
from sporades.accounts.permissions import Permission, reach
from sporades.acts.agents import appointing, inviting
from tests.factories import NOW, OPERATOR
from tests.mail.post_office import words
from tests.mail.test_letters import SIGNED, SITE
from tests.web.registry.world import a_member, author_of

Role = Membership.Role

pytestmark = pytest.mark.usefixtures("invented_exam", "stopped_clock")


@pytest.fixture
def head():
    return a_member("cheffe@exemple.test", Role.HEAD, ["A09"])


@pytest.fixture
def administrator():
    return a_member("admin@exemple.test", Role.ADMINISTRATOR, [])


def proposed(by, user=None, at="nouvelle@exemple.test"):
    return appointing.propose(
        wanted=appointing.Wanted(
            email=user.email if user else at,
            full_name="Dominique Roux",
            role=Role.AUDITOR,
            academies=["A09"],
            domains=[],
            ends_on=None,
        ),
        user=user,
        reason="Remplace <b>Camille</b> & Alix",
        sending=uuid4(),
        reach=reach(by.memberships.all(), Permission.PROPOSE_ROLES),
        by=author_of(by),
        at=NOW,
    )


def given(proposal, by):
    where = reach(by.memberships.all(), Permission.GIVE_ROLES)
    appointing.give(proposal=proposal, within=where, by=author_of(by), at=NOW)


def test_an_account_that_is_closed(letters):
    user = a_member("agent@exemple.test", Role.MANAGER, ["A09"])

    inviting.close(
        email=user.email,
        reason="A quitté",
        by=author_of(a_member("a@exemple.test", Role.HEAD, ["A09"])),
        at=NOW,
    )

    [letter] = letters()
    assert letter["Subject"] == "Votre compte d'agent Sporades est fermé"
    assert letter.taken_for == ["agent@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour Claude Martin,

Claude Martin a fermé votre compte d'agent le mercredi 25 novembre 2026 à 10\u00a0h\u00a030 (heure de Paris). Il n'ouvre plus rien.

Si vous pensez que c'est une erreur, adressez-vous à votre chef de service.

{SIGNED}"""
    )


def test_an_account_that_an_operator_closes_names_no_machine(letters):
    user = a_member("agent@exemple.test", Role.MANAGER, ["A09"])

    inviting.close(email=user.email, by=OPERATOR, at=NOW)

    [letter] = letters()
    assert "L'exploitant du service a fermé votre compte d'agent" in words(letter)


def test_an_invitation(letters):
    inviting.invite(
        email="nouvelle@exemple.test",
        full_name="Dominique Roux",
        role=Role.MANAGER,
        academies=["A09"],
        domains=["ESSAI"],
        ends_on=date(2027, 8, 31),
        by=OPERATOR,
        at=NOW,
    )

    [letter] = letters()
    assert letter["Subject"] == "Votre accès à Sporades"
    assert """\
Bonjour Dominique Roux,

Un compte vous est ouvert dans Sporades. Votre rôle : Gestionnaire.
Académies : Lille.
Domaines : Brevet d'essai.
Jusqu'au 31 août 2027 compris.

1. Choisissez votre mot de passe""" in words(letter)


def test_an_access_to_give_back(letters, head, administrator):
    agent = a_member("agent@exemple.test", Role.MANAGER, ["A09"])
    inviting.close(email=agent.email, by=OPERATOR, at=NOW - timedelta(days=2))
    letters()

    proposed(head, at=agent.email)

    [letter] = letters()
    assert letter["Subject"] == "Accès à rendre, à approuver : Dominique Roux"
    assert (
        "propose de rendre à Dominique Roux l'accès qui est fermé (agent@exemple.test)."
        in words(letter)
    )


@pytest.mark.parametrize(
    ("ends_on", "last"), [(None, ""), (date(2027, 8, 31), "Jusqu'au 31 août 2027 compris.\n")]
)
def test_another_role(letters, head, ends_on, last):
    user = a_member("agent@exemple.test", Role.MANAGER, ["A09"])

    inviting.change(
        email=user.email,
        role=Role.AUDITOR,
        academies=["A25", "A09"],
        ends_on=ends_on,
        by=author_of(head),
        at=NOW,
    )

    [letter] = letters()
    assert letter["Subject"] == "Votre rôle dans Sporades a changé"
    assert letter.taken_for == ["agent@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour Claude Martin,

Claude Martin a changé votre rôle, qui compte dès votre prochain clic : Auditeur.
Académies : Lille, Versailles.
Domaines : tous, ceux à venir aussi.
{last}
Si vous ne vous y attendiez pas, prévenez votre chef de service.

{SIGNED}"""
    )


def test_an_invitation_to_approve(letters, head, administrator):
    made = proposed(head)

    [letter] = letters()
    assert letter["Subject"] == "Invitation à approuver : Dominique Roux"
    assert letter.taken_for == ["admin@exemple.test"]
    assert (
        words(letter)
        == f"""\
Bonjour Claude Martin,

Claude Martin propose d'inviter Dominique Roux (nouvelle@exemple.test).

Rôle : Auditeur.
Académies : Lille.
Domaines : tous, ceux à venir aussi.
Motif : Remplace <b>Camille</b> & Alix

Tant que personne d'autre ne l'approuve, rien n'est envoyé.

Approuver ou refuser : {SITE}/gestion/agents/propositions/{made.pk}

{SIGNED}"""
    )


def test_another_role_to_approve(letters, head, administrator):
    agent = a_member("agent@exemple.test", Role.MANAGER, ["A09"])

    proposed(head, agent)

    [letter] = letters()
    assert letter["Subject"] == "Changement de rôle à approuver : Dominique Roux"
    assert "propose ce rôle pour Dominique Roux (agent@exemple.test)." in words(letter)
    assert "Tant que personne d'autre ne l'approuve, son rôle reste le même." in words(letter)


@pytest.mark.parametrize(
    ("is_change", "subject", "address", "sentence"),
    [
        (
            False,
            "Invitation approuvée",
            "nouvelle@exemple.test",
            "Le mail d'invitation est parti.",
        ),
        (
            True,
            "Changement de rôle approuvé",
            "agent@exemple.test",
            "Ce rôle compte dès son prochain clic.",
        ),
    ],
)
def test_what_was_proposed_is_given(letters, is_change, subject, address, sentence):
    head = a_member("cheffe@exemple.test", Role.HEAD, ["A09"])
    administrator = a_member("admin@exemple.test", Role.ADMINISTRATOR, [])
    agent = a_member("agent@exemple.test", Role.MANAGER, ["A09"]) if is_change else None
    made = proposed(head, agent)
    letters()

    given(made, administrator)

    letter = next(one for one in letters() if one.taken_for == [head.email])
    assert letter["Subject"] == f"{subject} : Dominique Roux"
    assert (
        words(letter)
        == f"""\
Bonjour Claude Martin,

Claude Martin approuve ce que vous avez proposé pour Dominique Roux ({address}).

Rôle : Auditeur.
Académies : Lille.
Domaines : tous, ceux à venir aussi.

{sentence}

La proposition : {SITE}/gestion/agents/propositions/{made.pk}

{SIGNED}"""
    )


def test_what_was_proposed_is_refused(letters, head, administrator):
    made = proposed(head)
    letters()

    appointing.refuse(
        proposal=made, answer="Pas <b>ce</b> mois-ci", by=author_of(administrator), at=NOW
    )

    [letter] = letters()
    assert letter["Subject"] == "Invitation refusée : Dominique Roux"
    assert "Claude Martin refuse ce que vous avez proposé pour Dominique Roux" in words(letter)
    assert "Motif : Pas <b>ce</b> mois-ci" in words(letter)
