"""How a managing service is reached: read by all, changed by those whom it serves (I1)."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from sporades import journal
from sporades.accounts.permissions import Perimeter, Reach
from sporades.core.actors import SYSTEM, Actor
from sporades.core.digests import digest
from sporades.core.refusals import Refused
from sporades.exams.models import RegistrationService
from sporades.exams.operations.services import MANAGING_CHANGED
from sporades.territory.models import REACHED, ManagingService


class Overtaken(Refused):
    """Somebody else has changed it since it was read."""

    message = (
        "Un collègue vient de changer ces coordonnées : lisez les siennes, et n'enregistrez les "
        "vôtres que si elles doivent les remplacer."
    )


class NothingChanged(Refused):
    """It is reached so already."""

    message = "Ce sont déjà les coordonnées affichées : changez ce qui doit l'être."


@transaction.atomic
def change(
    *,
    managing: ManagingService,
    reached: dict[str, Any],
    informs: dict[str, Any] | None = None,
    seen: str,
    by: Actor,
    at: datetime,
) -> list[str]:
    """Change how a managing service is reached, on every page, mail and paper to come, and what it tells.

    What is filed and issued already keeps what it said; what is still to be posted goes to the new
    address, and a notice above what was issued says so. Loading a file of réglementation again
    changes nothing of it. What it tells for some days is read on pages alone: mails and papers stay
    once these days have passed.

    Args:
        managing: the service.
        reached: its contact, telephone, address of mail, postal address and hours.
        informs: what it tells and on which days, by the names of its fields; nothing: as it stands.
        seen: the mark of what was read before (`mark_of`).
        by: who changes it.
        at: the instant.

    Returns:
        The names of the fields that are changed.

    Raises:
        Overtaken: it has been changed since it was read.
        NothingChanged: it is reached so already.
    """
    locked = ManagingService.objects.select_for_update().get(pk=managing.pk)
    before = {**locked.reached, **locked.informs}
    after = {**before, **reached, **(informs or {})}
    if mark_of(locked) != seen:
        raise Overtaken
    changed = [name for name in after if before[name] != after[name]]
    if not changed:
        raise NothingChanged
    for name in changed:
        setattr(locked, name, after[name])
    if set(changed) & set(REACHED):
        locked.reached_so_since = at
    locked.save(update_fields=[*changed, "reached_so_since"])
    journal.record(
        MANAGING_CHANGED,
        by=by,
        at=at,
        on=locked,
        academy=locked.academy_id,
        before=_told({name: before[name] for name in changed}),
        after=_told({name: after[name] for name in changed}),
    )
    return changed


def _told(values: dict[str, Any]) -> dict[str, Any]:
    """Write values as JSON does."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def mark_of(managing: ManagingService) -> str:
    """Return the mark of what is read of a managing service."""
    return digest({**managing.reached, **_told(managing.informs)})


def author_on(managing: ManagingService, reach: Reach) -> Actor:
    """Return who changes how a service is reached, in the role that reaches what it serves."""
    served = RegistrationService.objects.filter(managing_service=managing).select_related("domain")
    perimeters = tuple(
        Perimeter(frozenset({one.academy_id}), frozenset({one.domain.code}), SYSTEM)
        for one in served
    )
    return reach.author_of(Reach(perimeters))


def within(reach: Reach) -> QuerySet[ManagingService]:
    """Return the managing services that serve nothing outside a perimeter, and something in it."""
    mine = RegistrationService.objects.within(reach)
    others = RegistrationService.objects.exclude(pk__in=mine.values("pk"))
    return ManagingService.objects.filter(
        Exists(mine.filter(managing_service=OuterRef("pk"))),
        ~Exists(others.filter(managing_service=OuterRef("pk"))),
    )
