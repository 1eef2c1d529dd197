"""The journal: what was touched is found by its row (standards S-60)."""

import re
from datetime import timedelta
from io import StringIO
from pathlib import Path
from threading import Thread

import pytest
from django.core.management import CommandError, call_command
from django.db import ProgrammingError, connection, connections, transaction

from sporades import journal
from sporades.core import origin
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.origin import Origin
from sporades.journal import sealing
from sporades.journal.models import Entry, Seal
from sporades.journal.operations import forget, forget_provenance
from tests.endurance.arena import together
from tests.factories import NOW

BY = Actor("manager", "Claude Martin", "user:7")
UNTOUCHED = ()
ROOT = Path(__file__).parents[2]


@pytest.fixture
def acts(db):
    """Return the keys of five acts, under two seals, and one that is not sealed yet."""
    keys = []
    for number in range(6):
        entry = journal.record(
            "registration filed", by=BY, at=NOW + timedelta(seconds=number), after={"n": number}
        )
        keys.append(entry.pk)
        if number in (2, 4):
            sealing.seal(at=NOW + timedelta(minutes=number))
    return keys


def by_hand(statement, *parameters):
    """Do what somebody with the run of the database can, triggers set aside."""
    with connection.cursor() as cursor:
        for way in ("DISABLE", "ENABLE"):
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            for table in ("journal_entry", "journal_seal"):
                cursor.execute(f"ALTER TABLE {table} {way} TRIGGER USER")
            if way == "DISABLE":
                cursor.execute(statement, parameters)


def test_what_nobody_touched_is_said_to_be_whole(acts):
    found = sealing.verify(at=NOW)

    assert (found.acts, found.seals, found.findings) == (6, 2, UNTOUCHED)
    assert found.last == f"2:{Seal.objects.get(number=2).digest}"


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor_name", "Autre"),
        ("verb", "registration withdrawn"),
        ("payload", '{"after": {"n": 9}}'),
        ("at", "2026-01-01T00:00:00Z"),
        ("object_id", "12"),
        ("academy", "A25"),
        ("salt", "0" * 32),
        ("salt", ""),
        ("digest", "0" * 64),
    ],
)
@pytest.mark.parametrize("which", [1, 5])
def test_a_row_that_was_changed_is_named(acts, which, column, value):
    by_hand(f"UPDATE journal_entry SET {column} = %s WHERE id = %s", value, acts[which])

    [said] = sealing.verify(at=NOW).findings

    assert said.startswith(f"Acte {acts[which]} : il a été réécrit")


def test_a_row_that_was_changed_with_its_fingerprint_is_named(acts):
    entry = Entry.objects.get(pk=acts[3])
    entry.actor_name = "Autre"
    by_hand(
        "UPDATE journal_entry SET actor_name = %s, digest = %s WHERE id = %s",
        *(entry.actor_name, digest(entry.content), entry.pk),
    )

    assert sealing.verify(at=NOW).findings == (f"Acte {acts[3]} : il a été réécrit (sceau n°2).",)


def test_a_row_that_was_deleted_is_named(acts):
    by_hand("DELETE FROM journal_entry WHERE id = %s", acts[0])

    assert sealing.verify(at=NOW).findings == (f"Acte {acts[0]} : il a été supprimé (sceau n°1).",)


def test_a_row_that_was_detached_from_its_seal_is_named(acts):
    by_hand("UPDATE journal_entry SET seal_id = NULL WHERE id = %s", acts[0])

    assert sealing.verify(at=NOW).findings == (
        f"Acte {acts[0]} : il a été détaché de son sceau (n°1).",
    )


def test_a_row_that_was_moved_under_another_seal_is_named_of_both(acts):
    second = Seal.objects.get(number=2)
    by_hand("UPDATE journal_entry SET seal_id = %s WHERE id = %s", second.pk, acts[0])

    assert sealing.verify(at=NOW).findings == (
        f"Acte {acts[0]} : il a été détaché de son sceau (n°1).",
        f"Acte {acts[0]} : il a été ajouté après coup (sceau n°2).",
    )


def test_a_row_that_is_forgotten_and_says_something_again_is_named(acts):
    forget(Entry.objects.filter(pk=acts[5]), "draft erased", by=BY, at=NOW)
    assert sealing.verify(at=NOW).findings == UNTOUCHED

    by_hand("UPDATE journal_entry SET actor_name = 'Autre' WHERE id = %s", acts[5])

    assert sealing.verify(at=NOW).findings == (
        f"Acte {acts[5]} : il a été réécrit avant d'être scellé.",
    )


def test_a_row_that_was_slipped_under_a_seal_is_named(acts):
    entry = journal.record("registration filed", by=BY, at=NOW)
    by_hand(
        "UPDATE journal_entry SET seal_id = %s WHERE id = %s", Seal.objects.first().pk, entry.pk
    )

    assert sealing.verify(at=NOW).findings == (
        f"Acte {entry.pk} : il a été ajouté après coup (sceau n°1).",
    )


def test_a_row_without_its_true_fingerprint_is_named_before_it_is_sealed(acts):
    by_hand("UPDATE journal_entry SET verb = 'x' WHERE id = %s", acts[5])

    assert sealing.verify(at=NOW).findings == (
        f"Acte {acts[5]} : il a été réécrit avant d'être scellé.",
    )


def test_a_seal_that_was_rewritten_or_is_missing_is_named(acts):
    by_hand("UPDATE journal_seal SET acts = %s WHERE number = 1", "[]")
    rewritten = sealing.verify(at=NOW).findings
    by_hand("UPDATE journal_entry SET seal_id = NULL")
    by_hand("DELETE FROM journal_seal WHERE number = 1")

    assert "Sceau n°1 : il a été réécrit." in rewritten
    assert "Sceau n°1 : il manque." in sealing.verify(at=NOW).findings


def test_a_chain_that_was_made_anew_differs_from_the_seal_that_was_noted(acts):
    noted = sealing.verify(at=NOW).last
    entry = Entry.objects.get(pk=acts[1])
    entry.actor_name = "Autre"
    by_hand(
        "UPDATE journal_entry SET actor_name = 'Autre', digest = %s WHERE id = %s",
        *(digest(entry.content), entry.pk),
    )
    by_hand("UPDATE journal_entry SET seal_id = NULL")
    by_hand("DELETE FROM journal_seal")
    for _ in range(2):
        sealing.seal(at=NOW)
        journal.record("registration filed", by=BY, at=NOW)

    assert sealing.verify(at=NOW).findings == UNTOUCHED
    assert sealing.verify(at=NOW, kept=noted).findings == (
        "Sceau n°2 : ce n'est pas celui qui a été noté.",
    )


def test_a_seal_that_was_noted_and_is_not_there_is_missed(acts):
    assert sealing.verify(at=NOW, kept=f"9:{'0' * 64}").findings == (
        "Sceau n°9 : noté ailleurs, il manque ici.",
    )


@pytest.mark.django_db(transaction=True)
def test_an_act_that_is_committed_late_is_sealed_too():
    with transaction.atomic():
        late = journal.record("registration filed", by=BY, at=NOW)

        def meanwhile():
            journal.record("registration withdrawn", by=BY, at=NOW + timedelta(minutes=1))
            sealing.seal(at=NOW + timedelta(minutes=2))
            connections.close_all()

        other = Thread(target=meanwhile)
        other.start()
        other.join()

    assert Entry.objects.get(pk=late.pk).seal is None
    assert sealing.seal(at=NOW + timedelta(minutes=3)) == 1
    assert sealing.verify(at=NOW).findings == UNTOUCHED


def test_there_is_no_empty_seal(acts):
    sealing.seal(at=NOW)

    assert sealing.seal(at=NOW) == 0
    assert Seal.objects.count() == 3


def test_the_command_says_what_was_touched_and_fails(acts):
    said = StringIO()
    call_command("journal", "verify", stdout=said)
    assert "6 acte(s), 2 sceau(x) : rien n'a été touché." in said.getvalue()
    assert f"--sceau 2:{Seal.objects.get(number=2).digest}" in said.getvalue()

    by_hand("DELETE FROM journal_entry WHERE id = %s", acts[0])
    told = StringIO()
    with pytest.raises(CommandError, match="1 anomalie"):
        call_command("journal", "verify", stderr=told)

    assert f"Acte {acts[0]}" in told.getvalue()
    with pytest.raises(CommandError, match="attend un numéro"):
        call_command("journal", "verify", "--sceau", "x")


def documented_role():
    """Return the statements that operators are told to give the role that serves."""
    page = (ROOT / "docs/operations.md").read_text(encoding="utf-8")
    [block] = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    return block


def test_the_role_that_serves_may_add_and_seal_and_nothing_else(acts):
    with connection.cursor() as cursor:
        cursor.execute(documented_role())
        cursor.execute("SET LOCAL ROLE sporades_app")
        journal.record("registration filed", by=BY, at=NOW)
        assert sealing.seal(at=NOW) == 2
        for statement in (
            "UPDATE journal_entry SET actor_name = 'x'",
            "DELETE FROM journal_entry",
            "TRUNCATE journal_entry",
            "UPDATE journal_seal SET acts = '[]'",
            "DELETE FROM journal_seal",
            "ALTER TABLE journal_entry DISABLE TRIGGER ALL",
            "SET session_replication_role = replica",
        ):
            with (
                pytest.raises(ProgrammingError, match=r"permission denied|must be owner"),
                transaction.atomic(),
            ):
                cursor.execute(statement)
        cursor.execute("RESET ROLE")


# --- Where an act comes from -------------------------------------------------------------------

HERE = Origin("9f86d081884c7d65", "203.0.113.7")
IPV6 = Origin("9f86d081884c7d65", "2001:db8::7")
A_YEAR = timedelta(days=366)


@pytest.fixture(params=[HERE, IPV6], ids=["IPv4", "IPv6"])
def act(request, db):
    """Return an act that came from a request, sealed."""
    with origin.coming_from(request.param):
        made = journal.record("registration filed", by=BY, at=NOW, after={"n": 1})
    sealing.seal(at=NOW)
    return made


def test_an_act_says_where_it_came_from_and_a_job_from_nowhere(act, acts):
    kept = Entry.objects.get(pk=act.pk)

    assert (kept.request, kept.network) == (act.request, act.network)
    assert Entry.objects.get(pk=acts[0]).network is None
    assert sealing.verify(at=NOW).findings == UNTOUCHED


@pytest.mark.parametrize(
    "change",
    [
        "network = '198.51.100.1'",
        "request = '0000000000000000'",
        "network = NULL",
        "network = NULL, request = ''",
        "network = NULL, request = '', origin = ''",
    ],
)
def test_a_provenance_that_somebody_changed_or_took_away_is_found(act, change):
    by_hand(f"UPDATE journal_entry SET {change} WHERE id = %s", act.pk)

    [said] = sealing.verify(at=NOW).findings

    assert said == f"Acte {act.pk} : il a été réécrit (sceau n°1)."


def test_after_a_year_it_is_forgotten_and_the_act_is_whole(act):
    assert forget_provenance(at=NOW + timedelta(days=364)) == 0
    assert forget_provenance(at=NOW + A_YEAR) == 1

    kept = Entry.objects.get(pk=act.pk)
    assert (kept.request, kept.network, kept.origin) == ("", None, act.origin)
    assert (kept.actor_name, kept.payload) == ("Claude Martin", {"after": {"n": 1}})
    assert sealing.verify(at=NOW + A_YEAR).findings == UNTOUCHED


def test_whoever_is_forgotten_is_so_with_where_they_were(act):
    forget(Entry.objects.filter(pk=act.pk), "draft erased", by=BY, at=NOW, on=act)

    kept = Entry.objects.get(pk=act.pk)
    assert (kept.actor_name, kept.actor_id, kept.request, kept.network) == ("", "", "", None)
    assert sealing.verify(at=NOW).findings == UNTOUCHED


def once_seals_are_read(act):
    """Have another connection do something once the acts that are forgotten were read."""
    done = []

    def between(execute, sql, params, many, context):
        if "journal_seal" in sql and not done:
            done.append(act)
            together(act)
        return execute(sql, params, many, context)

    return connection.execute_wrapper(between)


@pytest.mark.django_db(transaction=True)
def test_whoever_is_forgotten_while_the_journal_is_read_is_no_finding():
    entry = journal.record("draft begun", by=BY, at=NOW, after={"n": 1})
    sealing.seal(at=NOW)
    mine = Entry.objects.filter(pk=entry.pk)

    with once_seals_are_read(lambda: forget(mine, "draft erased", by=BY, at=NOW, on=entry)):
        found = sealing.verify(at=NOW + timedelta(minutes=1))

    assert found.findings == UNTOUCHED
    assert not mine.get().payload
    assert sealing.verify(at=NOW + timedelta(minutes=1)).findings == UNTOUCHED


@pytest.mark.django_db(transaction=True)
def test_where_an_act_came_from_is_forgotten_while_the_journal_is_read():
    with origin.coming_from(Origin("n1", "192.0.2.7")):
        entry = journal.record("draft begun", by=BY, at=NOW, after={"n": 1})
    sealing.seal(at=NOW)
    year = NOW + timedelta(days=365)

    with once_seals_are_read(lambda: forget_provenance(at=year + timedelta(seconds=90))):
        found = sealing.verify(at=year - timedelta(seconds=10))

    assert found.findings == UNTOUCHED
    entry.refresh_from_db()
    assert not entry.network
