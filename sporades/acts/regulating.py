"""A réglementation from the office: loaded, looked at, put in force or dropped (C6)."""

from datetime import datetime

from django.db import transaction

from sporades import journal
from sporades.accounts.permissions import Reach
from sporades.core.actors import Actor
from sporades.core.refusals import Refused
from sporades.exams.checking import Source
from sporades.exams.models import PreparedRegulation, RegistrationService, Regulation
from sporades.exams.operations import preparing
from sporades.exams.operations.loading import Loaded


class BeyondPerimeter(Refused):
    """The file concerns more than the perimeter of whoever would put it in force."""

    message = (
        "Ce fichier concerne d'autres académies que les vôtres : un administrateur peut le mettre "
        "en vigueur."
    )


@transaction.atomic
def prepare(
    *, content: bytes, name: str, reach: Reach, by: Actor, at: datetime
) -> PreparedRegulation:
    """Load a file: nothing that is in force changes. See `preparing.prepare`.

    Raises:
        Invalid, TooMany: see there.
    """
    return _prepare(preparing.read(content, name), reach=reach, by=by, at=at)


@transaction.atomic
def prepare_again(
    *, regulation: Regulation, source: str, reach: Reach, by: Actor, at: datetime
) -> PreparedRegulation:
    """Load the file of an old version again, to put it back in force as a new version.

    Raises:
        Invalid, TooMany: see `preparing.prepare`.
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
    under the new one when they are filed (`drafting.follow_rules`).

    Args:
        prepared: the file.
        seen: the seal of the difference that was read.
        reach: where whoever does it may.
        by: who.
        at: when.

    Raises:
        BeyondPerimeter: the file concerns an academy outside.
        Overtaken, NothingNew, Invalid, Decided, Refused: see `preparing.enforce`.
    """
    if not may_enforce(prepared, reach):
        raise BeyondPerimeter
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
def drop(*, prepared: PreparedRegulation, by: Actor, at: datetime) -> None:
    """Give a prepared file up. Raises Refused."""
    preparing.drop(prepared=prepared, by=by, at=at)
    _record("regulation dropped", prepared, by=by, at=at)


def may_enforce(prepared: PreparedRegulation, reach: Reach) -> bool:
    """Return whether a file concerns nothing outside a perimeter.

    It concerns the academies whose services it opens or names, and those that register already
    for its domain and session; where there are none, every academy.
    """
    file = prepared.file
    here = {"domain__code": prepared.domain_code, "session__code": prepared.session_code}
    known = RegistrationService.objects.filter(**here).values_list("academy", flat=True)
    academies = {
        *known,
        *(one.academy for one in file.openings),
        *(one.academy for one in file.managing_services),
    }
    return reach.holds(academies=academies, domain=prepared.domain_code)


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
