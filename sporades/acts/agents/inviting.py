"""Who works in the office: invited, changed, closed, given back, closed for want of use."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import date, datetime
from types import EllipsisType
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet

from sporades import journal, mail
from sporades.accounts import operations as accounts
from sporades.accounts.forms import AddressField
from sporades.accounts.keys import reset_key
from sporades.accounts.models import (
    LONGEST_NAME,
    Membership,
    RoleProposal,
    User,
    normalised_address,
)
from sporades.accounts.permissions import Reach, reach_of
from sporades.accounts.states import DROP_ROLE
from sporades.acts.medical.relieving import relieve
from sporades.acts.people.addressing import AddressKnown, is_known, take_address
from sporades.core import apart
from sporades.core.actors import SYSTEM, Actor
from sporades.core.french import day_in_words, instant_in_words, local_day
from sporades.core.links import link_to
from sporades.core.locks import locked_among
from sporades.core.refusals import Refused
from sporades.core.text import clean
from sporades.core.transitions import Transition, move
from sporades.exams.models import Domain
from sporades.exams.queries import domain_labels, served_academies
from sporades.territory import queries as territory

ZONE = settings.TIME_ZONE
_KNOWN = "{address} est déjà l'adresse d'un compte ou d'un candidat : un agent a la sienne."


class NotInvited(Refused):
    """What was said of the person does not hold together.

    Attributes:
        is_of_last_day: whether it is the last day that cannot be.
    """

    def __init__(self, message: str, *, is_of_last_day: bool = False) -> None:
        """Say what does not, and of what."""
        super().__init__(message)
        self.is_of_last_day = is_of_last_day


class Moved(NotInvited):
    """The role of a member of staff has changed meanwhile, beyond where its author may act."""

    def __init__(self) -> None:
        """Say that it is to be read again."""
        super().__init__("Son rôle a changé entre-temps : relisez la liste des agents.")


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

    A closed account is given back to whoever reads the mail, and to nobody else: its password opens it
    no more, and sessions that were begun while it was closed end.

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
    check_said(role, academies, domains, ends_on, at=at)
    full_name = clean(full_name)
    if not full_name:
        raise NotInvited("Dites le prénom et le nom de l'agent.")
    if len(full_name) > LONGEST_NAME:
        raise NotInvited(f"Le prénom et le nom comptent {LONGEST_NAME} caractères au plus.")
    before = closed_member(email, at=at, is_locked=True)
    if before is not None:
        accounts.replace_memberships(before, on=local_day(at, ZONE), at=at)
        accounts.shut(before)
    user = before or _open(email, at=at)
    membership = Membership.objects.create(
        user=user,
        role=role,
        full_name=full_name,
        academies=sorted(set(academies)),
        domains=sorted(set(domains)),
        ends_on=ends_on,
        reopened_at=at if before else None,
    )
    _tell_invited(user, membership, at=at)
    record("member invited", [membership], by=by, on=user, at=at, after=said_of(membership))
    return user


def _tell_invited(user: User, membership: Membership, *, at: datetime) -> None:
    account, token = reset_key(user, at=at)
    mail.write(
        "member_invited",
        to=user.email,
        at=at,
        key=f"member-invited {user.pk} {membership.pk} {at.isoformat()}",
        about=user,
        urgent=True,
        name=membership.full_name,
        **in_words(membership),
        link=link_to("account_reset_password_from_key", account, token),
        reset=link_to("account_reset_password"),
    )


@transaction.atomic
def change(
    *,
    email: str,
    role: str | None = None,
    academies: Collection[str] | None = None,
    domains: Collection[str] | None = None,
    ends_on: date | EllipsisType | None = ...,
    by: Actor,
    at: datetime,
) -> User:
    """Give a member of staff another role, perimeter or last day, from the next click on: they are told.

    The role before ends and is kept beside the new one. Their name, address, password and second
    factor stay.

    Args:
        email: their address.
        role: one of `Membership.Role`; nothing for the one that they have.
        academies: as for `invite`; nothing for those that they have, none for an administrator.
        domains: as for `invite`; nothing for those that they have.
        ends_on: the last day, none if it is not known; left out, it stays.
        by: who changes it.
        at: the instant.

    Raises:
        NotInvited: no open member of staff has this address, or they have several roles; the
            perimeter or the last day does not fit, or nothing is changed.
    """
    today = local_day(at, ZONE)
    user = _locked(email)
    before = only_role(user, at=at)
    role = role or before.role
    is_national = role == Membership.Role.ADMINISTRATOR
    if academies is None:
        academies = [] if is_national else before.academies
    domains = before.domains if domains is None else domains
    last = before.ends_on if isinstance(ends_on, EllipsisType) else ends_on
    check_said(role, academies, domains, last, at=at)
    said = {
        "role": role,
        "academies": sorted(academies),
        "domains": sorted(domains),
        "ends_on": last,
    }
    if said == {name: getattr(before, name) for name in said}:
        raise NotInvited(f"{user.email} a déjà ce rôle et ce périmètre : rien n'est changé.")
    accounts.replace_memberships(user, on=today, at=at)
    after = Membership.objects.create(user=user, full_name=before.full_name, reopened_at=at, **said)
    mail.write(
        "member_changed",
        to=user.email,
        at=at,
        key=f"member-changed {user.pk} {after.pk}",
        about=user,
        urgent=True,
        name=after.full_name,
        who=_who(by),
        **in_words(after),
    )
    known = {"before": said_of(before), "after": said_of(after)}
    record("member changed", [before, after], by=by, on=user, at=at, **known)
    relieve(doctor=user, by=by, at=at)
    return user


def only_role(user: User, *, at: datetime) -> Membership:
    """Return the one role that a member of staff has. Raises NotInvited: they have none, or several."""
    current = list(Membership.objects.filter(user=user).current(local_day(at, ZONE)))
    if not current:
        raise NotInvited(f"Le compte de {user.email} est fermé : invitez-le de nouveau.")
    if len(current) > 1:
        raise NotInvited(f"{user.email} a plusieurs rôles : fermez le compte, puis invitez-le.")
    return current[0]


def in_words(role: Membership | RoleProposal) -> dict[str, Any]:
    """Return what mails say of a role: which, where, and until when if that is known."""
    return {
        "role": role.get_role_display(),
        "academies": [territory.academy(code).name for code in role.academies],
        "domains": domain_labels(role.domains),
        "until": day_in_words(role.ends_on) if role.ends_on else "",
    }


def said_of(role: Membership | RoleProposal) -> dict[str, Any]:
    """Return what the journal keeps of a role: which, where, and until when if that is known."""
    last = role.ends_on
    return {
        "role": role.role,
        "academies": role.academies,
        "domains": role.domains,
        **({"until": last.isoformat()} if last else {}),
    }


def _all_said(memberships: Iterable[Membership]) -> dict[str, Any]:
    return {"roles": [said_of(one) for one in memberships]}


def closed_member(email: str, *, at: datetime, is_locked: bool = False) -> User | None:
    """Return the member of staff whose address it is, where every role of theirs has ended.

    Args:
        email: the address.
        at: the instant.
        is_locked: whether nobody else may open or close the account until the transaction ends.
    """
    members = _members_at(email)
    user: User | None = (members.select_for_update() if is_locked else members).first()
    is_open = user and Membership.objects.filter(user=user).current(local_day(at, ZONE)).exists()
    return None if is_open else user


def check_address(email: str, *, at: datetime) -> None:
    """Refuse an address at which the office can invite nobody. Raises AddressKnown.

    That of an administrator whose account is closed is for an operator alone to give back.
    """
    before = closed_member(email, at=at)
    if before is None:
        if is_known(normalised_address(email)):
            raise AddressKnown
        return
    if before.memberships.filter(role=Membership.Role.ADMINISTRATOR, replaced_at=None).exists():
        raise AddressKnown


def check_still_free(email: str, *, at: datetime) -> None:
    """Refuse an address at which the office could invite somebody, and cannot any more. Raises NotInvited."""
    try:
        check_address(email, at=at)
    except AddressKnown:
        raise _known(email) from None


def _known(email: str) -> NotInvited:
    return NotInvited(_KNOWN.format(address=normalised_address(email)))


def _open(email: str, *, at: datetime) -> User:
    try:
        AddressField().clean(email)
    except ValidationError:
        raise NotInvited(f"« {email} » n'est pas une adresse mail.") from None
    try:
        address = take_address(email, at=at)
    except AddressKnown:
        raise _known(email) from None
    user = accounts.open_account(email=address, password_hash=accounts.hashed(None), at=at)
    # The link goes to that address alone: whoever chooses a password holds it.
    return accounts.activate(user.pk, at=at)


def check_said(
    role: str,
    academies: Collection[str],
    domains: Collection[str],
    ends_on: date | None,
    *,
    at: datetime,
) -> None:
    """Refuse a role that cannot be given so. Raises NotInvited."""
    _check_perimeter(role, academies, domains)
    if ends_on is not None and ends_on < local_day(at, ZONE):
        raise NotInvited(
            f"Le dernier jour, {day_in_words(ends_on)}, est déjà passé.", is_of_last_day=True
        )


def _check_perimeter(role: str, academies: Collection[str], domains: Collection[str]) -> None:
    if role == Membership.Role.ADMINISTRATOR and academies:
        raise NotInvited("Un administrateur a toutes les académies : n'en nommez aucune.")
    if role != Membership.Role.ADMINISTRATOR and not academies:
        raise NotInvited("Dites au moins une académie, par exemple --academies A09.")
    known = served_academies()
    if unknown := sorted(set(academies) - known.keys()):
        listed = ", ".join(f"{code} {name}" for code, name in sorted(known.items()))
        raise NotInvited(
            f"Académie inconnue : {', '.join(unknown)}. Connues : {listed or 'aucune'}."
        )
    loaded = set(Domain.objects.values_list("code", flat=True))
    if unknown := sorted(set(domains) - loaded):
        raise NotInvited(
            f"Domaine inconnu : {', '.join(unknown)}. Chargés : {', '.join(sorted(loaded)) or 'aucun'}. "
            "Sans domaine, l'agent les a tous."
        )


@transaction.atomic
def close(
    *, email: str, reason: str = "", reach: Reach | None = None, by: Actor, at: datetime
) -> User:
    """Close an office account at once: at the next click it opens nothing. Its owner is told by mail.

    What they had proposed for other agents is taken back: nobody answers for it any more.

    Args:
        email: its address.
        reason: why, for the journal alone.
        reach: where whoever closes it may; everywhere unless it is given.
        by: who closes it.
        at: the instant.

    Raises:
        NotInvited: no member of staff has this address, or the account is closed already.
        Moved: it has a role beyond that reach by now.
    """
    today = local_day(at, ZONE)
    user = _locked(email)
    ended = list(Membership.objects.filter(user=user).current(today))
    if not ended:
        raise NotInvited(f"Le compte d'agent de {user.email} est déjà fermé.")
    if reach is not None and not reach.includes(reach_of(ended)):
        raise Moved
    accounts.end_memberships(user, on=today)
    mail.write(
        "member_closed",
        to=user.email,
        at=at,
        key=f"member-closed {user.pk} {at.isoformat()}",
        about=user,
        urgent=True,
        name=ended[0].full_name,
        who=_who(by),
        when=instant_in_words(at, ZONE),
    )
    record(
        "member closed",
        ended,
        by=by,
        on=user,
        at=at,
        before=_all_said(ended),
        after={"reason": reason} if reason else None,
    )
    _take_back_all(user, by=by, at=at)
    relieve(doctor=user, by=by, at=at)
    return user


def _take_back_all(user: User, *, by: Actor, at: datetime) -> None:
    for proposal in RoleProposal.objects.proposed().filter(proposed_by_id=user.identifier):
        with suppress(Refused):  # decided in this instant: that keeps no account open
            take_back(proposal, by=by, at=at)


def take_back(proposal: RoleProposal, *, by: Actor, at: datetime) -> None:
    """Take back the role that somebody proposed. Raises Refused: it has been decided."""
    decide(proposal, DROP_ROLE, by=by, at=at)
    record("role taken back", [proposal], by=by, on=proposal, at=at, after=said_of(proposal))


def decide(
    proposal: RoleProposal, transition: Transition, *, by: Actor, at: datetime, **said: str
) -> None:
    """Move the role that somebody proposed, and keep who did. Raises Refused: it has been decided."""
    who = {"decided_by": by.name, "decided_by_id": by.identifier}
    move(proposal, transition, decided_at=at, **who, **said)


def _who(by: Actor) -> str:
    """Say who did it, as the agent knows them: a command is typed on a machine that is named to nobody."""
    return "L'exploitant du service" if by.kind == "operator" else by.name


def record(
    verb: str,
    roles: Iterable[Membership | RoleProposal],
    *,
    by: Actor,
    on: User | RoleProposal,
    at: datetime,
    **said: Any,
) -> None:
    """Write an act on a member of staff in the journal of each academy where they work, else in none's."""
    first, *others = sorted({code for one in roles for code in one.academies}) or [""]
    entry = journal.record(verb, by=by, on=on, at=at, academy=first, **said)
    for academy in others:
        journal.also_for(entry, academy=academy)


@transaction.atomic
def reopen(*, email: str, ends_on: date | None, by: Actor, at: datetime) -> User:
    """Open an office account that was closed, with the roles that ended last, as they were.

    It may have been closed because somebody else used it: as for `invite`, whoever reads the mail
    alone comes in, by a new password.

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
    user = _locked(email)
    accounts.reopen_memberships(user, until=ends_on, on=today, at=at)
    accounts.shut(user)
    opened = list(Membership.objects.filter(user=user).current(today))
    for membership in opened:
        _tell_invited(user, membership, at=at)
    record("member reopened", opened, by=by, on=user, at=at, after=_all_said(opened))
    return user


def close_dormant(*, at: datetime) -> int:
    """Close the office accounts that nobody has used for six months; return how many."""
    due = accounts.dormant_members(at=at, on=local_day(at, ZONE))
    return apart.each(_close_dormant, due.values_list("pk", flat=True), at=at)


@transaction.atomic
def _close_dormant(pk: int, *, at: datetime) -> bool:
    # Looked at again under its lock: its owner may be at the door in this very second.
    due = accounts.dormant_members(at=at, on=local_day(at, ZONE))
    user = locked_among(due, pk)
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
    said = {"before": _all_said(ended)}
    record("dormant member closed", ended, by=SYSTEM, on=user, at=at, **said)
    _take_back_all(user, by=SYSTEM, at=at)
    relieve(doctor=user, at=at)
    return True


def _locked(email: str) -> User:
    user: User | None = _members_at(email).select_for_update().first()
    if user is None:
        raise NotInvited(f"Aucun agent n'a l'adresse {normalised_address(email)}.")
    return user


def _members_at(email: str) -> QuerySet[User]:
    members = Membership.objects.named().values("user")
    found: QuerySet[User] = User.objects.filter(email=normalised_address(email), pk__in=members)
    return found
