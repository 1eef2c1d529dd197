"""What befalls a registration while the office modifies it for its candidate (I3, R-12)."""

from dataclasses import dataclass

from sporades.accounts.permissions import Reach
from sporades.acts.identities.correcting import CORRECTED
from sporades.acts.people.attaching import MERGED
from sporades.acts.registrations.deciding import TOLD
from sporades.acts.registrations.leaving import AS_ASKED, WITHDRAWN
from sporades.acts.registrations.moving import VERB as MOVED
from sporades.core.french import instant_in_words
from sporades.journal.models import Entry
from sporades.journal.queries import entries_about, once
from sporades.registrations.models import Draft

VERBS = (
    *(told.verb for told in TOLD.values()),
    WITHDRAWN,
    AS_ASKED,
    MOVED,
    MERGED,
)
"""What changes what one modifies, or whether one still may; what is filed is said apart.

Of its candidate, a correction of their civil data too; a merge is read on the registration, where it
says nothing of what another academy has.
"""


@dataclass(frozen=True)
class Befallen:
    """An act on the registration that is being modified, in words.

    Attributes:
        when: by the clock of the service of the modification.
        what: the act, and who did it.
        note: why, where it was said.
    """

    when: str
    what: str
    note: str


def befallen(draft: Draft, *, reach: Reach) -> list[Befallen]:
    """Return what was done since a modification was begun, the last first.

    Of a registration that was given away, nothing of what is done there: it may be out of the
    reader's perimeter, and the reason may say where it is.

    Args:
        draft: what a member of the office fills.
        reach: where its reader reads.
    """
    registration = draft.amends
    if registration is None:
        return []
    on_person = entries_about(draft.candidate).filter(verb=CORRECTED)
    acts = once(entries_about(registration).filter(verb__in=VERBS) | on_person)
    where = {"academy": registration.academy_id, "domain": draft.service.domain.code}
    is_shown = reach.covers(**where)
    found = []
    for one in acts.filter(at__gt=draft.created_at).order_by("at", "pk"):
        found.append(_said(one, zone=draft.service.zone, with_reason=is_shown))
        if one.verb == MOVED and not is_shown:
            break
    return found[::-1]


def _said(entry: Entry, *, zone: str, with_reason: bool) -> Befallen:
    after = entry.payload.get("after")
    reason = after.get("reason", "") if with_reason and isinstance(after, dict) else ""
    by = f", par {entry.author_in_words}" if entry.author_in_words else ""
    return Befallen(instant_in_words(entry.at, zone), f"{entry.in_words}{by}", reason)
