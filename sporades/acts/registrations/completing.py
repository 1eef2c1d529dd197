"""« Candidature incomplète »: a registration that lacks pieces is in anomaly until they come (G2)."""

from collections.abc import Mapping
from datetime import datetime
from itertools import chain

from django.db import transaction

from sporades.acts.registrations import deciding
from sporades.core import apart
from sporades.core.actors import SYSTEM, Actor
from sporades.core.refusals import Refused
from sporades.evidence.completeness import (
    in_words,
    is_complete,
    lacking,
    missing_of,
    to_provide,
)
from sporades.evidence.models import Incompleteness
from sporades.evidence.queries import pieces_of
from sporades.exams.queries import programmes, rules
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about
from sporades.notices.queries import stops_writing
from sporades.registrations.former import once_offered
from sporades.registrations.models import Registration
from sporades.registrations.queries import check_not_handed_over, lock_registration, with_owed
from sporades.registrations.states import CLEAR, FLAG, State


class NothingMissing(Refused):
    """Every mandatory piece has come, is not needed, or may still be given."""

    message = "Aucune pièce obligatoire ne manque après sa date limite : il n'y a rien à déclarer."


class TooLate(Refused):
    """The exam is over: nothing is asked of anybody any more."""

    message = (
        "Les dates de cet examen ou concours sont passées : plus rien n'est demandé au candidat, il "
        "n'y a rien à déclarer."
    )


class OnlyRead(Refused):
    """Nothing can be given now: whoever lacks a piece has more time for it (R-05)."""

    message = (
        "Le service est en lecture seule : rien ne peut être fourni, et personne n'est déclaré "
        "incomplet. Recommencez une fois la lecture seule terminée."
    )


@transaction.atomic
def declare_incomplete(*, registration: Registration, by: Actor, at: datetime) -> None:
    """Put in anomaly a registration that lacks mandatory pieces after their deadline.

    Its candidate reads which; the anomaly ends by itself once they have all come.

    Args:
        registration: which.
        by: who decides; the service itself, where the réglementation says so.
        at: the instant.

    Raises:
        OnlyRead: nothing is written now.
        HandedOver: it is another academy's since it was read.
        TooLate: its exam is over.
        NothingMissing: a piece that was missing has come meanwhile.
        Refused: it is no longer in a state that may be left for an anomaly.
    """
    if stops_writing(at):
        raise OnlyRead
    lock_registration(registration.pk)
    held = with_owed.get(pk=registration.pk)
    check_not_handed_over(held=held, read=registration)
    if held.is_exam_over(at):
        raise TooLate
    missing = [] if held.state != State.REGISTERED else missing_of(pieces_of(held), at)
    if not missing:
        raise NothingMissing
    reason = in_words(missing, has_space=held.candidate.has_account)
    deciding.decide(registration=held, decision=FLAG, reason=reason, by=by, at=at)
    Incompleteness.objects.update_or_create(
        registration=held, defaults={"at": at, "lifted_at": None}
    )


def clear_if_complete(registration: Registration, *, at: datetime) -> None:
    """End the anomaly of a registration whose pieces have all come, or say which still lack.

    Any other anomaly stays, with its reason.

    Args:
        registration: which, locked, as `whole()` and `with_owed()` load it.
        at: the instant.
    """
    noted = _noted(registration)
    if noted is None:
        return
    if not is_complete(registration):
        _say_what_lacks(registration)
        return
    noted.delete()
    deciding.decide(registration=registration, decision=CLEAR, reason="", by=SYSTEM, at=at)


@transaction.atomic
def look_again(key: int, *, at: datetime) -> None:
    """Look at a registration whose civil data are others since: they may ask for fewer pieces.

    Args:
        key: of the registration; one that is gone is left.
        at: the instant.
    """
    if Registration.objects.filter(pk=key).exists():
        lock_registration(key)
        clear_if_complete(with_owed.get(pk=key), at=at)


def lifted_since(registration: Registration, instant: datetime) -> Entry | None:
    """Return the last act since an instant that ended an anomaly, which told its candidate so; or nothing."""
    lifted = entries_about(registration).filter(verb=deciding.TOLD[CLEAR.name].verb)
    found: Entry | None = lifted.filter(at__gte=instant).first()
    return found


def lacks_again(registration: Registration) -> None:
    """Have the reason of an incompleteness name a piece that lacks anew; any other stays as it is.

    Args:
        registration: which, locked, as `whole()` and `with_owed()` load it.
    """
    if _noted(registration) is not None:
        _say_what_lacks(registration)


def _noted(registration: Registration) -> Incompleteness | None:
    """Return the incompleteness that a registration is in; none where its anomaly is another one."""
    if registration.state != State.ANOMALY:
        return None
    noted = Incompleteness.objects.filter(registration=registration).first()
    # What was decided since is another anomaly, which the office ends.
    return noted if noted is not None and noted.at == registration.decided_at else None


def _say_what_lacks(registration: Registration) -> None:
    """Name, in the reason of an incompleteness, what has not come by now: each act has told its own."""
    missing = to_provide(pieces_of(registration))
    reason = in_words(missing, has_space=registration.candidate.has_account)
    # Of files that the antivirus still looks at, what was said stays until it has.
    if missing and reason != registration.reason:
        registration.reason = reason
        registration.save(update_fields=["reason"])


def flag_some(*, after: int, most: int, at: datetime) -> int:
    """Declare incomplete, some at a time, where the réglementation says that nobody decides it.

    Nobody is while nothing can be given (R-05).

    Args:
        after: the key after which to go on.
        most: how many registrations to look at.
        at: the instant.

    Returns:
        The last key that was looked at; nothing when there is none.
    """
    if stops_writing(at):
        return 0
    in_force = (offered for programme in programmes() for offered in programme.exams)
    automatic = {
        offered.exam.pk
        for offered in chain(in_force, once_offered())
        if offered.rules.flags_incomplete
    }
    if not automatic:
        return 0
    waiting = lacking(at).filter(exam__in=automatic, pk__gt=after).order_by("pk")
    found = list(waiting.select_related("exam")[:most])
    flagged = {
        one.pk: one
        for one in found
        # The rules under which it was filed, not those of today.
        if rules(one.regulation_id).exam(one.exam.code).flags_incomplete
    }
    apart.each(_flag, flagged, among=flagged, at=at)
    return found[-1].pk if found else 0


def _flag(key: int, *, among: Mapping[int, Registration], at: datetime) -> bool:
    try:
        declare_incomplete(registration=among[key], by=SYSTEM, at=at)
    except Refused:  # its dates have moved, or a piece has come
        return False
    return True
