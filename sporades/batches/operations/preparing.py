"""Freeze which registrations a batch is for (I11); what was never launched, and what is old, goes."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import batched
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from sporades.accounts.models import User
from sporades.accounts.permissions import Reach
from sporades.batches.actions import WRITE, Action
from sporades.batches.models import Batch, BatchLine
from sporades.batches.states import BatchState
from sporades.core.locks import lock_value
from sporades.core.refusals import ReasonMissing, Refused
from sporades.evidence import delays
from sporades.mailings import operations as mailings
from sporades.mailings.models import Mailing
from sporades.registrations.giving import Giving
from sporades.territory.queries import known_academies

MOST_LINES = 100_000
FROZEN_AT_ONCE = 5_000
PREPARED_FOR = timedelta(days=1)
FORGOTTEN_AFTER = timedelta(days=365)
REASON_MISSING = "Dites le motif : chaque candidat le lira."


class Nothing(Refused):
    """No registration was chosen."""

    message = "Aucune inscription n'est choisie : il n'y a rien à faire."


class PieceMissing(Refused):
    """It is about a piece, and nobody says which."""

    message = "Choisissez la pièce sur laquelle porte cette action."


class DayMissing(Refused):
    """It leaves more time, and nobody says until when."""

    message = "Dites jusqu'à quel jour vous laissez du temps."


class WordsMissing(Refused):
    """It asks for a piece, and nobody says for which."""

    message = "Dites quelle pièce chaque candidat doit fournir."


class AcademyMissing(Refused):
    """It gives registrations to an academy, and nobody says to which."""

    message = "Choisissez l'académie qui reçoit ces inscriptions."


class TooMany(Refused):
    """More than a batch takes."""

    message = "Un lot compte 100 000 inscriptions au plus : ajoutez un critère."


@transaction.atomic
def prepare(
    *,
    registrations: Any,
    action: Action,
    reason: str,
    reach: Reach,
    by: User,
    at: datetime,
    about: UUID | None = None,
    piece: str = "",
    until: date | None = None,
    label: str = "",
    giving: Giving = Giving.EACH,
    academy: str = "",
    sought: str = "",
    tree: Mapping[str, Any] | None = None,
    is_of_health: bool = False,
    sending: UUID | None = None,
    is_as_they_stand: bool = True,
) -> Batch:
    """Freeze which registrations an action is for; nothing is done before it is launched.

    Args:
        registrations: what was chosen, within the reach.
        action: what is to be done.
        reason: why, for an action that is told with one.
        reach: where whoever asks may act.
        by: who asks.
        at: the instant.
        about: what it fills or says, for an action that is asked for on a page of its own.
        piece: the code of the supporting document, for an action that is about one.
        until: the last day, for an action that leaves time.
        label: what is asked for, in words, for an action that asks for something.
        giving: how that is given; `Giving.EACH` as the exam says of its other pieces.
        academy: the code of the one that receives them, for an action that gives them to one.
        sought: what they were found by, in words.
        tree: the same, as a search keeps it, where who answers it no more is left out.
        is_of_health: whether that says something of the health of each.
        sending: names the press of the button: pressed twice, it prepares one batch.
        is_as_they_stand: whether each is chosen as it stands now, and refused once it does no more.

    Raises:
        Nothing, TooMany: none is chosen, or too many.
        ReasonMissing: the action is told with a reason.
        PieceMissing: it is about a piece, and none is chosen.
        WordsMissing: it asks for a piece, and nobody says for which.
        AcademyMissing: it gives them to an academy, and nobody says to which.
        DayMissing: it leaves time, and nobody says until when.
        delays.Shorter, delays.TooFar: by the clock of no academy is that day to come, or so near.
    """
    if (already := _prepared_by(sending, by)) is not None:
        return already
    if action.has_piece and not piece:
        raise PieceMissing
    if action.has_words and not label:
        raise WordsMissing
    if action.has_academy and not academy:
        raise AcademyMissing
    if action.has_day and until is None:
        raise DayMissing
    if action.has_day and until is not None:
        zones = {one.zone for one in known_academies()}
        delays.check_to_come(until, zones, at=at)
    if action.has_reason and not reason:
        raise ReasonMissing(REASON_MISSING)
    author = reach.member
    batch: Batch = Batch.objects.create(
        asked_by=by,
        asked_name=author.name,
        asked_role=author.kind,
        perimeters=reach.as_json(),
        action=action.code,
        reason=reason if action.has_reason else "",
        about=about,
        piece=piece if action.has_piece else "",
        until=until if action.has_day else None,
        label=label if action.has_words else "",
        giving=giving if action.has_words else "",
        academy=academy if action.has_academy else "",
        sought=sought,
        tree=tree,
        is_of_health=is_of_health,
        total=0,
        state=BatchState.PREPARED,
        asked_at=at,
        sending=sending,
    )
    chosen = registrations.order_by("pk").values_list("pk", flat=True)[: MOST_LINES + 1]
    batch.total = sum(
        _freeze(batch, keys, is_marked=is_as_they_stand) for keys in batched(chosen, FROZEN_AT_ONCE)
    )
    if not batch.total:
        raise Nothing
    if batch.total > MOST_LINES:
        raise TooMany
    batch.save(update_fields=["total"])
    return batch


def _prepared_by(sending: UUID | None, by: User) -> Batch | None:
    """Return the batch that a press of the button has prepared already, if it has.

    Of two presses at once the second waits here until the first has prepared it. One that is over is
    not what a page found again asks for: another is prepared, of the same press. A message alone is
    never written twice.
    """
    if sending is None:
        return None
    lock_value("batch prepared", f"{by.pk}:{sending}")
    found: Batch | None = by.batches.filter(sending=sending).first()
    if found is None or not found.is_done or found.does.asked_apart:
        return found
    found.sending = None
    found.save(update_fields=["sending"])
    return None


def _freeze(batch: Batch, keys: Sequence[int], *, is_marked: bool) -> int:
    """Write some lines, each with what is decided of it now, or without; return how many."""
    marks = batch.does.marks(keys, batch.piece) if is_marked and batch.does.marks else {}
    lines = [BatchLine(batch=batch, registration_id=key, mark=marks.get(key, "")) for key in keys]
    return len(BatchLine.objects.bulk_create(lines))


@transaction.atomic
def prepare_message(
    *,
    registrations: Any,
    subject: str,
    text: str,
    reach: Reach,
    by: User,
    at: datetime,
    sought: str = "",
    tree: Mapping[str, Any] | None = None,
    is_of_health: bool = False,
    sending: UUID | None = None,
    instead_of: Batch | None = None,
    also_ended: bool = False,
) -> Batch:
    """Freeze what is written to whom; nobody is written to before it is launched.

    See `prepare` for the other arguments.

    Args:
        subject, text: what is written.
        instead_of: one's own batch of which the message is corrected: it goes, unless it was
            launched meanwhile.
        also_ended: whether who has left, or was set aside, is written to as well, also from now on.

    Raises:
        Nothing, TooMany: none is chosen, or too many.
        NotAPlaceholder: something between braces does not exist.
    """
    if (already := _prepared_by(sending, by)) is not None:
        return already
    if instead_of is not None:
        _forget(Batch.objects.filter(pk=instead_of.pk, state=BatchState.PREPARED))
    said = mailings.begin(subject=subject, text=text, at=at)
    return prepare(
        registrations=registrations,
        action=WRITE,
        reason="",
        reach=reach,
        by=by,
        at=at,
        about=said.pk,
        sought=sought,
        tree=tree,
        is_of_health=is_of_health,
        sending=sending,
        is_as_they_stand=not also_ended,
    )


@transaction.atomic
def forget_old(*, at: datetime) -> int:
    """Delete the batches never launched in a day, and those of a year ago; return how many.

    Each goes with the message that it says. One that is launched meanwhile is left alone.
    """
    return _forget(
        Batch.objects.filter(
            Q(state=BatchState.PREPARED, asked_at__lt=at - PREPARED_FOR)
            | Q(asked_at__lt=at - FORGOTTEN_AFTER)
        )
    )


def _forget(batches: Any) -> int:
    """Delete batches, each with the message that it says, but those that somebody holds; return how many."""
    said = dict(batches.select_for_update(skip_locked=True).values_list("pk", "about"))
    Batch.objects.filter(pk__in=said).delete()
    Mailing.objects.filter(pk__in=filter(None, said.values())).delete()
    return len(said)
