"""Turn a copy of the database into one of nobody: one transaction, or nothing (P-24).

The map (`tables`) says what becomes of each column; a column that it does not name stops all.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.backends.postgresql.psycopg_any import sql

from sporades import journal
from sporades.candidates.models import Candidate, Identity
from sporades.core import files, pdf
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.refusals import Refused
from sporades.core.text import search_key
from sporades.documents.codes import in_groups, new_code
from sporades.exams.models import Exam, PreparedRegulation, Regulation, Speciality
from sporades.journal import sealing
from sporades.journal.models import Entry
from sporades.mail.models import Message
from sporades.medical.models import Compartment
from sporades.personal.nobody import Nobody, own_words, texts_of, words_of
from sporades.personal.tables import BY_MODEL, TABLES, Table
from sporades.registrations.models import Registration, SectionAnswers
from sporades.retention.models import Hold
from sporades.territory.models import Academy, Country, Department, ManagingService

TEXTS = (
    models.CharField,
    models.TextField,
    models.JSONField,
    models.BinaryField,
    models.GenericIPAddressField,
    ArrayField,
)
AT_ONCE = 500
LEAVING = 10
"""How many tenths of a second whoever has just left may take to be gone."""
REPLACED = "personal/typst/replaced.typ"
_FILE = re.compile(r"[0-9a-f]{2}/[0-9a-f]{2}/[0-9a-f]{64}(?:\.\w+)+")


class NotACopy(Refused):
    """Nothing says that this database is a copy."""

    message = (
        "Cette base n'est pas déclarée comme une copie : mettez son nom dans SPORADES_COPY, dans "
        "l'environnement de cette commande et nulle part ailleurs."
    )


class AnotherName(Refused):
    """What was typed is not its name."""

    message = "Le nom tapé après « --base » n'est pas celui de la base : rien n'est changé."


class InUse(Refused):
    """Somebody else is connected to it."""

    message = (
        "D'autres que cette commande sont connectés à cette base : une copie ne sert à personne "
        "avant d'être anonymisée. Arrêtez-les, ou vérifiez que c'est bien la copie."
    )


class Unclassified(Refused):
    """The map does not say what becomes of a column."""


@dataclass(frozen=True)
class Done:
    """What was done.

    Attributes:
        rows: how many rows were replaced.
        emptied: how many were deleted.
        files: how many files stand in the place of others.
    """

    rows: int
    emptied: int
    files: int


def connect_alone(database: DatabaseWrapper) -> None:
    """Use one connection and no pool, whose others would be taken for somebody's."""
    if database.settings_dict["OPTIONS"].get("pool"):
        database.close()
        database.close_pool()
        database.settings_dict["OPTIONS"]["pool"] = False


def check(*, declared: str, typed: str) -> None:
    """Check that the database is a copy, that one means it, and that nobody uses it.

    Args:
        declared: the name that the environment says of the copy.
        typed: the same, typed by the operator.

    Raises:
        NotACopy, AnotherName, InUse: see each.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        [name] = cursor.fetchone()
        if declared != name:
            raise NotACopy
        if typed != name:
            raise AnotherName
        for _ in range(LEAVING):
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
            )
            [others] = cursor.fetchone()
            if not others:
                return
            cursor.execute("SELECT pg_sleep(0.1)")  # what has just ended is still listed
    raise InUse


def unclassified() -> list[str]:
    """Return the columns of which the map does not say what becomes, each with its table."""
    known = {table.model: table for table in TABLES}
    return [
        f"{model._meta.label}.{column.name}"
        for model in apps.get_models()
        for column in model._meta.concrete_fields
        if model._meta.label not in known or _is_unnamed(column, known[model._meta.label])
    ]


def _is_unnamed(column: Any, table: Table) -> bool:
    is_text = isinstance(column, TEXTS) and not column.choices and not column.is_relation
    return is_text and not table.is_emptied and column.name not in table.listed


@transaction.atomic
def anonymise(*, by: Actor, at: datetime) -> Done:
    """Replace everything that is of somebody, empty what only serves them, seal a new journal.

    Args:
        by: the operator.
        at: the instant.

    Raises:
        Unclassified: see there.
        files.OutOfReach: the store of the copy takes nothing.
    """
    if left := unclassified():
        raise Unclassified(
            f"La carte des données (personal/tables.py) ne dit rien de : {', '.join(left)}."
        )
    _set_triggers_aside()
    nobody = _taught()
    emptied = _empty()
    replacing = _Replacing(nobody)
    rows = sum(replacing.table(table) for table in TABLES if not table.is_emptied)
    _settle(nobody)
    journal.record("copy made of nobody", by=by, at=at)
    while sealing.seal(at=at):
        pass
    return Done(rows, emptied, replacing.files)


def _set_triggers_aside() -> None:
    """Let what is frozen be rewritten until the end of this transaction: this is a copy."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(DISTINCT tgname)::text FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgname LIKE 'pgtrigger%'"
        )
        [every] = cursor.fetchone()
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [every])


# --- What is of somebody, and what is of the program ------------------------------------------


def _taught() -> Nobody:
    nobody = Nobody(vocabulary=own_words() | _words_of_the_regulation())
    for table in TABLES:
        if table.is_emptied:
            continue
        learnt = f"{table.people} {table.words} {table.emails} {table.phones} {table.numbers}"
        for values in _rows(table).values_list(*learnt.split()) if learnt.split() else ():
            nobody.learn(*(text for value in values for text in texts_of(value)))
    named = _named_of_somebody()
    for answers in _rows_of(SectionAnswers).values_list("answers", flat=True).iterator():
        # What was typed and never filed stands in no column.
        nobody.learn(*(text for name in named & answers.keys() for text in texts_of(answers[name])))
    for candidate in _rows_of(Candidate).exclude(number=None).values_list("number", flat=True):
        if candidate:
            nobody.number(candidate)
    for model in (Registration, Hold):
        for number in _rows_of(model).values_list("number", flat=True):
            nobody.number(number)
    for born in _rows_of(Identity).values_list("birth_year", "birth_month", "birth_day"):
        nobody.born(*born)
    return nobody


def _named_of_somebody() -> set[str]:
    """Return the names of the columns of words about somebody: answers have the same."""
    tables = (BY_MODEL[model._meta.label] for model in (Candidate, Identity, Registration))
    return {name for table in tables for name in f"{table.people} {table.words}".split()}


def _words_of_the_regulation() -> set[str]:
    """Return the words of what everybody may read: réglementations, services, places."""
    found: set[str] = set()
    for model in (Regulation, PreparedRegulation):
        for content in _rows_of(model).values_list("content", flat=True).iterator():
            for text in texts_of(content):
                found |= words_of(text)
    places: tuple[tuple[Any, tuple[str, ...]], ...] = (
        (Academy, ("code", "name", "full_name")),
        (Department, ("code", "name")),
        (Country, ("code", "name", "nationality")),
        (Exam, ("code", "label")),
        (Speciality, ("code", "label")),
        (ManagingService, ("name", "sector")),
    )
    for place, names in places:
        for values in _rows_of(place).values_list(*names):
            found |= {word for text in values for word in words_of(text)}
    return found


# --- Rows that go -----------------------------------------------------------------------------


def _empty() -> int:
    """Delete the rows of the tables that only serve somebody; return how many."""
    _rows_of(Entry).update(seal=None)
    _rows_of(Compartment).filter(erased_at=None).update(erased_at=models.functions.Now())
    waiting = [apps.get_model(table.model) for table in TABLES if table.is_emptied]
    count = 0
    while waiting:
        # A table to which another that waits points is emptied after it.
        pointed = {
            column.related_model
            for model in waiting
            for column in model._meta.concrete_fields
            if column.is_relation and column.related_model is not model
        }
        for model in [one for one in waiting if one not in pointed] or waiting[:1]:
            name = sql.Identifier(*model._meta.db_table.split('"."'))  # some name their schema
            with connection.cursor() as cursor:
                cursor.execute(sql.SQL("DELETE FROM {}").format(name))
                count += cursor.rowcount
            waiting.remove(model)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM shared_cache")
    return count


# --- Rows that stay, of nobody ----------------------------------------------------------------


class _Replacing:
    """Replaces the columns of tables, and counts the files that it makes."""

    def __init__(self, nobody: Nobody) -> None:
        """Begin with what was learnt."""
        self.nobody = nobody
        self.files = 0
        self.paper = b""

    def table(self, table: Table) -> int:
        """Replace what the map says of each row of a table; return how many there were."""
        becomes = self._becomes(table)
        if not becomes:
            return 0
        rows, done = _rows(table), 0
        for some in _batches(rows.order_by("pk")):
            for row in some:
                for name, become in becomes:
                    setattr(row, name, become(getattr(row, name)))
                _FRESH.get(table.model, _nothing)(row)
            rows.bulk_update(some, [*dict.fromkeys([*dict(becomes), *_MORE.get(table.model, ())])])
            done += len(some)
        return done

    def _becomes(self, table: Table) -> list[tuple[str, Callable[[Any], Any]]]:
        """Return the columns of a table that change, and what makes their value."""
        nobody = self.nobody
        kinds: tuple[tuple[str, Callable[[Any], Any]], ...] = (
            (table.people, nobody.text),
            (table.words, nobody.text),
            (table.emails, nobody.email),
            (table.phones, nobody.phone),
            (table.texts, nobody.free),
            (table.trees, self._tree),
            (table.files, self._file),
            (table.blank, _blank),
        )
        found = [(name, _each(become)) for names, become in kinds for name in names.split()]
        found += [(name, _each(self._number_of(name))) for name in table.numbers.split()]
        if table.birth == "birth_date":
            found.append(("birth_date", lambda day: day and nobody.birth(day)))
        return found

    def _number_of(self, name: str) -> Callable[[str], str]:
        if name == "number":
            return lambda number: self.nobody.number(number) if number else number
        return self.nobody.postcode if name == "postcode" else self.nobody.text

    def _tree(self, tree: Any) -> Any:
        """Return JSON of nobody; a file that it names is another one."""
        if isinstance(tree, str) and _FILE.fullmatch(tree):
            return self._file(tree)
        if isinstance(tree, dict):
            made = self.nobody.tree(tree)
            inner = {name: one for name, one in tree.items() if isinstance(one, str)}
            kept = {name: self._file(one) for name, one in inner.items() if _FILE.fullmatch(one)}
            return {**made, **kept}
        return self.nobody.tree(tree)

    def _file(self, key: str) -> str:
        """Return the key of a file of the copy that stands in the place of another."""
        if not key:
            return key
        if not self.paper:
            self.paper = pdf.typeset(REPLACED, {}, at=datetime.fromtimestamp(0).astimezone())
        self.files += 1
        return files.put(self.paper, suffix=files.own_suffix(".pdf"))


def _each(become: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Do to each member of a list what is done to one value; nothing stays nothing."""

    def made(value: Any) -> Any:
        if value is None:
            return None
        if isinstance(value, list) and getattr(become, "__name__", "") != "_tree":
            return [become(one) for one in value]
        return become(value)

    return made


def _blank(value: Any) -> Any:
    return {} if isinstance(value, dict) else ""


def _nothing(row: Any) -> None:
    """Leave a row as its columns say."""


def _user(row: Any) -> None:
    row.password = make_password(None)


def _identity(row: Any) -> None:
    row.birth_name_key = search_key(row.birth_name)
    row.usage_name_key = search_key(row.usage_name)
    row.first_names_key = search_key(row.first_names)
    keys = (row.birth_name_key, row.first_names_key, row.usage_name_key)
    row.name_key = " ".join(filter(None, keys))


def _version(row: Any) -> None:
    row.digest = digest(row.snapshot)


def _document(row: Any) -> None:
    row.code = new_code()
    row.pdf_key, row.sealed = "", False
    if "code" in row.content:
        address = str(row.content.get("verify_url", ""))
        row.content["code"] = in_groups(row.code)
        row.content["verify_url"] = f"{address.rpartition('/')[0]}/{row.code}"
    row.digest = digest(row.content)


def _message(row: Any) -> None:
    row.key = f"copie:{row.pk}"
    if row.state == Message.State.WAITING:  # nothing leaves from a copy
        row.state, row.sent_at = Message.State.SENT, row.written_at


def _act(row: Any) -> None:
    row.payload = {}
    row.digest = digest(row.content)


_FRESH: dict[str, Callable[[Any], None]] = {
    "accounts.User": _user,
    "candidates.Identity": _identity,
    "registrations.Version": _version,
    "documents.DocumentVersion": _document,
    "mail.Message": _message,
    "journal.Entry": _act,
}
"""What no single column says."""

_MORE: dict[str, tuple[str, ...]] = {
    "documents.DocumentVersion": ("sealed",),
    "mail.Message": ("state", "sent_at"),
}
"""The columns that it touches beside those of the map."""


def _settle(nobody: Nobody) -> None:
    """Make agree what stands in two tables: birth dates, search keys."""
    for some in _batches(_rows_of(Identity).order_by("pk")):
        for row in some:
            born = nobody.born(row.birth_year, row.birth_month, row.birth_day)
            row.birth_year, row.birth_month, row.birth_day = born
        _rows_of(Identity).bulk_update(some, ["birth_year", "birth_month", "birth_day"])
    for some in _batches(_rows_of(Registration).select_related("identity").order_by("pk")):
        for row in some:
            row.name_key = row.identity.name_key
        _rows_of(Registration).bulk_update(some, ["name_key"])


def _rows(table: Table) -> Any:
    return _rows_of(apps.get_model(table.model))


def _rows_of(model: Any) -> Any:
    return model._base_manager.all()


def _batches(rows: Any) -> Iterator[list[Any]]:
    """Give rows, some at a time, in the order of their keys."""
    after: Any = None
    while True:
        some: Iterable[Any] = (
            rows.filter(pk__gt=after)[:AT_ONCE] if after is not None else rows[:AT_ONCE]
        )
        found = list(some)
        if not found:
            return
        after = found[-1].pk
        yield found
