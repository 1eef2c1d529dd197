"""Apply the table: archive, erase; withhold what must stay; read what is archived."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from sporades import journal
from sporades.core import apart
from sporades.core.actors import Actor
from sporades.core.locks import lock_value
from sporades.core.refusals import Refused
from sporades.journal.models import Entry
from sporades.journal.queries import consultations, in_order
from sporades.registrations.models import Registration
from sporades.retention import announcing, archiving, categories, erasing
from sporades.retention.models import Archive, Hold

AT_ONCE = 50
"""How many rows one job takes: mails do not wait behind a whole session."""

BEGINNING = (0, "")
"""The place from which all is applied: a step, and the key after which it goes on."""

type Place = tuple[int, str]

STEPS: tuple[tuple[Callable[[datetime], QuerySet[Any]], Callable[..., bool]], ...] = (
    (categories.drafts, erasing.erase_draft),
    (categories.registrations, archiving.archive),
    (categories.confided, erasing.erase_confided),
    (categories.archives, erasing.erase_archive),
    (categories.named, erasing.remove_names),
    (categories.publications, erasing.erase_publication),
    (categories.print_runs, erasing.erase_print_run),
    (categories.searches, erasing.erase_search),
    (categories.agents, erasing.erase_agent),
    (categories.leaving, erasing.forget_file),
    (categories.to_announce, announcing.announce),
    (categories.looked_at, erasing.remove_readers),
    (categories.former, erasing.erase_former),
)
"""What is past its time, or soon will be, and what is done of each."""


class Unknown(Refused):
    """No registration has this number, archived or not."""

    message = "Aucune inscription ne porte ce numéro, archivée ou non."


class NotArchived(Refused):
    """It stands, and is read in the office."""

    message = "Cette inscription n'est pas archivée : elle se lit dans la gestion."


class ArchivedMeanwhile(Refused):
    """A registration has left what pages read."""

    message = (
        "Cette inscription vient d'être archivée : les pages ne l'atteignent plus. Demandez à "
        "l'exploitation de geler son effacement (« sporades archives gel »)."
    )


class AlreadyWithheld(Refused):
    """A registration is withheld once."""

    message = "L'effacement de cette inscription est déjà gelé."


class NotWithheld(Refused):
    """Nothing keeps a registration beyond its time."""

    message = "L'effacement de cette inscription n'est pas gelé."


def apply(*, at: datetime) -> int:
    """Archive and erase all that is past its time at an instant; return how much was.

    Each row is a transaction: whatever is cut off is taken up by the next run.
    """
    done = 0
    place: Place | tuple[()] = BEGINNING
    while place:
        some, place = apply_some(place, at=at)
        done += some
    return done + forget_acts(at=at)


def left_of(*, at: datetime) -> int:
    """Return how much is still past its time at an instant: once all was applied, what failed.

    Args:
        at: the instant.
    """
    return sum(due(at).count() for due, _ in STEPS)


def forget_acts(*, at: datetime) -> int:
    """Forget the acts of the journal that are too old; return how many were.

    Args:
        at: the instant.
    """
    done = 0
    while some := erasing.forget_some_acts(at=at):
        done += some
    return done


def archived_unread(*, at: datetime) -> int:
    """Return how many registrations were archived at an instant with a file that could not be read."""
    return int(Archive.objects.filter(archived_at=at, facts__has_key=archiving.UNREADABLE).count())


def apply_some(place: Place, *, at: datetime) -> tuple[int, Place | tuple[()]]:
    """Take the next rows that are past their time; one that fails is logged, and not met again.

    Args:
        place: from where on.
        at: the instant.

    Returns:
        How many were archived or erased; the place to go on from, nothing at the end.
    """
    step, after = place
    due, act = STEPS[step]
    left = due(at).filter(pk__gt=after) if after else due(at)
    keys = list(left.order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    done = apart.each(act, keys, at=at)
    if len(keys) == AT_ONCE:
        return done, (step, str(keys[-1]))
    return done, (step + 1, "") if step + 1 < len(STEPS) else ()


def withhold(*, number: str, reason: str, by: Actor, at: datetime) -> Hold:
    """Keep a registration from being erased until it is released.

    Its active use ends when it must all the same: it is archived, and stays there.

    Args:
        number: its number.
        reason: why, naming nobody.
        by: who decides.
        at: the instant.

    Raises:
        Unknown, AlreadyWithheld.
    """
    return _withhold(number, _place_of, reason=reason, by=by, at=at)


def withhold_in_use(*, number: str, reason: str, by: Actor, at: datetime) -> Hold:
    """Do the same of a registration that serves, for whom archives are out of reach.

    Raises:
        ArchivedMeanwhile: it serves no more.
        AlreadyWithheld: see there.
    """
    return _withhold(number, _place_in_use, reason=reason, by=by, at=at)


def _withhold(
    number: str, place_of: Callable[[str], tuple[str, str]], *, reason: str, by: Actor, at: datetime
) -> Hold:
    try:
        with transaction.atomic():
            lock_value(erasing.LOCK, number)
            lock_value(erasing.LOCK, erasing.ACTS)
            academy, domain = place_of(number)
            held: Hold = Hold.objects.create(
                number=number,
                academy=academy,
                domain=domain,
                reason=reason,
                placed_at=at,
                placed_by=by.name,
            )
            _record("archive withheld", held, by=by, at=at, reason=reason)
    except IntegrityError:
        raise AlreadyWithheld from None
    return held


@transaction.atomic
def release(*, number: str, reason: str, by: Actor, at: datetime) -> None:
    """Let a registration be erased in its time again. Raises NotWithheld."""
    held = Hold.objects.select_for_update().filter(number=number).first()
    if held is None:
        raise NotWithheld
    _record("archive released", held, by=by, at=at, reason=reason)
    held.delete()


@transaction.atomic
def read(*, number: str, reason: str, by: Actor, at: datetime) -> Archive:
    """Return an archive, and keep who read it, and why. Raises Unknown, NotArchived."""
    found: Archive | None = Archive.objects.filter(number=number).first()
    if found is None:
        stands = Registration.objects.filter(number=number).exists()
        raise NotArchived if stands else Unknown
    _record("archive read", found, by=by, at=at, reason=reason)
    return found


def who_looked(archive: Archive) -> list[Entry]:
    """Return the acts of who looked at what is archived that the journal still names, the last first."""
    about = categories.on_rows_of(archive.content)
    return list(in_order(consultations(Entry.objects.filter(about)).exclude(actor_name="")))


def _record(verb: str, on: Archive | Hold, *, by: Actor, at: datetime, reason: str) -> None:
    after = {"number": on.number, "reason": reason}
    journal.record(verb, by=by, on=on, at=at, academy=on.academy, after=after)


def _place_in_use(number: str) -> tuple[str, str]:
    """Return the academy and the domain of a registration that serves."""
    kept = Registration.objects.filter(number=number)
    found: tuple[str, str] | None = kept.values_list("academy", "exam__domain__code").first()
    if found is None:
        raise ArchivedMeanwhile
    return found


def _place_of(number: str) -> tuple[str, str]:
    """Return the same of any; an archive says its domain in words alone."""
    try:
        return _place_in_use(number)
    except ArchivedMeanwhile:
        archived = Archive.objects.filter(number=number).values_list("academy", flat=True)
        academy: str | None = archived.first()
    if academy is None:
        raise Unknown
    return academy, ""
