"""Who works in the office: invited by an operator, closed by an operator."""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from sporades import journal, mail
from sporades.accounts import operations as accounts
from sporades.accounts.forms import AddressField
from sporades.accounts.keys import reset_key
from sporades.accounts.models import Membership, User, normalised_address
from sporades.acts.addressing import AddressKnown, take_address
from sporades.acts.relieving import relieve
from sporades.core.actors import SYSTEM, Actor
from sporades.core.french import day_in_words, local_day
from sporades.core.links import absolute
from sporades.core.refusals import Refused
from sporades.exams.models import Domain
from sporades.territory import queries as territory

ZONE = settings.TIME_ZONE


class NotInvited(Refused):
    """What was said of the person does not hold together."""


@transaction.atomic
def invite(
    *,
    email: str,
    full_name: str,
    role: str,
    academies: Collection[str] = (),
    domains: Collection[str] = (),
    ends_on: date | None = None,
    by: Actor,
    at: datetime,
) -> User:
    """Make a member of staff, who chooses a password by the link of a mail.

    Args:
        email: an address that no account and no candidate has, or that of a closed member of staff.
        full_name: the name that the journal and the candidates will read.
        role: one of `Membership.Role`.
        academies: the codes of the academies whose files are seen; none for an administrator,
            who has them all.
        domains: the codes of the domains seen; none for all.
        ends_on: the last day, if it is known.
        by: who invites.
        at: the instant.

    Raises:
        NotInvited: the name, the address, an academy, a domain or the end does not fit.
    """
    _check_perimeter(role, academies, domains)
    if ends_on is not None and ends_on < local_day(at, ZONE):
        raise NotInvited(f"Le dernier jour, {day_in_words(ends_on)}, est déjà passé.")
    if not full_name.strip():
        raise NotInvited("Dites le prénom et le nom de l'agent.")
    before = _closed(email, at=at)
    if before is not None:
        accounts.replace_memberships(before, on=local_day(at, ZONE), at=at)
    user = before or _open(email, at=at)
    membership = Membership.objects.create(
        user=user,
        role=role,
        full_name=full_name,
        academies=sorted(academies),
        domains=sorted(domains),
        ends_on=ends_on,
        reopened_at=at if before else None,
    )
    account, token = reset_key(user, at=at)
    mail.write(
        "member_invited",
        to=user.email,
        at=at,
        key=f"member-invited {user.pk} {membership.pk}",
        about=user,
        urgent=True,
        name=full_name,
        role=Membership.Role(role).label,
        link=absolute(reverse("account_reset_password_from_key", args=[account, token])),
        reset=absolute(reverse("account_reset_password")),
    )
    journal.record("member invited", by=by, on=user, at=at, after=_said(membership))
    return user


@transaction.atomic
def change(
    *,
    email: str,
    role: str | None = None,
    academies: Collection[str] | None = None,
    domains: Collection[str] | None = None,
    by: Actor,
    at: datetime,
) -> User:
    """Give a member of staff another role or another perimeter, from the next click on.

    The role before ends and is kept beside the new one. Their name, address, password, second
    factor and last day stay.

    Args:
        email: their address.
        role: one of `Membership.Role`; nothing for the one that they have.
        academies: as for `invite`; nothing for those that they have, none for an administrator.
        domains: as for `invite`; nothing for those that they have.
        by: who changes it.
        at: the instant.

    Raises:
        NotInvited: no open member of staff has this address, or they have several roles; the
            perimeter does not fit, or is the one that they have.
    """
    today = local_day(at, ZONE)
    user = User.objects.select_for_update().get(pk=_member(email).pk)
    current = list(Membership.objects.filter(user=user).current(today))
    if not current:
        raise NotInvited(f"Le compte de {user.email} est fermé : invitez-le de nouveau.")
    if len(current) > 1:
        raise NotInvited(f"{user.email} a plusieurs rôles : fermez le compte, puis invitez-le.")
    [before] = current
    role = role or before.role
    is_national = role == Membership.Role.ADMINISTRATOR
    if academies is None:
        academies = [] if is_national else before.academies
    domains = before.domains if domains is None else domains
    _check_perimeter(role, academies, domains)
    said = {"role": role, "academies": sorted(academies), "domains": sorted(domains)}
    if said == {name: getattr(before, name) for name in said}:
        raise NotInvited(f"{user.email} a déjà ce rôle et ce périmètre : rien n'est changé.")
    accounts.replace_memberships(user, on=today, at=at)
    after = Membership.objects.create(
        user=user, full_name=before.full_name, ends_on=before.ends_on, reopened_at=at, **said
    )
    journal.record(
        "member changed", by=by, on=user, at=at, before=_said(before), after=_said(after)
    )
    relieve(doctor=user, by=by, at=at)
    return user


def _said(membership: Membership) -> dict[str, Any]:
    """Return what the journal keeps of a role: which, and where."""
    return {
        "role": membership.role,
        "academies": membership.academies,
        "domains": membership.domains,
    }


def _all_said(memberships: Iterable[Membership]) -> dict[str, Any]:
    return {"roles": [_said(one) for one in memberships]}


def _closed(email: str, *, at: datetime) -> User | None:
    """Return the member of staff whose address it is, where every role of theirs has ended."""
    address = normalised_address(email)
    user = User.objects.filter(email=address, memberships__isnull=False).first()
    is_open = user and Membership.objects.filter(user=user).current(local_day(at, ZONE)).exists()
    return None if is_open else user


def _open(email: str, *, at: datetime) -> User:
    try:
        AddressField().clean(email)
    except ValidationError:
        raise NotInvited(f"« {email} » n'est pas une adresse mail.") from None
    try:
        address = take_address(email, at=at)
    except AddressKnown:
        raise NotInvited(
            f"{normalised_address(email)} est déjà l'adresse d'un compte ou d'un candidat : un agent "
            "a la sienne."
        ) from None
    user = accounts.open_account(email=address, password_hash=accounts.hashed(None), at=at)
    # The link goes to that address alone: whoever chooses a password holds it.
    return accounts.activate(user.pk, at=at)


def _check_perimeter(role: str, academies: Collection[str], domains: Collection[str]) -> None:
    if role == Membership.Role.ADMINISTRATOR and academies:
        raise NotInvited("Un administrateur a toutes les académies : n'en nommez aucune.")
    if role != Membership.Role.ADMINISTRATOR and not academies:
        raise NotInvited("Dites au moins une académie, par exemple --academies A09.")
    known = {academy.code: academy.name for academy in territory.academies()}
    if unknown := sorted(set(academies) - known.keys()):
        listed = ", ".join(f"{code} {name}" for code, name in sorted(known.items()))
        raise NotInvited(
            f"Académie inconnue : {', '.join(unknown)}. Connues : {listed or 'aucune'}."
        )
    loaded = set(Domain.objects.values_list("code", flat=True))
    if unknown := sorted(set(domains) - loaded):
        raise NotInvited(
            f"Domaine inconnu : {', '.join(unknown)}. Chargés : {', '.join(sorted(loaded)) or 'aucun'}. "
            "Sans --domains, l'agent les a tous."
        )


@transaction.atomic
def close(*, email: str, by: Actor, at: datetime) -> User:
    """Close an office account at once: at the next click it opens nothing.

    Raises:
        NotInvited: no member of staff has this address.
    """
    user, today = _member(email), local_day(at, ZONE)
    ended = list(Membership.objects.filter(user=user).current(today))
    accounts.end_memberships(user, on=today)
    journal.record("member closed", by=by, on=user, at=at, before=_all_said(ended))
    relieve(doctor=user, by=by, at=at)
    return user


@transaction.atomic
def reopen(*, email: str, ends_on: date | None, by: Actor, at: datetime) -> User:
    """Open an office account that was closed, with the roles that ended last, as they were.

    Args:
        email: its address.
        ends_on: the last day, if it is known.
        by: who opens it.
        at: the instant.

    Raises:
        NotInvited: no member of staff has this address, or the last day has passed.
        StillOpen: the account is not closed.
    """
    today = local_day(at, ZONE)
    if ends_on is not None and ends_on < today:
        raise NotInvited(f"Le dernier jour, {day_in_words(ends_on)}, est déjà passé.")
    user = _member(email)
    accounts.reopen_memberships(user, until=ends_on, on=today, at=at)
    opened = Membership.objects.filter(user=user).current(today)
    journal.record("member reopened", by=by, on=user, at=at, after=_all_said(opened))
    return user


def close_dormant(*, at: datetime) -> int:
    """Close the office accounts that nobody has used for six months; return how many."""
    due = accounts.dormant_members(at=at, on=local_day(at, ZONE))
    return sum(_close_dormant(pk, at=at) for pk in due.values_list("pk", flat=True))


@transaction.atomic
def _close_dormant(pk: int, *, at: datetime) -> bool:
    # Looked at again under its lock: its owner may be at the door in this very second.
    due = accounts.dormant_members(at=at, on=local_day(at, ZONE))
    user = due.select_for_update(of=("self",)).filter(pk=pk).first()
    if user is None:
        return False
    today = local_day(at, ZONE)
    ended = list(Membership.objects.filter(user=user).current(today))
    accounts.end_memberships(user, on=today)
    mail.write(
        "member_dormant",
        to=user.email,
        at=at,
        key=f"member-dormant {user.pk} {local_day(at, ZONE)}",
        about=user,
    )
    journal.record("dormant member closed", by=SYSTEM, on=user, at=at, before=_all_said(ended))
    relieve(doctor=user, at=at)
    return True


def _member(email: str) -> User:
    address = normalised_address(email)
    user = User.objects.filter(email=address, memberships__isnull=False).first()
    if user is None:
        raise NotInvited(f"Aucun agent n'a l'adresse {address}.")
    return user
