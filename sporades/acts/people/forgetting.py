"""Accounts that nobody activates, or uses, are forgotten; one may give way to another."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from sporades import journal, mail
from sporades.accounts import operations as accounts
from sporades.accounts.models import NOBODY, Membership, User
from sporades.accounts.sessions import end_sessions
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate, ClaimCode
from sporades.core import apart
from sporades.core.actors import SYSTEM, Actor
from sporades.core.days import OVER_EVERYWHERE
from sporades.core.french import day_in_words, local_day
from sporades.core.links import link_to
from sporades.core.locks import locked_among
from sporades.core.refusals import Refused
from sporades.doubles.queries import rows_about
from sporades.drawers import operations as drawers
from sporades.journal.operations import forget as forget_acts
from sporades.journal.queries import entries_about, proving_acts
from sporades.mail.models import Message
from sporades.notices import operations as notices
from sporades.registrations.operations import asking_late

ZONE = settings.TIME_ZONE
OF_CANDIDATES = ("candidate", "documentversion", "draft", "registration")
"""What mails to candidates and guardians are about, as `about_of` names it: each goes with its row."""
REPLACED, FORGOTTEN = "sign-up replaced", "acts forgotten"
AS_ASKED = "account erased as asked"
"""The verb of an erasure that the owner of an account asks for, without waiting for the six months."""


class Kept(Refused):
    """An account of which more is kept than what it told us to be able to register."""


def delete_unactivated(*, at: datetime) -> int:
    """Delete the accounts that nobody activated in 48 hours, with their data; return how many."""
    due = accounts.unactivated(at=at).values_list("pk", flat=True)
    return apart.each(forget_unactivated, due, at=at)


def forget_unactivated(user_id: int, *, at: datetime) -> int:
    """Forget an account if nobody has activated it in time; return how many were."""

    def due() -> Any:
        return accounts.unactivated(at=at)

    return _forget_if(user_id, due, "unactivated account deleted", at=at)


def warn_unused(*, at: datetime) -> int:
    """Warn, thirty days before, the accounts without a registration that will be erased."""
    unwarned = [user.pk for user in _to_warn(at) if not is_warned(user)]
    return apart.each(_warn_unused, unwarned, at=at)


def _to_warn(at: datetime) -> QuerySet[User]:
    since = accounts.KEPT_WITHOUT_REGISTRATION - accounts.WARNED_BEFORE
    unused = accounts.unused(at=at, since=since)
    return unused.filter(candidate__registrations__isnull=True)


@transaction.atomic
def _warn_unused(user_id: int, *, at: datetime) -> int:
    # The list is long: its owner may have registered since it was made.
    user = locked_among(_to_warn(at), user_id)
    if user is None or is_warned(user):
        return 0
    user.warned_at = at
    user.save(update_fields=["warned_at"])
    # The day that it is then in Polynesia: elsewhere a few hours are left once it is over.
    erased_on = at + accounts.WARNED_BEFORE - OVER_EVERYWHERE
    mail.write(
        "account_unused",
        to=user.email,
        at=at,
        key=f"account-unused {user.pk} {at.date().isoformat()}",
        about=user,
        day=day_in_words(local_day(erased_on, ZONE)),
        had_some=Candidate.objects.filter(user=user, frozen_at__isnull=False).exists(),
        sign_in=link_to("account_login"),
    )
    journal.record("unused account warned", by=SYSTEM, on=user, at=at)
    return 1


def is_warned(user: User) -> bool:
    """Return whether an account was warned that it will be erased, and not used since."""
    last_use = max(user.created_at, user.last_login or user.created_at)
    return user.warned_at is not None and user.warned_at > last_use


def erase_unused(*, at: datetime) -> int:
    """Erase the accounts without a registration, six months after their last use; return how many.

    None is erased that was not warned thirty days before.
    """

    def due() -> QuerySet[User]:
        return unused_for_good(at=at)

    warned = [user.pk for user in due() if is_warned(user)]
    return apart.each(_forget_if, warned, due=due, verb="unused account erased", at=at)


def unused_for_good(*, at: datetime) -> QuerySet[User]:
    """Return the accounts that were warned, whose time is over: no registration of theirs is kept.

    Either there was never any, or all of them are archived (P-20).
    """
    return accounts.unused(at=at, since=accounts.KEPT_WITHOUT_REGISTRATION).filter(
        candidate__registrations__isnull=True,
        warned_at__lte=at - accounts.WARNED_BEFORE,
    )


@transaction.atomic
def _forget_if(user_id: int, due: Callable[[], Any], verb: str, *, at: datetime) -> int:
    # In the order of every act: the code that it took, then the account.
    ClaimCode.objects.select_for_update(of=("self",)).filter(taken_by=user_id).first()
    # Looked at again under its lock: its owner may be at the door in this very second.
    user = locked_among(due(), user_id)
    if user is None:
        return 0
    _forget(user, verb, at=at)
    return 1


@transaction.atomic
def erase_as_asked(user: User, *, reason: str, by: Actor, at: datetime) -> None:
    """Erase an account without a registration, because its owner asks (GDPR, article 17).

    What was begun goes with it, and the openings that its address asked to be told of. No mail says
    so: it would keep the address; whoever was asked answers.

    Args:
        user: the account.
        reason: who verified who asks, and how, kept in the journal.
        by: who erases it.
        at: the instant.

    Raises:
        Kept: a registration of theirs is, withdrawn or not, or they are a member of staff.
    """
    # In the order of every act: the code that it took, then the account.
    ClaimCode.objects.select_for_update(of=("self",)).filter(taken_by=user).first()
    locked = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    if Membership.objects.filter(user=locked).named().exists():
        raise Kept(f"Le compte {locked.email} est celui d'un agent : il se ferme (agent close).")
    numbers = Candidate.objects.filter(user=locked).values_list("registrations__number", flat=True)
    if any(numbers):
        raise Kept(
            f"Le compte {locked.email} a une inscription : elle est conservée le temps prévu, même après "
            "une désinscription, et le compte avec elle."
        )
    end_sessions(locked)
    notices.forget_of(locked.email)
    _forget(locked, AS_ASKED, by=by, reason=reason, at=at)


def give_way(user: User, *, at: datetime) -> None:
    """Forget an account that nobody has activated, for another that takes its place."""
    _forget(user, REPLACED, at=at)


def _forget(user: User, verb: str, *, at: datetime, by: Actor = SYSTEM, reason: str = "") -> None:
    """Delete an account and all it told us; the journal keeps a number, no personal data."""
    said = {"reason": reason} if reason else None
    candidate = Candidate.objects.filter(user=user).first()
    rows = [
        user,
        *([candidate, *rows_about(candidate), *candidate.drafts.all()] if candidate else []),
    ]
    if candidate and candidate.is_frozen:
        # From the first filing on, acts name their author. Who looked has a year of their own, and
        # is kept for as long as an archive of theirs is withheld.
        acts = proving_acts(entries_about(*rows))
        if by == SYSTEM:
            forget_acts(acts, verb, by=SYSTEM, on=user, at=at)
        else:
            # What lists the forgotten stays for ever: who asked, and why, is an act of its own.
            forget_acts(acts, FORGOTTEN, by=SYSTEM, on=user, at=at)
            journal.record(verb, by=by, on=user, at=at, after=said)
    else:
        journal.record(verb, by=by, on=user, at=at, after=said)
    mail.forget(rows)
    if candidate:
        drawers.erase(candidate)
        asking_late.leave_proofs(candidate)
        candidates.erase(candidate)
    close(user)


def close(user: User) -> None:
    """Close an account that is no candidate's any more: nobody signs in to it.

    Args:
        user: the account, locked; of no agent, or of one who left so long ago that they are nobody.
    """
    if Membership.objects.filter(user=user, full_name=NOBODY).exists():
        # What they asked for in the office leads to its row. It is read anew: it is no candidate's.
        empty(User.objects.get(pk=user.pk))
    else:
        accounts.close(user)


def empty(user: User) -> None:
    """Make the account of a member of staff who left nobody's, and forget what was written to it.

    What was written to the same address of a candidate, as to the guardian of a minor, goes with
    that one.

    Args:
        user: the account, locked.
    """
    if not Candidate.objects.filter(email=user.email).exists():
        written = Message.objects.filter(recipient=user.email)
        written.exclude(about_kind__in=OF_CANDIDATES).delete()
    accounts.empty(user)
