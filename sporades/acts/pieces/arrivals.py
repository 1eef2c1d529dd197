"""What stood of a piece before what is there came for it, as the journal says it: what is taken back leaves that."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sporades.acts.pieces import providing
from sporades.evidence import operations as evidence
from sporades.evidence.models import ANTIVIRUS
from sporades.evidence.states import State
from sporades.journal.models import Entry
from sporades.registrations.came import CameBy


@dataclass(frozen=True)
class Arrival:
    """What has come for a piece, and was not judged before more of it came.

    Attributes:
        before: why the piece was refused as it came, if it was.
        since: when the first of it came, where that is known.
    """

    before: evidence.Refusal | None = None
    since: datetime | None = None


NEVER = Arrival()


def before_it_came(acts: Iterable[Entry]) -> Arrival:
    """Return what the last paper of a piece found as it came: one that the office received, or scanned.

    Args:
        acts: those on the piece, in their order.
    """
    return _last_of(acts)[0]


def before_it_was_given(acts: Iterable[Entry]) -> Arrival:
    """Return what the last file of a piece found as its candidate gave it.

    Args:
        acts: those on the piece, in their order.
    """
    return _last_of(acts)[1]


def _last_of(acts: Iterable[Entry]) -> tuple[Arrival, Arrival]:
    """Return the last arrival of a paper that was not taken back, and that of a file."""
    papers: list[Arrival] = []
    given = NEVER
    now: evidence.Refusal | None = None
    posted_on: date | None = None
    came_by = CameBy.POST
    # Whether a paper, or a file, is in force of which nobody has said what it is worth.
    is_paper = is_given = False
    for one in acts:
        after = one.payload["after"]
        match one.verb:
            case "piece received" | "piece scanned":
                if not is_paper:
                    papers.append(Arrival(now, one.at))
                is_paper, is_given, now = True, False, None
                posted_on, came_by = _came(after)
            case "piece postmark corrected":
                posted_on, came_by = _came(after)
            case "piece refused" | "piece refusal corrected" | providing.FOUND_INFECTED:
                is_found = one.verb == providing.FOUND_INFECTED
                is_paper = is_given = False
                now = evidence.Refusal(
                    reason=evidence.INFECTED if is_found else after["reason"],
                    decided_at=one.at,
                    decided_name=ANTIVIRUS if is_found else one.actor_name,
                    deposit=after.get("deposit"),
                    posted_on=posted_on,
                    came_by=came_by,
                )
            case providing.DEPOSITED:
                given = given if is_given else Arrival(now, one.at)
                is_paper, is_given, now = False, True, None
                posted_on, came_by = None, CameBy.POST
            case "piece reception taken back" | providing.RETRACTED:
                back = given if one.verb == providing.RETRACTED else _taken_from(papers)
                now = back.before
                is_paper = is_given = False
                posted_on = now.posted_on if now else None
                came_by = now.came_by if now else CameBy.POST
            case "piece asked again":
                is_paper, is_given, now = after.get("state") == State.POSTED, False, None
                papers = [Arrival(None, one.since) for one in papers]
                given = Arrival(None, given.since)
            case "piece accepted" | "piece refusal taken back" | "piece waived":
                is_paper, is_given, now = False, False, None
    return papers[-1] if papers else NEVER, given


def _taken_from(papers: list[Arrival]) -> Arrival:
    """Return the last paper, and leave the one before it: it may be taken back in its turn."""
    return papers.pop() if papers else NEVER


def _came(after: Mapping[str, Any]) -> tuple[date, CameBy]:
    """Return the day and the way that an act says something came."""
    return date.fromisoformat(after["posted_on"]), CameBy(after.get("came_by", CameBy.POST))
