"""The code of the version before serves on the tables of the version after (R-60).

What a released version has made of the tables is `0001_initial`; what came since only adds. A
linter of the SQL (django-migration-linter) knows Django up to 6.0 and takes `makemigrations` for
itself, which django-linear-migrations has here: ours reads the operations.
"""

import pgtrigger.migrations
import pytest
from django.apps import apps
from django.contrib.postgres.operations import (
    AddConstraintNotValid,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
)
from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ModelState, ProjectState

CONTRACTS = {
    ("registrations", "0014_asked_late"): "refuses less than the constraint whose place it takes",
}
"""Migrations that take away on purpose what no code of the version before uses, each with why.

By the label of the app and the name: `("exams", "0007_no_more_colour"): "nothing reads it since 1.4"`.
"""

HARMLESS = (
    migrations.CreateModel,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.AlterModelTableComment,
    migrations.RemoveConstraint,
    migrations.RenameIndex,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
    ValidateConstraint,
    pgtrigger.migrations.AddTrigger,
    pgtrigger.migrations.RemoveTrigger,
)
TAKES_AWAY = (
    migrations.RemoveField,
    migrations.DeleteModel,
    migrations.RenameField,
    migrations.RenameModel,
    migrations.AlterModelTable,
)
DROPPED = "DROP INDEX CONCURRENTLY IF EXISTS "
GONE = "takes away what the code before reads"
NOT_NULL = "the code before writes no value: null=True, or a db_default"
NARROWER = "refuses what the code before writes"
LOCKS = (
    "holds up who writes while the index is made: …Concurrently, in a migration that is not atomic"
)
NO_WAY_BACK = "has no way back: reverse_code, or reverse_sql"
UNKNOWN = "nobody has said whether the code before goes on: see tests/test_migrations.py"


def faults(migration, state):
    """Say what of a migration hinders the code that serves meanwhile.

    Args:
        migration: which.
        state: the models before it; those after it, once it is read.

    Returns:
        A line for each fault.
    """
    found, made, added, removed = [], set(), set(), {}
    for whole in migration.operations:
        before = state.clone()
        whole.state_forwards(migration.app_label, state)
        for operation in _parts(whole):
            model = (migration.app_label, getattr(operation, "model_name", "").lower())
            if isinstance(operation, migrations.CreateModel):
                made.add((migration.app_label, operation.name_lower))
            why = None if model in made else _fault(operation, model, before, added, removed)
            if isinstance(operation, migrations.AddField):
                added.add((*model, operation.name))
            if isinstance(operation, migrations.RemoveConstraint):
                removed[operation.name] = before.models[model].get_constraint_by_name(
                    operation.name
                )
            if why:
                found.append(f"{operation.describe()} : {why}")
    return found


def _parts(operation):
    """Yield what an operation does to the tables, whatever it says of the models."""
    if not isinstance(operation, migrations.SeparateDatabaseAndState):
        yield operation
        return
    for one in operation.database_operations:
        yield from _parts(one)


def _fault(operation, model, before, added, removed):
    match operation:
        case migrations.RunPython() | migrations.RunSQL():
            why = None if operation.reversible else NO_WAY_BACK
        case migrations.AddField():
            why = _of_new(operation.field)
        case migrations.AlterField():
            why = _of_altered(before.models[model].get_field(operation.name), operation.field)
        case migrations.AddConstraint() | AddConstraintNotValid():
            why = _of_constraint(operation.constraint, model, added, removed)
        case _ if isinstance(operation, HARMLESS):
            why = None
        case migrations.AddIndex() | migrations.RemoveIndex():
            why = LOCKS
        case _:
            why = GONE if isinstance(operation, TAKES_AWAY) else UNKNOWN
    return why


def _of_new(field):
    if field.many_to_many:
        return None
    if not field.null and not field.has_db_default():
        return NOT_NULL
    return LOCKS if field.unique or field.db_index else None


def _of_altered(old, new):
    if (old.null and not new.null) or _is_narrower(old, new):
        return NARROWER
    if (new.unique and not old.unique) or (new.db_index and not old.db_index):
        return LOCKS
    return GONE if old.db_column != new.db_column else None


def _is_narrower(old, new):
    """Whether a column has another type, or a shorter one: text of any length takes all."""
    if old.get_internal_type() != new.get_internal_type():
        return not (isinstance(old, models.CharField) and isinstance(new, models.TextField))
    return (new.max_length or 0) < (old.max_length or 0)


def _of_constraint(constraint, model, added, removed):
    """One of columns that the code before does not know refuses nothing that it writes."""
    if not isinstance(constraint, models.CheckConstraint):
        return LOCKS
    if _is_wider(removed.get(constraint.name), constraint):
        return None
    names = {path.partition("__")[0] for path in _paths(constraint.condition)}
    return None if any((*model, name) in added for name in names) else NARROWER


def _is_wider(old, new):
    """Whether what replaces a list of values has all of them."""
    if not isinstance(old, models.CheckConstraint):
        return False
    [*was], [*now] = old.condition.children, new.condition.children
    if len(was) != 1 or len(now) != 1 or was[0][0] != now[0][0] or "__in" not in was[0][0]:
        return False
    return set(was[0][1]) <= set(now[0][1])


def _paths(condition):
    for child in condition.children:
        if isinstance(child, models.Q):
            yield from _paths(child)
        elif isinstance(child, tuple):
            yield child[0]


def later():
    """Return the migrations of our rooms since what stands for all those before."""
    loader = MigrationLoader(None)
    ours = {one.label for one in apps.get_app_configs() if one.name.startswith("sporades.")}
    return [
        (loader.project_state(key, at_end=False), migration)
        for key, migration in sorted(loader.disk_migrations.items())
        if key[0] in ours and migration.name != "0001_initial"
    ]


def test_the_version_before_serves_on_the_tables_of_each_migration():
    found = {
        (migration.app_label, migration.name): faults(migration, state)
        for state, migration in later()
    }

    assert ("accommodations", "0002_calls_about_answers") in found
    assert {key: said for key, said in found.items() if said and key not in CONTRACTS} == {}
    assert [key for key in CONTRACTS if not found.get(key)] == []


def test_an_index_that_was_cut_off_does_not_stop_the_next_try():
    """Made beside those who write, it may be given up, and what is left of it has its name."""
    made, dropped = [], []
    for _, migration in later():
        for one in migration.operations:
            if isinstance(one, AddIndexConcurrently):
                made.append(one.index.name)
            elif isinstance(one, migrations.RunSQL) and one.sql.startswith(DROPPED):
                dropped.append(one.sql.removeprefix(DROPPED))

    assert made
    assert sorted(made) == sorted(dropped)


THING = ModelState(
    "things",
    "thing",
    [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=20, null=True)),
    ],
    {
        "constraints": [
            models.CheckConstraint(condition=models.Q(name__in=["a", "b"]), name="it_is_listed")
        ]
    },
)


def judged(*operations):
    """Return what is said of operations on the table of a thing."""
    migration = migrations.Migration("0002", "things")
    migration.operations = operations
    return [
        one.rpartition(" : ")[2]
        for one in faults(migration, ProjectState({("things", "thing"): THING.clone()}))
    ]


def text(length=20, **more):
    return models.CharField(max_length=length, **more)


def checks(**condition):
    return models.CheckConstraint(condition=models.Q(**condition), name="it_is_so")


def altered(field):
    return migrations.AlterField("thing", "name", field)


def kind(said):
    return said if isinstance(said, str) else type(said).__name__


def lists(*names):
    """Replace the list of the names that there may be."""
    listed = models.CheckConstraint(condition=models.Q(name__in=names), name="it_is_listed")
    return [
        migrations.RemoveConstraint("thing", "it_is_listed"),
        migrations.AddConstraint("thing", listed),
    ]


INDEX = models.Index(fields=["name"], name="thing_name")


@pytest.mark.parametrize(
    ("operation", "why"),
    [
        (migrations.RemoveField("thing", "name"), GONE),
        (migrations.RenameField("thing", "name", "title"), GONE),
        (migrations.RenameModel("thing", "object"), GONE),
        (migrations.DeleteModel("thing"), GONE),
        (migrations.AlterModelTable("thing", "objects"), GONE),
        (altered(text(null=True, db_column="title")), GONE),
        (migrations.AddField("thing", "colour", text(default="")), NOT_NULL),
        (migrations.AddField("thing", "colour", text(null=True, unique=True)), LOCKS),
        (migrations.AddField("thing", "colour", text(null=True, db_index=True)), LOCKS),
        (altered(text()), NARROWER),
        (altered(text(19, null=True)), NARROWER),
        (altered(models.IntegerField(null=True)), NARROWER),
        (altered(text(null=True, db_index=True)), LOCKS),
        (migrations.AddIndex("thing", INDEX), LOCKS),
        (migrations.AddConstraint("thing", checks(name__gt="")), NARROWER),
        (AddConstraintNotValid("thing", checks(name__gt="")), NARROWER),
        (
            migrations.AddConstraint(
                "thing", models.UniqueConstraint(fields=["name"], name="once")
            ),
            LOCKS,
        ),
        (migrations.RunPython(migrations.RunPython.noop), NO_WAY_BACK),
        (migrations.RunSQL("SELECT 1"), NO_WAY_BACK),
        (migrations.AlterUniqueTogether("thing", {("id", "name")}), UNKNOWN),
        (
            migrations.SeparateDatabaseAndState([migrations.RemoveField("thing", "name")]),
            GONE,
        ),
    ],
    ids=kind,
)
def test_what_would_hinder_the_version_before_is_told(operation, why):
    assert judged(operation) == [why]


def test_a_list_of_values_may_grow_and_not_shrink():
    assert judged(*lists("a", "b", "c")) == []
    assert judged(*lists("a", "c")) == [NARROWER]


@pytest.mark.parametrize(
    "operations",
    [
        [migrations.AddField("thing", "colour", text(db_default="", default=""))],
        [migrations.AddField("thing", "colour", text(null=True))],
        [altered(text(21, null=True))],
        [altered(models.TextField(null=True))],
        [AddIndexConcurrently("thing", INDEX)],
        [
            migrations.AddField("thing", "colour", text(null=True)),
            migrations.AddConstraint("thing", checks(colour="red", name="x")),
        ],
        [
            migrations.CreateModel("other", [("id", models.BigAutoField(primary_key=True))]),
            migrations.AddField("other", "colour", text(unique=True)),
        ],
        [migrations.RunSQL("SELECT 1", reverse_sql="SELECT 1")],
        [migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("thing")])],
    ],
    ids=lambda done: "-".join(map(kind, done)),
)
def test_what_only_adds_is_let_through(operations):
    assert judged(*operations) == []
