"""What was filed and issued is kept from the role that serves by right, not by triggers alone.

A trigger is set aside by a setting that PostgreSQL lets every role set (`pgtrigger.ignore`).
"""

import pgtrigger
import pytest
from django.apps import apps
from django.db import ProgrammingError, connection, transaction

from sporades.acts.writing import messaging
from sporades.exams.held import forget
from sporades.exams.models import Regulation
from sporades.threads.models import ThreadMessage
from tests.factories import NOW, a_candidate, a_registration, load_invented
from tests.journal.test_sealing import documented_role
from tests.threads.said import MANAGER, write


def frozen_columns():
    """Give each table that a trigger freezes, with the columns that never change."""
    for model in apps.get_models():
        for trigger in getattr(model._meta, "triggers", ()):
            fields = model._meta.concrete_fields
            if isinstance(trigger, pgtrigger.ReadOnly):
                kept = trigger.fields or {one.name for one in fields} - set(trigger.exclude or ())
            elif type(trigger) is pgtrigger.Protect and trigger.condition is None:
                kept = {one.name for one in fields}
            else:
                continue
            if pgtrigger.Update in (
                trigger.operation,
                *getattr(trigger.operation, "operations", ()),
            ):
                yield model._meta.db_table, [one.column for one in fields if one.name in kept]


@pytest.fixture
def serving(territory, db):
    """Serve as operators are told to, with a registration and what was written about it."""
    forget()
    load_invented()
    write(a_registration())
    with connection.cursor() as cursor:
        cursor.execute(documented_role())
        cursor.execute("SET LOCAL ROLE sporades_app")
        yield cursor
        cursor.execute("RESET ROLE")
    forget()


def refused(cursor, statement):
    """Tell whether the database refuses it by right."""
    try:
        with transaction.atomic():
            cursor.execute(statement)
    except ProgrammingError as trouble:
        return "permission denied" in str(trouble)
    return False


def test_each_column_that_a_trigger_freezes_is_one_that_the_serving_role_may_not_change(serving):
    serving.execute(
        "SELECT table_name, column_name FROM information_schema.column_privileges"
        " WHERE grantee = 'sporades_app' AND privilege_type = 'UPDATE'"
    )
    may = set(serving.fetchall())
    frozen = {(table, column) for table, columns in frozen_columns() for column in columns}

    assert ("registrations_registration", "state") in may
    assert {("registrations_version", "snapshot"), ("exams_regulation", "content")} < frozen
    assert may & frozen == set()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registrations_version SET digest = 'x'",
        "DELETE FROM registrations_version",
        "UPDATE documents_documentversion SET content = '{}'",
        "UPDATE exams_regulation SET content = '{}'",
        "DELETE FROM exams_regulation",
        "UPDATE candidates_identity SET birth_name = 'Autre'",
        "UPDATE threads_threadmessage SET text = 'Autre'",
        "UPDATE evidence_deposit SET key = 'x'",
        "UPDATE evidence_verdict SET motive = 'x'",
    ],
)
def test_who_sets_the_triggers_aside_rewrites_nothing_of_what_was_filed(serving, statement):
    serving.execute(
        "SELECT array_agg(DISTINCT tgname)::text FROM pg_trigger WHERE NOT tgisinternal"
    )
    [every] = serving.fetchone()
    serving.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [every])

    assert refused(serving, statement)


def test_the_serving_role_does_all_that_a_day_asks_for(serving):
    load_invented(("coefficient: 3,", "coefficient: 7,"))
    registration = a_registration(a_candidate(birth_name="Petit"))
    write(registration)
    [asked] = ThreadMessage.objects.filter(registration=registration)
    ThreadMessage.objects.filter(pk=asked.pk).update(read_at=registration.filed_at)
    messaging.settle(registration=registration, seen=str(asked.pk), by=MANAGER, at=NOW)

    assert ThreadMessage.objects.get(pk=asked.pk).settled_at == NOW
    assert registration.versions.count() == 1
    assert Regulation.objects.count() == 2
