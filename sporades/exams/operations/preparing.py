"""Prepare a réglementation file, to be looked at before it counts; put it in force; drop it."""

import hashlib
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction

from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.locks import lock_value
from sporades.core.refusals import Refused
from sporades.core.transitions import move
from sporades.exams.checking import Document, Problem, Source, checked
from sporades.exams.checking.problems import Fault
from sporades.exams.differences import Difference, turned_at_once
from sporades.exams.differences import difference as compared
from sporades.exams.models import PreparedRegulation, Regulation, Session
from sporades.exams.operations.checks import (
    are_for_people,
    countries,
    open_zones,
    unreadable,
    zones,
)
from sporades.exams.operations.loading import Invalid, Loaded, load, understand, versioned
from sporades.exams.schema import File
from sporades.exams.states import DROP_PREPARED, ENFORCE, PreparedState

LARGEST = 500_000
"""Bytes of a file that is loaded from the office: thirty times those of the demo."""

MOST_WAITING = 20
"""Files that wait at once for one domain and session."""

MOST_TOLD = 5
"""Things that stay as they are, which a refusal names one by one."""

LONGEST_NAME = 120
_UNSAFE = re.compile(r"[^\w.-]+")


class TooMany(Refused):
    """Enough files wait already."""

    message = (
        f"{MOST_WAITING} fichiers attendent déjà pour ce domaine et cette session : retirez ceux "
        "qui ne serviront pas."
    )


class Overtaken(Refused):
    """What is in force is no longer what was shown."""

    message = (
        "Ce qui est en vigueur a changé depuis que cette page vous a été montrée : une autre "
        "version, ou d'autres dates. Relisez la différence, puis recommencez."
    )


class Decided(Refused):
    """A file that somebody has put in force or dropped meanwhile."""

    message = "Ce fichier a déjà été mis en vigueur ou retiré par quelqu'un d'autre."


class NothingNew(Refused):
    """A file that says what is in force, or otherwise what the office has changed, which stays."""

    def __init__(self, now: Difference) -> None:
        """Say which version that is, and what stays although the file says otherwise."""
        version = f" (version {now.in_force.number})" if now.in_force else ""
        if not now.otherwise:
            message = (
                f"Ce fichier dit ce qui est déjà en vigueur{version} : il n'y a rien à mettre en "
                "vigueur."
            )
        else:
            told = [f"{one.place}, {one.words}" for one in now.otherwise]
            more = len(told) - MOST_TOLD
            tail = [f"et {more} autre{'s' if more > 1 else ''}"] if more > 0 else []
            message = (
                f"Ce fichier ne changerait rien de ce qui est en vigueur{version} : ce qu'il dit "
                "d'autre reste tel que la gestion l'a changé, et se change dans la gestion. "
                f"{' ; '.join([*told[:MOST_TOLD], *tail])}."
            )
        super().__init__(message)


def read(content: bytes, name: str) -> Source:
    """Return the text of a file that was sent. Raises Invalid."""
    shown = _shown(name)
    if len(content) > LARGEST:
        message = f"Ce fichier pèse plus de {LARGEST // 1000} Ko : découpez-le par domaine."
        raise Invalid([Problem(shown, 0, "", "demesure", message)])
    try:
        return Source.of(shown, content)
    except UnicodeDecodeError as error:
        raise Invalid([unreadable(shown, error)]) from None


def prepare(
    *, source: Source, is_mine: Callable[[str], bool], by: Actor, at: datetime
) -> PreparedRegulation:
    """Keep a file that is right; nothing that is in force changes.

    The same file waits once: whoever loads it again finds it.

    Args:
        source: the file.
        is_mine: says whether a domain is of the perimeter of whoever loads it.
        by: who.
        at: when.

    Raises:
        Invalid: it has problems, among which a domain of another perimeter, or a session that is
            known with another year.
        NothingNew: it says what is in force: nobody would have anything to decide.
        TooMany: too many files wait.
    """
    _, document, file = understand(source, at=at)
    problems = [document.problem(fault) for fault in _faults(file, is_mine)]
    if problems:
        raise Invalid(problems)
    return _kept(source, document, file, by=by, at=at)


@transaction.atomic
def _kept(
    source: Source, document: Document, file: File, *, by: Actor, at: datetime
) -> PreparedRegulation:
    codes = {"domain_code": file.domain.code, "session_code": file.session.code}
    lock_value("reglementation", f"{file.domain.code}/{file.session.code}")
    made = PreparedRegulation(
        **codes,
        name=source.name,
        source=source.text,
        content=document.data,
        digest=digest(versioned(document.data)),
        file_digest=hashlib.sha256(source.text.encode()).hexdigest(),
        state=PreparedState.PREPARED,
        loaded_at=at,
        loaded_by=by.name,
        loaded_by_id=by.identifier,
    )
    now = difference(made)
    if not now.changes_anything:
        raise NothingNew(now)
    waiting = PreparedRegulation.objects.waiting().filter(**codes)
    known: PreparedRegulation | None = waiting.filter(file_digest=made.file_digest).first()
    if known is not None:
        return known
    if waiting.count() >= MOST_WAITING:
        raise TooMany
    made.save(force_insert=True)
    return made


def difference(prepared: PreparedRegulation) -> Difference:
    """Return what a file would change of what is in force now."""
    return compared(prepared, zones())


def at_once(
    prepared: PreparedRegulation, found: Difference, *, at: datetime
) -> tuple[tuple[str, str], ...]:
    """Return the services that a file would open, or leave closed, as soon as it is in force.

    Args:
        prepared: the file.
        found: what `difference` has found of it.
        at: the instant.

    Returns:
        The place of each, and the state that it would come to.
    """
    return tuple(turned_at_once(prepared.file, found.services, zones(), at=at))


def in_force_beside(prepared: PreparedRegulation) -> Regulation | None:
    """Return the version in force where a file would make one; nothing when it would be the first."""
    return Regulation.objects.light().in_force_named(
        domain=prepared.domain_code, session=prepared.session_code
    )


def warnings(prepared: PreparedRegulation, *, at: datetime) -> list[Problem]:
    """Return what the check tells of a file that it does not refuse.

    Args:
        prepared: the file.
        at: the instant, beside which dates are judged.
    """
    source = Source(prepared.name, prepared.source)
    _, _, found = checked(
        source,
        zones=open_zones(at),
        countries=countries(),
        at=at,
        is_for_people=are_for_people(),
    )
    return [one for one in found if not one.is_error]


@transaction.atomic
def enforce(*, prepared: PreparedRegulation, seen: str, by: Actor, at: datetime) -> Loaded:
    """Put a prepared file in force, as `load` does, if what was read of it is still true.

    Args:
        prepared: the file.
        seen: the seal of the difference that was read.
        by: who puts it in force.
        at: when.

    Raises:
        Overtaken: the difference is no longer the one that was read.
        NothingNew: it would change nothing.
        Invalid: the check finds more than when it was loaded.
        Decided, Refused: it was put in force or dropped already.
    """
    lock_value("reglementation", f"{prepared.domain_code}/{prepared.session_code}")
    prepared.refresh_from_db()
    if not prepared.is_waiting:
        raise Decided
    now = difference(prepared)
    if now.seal != seen:
        raise Overtaken
    if not now.changes_anything:
        raise NothingNew(now)
    loaded = load(Source(prepared.name, prepared.source), by=by, at=at)
    decided = {"decided_at": at, "decided_by": by.name}
    move(prepared, ENFORCE, regulation=loaded.regulation, **decided)
    return loaded


def drop(*, prepared: PreparedRegulation, by: Actor, at: datetime) -> None:
    """Give a prepared file up. Raises Refused when it was put in force or dropped already."""
    move(prepared, DROP_PREPARED, decided_at=at, decided_by=by.name)


def file_of(regulation: Regulation, rank: int) -> str | None:
    """Return a file of a version, as it was loaded: 1 made it, the others said it again."""
    if rank == 1:
        return regulation.source
    again = regulation.files.order_by("pk")
    # Compared here: a rank that somebody types may be larger than the database counts.
    return again[rank - 2].source if 1 < rank <= again.count() + 1 else None


def last_file_of(regulation: Regulation) -> str:
    """Return the file of a version that was loaded last."""
    again = regulation.files.order_by("pk").last()
    return again.source if again else regulation.source


def _faults(file: File, is_mine: Callable[[str], bool]) -> Any:
    if not is_mine(file.domain.code):
        message = f"Le domaine « {file.domain.code} » n'est pas de votre périmètre."
        yield Fault(("domaine", "code"), "perimetre", message)
    known = Session.objects.filter(code=file.session.code).exclude(year=file.session.year).first()
    if known is not None:
        message = (
            f"La session « {known.code} » est déjà connue, pour l'année {known.year} : donnez un "
            "autre code à celle du fichier, ou corrigez son année."
        )
        yield Fault(("session", "annee"), "contradiction", message)


def _shown(name: str) -> str:
    """Return a name of file that is safe to show and to give back."""
    return _UNSAFE.sub("_", name)[-LONGEST_NAME:].strip("._") or "reglementation.yaml"
