"""What is added to a request after its deadline: told with its reason, or refused (H1).

A request that was sent in time stays in time, and may be completed for as long as it takes. What it
did not ask for then is late like a request that comes then.
"""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sporades.accommodations.models import AskedMeasure, Case
from sporades.accommodations.rules import (
    Sat,
    Wish,
    is_chosen_by_paper,
    is_late,
    late_in_words,
    rules_for,
    suiting_papers,
    takes_late,
)
from sporades.core.days import midnight
from sporades.core.french import quoted
from sporades.registrations.models import Registration

IN_TIME, LATE, ADDED = "in_time", "late", "added"
"""What `Case.received` holds: its last sending before the deadline, after it, and the codes added."""
BEFORE = "before"
"""And what stood before the last paper that was entered, which may be entered anew: see `stood_before`."""


def counted_at(registration: Registration, posted_on: date) -> datetime:
    """Return the instant by which what came on paper is in time: its postmark alone counts (L-05).

    It is the beginning of that day, where it begins first, by the clock of the service or by the
    other that is said with it: what was posted on the last day is in time, whatever the hour.

    Args:
        registration: whose it is.
        posted_on: the day of the postmark.
    """
    service = registration.service
    there = registration.reader_zone or service.academy.zone
    return min(midnight(posted_on, zone) for zone in (service.zone, there))


class Lateness(StrEnum):
    """What the deadline asks of who writes a request now."""

    NONE = "none"
    FIRST = "first"
    """The request is late: it says why."""
    ADDING = "adding"
    """It was sent in time: what is added to it says why."""
    CLOSED = "closed"
    """Nothing late is taken: nothing is added to it."""


def lateness_of(case: Case | None, registration: Registration, *, at: datetime) -> Lateness:
    """Return what the deadline asks of a request that is written now.

    Args:
        case: the one that is open, if there is one.
        registration: whose request it is.
        at: now.
    """
    if not is_late(registration, at):
        return Lateness.NONE
    if case is None or case.asked_at is None:
        return Lateness.FIRST
    if not takes_late(registration, at):
        return Lateness.CLOSED
    return Lateness.ADDING if was_in_time(case) else Lateness.NONE


def came_in_time(case: Case) -> bool:
    """Return whether a request that was sent first came before its deadline: by its postmark, on paper."""
    if case.is_on_paper or case.first_asked_at is None:
        return was_in_time(case)
    return not is_late(case.registration, case.first_asked_at)


def was_in_time(case: Case) -> bool:
    """Return whether a request was sent before its deadline."""
    return IN_TIME in (case.received or {})


def as_it_stands(case: Case) -> dict[str, Any]:
    """Return what is kept of a request that a paper is about to complete, were it entered wrongly."""
    was = {name: said for name, said in (case.received or {}).items() if name != BEFORE}
    return {"received": was or None, "has_envelope": case.has_envelope}


def was_entered_last(case: Case) -> bool:
    """Return whether what was sent last came on paper: nothing was sent from a space since."""
    is_last = case.first_asked_at == case.asked_at or BEFORE in (case.received or {})
    return case.is_on_paper and is_last


def stood_before(case: Case) -> dict[str, Any] | None:
    """Return what stood before the paper that a request was last entered from; nothing before the first.

    Args:
        case: entered from paper, and sent.
    """
    if case.first_asked_at == case.asked_at:
        return None
    kept: dict[str, Any] | None = (case.received or {}).get(BEFORE)
    return kept or as_it_stands(case)


def added_to(
    case: Case | None, wishes: Iterable[Wish], sat: Iterable[Sat], lateness: Lateness
) -> list[str]:
    """Return the codes of the measures that go beyond what was sent when it was still taken.

    Args:
        case: the request.
        wishes: what it asks for now.
        sat: the épreuves that are sat.
        lateness: what the deadline asks.
    """
    kept = {Lateness.ADDING: (IN_TIME,), Lateness.CLOSED: (IN_TIME, LATE)}.get(lateness)
    if kept is None or case is None:
        return []
    taken, before = list(sat), case.received or {}
    sent = [before[one] for one in kept if one in before]
    return [
        wish.code for wish in wishes if not any(_is_within(case, wish, taken, one) for one in sent)
    ]


def unsaid_of(case: Case, wishes: Iterable[Wish], sat: Iterable[Sat], *, at: datetime) -> Lateness:
    """Return for what a request would be refused if it were sent now as it stands; else `NONE`.

    What is written in time and left until after the deadline says nothing of it yet.

    Args:
        case: the request, which its candidate may write.
        wishes: what it asks for now.
        sat: the épreuves that are sat.
        at: now.
    """
    lateness = lateness_of(case, case.registration, at=at)
    if lateness == Lateness.FIRST:
        is_refused = not case.late_reason
    else:
        is_added = bool(added_to(case, wishes, sat, lateness))
        is_refused = is_added and (lateness == Lateness.CLOSED or not case.late_reason)
    return lateness if is_refused else Lateness.NONE


def _is_within(case: Case, wish: Wish, sat: list[Sat], sent: dict[str, Any]) -> bool:
    """Return whether a measure was asked for then as it is now, for each épreuve that was sat then."""
    before = [
        Wish(code, tuple(papers), precision)
        for code, papers, precision in sent["wishes"]
        if (code, precision) == (wish.code, wish.precision)
    ]
    if not before:
        return False
    if any(not one.papers for one in before):
        return True
    asked = {*wish.papers} or _all_papers(case, wish, sat)
    return asked & {*sent["sat"]} <= {paper for one in before for paper in one.papers}


def _all_papers(case: Case, wish: Wish, sat: list[Sat]) -> set[str]:
    """Return the épreuves of a measure for which none is ticked: all, but where each is to be."""
    rules = rules_for(case.registration, case)
    if rules is None or is_chosen_by_paper(rules, wish.code):
        return set()
    return {paper.code for paper in suiting_papers(rules, sat, wish.code)}


def received(
    case: Case, wishes: Iterable[Wish], sat: Iterable[Sat], *, at: datetime
) -> dict[str, Any]:
    """Return what is kept of a request that is sent now, to tell later what is added to it.

    Args:
        case: the request, sent or about to be.
        wishes: what it asks for.
        sat: the épreuves that are sat.
        at: the instant at which it arrived.
    """
    registration, asked, taken = case.registration, list(wishes), list(sat)
    now = {
        "wishes": [(one.code, one.papers, one.precision) for one in asked],
        "sat": [one.code for one in taken],
    }
    if not is_late(registration, at):
        return {IN_TIME: now}
    kept = {name: said for name, said in (case.received or {}).items() if name != BEFORE}
    if takes_late(registration, at):
        kept[LATE] = now
    kept[ADDED] = added_to(case, asked, taken, Lateness.ADDING) if IN_TIME in kept else []
    return kept


def in_time_after_all(case: Case) -> dict[str, Any] | None:
    """Return what is kept of a request whose last sending a later deadline makes one in time; else nothing.

    Args:
        case: with its registration, as its deadline is now.
    """
    kept = case.received or {}
    sent = kept.get(LATE)
    sent_at = case.asked_at
    if case.posted_on and was_entered_last(case):
        sent_at = counted_at(case.registration, case.posted_on)
    if sent is None or sent_at is None or is_late(case.registration, sent_at):
        return None
    return {IN_TIME: sent, **{name: said for name, said in kept.items() if name == BEFORE}}


def late_told(
    case: Case, measures: Iterable[AskedMeasure], added: Iterable[str] | None = None
) -> list[tuple[str, str]]:
    """Say that a request is late, or what was added to it after its deadline, and why.

    Args:
        case: the request.
        measures: what it asks for.
        added: the codes of what is added to it, while its candidate changes it; what was sent says
            its own.
    """
    why = late_in_words(case)
    if not was_in_time(case):
        return [("Demande tardive", why)] if why else []
    codes = set((case.received or {}).get(ADDED, ()) if added is None else added)
    named = quoted(one.named for one in measures if one.code in codes)
    return [("Après la date limite", f"{named}. {why}" if why else named)] if named else []
