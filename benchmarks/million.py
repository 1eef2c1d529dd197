"""A million registrations, as the office of a country has them: like those of people, many times.

Rows are written by COPY, in every academy, under names that are drawn. One registration in twenty
has the version that its file shows, and a request for accommodations; the others have their rows
alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import batched
from random import Random
from typing import Any

from django.db import connection, models
from psycopg import sql
from psycopg.types.json import Json

from sporades.accommodations.models import Case
from sporades.accounts.models import User
from sporades.candidates.models import Candidate, Identity
from sporades.cli.demo_names import BIRTH_NAMES, FIRST_NAMES
from sporades.core.numbers import with_check_digit
from sporades.core.text import search_key
from sporades.documents.models import Folder
from sporades.evidence.models import Evidence
from sporades.exams.models import RegistrationService
from sporades.registrations.models import Registration, RegistrationPaper, Version
from sporades.territory.models import Academy

FIRST_KEY = 10_000_000
AT_ONCE = 5_000
ONE_CASE_IN = 20
"""How many registrations there are for one request for accommodations, and for one version."""
SEED = 2027
ACADEMY = "A09"
WITH = ("identity", "candidate", "folder", "service")
"""What is read before the copy: nothing else can be asked while it goes on."""

OLDEST = date(1960, 1, 1)
STATES = ["registered"] * 6 + ["validated"] * 3 + ["anomaly"]

type Row = Mapping[str, Any]


@dataclass(frozen=True)
class Model:
    """A registration to be like: its row, those of its person, its version, its épreuves."""

    registration: Registration
    identity: Identity
    candidate: Candidate
    folder: Folder
    version: Version
    papers: Sequence[RegistrationPaper]
    pieces: Sequence[Evidence]


@dataclass(frozen=True)
class Names:
    """Names, each with its key of search."""

    of_family: Sequence[tuple[str, str]]
    first: Sequence[tuple[str, str]]


def fill(count: int, *, doctor: User, elsewhere: User, at: datetime) -> None:
    """Write registrations, until there are this many more.

    Args:
        count: how many.
        doctor: to whom the requests for accommodations of Lille are given.
        elsewhere: to whom those of the other academies are.
        at: the instant.
    """
    chance = Random(SEED)
    found, places = _models(), _places()
    with connection.cursor() as cursor, _without_upkeep(cursor):
        for table, rows in _tables(found, places, count, chance, (doctor, elsewhere), at=at):
            _copy(cursor, table, rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _models() -> list[Model]:
    exams = {}
    for one in Registration.objects.select_related(*WITH).order_by("pk"):
        exams.setdefault(one.exam_id, one)
    return [
        Model(
            one,
            one.identity,
            one.candidate,
            one.folder,
            one.versions.get(number=one.version),
            list(one.papers.all()),
            list(one.evidence.asked()),
        )
        for one in exams.values()
    ]


def _places() -> dict[tuple[int, int, str], list[RegistrationService]]:
    """Return the services of each domain and session: one in each academy, made where it lacks."""
    for known in list(RegistrationService.objects.filter(academy=ACADEMY)):
        for academy in Academy.objects.exclude(pk=ACADEMY):
            RegistrationService.objects.get_or_create(
                domain=known.domain,
                session=known.session,
                academy=academy,
                audience=known.audience,
                defaults={
                    "opens_at": known.opens_at,
                    "closes_at": known.closes_at,
                    "zone": known.zone,
                    "managing_service": known.managing_service,
                },
            )
    places: dict[tuple[int, int, str], list[RegistrationService]] = {}
    for one in RegistrationService.objects.order_by("academy"):
        places.setdefault((one.domain_id, one.session_id, one.audience), []).append(one)
    return places


@contextmanager
def _without_upkeep(cursor: Any) -> Iterator[None]:
    """Write without foreign keys and indexes, which are made again at the end, all rows at once."""
    tables = [
        one._meta.db_table
        for one in (
            *(Identity, Candidate, Folder, Registration, Version, RegistrationPaper),
            *(Evidence, Case),
        )
    ]
    cursor.execute(
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE contype = 'f' AND conrelid = ANY(%s::regclass[])",
        [tables],
    )
    keys = cursor.fetchall()
    cursor.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND NOT EXISTS"
        " (SELECT FROM pg_constraint WHERE conname = indexname)",
        [tables],
    )
    indexes = cursor.fetchall()
    for table, name, _ in keys:
        cursor.execute(
            sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}").format(
                sql.Identifier(table), sql.Identifier(name)
            )
        )
    for name, _ in indexes:
        cursor.execute(sql.SQL("DROP INDEX {}").format(sql.Identifier(name)))
    for table in tables:
        cursor.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
    yield
    for table in tables:
        cursor.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
    for _, definition in indexes:
        cursor.execute(definition)
    for table, name, definition in keys:
        cursor.execute(
            sql.SQL("ALTER TABLE {} ADD CONSTRAINT {} {}").format(
                sql.Identifier(table), sql.Identifier(name), sql.SQL(definition)
            )
        )


def _tables(
    found: Sequence[Model],
    places: Mapping[tuple[int, int, str], Sequence[RegistrationService]],
    count: int,
    chance: Random,
    doctors: tuple[User, User],
    *,
    at: datetime,
) -> Iterator[tuple[type[models.Model], Iterator[tuple[models.Model, Row]]]]:
    """Give each table and its rows: a row to be like, and what is its own."""
    names = _names()
    drawn = [
        (
            chance.randrange(len(names.of_family)),
            chance.randrange(len(names.first)),
            chance.randrange(18_000),
            chance.randrange(43_200),
        )
        for _ in range(count)
    ]

    def each(own: Callable[[int, Model], tuple[models.Model, Row]]) -> Any:
        return (own(number, found[number % len(found)]) for number in range(count))

    def person(number: int) -> tuple[str, str, str, date]:
        family, first, days, _ = drawn[number]
        (name, key), (first_name, first_key) = names.of_family[family], names.first[first]
        return name, first_name, f"{key} {first_key}", OLDEST + timedelta(days=days)

    def identity(number: int, model: Model) -> tuple[models.Model, Row]:
        name, first, key, born = person(number)
        return model.identity, {
            "id": FIRST_KEY + number,
            "birth_name": name,
            "first_names": first,
            "usage_name": "",
            "usage_name_key": "",
            "birth_name_key": names.of_family[drawn[number][0]][1],
            "first_names_key": names.first[drawn[number][1]][1],
            "name_key": key,
            "birth_year": born.year,
            "birth_month": born.month,
            "birth_day": born.day,
        }

    def candidate(number: int, model: Model) -> tuple[models.Model, Row]:
        return model.candidate, {
            "id": FIRST_KEY + number,
            "identity_id": FIRST_KEY + number,
            "user_id": None,
            "email": f"p{number}@exemple.test",
            "number": with_check_digit(FIRST_KEY + number),
        }

    def folder(number: int, model: Model) -> tuple[models.Model, Row]:
        return model.folder, {"id": FIRST_KEY + number, "holder_id": None}

    def service_of(number: int, model: Model) -> RegistrationService:
        own = model.registration.service
        there = places[own.domain_id, own.session_id, own.audience]
        return there[number // len(found) % len(there)]

    def registration(number: int, model: Model) -> tuple[models.Model, Row]:
        row, service = model.registration, service_of(number, model)
        _, _, key, born = person(number)
        state = STATES[number % len(STATES)]
        return row, {
            "id": FIRST_KEY + number,
            "number": with_check_digit(3_000_000_000 + number),
            "candidate_id": FIRST_KEY + number,
            "identity_id": FIRST_KEY + number,
            "folder_id": FIRST_KEY + number,
            "service_id": service.pk,
            "academy_id": service.academy_id,
            "name_key": key,
            "birth_date": born,
            "state": state,
            "reason": "Il manque une pièce." if state == "anomaly" else "",
            "filed_at": at - timedelta(minutes=drawn[number][3]),
        }

    yield Identity, each(identity)
    yield Candidate, each(candidate)
    yield Folder, each(folder)
    yield Registration, each(registration)
    yield (
        Version,
        (
            (model.version, {"id": FIRST_KEY + number, "registration_id": FIRST_KEY + number})
            for number, model in _every(found, count, ONE_CASE_IN)
        ),
    )
    yield (
        RegistrationPaper,
        (
            (
                paper,
                {"id": 3 * (FIRST_KEY + number) + place, "registration_id": FIRST_KEY + number},
            )
            for number, model in _every(found, count, 1)
            for place, paper in enumerate(model.papers[:2])
        ),
    )
    yield (
        Evidence,
        (
            (
                piece,
                {
                    "id": 3 * (FIRST_KEY + number) + place,
                    "registration_id": FIRST_KEY + number,
                    "academy": service_of(number, model).academy_id,
                    **_piece(number + place, at=at - timedelta(minutes=drawn[number][3])),
                },
            )
            for number, model in _every(found, count, 1)
            for place, piece in enumerate(model.pieces[:2])
        ),
    )

    asked, (own, other) = Case(begun_at=at), doctors

    def doctor_of(number: int, model: Model) -> User:
        return own if service_of(number, model).academy_id == ACADEMY else other

    yield (
        Case,
        (
            (
                asked,
                {
                    "id": FIRST_KEY + number,
                    "registration_id": FIRST_KEY + number,
                    "academy": service_of(number, model).academy_id,
                    **_case(
                        number,
                        doctor_of(number, model),
                        at=at - timedelta(minutes=drawn[number][3]),
                    ),
                },
            )
            for number, model in _every(found, count, ONE_CASE_IN)
        ),
    )


def _case(number: int, doctor: User, *, at: datetime) -> Row:
    """Return where a request for accommodations stands: half of them wait for the office."""
    said: Row = {"begun_at": at, "asked_at": at, "since": at, "stands": True}
    if number // ONE_CASE_IN % 4 == 0:
        return {**said, "state": "asked"}
    if number // ONE_CASE_IN % 4 == 1:
        return {**said, "state": "incomplete", "incomplete_at": at, "missing": "Un papier."}
    held = {"entrusted_at": at, "doctor_id": doctor.pk, "doctor_name": "Camille Médecin"}
    if number // ONE_CASE_IN % 4 == 2:
        return {**said, **held, "state": "with_doctor"}
    return {**said, **held, "state": "opinion_given", "opined_at": at}


def _piece(number: int, *, at: datetime) -> Row:
    """Return where a piece stands: one in twenty waits to be verified."""
    match number % 20:
        case 0:
            return {"state": "posted", "posted_on": at.date(), "arrived_at": at}
        case one if one <= 8:
            judged = {"decided_at": at + timedelta(days=one), "decided_name": "Camille Agent"}
            return {"state": "accepted", "arrived_at": at, **judged}
        case _:
            return {"state": "owed"}


def _every(found: Sequence[Model], count: int, step: int) -> Iterator[tuple[int, Model]]:
    return ((number, found[number % len(found)]) for number in range(0, count, step))


def _names() -> Names:
    # A family name alone, or two of them: some ten thousand.
    alone = [(name, search_key(name)) for name in BIRTH_NAMES]
    double = [
        (f"{name}-{other}", f"{key} {other_key}")
        for name, key in alone
        for other, other_key in alone
        if name != other
    ]
    first = [name for names in FIRST_NAMES.values() for name in names]
    return Names([*alone * 40, *double], [(name, search_key(name)) for name in first])


def _copy(cursor: Any, table: type[models.Model], rows: Iterator[tuple[models.Model, Row]]) -> None:
    fields = [field for field in table._meta.concrete_fields if not field.generated]
    constant: dict[int, list[Any]] = {}
    place = {field.attname: index for index, field in enumerate(fields)}
    names = sql.SQL(", ").join(sql.Identifier(field.column) for field in fields)
    into = sql.SQL("COPY {} ({}) FROM STDIN").format(sql.Identifier(table._meta.db_table), names)
    with cursor.copy(into) as copy:
        for some in batched(rows, AT_ONCE, strict=False):
            for like, own in some:
                values = constant.get(id(like))
                if values is None:
                    values = constant[id(like)] = [_value(like, field) for field in fields]
                written = list(values)
                for name, value in own.items():
                    written[place[name]] = value
                copy.write_row(written)


def _value(row: models.Model, field: Any) -> Any:
    value = getattr(row, field.attname)
    return Json(value) if isinstance(field, models.JSONField) else value
