"""Leave a registration: its candidate on its page, its managing service for whoever asked in writing."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.db.models import QuerySet

from sporades import journal
from sporades.acts import accommodating
from sporades.acts.people import changing
from sporades.acts.people.guardians import tell_of_leaving
from sporades.acts.registrations.deciding import DecidedSince, Overtaken
from sporades.core.actors import Actor
from sporades.core.french import day_in_words, days_in_words, instant_in_words
from sporades.core.links import link_to
from sporades.core.refusals import Refused
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about
from sporades.letters.operations import tell
from sporades.letters.rules import WITHDRAWAL
from sporades.registrations.models import Registration
from sporades.registrations.operations import filing
from sporades.registrations.snapshot import contact_of

AS_ASKED = "registration withdrawn as asked"
"""The verb of a withdrawal that the office records for whoever asked for it in writing."""
LONGEST_PAPER = 200
WITHDRAWN = "registration withdrawn"


@transaction.atomic
def withdraw(*, registration: Registration, by: Actor, at: datetime) -> None:
    """« Me désinscrire »: for good; only a new registration undoes it.

    Raises:
        Closed: the service is not open at this instant.
        Refused: the registration does not stand any more.
        Held: the account has just been given back to an old address.
    """
    _lock_to_leave(registration)
    changing.check_may_withdraw(registration, at=at)
    _leave(registration, WITHDRAWN, asked=None, by=by, at=at)


@transaction.atomic
def withdraw_as_asked(
    *,
    registration: Registration,
    asked_on: date,
    paper: str,
    seen: int,
    mark: str,
    by: Actor,
    at: datetime,
) -> None:
    """« Désinscrire à sa demande »: what « Me désinscrire » does, for whoever wrote to the office.

    Allowed after the closing too: nobody stays registered who asked in writing not to be.

    Args:
        registration: which.
        asked_on: the day on which what they sent came.
        paper: what it is, as they will read it.
        seen: the number of the version that was read.
        mark: the decision that was read with it, as `Registration.decided_mark` says it.
        by: who records it.
        at: the instant.

    Raises:
        Overtaken: another version was filed since; `DecidedSince` where something was decided, or
            its candidate has withdrawn it.
        DayToCheck: it cannot have come on that day.
        Refused: the registration does not stand any more.
    """
    _lock_to_leave(registration)
    if registration.version != seen:
        raise Overtaken
    if registration.decided_mark != mark:
        raise DecidedSince
    first, last = registration.first_day(registration.filed_at), registration.last_day(at)
    if not first <= asked_on <= last:
        raise DayToCheck(
            f"Indiquez un jour possible : {days_in_words(first, last)}. Cette demande n'a pas pu "
            "venir avant l'inscription, ni après aujourd'hui."
        )
    _leave(registration, AS_ASKED, asked=Asked(asked_on, paper), by=by, at=at)


class DayToCheck(Refused):
    """A paper cannot have come on the day that is said."""


@dataclass(frozen=True)
class Asked:
    """What a candidate sent to their office to be registered no more.

    Attributes:
        on: the day on which it came.
        paper: what it is.
    """

    on: date
    paper: str

    @property
    def in_words(self) -> str:
        """« lettre signée (demande reçue le 14 novembre 2026) »."""
        return f"{self.paper} (demande reçue le {day_in_words(self.on)})"


def withdrawals_as_asked(registration: Registration) -> QuerySet[Entry]:
    """Return the withdrawal that the office recorded for whoever asked for it, if it did."""
    return entries_about(registration).filter(verb=AS_ASKED)


def _lock_to_leave(registration: Registration) -> None:
    """Hold a registration that is about to be left, and read it as it is now."""
    Registration.objects.select_for_update(no_key=True).get(pk=registration.pk)
    # It may just have been given to another academy, whose dates count, and who is told.
    registration.refresh_from_db(from_queryset=Registration.objects.whole())


def _leave(
    registration: Registration, verb: str, *, asked: Asked | None, by: Actor, at: datetime
) -> None:
    before = {"state": registration.state}
    filing.withdraw(registration=registration, at=at, is_asked_on_paper=asked is not None)
    fallen = accommodating.follow(registration, is_leaving=True, by=by, at=at)
    has_request_fallen = fallen is not None and fallen.asked_at is not None
    tell(
        registration.candidate,
        "withdrawn",
        service=registration.service,
        at=at,
        key=f"registration:{registration.pk}:withdrawn",
        about=registration,
        matter=WITHDRAWAL,
        urgent=True,
        registration=registration,
        when=instant_in_words(at, registration.service.zone),
        asked=asked,
        may_return=registration.is_offered and registration.service.accepts(at),
        has_request_fallen=has_request_fallen,
        contact=contact_of(registration.service),
        link=link_to("candidate:registration", registration.number),
    )
    changing.tell_where_left(
        registration,
        changing.REGISTRATION,
        since=registration.filed_at,
        fallen_since=None if fallen is None else fallen.first_asked_at,
        at=at,
    )
    tell_of_leaving(registration, fallen=fallen, is_asked_on_paper=asked is not None, at=at)
    said = {"reason": asked.in_words, "asked_on": asked.on.isoformat()} if asked else {}
    journal.record(
        verb,
        by=by,
        on=registration,
        at=at,
        academy=registration.academy_id,
        before=before,
        after={"state": registration.state, **said},
    )
