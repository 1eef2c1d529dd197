"""Before a database that was brought back serves again: what was given since is given to nobody else."""

import os
from datetime import timedelta
from io import StringIO

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection

from sporades import journal
from sporades.accounts.models import Membership, User
from sporades.batches.models import Batch
from sporades.core.actors import SYSTEM
from sporades.journal.models import Entry
from sporades.journal.queries import lost
from sporades.letters.models import Letter
from sporades.publications.models import Publication
from sporades.registrations.numbers import take_number
from sporades.retention.models import Hold
from tests import moulds
from tests.endurance.arena import a_copy, furnish, pointing_at, rows
from tests.factories import NOW, OPERATOR, a_record, a_registration
from tests.web.registry.world import PASSWORD, a_member

STANDS = "SELECT sequencename, last_value FROM pg_sequences WHERE schemaname = current_schema()"


@pytest.fixture(autouse=True)
def _invented():
    """These tests need no exam."""


@pytest.fixture
def restored(db):
    """A database of its own: what moves a sequence is undone by no transaction."""
    name = f"sporades_restored_{os.getpid()}"
    with a_copy(moulds.mould(), name) as url, pointing_at(url):
        yield


def bring_back(stood):
    """Put every sequence where it stood, as a backup of that instant does."""
    with connection.cursor() as cursor:
        for name, last in stood.items():
            is_called = last is not None
            cursor.execute("SELECT setval(%s::regclass, %s, %s)", [name, last or 1, is_called])


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("restored", "stopped_clock")
def test_no_number_given_since_a_backup_is_given_to_somebody_else():
    take_number()
    stood = dict(rows(STANDS))
    given = {take_number() for _ in range(5)}
    bring_back(stood)

    call_command("restauration", motif="Disque perdu", saut=5, stdout=StringIO())

    assert not given & {take_number() for _ in range(20)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("restored", "stopped_clock")
def test_every_key_is_moved_everybody_signs_in_again_and_the_journal_says_it():
    stood = dict(rows(STANDS))
    Session.objects.create(session_key="a" * 32, session_data="", expire_date=NOW)
    told = StringIO()

    call_command("restauration", motif="Disque perdu", stdout=told)

    moved = dict(rows(STANDS))
    left_out = {name: moved[name] - (last or 0) for name, last in stood.items()}
    assert len(stood) > 50
    assert min(left_out.values()) >= 100_000
    assert not Session.objects.exists()
    entry = Entry.objects.get(verb="database restored")
    assert entry.payload["after"] == {"reason": "Disque perdu", "left_out": 100_000}
    assert f"{len(stood)} séquences avancées de 100000" in told.getvalue()
    assert "Mails qui attendaient à cet instant : 0." in told.getvalue()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("restored", "stopped_clock")
def test_what_was_taken_away_since_and_stands_again_is_told_with_how_many():
    head = a_member("cheffe@exemple.test", Membership.Role.HEAD, ["A09"])
    left = a_member("parti@exemple.test", Membership.Role.MANAGER, ["A09"])
    Membership.objects.filter(user=left).update(ends_on=NOW.date() - timedelta(days=1))
    journal.record("x", by=SYSTEM, at=NOW - timedelta(hours=2))
    for hours, state in (
        *((1, "published"), (-1, "published"), (-3, "published")),
        *((1, "dropped"), (1, "publishing")),
    ):
        Publication.objects.create(
            asked_by=head,
            asked_name="x",
            asked_at=NOW,
            perimeters=[],
            zone="x",
            kind="convocation",
            moved_at=NOW,
            state=state,
            publish_at=NOW + timedelta(hours=hours),
            decided_at=NOW,
            decided_by=head,
            within=[],
        )
    for state in ("running", "prepared"):
        Batch.objects.create(
            asked_by=head,
            asked_name="x",
            asked_at=NOW,
            perimeters=[],
            action="validate",
            total=1,
            state=state,
        )
    Hold.objects.create(number="1", academy="A09", reason="Recours", placed_at=NOW, placed_by="x")
    told = StringIO()

    call_command("restauration", motif="Disque perdu", saut=1, stdout=told)

    said = told.getvalue()
    for line in (
        "- Rôles d'agents ouverts : 1 (agent liste)",
        "- Publications décidées dont l'heure n'était pas venue : 2, dont venue depuis : 1.",
        "Publications en cours, que le travailleur continue : 1.",
        "- Lots en cours : 1.",
        "- Courriers qui attendent d'être imprimés : 0 (courrier liste)",
        "- Impressions de courriers pas notées comme postées : 0.",
        "- Codes qui donnent une fiche à son candidat : 0.",
        "- Gels : 1 (archives gels)",
        "- Papiers de santé déposés : 0",
    ):
        assert line in said
    assert "Mots de passe d'agents" not in said
    assert User.objects.get(pk=head.pk).has_usable_password()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("restored", "stopped_clock")
def test_letters_that_would_be_printed_again_are_told_by_the_numbers_of_their_sheets():
    furnish()
    a_registration(a_record())
    told = StringIO()

    call_command("restauration", motif="Disque perdu", saut=1, stdout=told)

    assert "- Courriers qui attendent d'être imprimés : 1 (courrier liste)" in told.getvalue()
    number = Letter.objects.get().pk
    assert f"\n  Bureau des essais de Lille (A09 ESSAI), 1 : {number}\n" in told.getvalue()


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("restored")
def test_what_is_lost_is_from_the_last_act_that_came_back_to_the_command_however_often_it_is_run():
    journal.record("x", by=SYSTEM, at=NOW)
    journal.record("x", by=OPERATOR, at=NOW + timedelta(hours=1))

    for hours in (2, 3):
        with time_machine.travel(NOW + timedelta(hours=hours), tick=False):
            call_command("restauration", motif="Disque perdu", saut=1, stdout=StringIO())

    assert lost() == [(NOW, NOW + timedelta(hours=3))]


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("restored", "stopped_clock")
def test_passwords_of_staff_that_may_have_been_stolen_since_serve_no_more():
    agents = [
        a_member(f"{name}@exemple.test", Membership.Role.MANAGER, ["A09"]) for name in ("a", "b")
    ]
    candidate = User.objects.create_user("c@exemple.test", PASSWORD, created_at=NOW)
    told = StringIO()

    call_command(
        "restauration", motif="Disque perdu", saut=1, mots_de_passe_agents=True, stdout=told
    )

    assert not any(User.objects.get(pk=one.pk).has_usable_password() for one in agents)
    assert User.objects.get(pk=candidate.pk).check_password(PASSWORD)
    assert "Mots de passe d'agents rendus inutilisables : 2." in told.getvalue()
    assert Entry.objects.get(verb="database restored").payload["after"]["passwords_taken"] == 2


@pytest.mark.django_db
@pytest.mark.parametrize(("said", "why"), [({"saut": 0}, "--saut"), ({"motif": " "}, "motif")])
def test_what_cannot_be_done_is_said_and_nothing_moves(said, why):
    stood = dict(rows(STANDS))

    with pytest.raises(CommandError, match=why):
        call_command("restauration", **{"motif": "Disque perdu", **said})

    assert dict(rows(STANDS)) == stood


@pytest.mark.django_db
def test_the_role_of_the_pages_moves_no_sequence():
    stood = dict(rows(STANDS))
    with connection.cursor() as cursor:
        cursor.execute("REVOKE UPDATE ON ALL SEQUENCES IN SCHEMA public FROM CURRENT_USER")

    with pytest.raises(CommandError, match="propriétaire des tables"):
        call_command("restauration", motif="Disque perdu")

    assert dict(rows(STANDS)) == stood
