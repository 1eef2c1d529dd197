"""The office makes and keeps the record of somebody who has no account (I13)."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from sporades import journal, mail
from sporades.accounts.operations import KEPT_WITHOUT_REGISTRATION
from sporades.accounts.permissions import Reach
from sporades.acts.joining import take_address
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate
from sporades.core.actors import SYSTEM, Actor
from sporades.core.locks import lock_value
from sporades.core.refusals import Refused
from sporades.core.text import search_key
from sporades.registrations.models import Draft
from sporades.registrations.records import like_persons


class LikelyKnown(Refused):
    """Somebody of these names, born on this day, is in the perimeter already."""

    message = (
        "Une personne de mêmes nom et prénoms, née le même jour, existe déjà : ouvrez sa fiche, ou "
        "cochez la case si c'est une autre personne."
    )


class HasAccount(Refused):
    """Its candidate keeps it, and reads mails."""

    message = "Ce candidat a un compte : il tient lui-même ses coordonnées."


@transaction.atomic
def enrol(
    *,
    identity: dict[str, Any],
    reached: dict[str, str],
    academy: str,
    reach: Reach,
    is_another: bool,
    by: Actor,
    at: datetime,
) -> Candidate:
    """Make the record of a candidate without an account.

    Args:
        identity: civil data, as `IdentityForm.identity()` gives them.
        reached: how the person is reached, by the names of `candidates.REACHED`.
        academy: the code of the academy that makes it.
        reach: where whoever makes it may read of like persons.
        is_another: whether they were shown, and this is none of them.
        by: who makes it.
        at: the instant.

    Raises:
        LikelyKnown: somebody like this is there, and was not said to be another.
        AddressKnown: an account or a record carries the address.
    """
    # Two presses are two records otherwise: the second waits here, and finds the first.
    lock_value("record", search_key(f"{identity['birth_name']} {identity['first_names']}"))
    if not is_another and like_persons(identity, reach=reach).exists():
        raise LikelyKnown
    if reached["email"]:
        take_address(reached["email"], at=at)
    made = candidates.enrol(user=None, identity=identity, academy_id=academy, at=at, **reached)
    journal.record("record made", by=by, on=made, at=at, academy=academy)
    return made


@transaction.atomic
def keep(
    candidate: Candidate,
    *,
    reached: dict[str, str],
    identity: dict[str, Any] | None,
    academy: str,
    by: Actor,
    at: datetime,
) -> bool:
    """Change how a candidate without an account is reached, and civil data that nothing froze.

    Args:
        candidate: the record.
        reached: by the names of `candidates.REACHED`.
        identity: civil data; nothing where they are frozen.
        academy: for which it is changed.
        by: who changes it.
        at: the instant.

    Returns:
        Whether anything was different.

    Raises:
        HasAccount: it was claimed meanwhile.
        AddressKnown: an account or another record carries the new address.
        Frozen: a registration was saved meanwhile.
    """
    locked = Candidate.objects.select_for_update(of=("self",), no_key=True).get(pk=candidate.pk)
    if locked.user_id is not None:
        raise HasAccount
    if reached["email"] and reached["email"] != locked.email:
        take_address(reached["email"], at=at)
    is_renamed = identity is not None and candidates.change_identity(
        locked, identity=identity, at=at
    )
    before = candidates.reach_at(locked, reached=reached)
    if is_renamed or before:
        journal.record(
            "record changed",
            by=by,
            on=locked,
            at=at,
            academy=academy,
            # Which, not what: the journal outlives the person's data.
            after={"changed": [*(["identity"] if is_renamed else []), *before]},
        )
    return is_renamed or bool(before)


def erase_unused(*, at: datetime) -> int:
    """Erase the records made six months ago for which nothing was ever begun; return how many."""
    return sum(_erase(pk, at=at) for pk in _unused(at).values_list("pk", flat=True))


def _unused(at: datetime) -> QuerySet[Candidate]:
    begun = Draft.objects.filter(candidate=OuterRef("pk"))
    return Candidate.objects.filter(
        ~Exists(begun),
        user=None,
        frozen_at=None,
        academy__isnull=False,
        created_at__lte=at - KEPT_WITHOUT_REGISTRATION,
    )


@transaction.atomic
def _erase(pk: int, *, at: datetime) -> int:
    # Looked at again under its lock: somebody may register it in this very second.
    unused = _unused(at).select_for_update(of=("self",)).filter(pk=pk).first()
    if unused is None:
        return 0
    journal.record(
        "unused record erased", by=SYSTEM, on=unused, at=at, academy=unused.academy_id or ""
    )
    mail.forget([unused])
    candidates.erase(unused)
    return 1
