"""Load the reference data of the territory; keep the managing services."""

import csv
import hashlib
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path

from django.db import connection, models, transaction
from psycopg import sql

from sporades.core.locks import lock_value
from sporades.territory.models import (
    Academy,
    Commune,
    Country,
    Department,
    ManagingService,
    ReferenceLoad,
)
from sporades.territory.reference import forget
from sporades.territory.rules import commune_key

DATA = Path(__file__).parent / "data"
FILES = ("academies.csv", "departments.csv", "communes.csv", "countries.csv")

type Row = dict[str, str]


@transaction.atomic
def load_reference(*, again: bool = False) -> bool:
    """Bring academies, departments, communes and countries to what the data files say.

    Rows are updated in place; a commune that left the list goes, an academy, a department or
    a country never does.

    Args:
        again: load even when these very files were the last to be loaded; needed after a
            change of the rule that makes search keys.

    Returns:
        Whether anything was loaded.
    """
    digest = _digest()
    if not again and _is_loaded(digest):
        return False
    lock_value("territory", "reference")
    if not again and _is_loaded(digest):
        return False
    _keep(Academy, _academies(), key="code")
    _keep(Department, _departments(), key="code")
    _keep(Country, _countries(), key="code")
    _replace_communes()
    ReferenceLoad.objects.create(digest=digest)
    forget()
    transaction.on_commit(forget)
    return True


def keep_managing_service(
    *,
    academy: Academy,
    code: str,
    sector: str,
    name: str,
    contact_name: str = "",
    phone: str = "",
    email: str = "",
    address: Sequence[str] = (),
    opening_hours: str = "",
) -> ManagingService:
    """Create a managing service of an academy, or bring it to these values; may be repeated.

    Args:
        academy: the academy that it belongs to.
        code: what names it within its academy, unchanged for years.
        sector: the exams it is in charge of, in words.
        name: its name, as it signs.
        contact_name: a role, never a person.
        phone: as it is to be read.
        email: where candidates write.
        address: lines of the postal address.
        opening_hours: in words.
    """
    service, _ = ManagingService.objects.update_or_create(
        academy=academy,
        code=code,
        defaults={
            "sector": sector,
            "name": name,
            "contact_name": contact_name,
            "phone": phone,
            "email": email,
            "address": list(address),
            "opening_hours": opening_hours,
        },
    )
    return service


# --- The files --------------------------------------------------------------------------------


def _rows(name: str) -> Iterator[Row]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _digest() -> str:
    content = hashlib.sha256()
    for name in FILES:
        content.update((DATA / name).read_bytes())
    return content.hexdigest()


def _is_loaded(digest: str) -> bool:
    last = ReferenceLoad.objects.order_by("-pk").first()
    return last is not None and last.digest == digest


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def _academies() -> list[Academy]:
    rows = [
        Academy(
            code=row["code"],
            name=row["name"],
            full_name=row["full_name"],
            is_vice_rectorate=row["is_vice_rectorate"] == "oui",
            zone=row["zone"],
            website=row["website"],
            opened_on=_day(row["opened_on"]),
            closed_on=_day(row["closed_on"]),
            successor_id=row["successor"] or None,
        )
        for row in _rows("academies.csv")
    ]
    # A successor stands before those that it succeeds.
    return sorted(rows, key=lambda academy: academy.successor_id is not None)


def _departments() -> list[Department]:
    return [
        Department(code=row["code"], name=row["name"], academy_id=row["academy"], zone=row["zone"])
        for row in _rows("departments.csv")
    ]


def _countries() -> list[Country]:
    return [
        Country(
            code=row["code"],
            name=row["name"],
            alpha_2=row["alpha_2"],
            alpha_3=row["alpha_3"],
            nationality=row["nationality"],
            ended_on=_day(row["ended_on"]),
        )
        for row in _rows("countries.csv")
    ]


def _communes() -> Iterator[Commune]:
    for row in _rows("communes.csv"):
        yield Commune(
            code=row["code"],
            kind=row["kind"],
            name=row["name"],
            department_id=row["department"],
            part_of=row["part_of"],
            postcodes=row["postcodes"].split(),
            population=int(row["population"] or 0),
            search_key=commune_key(row["name"]),
        )


# --- The tables -------------------------------------------------------------------------------


def _keep[Kept: models.Model](model: type[Kept], rows: list[Kept], *, key: str) -> None:
    """Insert these rows, or update those that have the same key."""
    fields = [field.name for field in model._meta.concrete_fields if field.name != key]
    model._default_manager.bulk_create(
        rows, update_conflicts=True, unique_fields=[key], update_fields=fields
    )


def _replace_communes() -> None:
    """Write the list anew: nothing points to a commune, its rows need not outlive a year."""
    Commune.objects.all().delete()
    columns = [field.attname for field in Commune._meta.concrete_fields if not field.primary_key]
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(Commune._meta.db_table),
        sql.SQL(", ").join([sql.Identifier(column) for column in columns]),
    )
    with connection.cursor() as cursor:
        with cursor.copy(statement) as copy:
            for commune in _communes():
                copy.write_row([getattr(commune, column) for column in columns])
        # Until the server has counted the new rows, its plans are ten times slower.
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(Commune._meta.db_table)))
