"""A record becomes that of an account: from then on its candidate reads mails (B8)."""

from datetime import datetime

from django.db.models import Q

from sporades import journal, mail
from sporades.accounts.models import User
from sporades.acts.people.reached import WayTo, tell_there
from sporades.candidates.models import Candidate, Channel, ClaimCode
from sporades.core.actors import CANDIDATE, Actor
from sporades.core.links import link_to
from sporades.documents.models import Folder
from sporades.journal.queries import entries_about
from sporades.letters.operations import mail_unprintable
from sporades.registrations.models import Registration

CLAIMED, MERGED = "record claimed", "candidates merged"
"""The acts by which whoever had no account comes to have one."""
TAKEN = "record_taken"
"""The message to whoever was written to before a record was claimed, there."""


def attach(user: User, *, at: datetime) -> Candidate | None:
    """Give an account the record that its code opened; return it, or nothing where there is none.

    It goes with its registrations, its drafts and its documents. Whoever was written to before is
    told by that way too, should the code have been somebody else's. A letter that waits is
    printed and posted as it was written, or goes by mail where no run would take it.

    Args:
        user: the account, activated, locked by whoever calls.
        at: the instant.
    """
    code = ClaimCode.objects.select_for_update(of=("self",)).filter(taken_by=user).first()
    if code is None:
        return None
    record = Candidate.objects.select_for_update(of=("self",), no_key=True).get(
        pk=code.candidate_id
    )
    code.delete()
    if record.has_account or record.is_merged:
        return None
    was_by_letter, was_at = record.by_letter, record.is_reached_at(user.email)
    record.user, record.email, record.channel = user, user.email, Channel.MAIL
    record.save(update_fields=["user", "email", "channel"])
    mail_unprintable(record, at=at)
    _warn(record, code, user, at=at)
    Folder.objects.filter(registration__candidate=record).update(holder=user)
    journal.record(
        CLAIMED,
        by=Actor(CANDIDATE, f"compte {user.pk}", user.identifier),
        on=record,
        at=at,
        academy=record.academy_id or "",
    )
    mail.write(
        "record_claimed",
        to=user.email,
        at=at,
        key=f"record:{record.pk}:claimed:{user.pk}",
        about=record,
        name=record.identity.full_name,
        was_by_letter=was_by_letter,
        is_where_it_was=was_at,
        link=link_to("candidate:home"),
    )
    return record


def had_none_until(registration: Registration) -> datetime | None:
    """Return when its candidate, whose record the office had made, came to have an account.

    The last time, where there were several. A merge counts for the registrations of whichever of the
    two had no account; those of the other keep what was so of them, whoever's they are now.

    Args:
        registration: of somebody who has an account.

    Returns:
        Nothing of whoever had theirs from the first.
    """
    acts = entries_about(registration, registration.candidate)
    # A merge is kept on both candidates too, and says this of each registration alone.
    merged = Q(verb=MERGED, payload__after__has_key="had_account")
    last = acts.filter(Q(verb=CLAIMED) | merged).first()
    if last is None:
        return None
    said = last.payload["after"] if last.verb == MERGED else {}
    if not said.get("had_account"):
        return last.at
    until = said.get("had_none_until")
    return datetime.fromisoformat(until) if until else None


def _warn(record: Candidate, code: ClaimCode, user: User, *, at: datetime) -> None:
    """Tell it where the person was written to when the code was given, wherever they are since."""
    tell_there(
        record,
        TAKEN,
        way=WayTo(code.email, tuple(code.envelope)),
        at=at,
        key=f"record:{record.pk}:taken:{user.pk}",
        is_where_it_was=record.is_reached_at(code.email),
    )
