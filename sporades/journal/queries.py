"""Questions about the acts of the journal."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Model, Q, QuerySet

from sporades.core.actors import Actor
from sporades.core.days import bounds
from sporades.journal.models import CONSULTATIONS_KEPT, PROVENANCE_KEPT, SAME_AS, Entry, about_of
from sporades.journal.words import CONSULTATIONS, FORGETTING, READINGS, RESTORED

NOTED_ONCE_IN = timedelta(hours=1)
"""A button that does nothing, pressed again and again, is noted once in that time."""


def entries_about(*rows: Model) -> QuerySet[Entry]:
    """Return the acts on some rows, the last first."""
    keys = defaultdict(list)
    for row in rows:
        about = about_of(row)
        keys[about["object_kind"]].append(about["object_id"])
    condition = Q(pk__in=[])
    for kind, ids in keys.items():
        condition |= Q(object_kind=kind, object_id__in=ids)
    return in_order(Entry.objects.filter(condition))


def entries_within(academies: Iterable[str] | None) -> QuerySet[Entry]:
    """Return the acts that concern some academies; given nothing, all of them and no academy's."""
    every: QuerySet[Entry] = Entry.objects.all()
    return once(every) if academies is None else every.filter(academy__in=sorted(academies))


def once(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Keep one line of each act that the journals of several academies have."""
    return entries.exclude(payload__has_key=SAME_AS)


def done_between(entries: QuerySet[Entry], first: date, last: date) -> QuerySet[Entry]:
    """Keep the acts of some days, both included, by the clock of the service."""
    begin, end = bounds(first, last, settings.TIME_ZONE)
    return entries.filter(at__gte=begin, at__lt=end)


def changing(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Keep the acts that change something."""
    return entries.exclude(verb__in=READINGS)


def readings(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Keep the acts of those who only read."""
    return entries.filter(verb__in=READINGS)


def still_told(*, before: datetime) -> QuerySet[Entry]:
    """Return the acts of before an instant that nobody has forgotten.

    Those that say which acts were forgotten are not among them: they name nobody.
    """
    lists = Q(verb__in=FORGETTING, payload__contains={"after": {"acts": []}})
    old = Entry.objects.filter(at__lt=before).exclude(lists)
    found: QuerySet[Entry] = old.exclude(actor_name="", payload={})
    return found


def told_too_long(*, at: datetime) -> QuerySet[Entry]:
    """Return the acts that still say where they came from, more than a year later."""
    found: QuerySet[Entry] = Entry.objects.filter(
        network__isnull=False, at__lt=at - PROVENANCE_KEPT
    )
    return found


def consultations(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Keep the acts that say who looked at somebody's file, and prove nothing else."""
    return entries.filter(verb__in=CONSULTATIONS)


def proving_acts(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Keep the other ones: what was done, and what proves it."""
    return entries.exclude(verb__in=CONSULTATIONS)


def who_looked_too_long(*, at: datetime) -> QuerySet[Entry]:
    """Return the acts that still say who looked at a file, more than a year later."""
    old = consultations(Entry.objects.filter(at__lt=at - CONSULTATIONS_KEPT))
    found: QuerySet[Entry] = old.exclude(actor_name="")
    return found


def lost() -> list[tuple[datetime, datetime]]:
    """Return what restorations have lost: from the instant that came back to that of the command.

    The last first; run again for the same instant, it is one. Of an act that is forgotten nothing is
    known.
    """
    restored = Entry.objects.filter(verb=RESTORED).order_by("at", "pk")
    found = {}
    for at, payload in restored.values_list("at", "payload"):
        if brought_back := payload.get("after", {}).get("brought_back"):
            found[datetime.fromisoformat(brought_back)] = at
    return sorted(found.items(), reverse=True)


def in_order(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """Return acts, the last first."""
    return entries.order_by("-at", "-pk")


def is_noted(
    verb: str, *, on: Model, by: Actor, since: datetime, after: dict[str, object] | None = None
) -> bool:
    """Return whether somebody did this to a row since an instant, with the same words where they are given."""
    mine = Entry.objects.filter(verb=verb, actor_id=by.identifier, at__gte=since, **about_of(on))
    if after is not None:
        mine = mine.filter(payload__after=after)
    return mine.exists()


def presses(verb: str, *, on: Model, by: Actor, since: datetime) -> list[tuple[datetime, str]]:
    """Return when somebody pressed what did nothing, and the fingerprint of what it sent, the first first.

    Args:
        verb: as which it is kept.
        on: the row.
        by: who pressed.
        since: from when on.
    """
    mine = Entry.objects.filter(verb=verb, actor_id=by.identifier, at__gte=since, **about_of(on))
    said = mine.order_by("at", "pk").values_list("at", "payload__after__sent")
    return [(at, sent or "") for at, sent in said]
