"""The office makes and keeps the record of somebody who has no account (I13)."""

from collections.abc import Iterable
from contextlib import nullcontext
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from sporades import journal, mail
from sporades.accounts.operations import KEPT_WITHOUT_REGISTRATION
from sporades.accounts.permissions import Reach
from sporades.acts.people.addressing import hold_address, take_address
from sporades.acts.people.known_addresses import told_to
from sporades.acts.people.reached import WayTo, tell_there, way_to
from sporades.candidates import claims
from sporades.candidates import operations as candidates
from sporades.candidates.models import Candidate, ClaimCode
from sporades.core import apart
from sporades.core.actors import SYSTEM, Actor
from sporades.core.digests import digest
from sporades.core.locks import lock_value, locked_among
from sporades.core.refusals import Refused
from sporades.core.text import search_key
from sporades.doubles.queries import rows_about
from sporades.drawers import operations as drawers
from sporades.journal.operations import forget as forget_acts
from sporades.journal.queries import entries_about, proving_acts
from sporades.letters.operations import mail_unprintable
from sporades.registrations.models import Draft, Registration
from sporades.registrations.records import like_persons, postal_address_of, records_held

CHANGED = "record changed"
"""Of which the names of what is different are kept: `candidates.REACHED`, or `identity`."""


class LikelyKnown(Refused):
    """Somebody of these names or nearly, born on this day, is in the perimeter already."""

    message = (
        "Une personne de mêmes nom et prénoms, ou presque, née le même jour, existe déjà : ouvrez sa fiche, ou "
        "cochez la case si c'est une autre personne."
    )


class HasAccount(Refused):
    """Its candidate keeps it, and reads mails."""

    message = (
        "Ce candidat a un compte : il tient lui-même ses coordonnées. S'il ne lit plus l'adresse de ce "
        "compte, ou si ce compte n'est pas le sien, le service technique peut changer cette adresse, ou l'en "
        "détacher."
    )


class HeldElsewhere(Refused):
    """What they have elsewhere would be opened with the rest."""

    message = (
        "Ce candidat a aussi une inscription hors de votre périmètre : seul un service dont le "
        "périmètre a toutes ses inscriptions change ses coordonnées ou lui donne un code."
    )


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
        TooManyKnown: whoever makes it was told so too often.
    """
    may_tell = told_to(by, academy=academy, at=at) if reached["email"] else nullcontext()
    with may_tell, transaction.atomic():
        # Two presses are two records otherwise: the second waits here, and finds the first.
        lock_value("record", search_key(f"{identity['birth_name']} {identity['first_names']}"))
        if not is_another and like_persons(identity, reach=reach).exists():
            raise LikelyKnown
        if reached["email"]:
            take_address(reached["email"], at=at)
        made = candidates.enrol(user=None, identity=identity, academy_id=academy, at=at, **reached)
        journal.record("record made", by=by, on=made, at=at, academy=academy)
        return made


def check(candidate: Candidate, *, reach: Reach) -> None:
    """Check that a record is kept by whoever has a reach.

    Args:
        candidate: the record, locked by whoever changes it.
        reach: where its reader keeps records.

    Raises:
        Merged: it has just been found to be another's.
        HasAccount: it was claimed.
        HeldElsewhere: its candidate is also registered outside.
    """
    if candidate.is_merged:
        raise candidates.Merged
    if candidate.has_account:
        raise HasAccount
    if not records_held(reach).filter(pk=candidate.pk).exists():
        raise HeldElsewhere


class ChangedMeanwhile(Refused):
    """A colleague has changed it, or a registration was filed, since the page was opened."""

    message = (
        "Cette fiche a changé depuis que vous avez ouvert cette page. Rien n'est enregistré : lisez "
        "ce qu'elle dit maintenant, puis enregistrez de nouveau."
    )


def mark_of(candidate: Candidate) -> str:
    """Return the mark of what a record says: where its candidate is reached, and who they are."""
    said = {name: getattr(candidate, name) for name in candidates.REACHED}
    return digest([candidate.identity_id, said, postal_address_of(candidate)])


def keep(
    candidate: Candidate,
    *,
    reach: Reach,
    reached: dict[str, str],
    identity: dict[str, Any] | None,
    academy: str,
    by: Actor,
    at: datetime,
    seen: str = "",
) -> bool:
    """Change how a candidate without an account is reached, and civil data that nothing froze.

    They are told where they were written to until then.

    Args:
        candidate: the record.
        reach: where whoever changes it keeps records.
        reached: by the names of `candidates.REACHED`.
        identity: civil data; nothing where they are frozen.
        academy: for which it is changed.
        by: who changes it.
        at: the instant.
        seen: the mark of what the page showed, where there was one.

    Returns:
        Whether anything was different.

    Raises:
        Merged, HasAccount, HeldElsewhere: as `check` says.
        ChangedMeanwhile: it says something else than what the page showed.
        AddressKnown: an account or another record carries the new address.
        TooManyKnown: whoever changes it was told so too often.
        Frozen: a registration was saved meanwhile.
    """
    is_new = reached["email"] not in {"", candidate.email}
    may_tell = told_to(by, academy=academy, at=at) if is_new else nullcontext()
    with may_tell, transaction.atomic():
        # In the order of every act: the address, the code, the record.
        if reached["email"]:
            hold_address(reached["email"], at=at)
        codes = ClaimCode.objects.select_for_update(of=("self",)).select_related("taken_by")
        code = codes.filter(candidate=candidate).first()
        locked = Candidate.objects.select_for_update(of=("self",), no_key=True).get(pk=candidate.pk)
        check(locked, reach=reach)
        if seen and seen != mark_of(locked):
            if _says(locked, reached=reached, identity=identity):
                return True  # the button was pressed twice
            raise ChangedMeanwhile
        way = way_to(locked)
        if reached["email"] and reached["email"] != locked.email:
            # Who has just claimed it with this address has only to activate their account.
            take_address(reached["email"], spared=code.taken_by if code else None, at=at)
        is_renamed = identity is not None and candidates.change_identity(
            locked, identity=identity, at=at
        )
        before = candidates.reach_at(locked, reached=reached)
        mail_unprintable(locked, at=at)
        _tell_changed(locked, before, way=way, at=at)
        if is_renamed or before:
            journal.record(
                CHANGED,
                by=by,
                on=locked,
                at=at,
                academy=academy,
                # Which, not what: the journal outlives the person's data.
                after={"changed": [*(["identity"] if is_renamed else []), *before]},
            )
        return is_renamed or bool(before)


def _says(
    candidate: Candidate, *, reached: dict[str, str], identity: dict[str, Any] | None
) -> bool:
    """Return whether a record says already what is sent."""
    civil = candidates.civil_data(candidate.identity)
    is_reached_so = all(getattr(candidate, name) == value for name, value in reached.items())
    return is_reached_so and all(civil[name] == value for name, value in (identity or {}).items())


def _tell_changed(candidate: Candidate, before: Iterable[str], *, way: WayTo, at: datetime) -> None:
    """Tell somebody, where they were reached, what of it is different: it may be none of their doing."""
    names = {"channel": "le canal", "email": "l'adresse mail"}
    names |= dict.fromkeys(candidates.ADDRESS, "l'adresse postale")
    changed = list(dict.fromkeys(said for name, said in names.items() if name in before))
    if changed:
        tell_there(
            candidate,
            "record_changed",
            way=way,
            at=at,
            key=f"record:{candidate.pk}:changed:{at.isoformat()}",
            changed=", ".join(changed),
        )


def erase_unused(*, at: datetime) -> int:
    """Erase the records made six months ago that hold nothing, and wait for nobody; return how many.

    Nothing was ever begun for them, or all that was is archived and erased.
    """
    return apart.each(_erase, _unused(at).values_list("pk", flat=True), at=at)


def _unused(at: datetime) -> QuerySet[Candidate]:
    mine = {"candidate": OuterRef("pk")}
    return Candidate.objects.filter(
        ~Exists(Draft.objects.filter(**mine)),
        ~Exists(Registration.objects.filter(**mine)),
        ~Exists(claims.living(at=at).filter(**mine)),
        # Who was never registered and that no office made waits for an account.
        Q(academy__isnull=False) | Q(frozen_at__isnull=False),
        user=None,
        merged_into=None,
        created_at__lte=at - KEPT_WITHOUT_REGISTRATION,
    )


@transaction.atomic
def _erase(pk: int, *, at: datetime) -> int:
    # In the order of every act: the code, then the record.
    claims.lock([pk])
    # Looked at again under its lock: somebody may register it in this very second.
    unused = locked_among(_unused(at), pk)
    if unused is None:
        return 0
    rows = [unused, *rows_about(unused)]
    # Who looked has a year of their own.
    forget_acts(
        proving_acts(entries_about(*rows)),
        "unused record erased",
        by=SYSTEM,
        on=unused,
        at=at,
        academy=unused.academy_id or "",
    )
    mail.forget(rows)
    drawers.erase(unused)
    candidates.erase(unused)
    return 1
