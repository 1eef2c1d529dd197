"""Accounts that nobody activates, or uses, are forgotten; one may give way to another."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from sporades import journal, mail
from sporades.accounts import operations as accounts
from sporades.accounts.models import User
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate, ClaimCode
from sporades.core import apart
from sporades.core.actors import SYSTEM
from sporades.core.french import day_in_words, local_day
from sporades.core.links import link_to
from sporades.core.locks import locked_among
from sporades.doubles.queries import rows_about
from sporades.drawers import operations as drawers
from sporades.journal.operations import forget as forget_acts
from sporades.journal.queries import entries_about, proving_acts

ZONE = settings.TIME_ZONE
REPLACED = "sign-up replaced"


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
    erased_on = at + accounts.WARNED_BEFORE
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


def give_way(user: User, *, at: datetime) -> None:
    """Forget an account that nobody has activated, for another that takes its place."""
    _forget(user, REPLACED, at=at)


def _forget(user: User, verb: str, *, at: datetime) -> None:
    """Delete an account and all it told us; the journal keeps a number, no personal data."""
    candidate = Candidate.objects.filter(user=user).first()
    rows = [
        user,
        *([candidate, *rows_about(candidate), *candidate.drafts.all()] if candidate else []),
    ]
    if candidate and candidate.is_frozen:
        # From the first filing on, acts name their author. Who looked has a year of their own, and
        # is kept for as long as an archive of theirs is withheld.
        acts = proving_acts(entries_about(*rows))
        forget_acts(acts, verb, by=SYSTEM, on=user, at=at)
    else:
        journal.record(verb, by=SYSTEM, on=user, at=at)
    mail.forget(rows)
    if candidate:
        drawers.erase(candidate)
        candidates.erase(candidate)
    user.delete()
