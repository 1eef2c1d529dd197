"""A réglementation from the office: loaded, looked at, put in force or dropped (C6)."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from sporades import journal, mail
from sporades.accounts.asking import author_here
from sporades.accounts.permissions import Reach
from sporades.core.actors import Actor
from sporades.core.links import link_to
from sporades.core.refusals import Refused
from sporades.exams.checking import Source
from sporades.exams.differences import shared
from sporades.exams.models import (
    PreparedRegulation,
    RegistrationService,
    Regulation,
    ServiceChange,
)
from sporades.exams.models.service import AUDIENCES
from sporades.exams.operations import loading, preparing
from sporades.exams.operations.checks import Given, zones
from sporades.exams.operations.loading import Loaded
from sporades.exams.planning import plan
from sporades.exams.schema import File


class BeyondPerimeter(Refused):
    """The file concerns more than the perimeter of whoever would put it in force."""

    def __init__(self, why: str) -> None:
        """Say what of it lies outside."""
        super().__init__(f"{why} : un administrateur peut le mettre en vigueur.")


class OfOthers(Refused):
    """A file of somebody else that concerns more than the perimeter of whoever would drop it."""

    message = (
        "Ce fichier concerne d'autres académies que les vôtres : il est retiré par la personne qui "
        "l'a chargé, ou par un administrateur."
    )


class MovesWhatHasOpened(Refused):
    """The file changes the dates of a service that has opened: an extension takes two (R-25)."""

    def __init__(self, service: RegistrationService) -> None:
        """Say of which service, and where its dates are changed."""
        super().__init__(
            f"Ce fichier change les dates d'un service qui a ouvert ({service.academy.full_name}). "
            "Changez sa fermeture dans « Gérer les services » : une prolongation y est approuvée par "
            "une autre personne, et qui a une saisie en cours est prévenu. Cela fait, ou avec les "
            "dates d'aujourd'hui, ce fichier peut être mis en vigueur."
        )


class LoadMovesWhatHasOpened(Refused):
    """The same, of a file that an operator loads by command."""

    def __init__(self, moves: Sequence[ServiceChange]) -> None:
        """Name each service, both its dates, and the ways to change them."""
        said = " ; ".join(f"{_named(one.service)} ({one.in_words})" for one in moves)
        which = "d'un service qui a" if len(moves) == 1 else "de services qui ont"
        super().__init__(
            f"Ce fichier change les dates {which} ouvert : {said}. Changez-les dans « Gérer les "
            "services », où une prolongation est approuvée par une autre personne, ou par "
            "« sporades service dates » (avec « --panne » si rien ne peut attendre) ; qui a une "
            "saisie en cours est alors prévenu. Cela fait, ou avec les dates d'aujourd'hui, ce "
            "fichier peut être mis en vigueur."
        )


def _named(service: RegistrationService) -> str:
    return f"{service}, {AUDIENCES[service.audience].lower()}"


@transaction.atomic
def load(file: Given, *, by: Actor, at: datetime) -> Loaded:
    """Put a file in force by command, but for the dates of what has opened. See `loading.load`.

    Raises:
        LoadMovesWhatHasOpened: it changes the dates of a service that has opened.
        Invalid, Refused: see there.
    """
    hindrance = hindered_by_command(file, at=at)
    if hindrance is not None:
        raise hindrance
    return loading.load(file, by=by, at=at)


def hindered_by_command(file: Given, *, at: datetime) -> LoadMovesWhatHasOpened | None:
    """Return why a file is not to be loaded by command as it is. Raises Invalid."""
    understood = loading.understand(file, at=at)[2]
    moves = _moved(understood, understood.domain.code, understood.session.code, at=at)
    return LoadMovesWhatHasOpened(moves) if moves else None


@transaction.atomic
def prepare(
    *, content: bytes, name: str, reach: Reach, by: Actor, at: datetime
) -> PreparedRegulation:
    """Load a file: nothing that is in force changes. See `preparing.prepare`.

    Raises:
        Invalid, NothingNew, TooMany: see there.
    """
    return _prepare(preparing.read(content, name), reach=reach, by=by, at=at)


@transaction.atomic
def prepare_again(
    *, regulation: Regulation, source: str, reach: Reach, by: Actor, at: datetime
) -> PreparedRegulation:
    """Load the file of an old version again, to put it back in force as a new version.

    Raises:
        Invalid, NothingNew, TooMany: see `preparing.prepare`.
    """
    name = f"{regulation.domain.code}-{regulation.session.code}-v{regulation.number}.yaml"
    return _prepare(Source(name, source), reach=reach, by=by, at=at)


def _prepare(source: Source, *, reach: Reach, by: Actor, at: datetime) -> PreparedRegulation:
    prepared = preparing.prepare(source=source, is_mine=reach.knows, by=by, at=at)
    if prepared.loaded_at == at:
        _record("regulation prepared", prepared, by=by, at=at)
    return prepared


@transaction.atomic
def enforce(
    *, prepared: PreparedRegulation, seen: str, reach: Reach, by: Actor, at: datetime
) -> Loaded:
    """Put a prepared file in force: seen by every process within ten seconds.

    What was filed stays under the version it was made under; drafts that are open are judged
    under the new one when they are filed (`filing.check`).

    Args:
        prepared: the file.
        seen: the seal of the difference that was read.
        reach: where whoever does it may.
        by: who.
        at: when.

    Raises:
        BeyondPerimeter: the file concerns an academy outside, or what serves others.
        MovesWhatHasOpened: it changes the dates of a service that has opened.
        Overtaken, NothingNew, Invalid, Decided, Refused: see `preparing.enforce`.
    """
    hindrance = hindered(prepared, reach, at=at)
    if hindrance is not None:
        raise hindrance
    loaded = preparing.enforce(prepared=prepared, seen=seen, by=by, at=at)
    _record(
        "regulation put in force",
        prepared,
        by=by,
        at=at,
        number=loaded.regulation.number,
        is_new=loaded.created,
    )
    return loaded


@transaction.atomic
def drop(*, prepared: PreparedRegulation, reach: Reach, by: Actor, at: datetime) -> None:
    """Give a prepared file up; whoever loaded it is told when it is somebody else who does.

    Args:
        prepared: the file.
        reach: where whoever does it may prepare files.
        by: who.
        at: when.

    Raises:
        OfOthers: it concerns more than this perimeter, and somebody else loaded it.
        Refused: it was put in force or dropped already.
    """
    if prepared.is_waiting and not may_drop(prepared, reach, by=by):
        raise OfOthers
    preparing.drop(prepared=prepared, by=by, at=at)
    _record("regulation dropped", prepared, by=by, at=at)
    author = author_here(prepared.loaded_by_id, at=at)
    if author is not None and not _is_author(prepared, by):
        mail.write(
            "regulation_dropped",
            to=author.email,
            at=at,
            key=f"prepared:{prepared.pk}:dropped",
            about=prepared,
            prepared=prepared,
            who=by.name,
            link=link_to("office:prepared", prepared.pk),
        )


def may_drop(prepared: PreparedRegulation, reach: Reach, *, by: Actor) -> bool:
    """Return whether somebody may give a file up: who loaded it, or whose perimeter holds it all.

    Args:
        prepared: the file.
        reach: where they may prepare files.
        by: who.
    """
    return _is_author(prepared, by) or _beyond(prepared, reach) is None


def _is_author(prepared: PreparedRegulation, by: Actor) -> bool:
    return bool(by.identifier) and by.identifier == prepared.loaded_by_id


def hindered(prepared: PreparedRegulation, reach: Reach, *, at: datetime) -> Refused | None:
    """Return why a file is not to be put in force from a perimeter as it is, nothing where it may be."""
    return _beyond(prepared, reach) or _moves(prepared, at=at)


def _moves(prepared: PreparedRegulation, *, at: datetime) -> MovesWhatHasOpened | None:
    found = _moved(prepared.file, prepared.domain_code, prepared.session_code, at=at)
    return MovesWhatHasOpened(found[0].service) if found else None


def _moved(file: File, domain: str, session: str, *, at: datetime) -> list[ServiceChange]:
    services = RegistrationService.objects.for_list().filter(
        domain__code=domain, session__code=session
    )
    return plan(file, services, zones()).moved(at)


def _beyond(prepared: PreparedRegulation, reach: Reach) -> BeyondPerimeter | None:
    """Return why a file is not to be put in force from a perimeter, nothing where it may be.

    It concerns the academies whose services it opens or names, and those that register already
    for its domain and session; where there are none, every academy. What it changes that serves
    others too (how to reach a managing service, the name of a session) concerns these others.
    """
    if reach.is_everything:
        return None
    file = prepared.file
    here = {"domain__code": prepared.domain_code, "session__code": prepared.session_code}
    known = RegistrationService.objects.filter(**here).values_list("academy", flat=True)
    academies = {
        *known,
        *(one.academy for one in file.openings),
        *(one.academy for one in file.managing_services),
    }
    if not reach.holds(academies=academies, domain=prepared.domain_code):
        return BeyondPerimeter("Ce fichier concerne d'autres académies que les vôtres")
    for one in shared(prepared):
        if not all(reach.holds(academies=codes, domain=code) for code, codes in one.served.items()):
            return BeyondPerimeter(
                f"Ce fichier change {one.words}, qui sert aussi hors de votre périmètre"
            )
    return None


def _record(
    verb: str, prepared: PreparedRegulation, *, by: Actor, at: datetime, **more: object
) -> None:
    after = {
        "domain": prepared.domain_code,
        "session": prepared.session_code,
        "digest": prepared.digest,
        "file": prepared.file_digest,
        **more,
    }
    journal.record(verb, by=by, on=prepared, at=at, after=after)
