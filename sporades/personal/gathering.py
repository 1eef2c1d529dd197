"""Everything that is held of a person, row by row, as the map says (P-03)."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Field, Model

from sporades.accounts.models import AddressChange, LeftAddress, User
from sporades.candidates.models import Candidate
from sporades.core.actors import CANDIDATE
from sporades.core.text import ON_THE_WEB
from sporades.documents.models import DocumentVersion
from sporades.doubles.models import LikelyDouble
from sporades.doubles.states import DoubleState
from sporades.drawers.models import KeptFile
from sporades.evidence.models import Deposit
from sporades.journal.models import Entry, about_of
from sporades.mail.models import Message
from sporades.medical.models import Paper, Remark
from sporades.notices.models import OpeningAlert
from sporades.personal.tables import HEALTH, TABLES, Person, Table, documents_of
from sporades.registrations.models import (
    ChangeRequest,
    CorrectionRequest,
    Draft,
    LateRequest,
    Registration,
)

ONCE = "(adresse à usage unique)"


@dataclass(frozen=True)
class Kept:
    """A file of a person.

    Attributes:
        path: its name in the copy.
        table: the model of the row that names it.
        row: the key of that row.
    """

    path: str
    table: str
    row: str


def person_of(candidate: Candidate, *, at: datetime) -> Person:
    """Return whose copy is to be made: a candidate, and those who were found to be the same.

    Args:
        candidate: whom, not merged into another.
        at: the instant.
    """
    keys = (candidate.pk, *candidate.merged.values_list("pk", flat=True))
    mine = Candidate.objects.filter(pk__in=keys).select_related("user")
    users = [one.user for one in mine if one.user]
    addresses = {one.email for one in mine if one.email} | {one.email for one in users}
    registrations = Registration.objects.filter(candidate__in=keys)
    rows: list[Any] = [
        *users,
        *mine,
        *registrations,
        *AddressChange.objects.filter(user__in=users),
        *LeftAddress.objects.filter(user__in=users),
        *OpeningAlert.objects.filter(email__in=addresses),
        *Draft.objects.filter(candidate__in=keys),
        *ChangeRequest.objects.filter(registration__candidate__in=keys),
        *CorrectionRequest.objects.filter(candidate__in=keys),
        *DocumentVersion.objects.visible_at(at).filter(
            document__folder__registration__candidate__in=keys
        ),
    ]
    named: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        about = about_of(row)
        named[about["object_kind"]].append(about["object_id"])
    closed = _closed(keys)
    named["user"].extend(str(key) for key in closed)
    return Person(
        keys=keys,
        user=candidate.user_id or 0,
        addresses=tuple(sorted(addresses)),
        numbers={one.pk: one.number for one in registrations},
        rows=dict(named),
        at=at,
        closed=closed,
    )


def _closed(keys: Iterable[int]) -> tuple[int, ...]:
    """Return the accounts that the merges of a person have closed: what was done from them is theirs."""
    merges = LikelyDouble.objects.filter(kept__in=keys, state=DoubleState.MERGED)
    was = [left.get("user") for left in merges.values_list("left", flat=True)]
    there = set(User.objects.filter(pk__in=filter(None, was)).values_list("pk", flat=True))
    return tuple(key for key in was if key and key not in there)


def gathered(person: Person, *, is_health: bool) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of a person, by table, each column by its name.

    Args:
        person: whom.
        is_health: whether what was confided to a doctor is asked for, and nothing else.

    Raises:
        sealing.Unreadable: no master key opens what was confided.
    """
    return {
        table.model: [row_of(table, row, person) for row in rows_of(table, person)]
        for table in TABLES
        if table.chapter and (table.chapter == HEALTH) == is_health
    }


def rows_of(table: Table, person: Person) -> Iterator[Any]:
    """Give the rows of a table that are a person's."""
    if table.whose is None:
        return
    rows: Any = apps.get_model(table.model)._base_manager
    mine = rows.filter(table.whose(person)).values("pk")
    related = [one.name for one in given_columns(table) if one.is_relation]
    found = rows.filter(pk__in=mine).order_by("pk")
    yield from found.select_related(*related) if related else found


def given_columns(table: Table) -> "list[Field[Any, Any]]":
    """Return the columns of a table that may be given, in their order."""
    every = apps.get_model(table.model)._meta.concrete_fields
    return [one for one in every if one.name not in table.withheld]


def row_of(table: Table, row: Model, person: Person) -> dict[str, Any]:
    """Return what a row gives of itself to its person."""
    said = {column.name: _value(row, column) for column in given_columns(table)}
    if table.told is not None and not table.told(row, person):
        said |= dict.fromkeys(table.once_told.split())
    if table.signed and said["author_kind"] != CANDIDATE:
        said |= {name: None for name in ("author_name", "author_id") if name in said}
    rewrite = _REWRITTEN.get(table.model)
    return {**said, **rewrite(row, person)} if rewrite else said


def files_of(person: Person) -> list[Kept]:
    """Return the files of a person, but for those that were confided to a doctor."""
    return [
        *_pieces(person),
        *(
            Kept(f"porte-documents/{one.pk}.pdf", "drawers.KeptFile", str(one.pk))
            for one in KeptFile.objects.filter(owner__in=person.keys).order_by("pk")
        ),
        *_proofs(person),
        *_documents(person),
    ]


def _pieces(person: Person) -> Iterator[Kept]:
    mine = Deposit.objects.filter(evidence__registration__candidate__in=person.keys)
    related = mine.exclude(is_clean=False).select_related("evidence__registration")
    for one in related.order_by("pk"):
        number, code = one.evidence.registration.number, one.evidence.code
        yield Kept(f"pieces/{number}-{code}-{one.pk}.pdf", "evidence.Deposit", str(one.pk))


def _proofs(person: Person) -> Iterator[Kept]:
    kinds: tuple[tuple[Any, str, str], ...] = (
        (ChangeRequest, "registration__candidate__in", "modification"),
        (CorrectionRequest, "candidate__in", "correction"),
        (LateRequest, "draft__candidate__in", "inscription-tardive"),
    )
    for model, path, name in kinds:
        mine = model.objects.filter(**{path: person.keys}, proof_key__gt="")
        for one in mine.exclude(proof_is_clean=False).order_by("pk"):
            yield Kept(f"demandes/{name}-{one.pk}.pdf", one._meta.label, str(one.pk))


def _documents(person: Person) -> Iterator[Kept]:
    visible = DocumentVersion.objects.filter(documents_of(person))
    for one in visible.select_related("document__folder__registration").order_by("pk"):
        number = one.document.folder.registration.number
        name = f"documents/{number}-{one.document.kind}-{one.number}-{one.pk}.pdf"
        yield Kept(name, "documents.DocumentVersion", str(one.pk))


# --- A value ----------------------------------------------------------------------------------


def _value(row: Model, column: "Field[Any, Any]") -> Any:
    """Return a value as JSON may hold it; of a row of another table, its key and its name."""
    value = getattr(row, column.attname)
    if not column.is_relation or value is None:
        return None if isinstance(value, bytes | memoryview) else value
    if _is_given(column.related_model):
        return value
    return {"code": value, "libelle": str(getattr(row, column.name))}


def _is_given(model: Any) -> bool:
    """Return whether rows of a model are a person's: a key is enough to find them in the copy."""
    return any(one.model == model._meta.label and one.chapter for one in TABLES)


def _message(row: Any, person: Person) -> dict[str, Any]:  # noqa: ARG001 - as the others
    message: Message = row
    is_about_registration = message.about_kind == "registration"
    return {"body": message.body if is_about_registration else ON_THE_WEB.sub(ONCE, message.body)}


_OF_AUTHOR = ("payload", "actor_name", "actor_id", "request", "network")
"""What an act says of whoever did it."""


def _entry(row: Any, person: Person) -> dict[str, Any]:
    act: Entry = row
    said = {
        "en_mots": act.in_words.partition(", sur justificatif")[0],
        "inscription": _number_of(act, person),
        "piece": (act.payload.get("after") or {}).get("piece"),
    }
    if act.actor_id in person.actors:
        return said
    return {**said, **dict.fromkeys(_OF_AUTHOR)}


def _number_of(act: Entry, person: Person) -> str | None:
    """Return the number of the registration that an act is on, if it is on one."""
    if act.object_kind != "registration":
        return None
    return person.numbers.get(int(act.object_id))


def _paper(row: Any, person: Person) -> dict[str, Any]:  # noqa: ARG001 - as the others
    paper: Paper = row
    return {"sealed_name": paper.name}


def _remark(row: Any, person: Person) -> dict[str, Any]:  # noqa: ARG001 - as the others
    remark: Remark = row
    return {"sealed_text": remark.text}


_REWRITTEN: dict[str, Callable[[Any, Person], dict[str, Any]]] = {
    "mail.Message": _message,
    "journal.Entry": _entry,
    "medical.Paper": _paper,
    "medical.Remark": _remark,
}
