"""Who works in the office, from the office: a role is proposed by one person and given by another (I10).

Whoever approves what others propose (exports, extensions, publications) would otherwise make the
second person themselves.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from sporades import mail
from sporades.accounts import asking
from sporades.accounts.models import Membership, RoleProposal, User
from sporades.accounts.permissions import Permission, Reach, reach, reach_of
from sporades.accounts.states import GIVE, REFUSE_ROLE, ProposalState
from sporades.acts.agents import inviting
from sporades.acts.people.known_addresses import told_to
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.french import instant_in_words, local_day
from sporades.core.links import link_to
from sporades.core.refusals import Refused

Role = Membership.Role
GIVEN = (Role.MANAGER, Role.HELPDESK, Role.HEAD, Role.AUDITOR, Role.DOCTOR)
"""The roles that the office gives: an administrator is invited by command alone."""
_BY_ADMINISTRATORS = {Role.HEAD}
KEPT_FOR = timedelta(days=365)
"""How long it is kept who was proposed, and what became of it."""


class SamePerson(Refused):
    """Who gives a role proposed it, or would have it."""

    message = "Vous ne décidez ni de ce que vous proposez, ni de votre propre rôle."


class NotHighEnough(Refused):
    """Who gives a role that approves what others propose is no administrator."""

    message = "Seul un administrateur décide du rôle de chef de service."


class Overtaken(Refused):
    """What was read of an agent is no longer so."""

    message = "Le rôle de cette personne a changé entre-temps : relisez-le avant d'approuver."


class NoLongerProposed(Refused):
    """Who proposed the role may not any more: it would be given by one person alone."""

    message = (
        "La personne qui a proposé cet accès ne peut plus le proposer : son propre rôle a changé ou "
        "pris fin. Refusez cette proposition ; qui peut encore la faire la fera de nouveau."
    )


class OutOfReach(Refused):
    """The role, or the one that it replaces, goes beyond where whoever gives it may."""

    message = "Ce rôle, ou celui qu'il remplace, dépasse maintenant votre périmètre."


@dataclass(frozen=True)
class Wanted:
    """The role that is proposed.

    Attributes:
        email: the address of whoever would have it.
        full_name: their name.
        role: one of `GIVEN`.
        academies: the codes of the academies, one at least.
        domains: the codes of the domains; none for all.
        ends_on: the last day, if it is known.
    """

    email: str
    full_name: str
    role: str
    academies: Collection[str]
    domains: Collection[str]
    ends_on: date | None


def propose(
    *,
    wanted: Wanted,
    user: User | None = None,
    reason: str,
    sending: UUID,
    reach: Reach,
    by: Actor,
    at: datetime,
) -> RoleProposal:
    """Propose a role; whoever may give it is told by mail. What is pressed twice is proposed once.

    Args:
        wanted: which role.
        user: whose role it would replace; nothing for somebody who is invited.
        reason: why, for whoever decides and for the journal.
        sending: names the press: the same one with other words is another.
        reach: where whoever proposes it may.
        by: who proposes.
        at: the instant.

    Raises:
        NotInvited: it could not be given as it stands, or changes nothing.
        AddressKnown, TooManyKnown: nobody can be invited at this address (`known_addresses`).
        Refused: another proposal waits for the same person.
    """
    with told_to(by, academy=min(wanted.academies, default=""), at=at):
        return _propose(wanted, user, reason=reason, sending=sending, reach=reach, by=by, at=at)


@transaction.atomic
def _propose(
    wanted: Wanted,
    user: User | None,
    *,
    reason: str,
    sending: UUID,
    reach: Reach,
    by: Actor,
    at: datetime,
) -> RoleProposal:
    said = {
        "user": user,
        "email": wanted.email,
        "full_name": wanted.full_name,
        "role": wanted.role,
        "academies": sorted(set(wanted.academies)),
        "domains": sorted(set(wanted.domains)),
        "ends_on": wanted.ends_on,
        "reason": reason,
        "proposed_by_id": by.identifier,
    }
    proposed = RoleProposal.objects.proposed()
    if made := proposed.filter(sending=sending, **said).first():
        return made
    if RoleProposal.objects.filter(sending=sending).exists():
        sending = uuid4()  # a page found again by « Retour », with other words or decided since
    _check(wanted, user, at=at)
    try:
        with transaction.atomic():
            made = RoleProposal.objects.create(
                **said,
                sending=sending,
                state=ProposalState.PROPOSED,
                proposed_at=at,
                proposed_by=by.name,
            )
    except IntegrityError:
        if made := proposed.filter(sending=sending, **said).first():
            return made
        raise _waiting(wanted, user, reach=reach, at=at) from None
    _record("role proposed", made, by=by, at=at)
    asking.ask_to_approve(
        "role_to_approve",
        approvers_of(made, at=at),
        about=made,
        key=f"role:{made.pk}:approve",
        link=_link(made),
        at=at,
        urgent=True,
        **_in_words(made, at=at),
    )
    return made


def _check(wanted: Wanted, user: User | None, *, at: datetime) -> None:
    inviting.check_said(wanted.role, wanted.academies, wanted.domains, wanted.ends_on, at=at)
    if user is None:
        inviting.check_address(wanted.email, at=at)
        return
    before = inviting.only_role(user, at=at)
    if (before.role, before.academies, before.domains, before.ends_on) == (
        wanted.role,
        sorted(wanted.academies),
        sorted(wanted.domains),
        wanted.ends_on,
    ):
        raise inviting.NotInvited("C'est déjà son rôle, et son périmètre : changez quelque chose.")


def _waiting(wanted: Wanted, user: User | None, *, reach: Reach, at: datetime) -> Refused:
    """Return the refusal that says what waits for the same person, to whoever may read it."""
    beside = Q(email=wanted.email) | (Q(user=user) if user else Q(pk__in=[]))
    waiting = RoleProposal.objects.proposed().filter(beside).first()
    if waiting is None:
        return Refused("Une autre proposition vient d'être décidée : envoyez de nouveau la vôtre.")
    if not reach.includes(touched_by([waiting], at=at)[waiting.pk]):
        return Refused(
            "Un accès attend déjà une décision pour cette adresse, hors de votre périmètre : voyez avec "
            "un administrateur."
        )
    return Refused(
        f"Un accès attend déjà une décision pour {waiting.email} : "
        f"{waiting.get_role_display().lower()}, proposé le "
        f"{instant_in_words(waiting.proposed_at, settings.TIME_ZONE)} par {waiting.proposed_by}. "
        "Qu'il soit d'abord approuvé, refusé ou retiré."
    )


def given_back(proposal: RoleProposal, *, at: datetime) -> list[Membership]:
    """Return what a closed account was there for, that an invitation to its address would give back."""
    user = inviting.closed_member(proposal.email, at=at) if proposal.user_id is None else None
    return list(user.memberships.filter(replaced_at=None).order_by("pk")) if user else []


def _in_words(proposal: RoleProposal, *, at: datetime) -> dict[str, Any]:
    """Return what mails say of a proposal: for whom, which role, where and until when."""
    return {
        "proposal": proposal,
        "is_change": proposal.user_id is not None,
        "gives_back": bool(given_back(proposal, at=at)),
        **inviting.in_words(proposal),
    }


def touched_by(proposals: Sequence[RoleProposal], *, at: datetime) -> dict[int, Reach]:
    """Return all that each proposal is about, by its key: where the role would count, and does now.

    Args:
        proposals: the proposals, asked for all at once.
        at: the instant.
    """
    day = local_day(at, settings.TIME_ZONE)
    users = {one.user_id for one in proposals if one.user_id is not None}
    now: dict[int, list[Membership]] = {}
    if users:
        for member in Membership.objects.filter(user__in=users).current(day):
            now.setdefault(member.user_id, []).append(member)
    return {
        one.pk: reach_of([one.as_membership(), *now.get(one.user_id or 0, [])]) for one in proposals
    }


def approvers_of(proposal: RoleProposal, *, at: datetime) -> list[Membership]:
    """Return who may give a role that somebody proposes: others than them, and than its holder."""
    asked = touched_by([proposal], at=at)[proposal.pk]
    return [
        one
        for one in asking.approvers_of(asked, permission=Permission.GIVE_ROLES, author=None, at=at)
        if may_give(proposal, one.as_actor())
    ]


def giver(proposal: RoleProposal, reach: Reach, *, touched: Reach) -> Actor | None:
    """Return as whom somebody may give what is proposed; nothing where they may not.

    Args:
        proposal: what is proposed.
        reach: where they may give roles.
        touched: all that the proposal is about (`touched_by`).
    """
    able = (one for one in reach.perimeters if Reach((one,)).includes(touched))
    return next((one.member for one in able if may_give(proposal, one.member)), None)


def mark_of(proposal: RoleProposal, *, at: datetime) -> str:
    """Return the mark of what is read of a proposal: the role that it would replace."""
    day = local_day(at, settings.TIME_ZONE)
    now = Membership.objects.filter(user=proposal.user_id).current(day).order_by("pk")
    return digest([said for one in now for said in (one.pk, str(one.ends_on))])


def may_give(proposal: RoleProposal, by: Actor) -> bool:
    """Return whether somebody, in a role that reaches it, may give what is proposed."""
    try:
        _check_may_give(proposal, by)
    except Refused:
        return False
    return True


def stands(proposal: RoleProposal, *, touched: Reach, at: datetime) -> bool:
    """Return whether who proposed a role may still do so.

    Args:
        proposal: what waits.
        touched: all that it is about (`touched_by`).
        at: the instant.
    """
    author = User.objects.who_acted(proposal.proposed_by_id)
    roles = author.memberships_on(local_day(at, settings.TIME_ZONE)) if author else []
    return reach(roles, Permission.PROPOSE_ROLES).includes(touched)


def _check_may_give(proposal: RoleProposal, by: Actor) -> None:
    if by.identifier in {proposal.proposed_by_id, f"user:{proposal.user_id}"}:
        raise SamePerson
    if proposal.role in _BY_ADMINISTRATORS and by.kind != Role.ADMINISTRATOR:
        raise NotHighEnough


@transaction.atomic
def give(
    *, proposal: RoleProposal, within: Reach, seen: str | None = None, by: Actor, at: datetime
) -> None:
    """Give the role that somebody else proposed: the invitation leaves, or the role is changed.

    Args:
        proposal: what was proposed.
        within: where whoever gives it may.
        seen: the mark of what was read before (`mark_of`); nothing where none was.
        by: who gives it.
        at: the instant.

    Raises:
        SamePerson, NotHighEnough: who gives it may not.
        Overtaken, OutOfReach: the role that it replaces is another one than was read, or has grown.
        NoLongerProposed: who proposed it may not any more.
        NotInvited: it cannot be given any more.
        Refused: it has been decided already.
    """
    _check_may_give(proposal, by)
    inviting.decide(proposal, GIVE, by=by, at=at)
    if proposal.user_id is not None:
        # Nobody else changes nor closes what it replaces from here on.
        User.objects.select_for_update().get(pk=proposal.user_id)
    if seen is not None and seen != mark_of(proposal, at=at):
        raise Overtaken
    touched = touched_by([proposal], at=at)[proposal.pk]
    if not within.includes(touched):
        raise OutOfReach
    if not stands(proposal, touched=touched, at=at):
        raise NoLongerProposed
    said: dict[str, Any] = {
        "email": proposal.email,
        "role": proposal.role,
        "academies": proposal.academies,
        "domains": proposal.domains,
        "ends_on": proposal.ends_on,
    }
    if proposal.user is None:
        inviting.check_still_free(proposal.email, at=at)
        inviting.invite(**said, full_name=proposal.full_name, by=by, at=at)
    else:
        said["email"] = proposal.user.email  # the one that is theirs by now
        inviting.change(**said, by=by, at=at)
    _tell(proposal, by=by, at=at)


@transaction.atomic
def refuse(*, proposal: RoleProposal, answer: str, by: Actor, at: datetime) -> None:
    """Refuse a proposed role: who proposed it reads why.

    Raises:
        SamePerson, NotHighEnough: who refuses it may not.
        Refused: it has been decided already.
    """
    _check_may_give(proposal, by)
    inviting.decide(proposal, REFUSE_ROLE, by=by, at=at, answer=answer)
    _record("role refused", proposal, by=by, at=at)
    _tell(proposal, by=by, at=at)


@transaction.atomic
def drop(*, proposal: RoleProposal, by: Actor, at: datetime) -> None:
    """Take back one's own proposal. Raises Refused: it has been decided."""
    inviting.take_back(proposal, by=by, at=at)


@transaction.atomic
def forget_old(*, at: datetime) -> int:
    """Erase the proposals of a year ago, decided or not, and their mails; return how many there were."""
    old = RoleProposal.objects.filter(proposed_at__lt=at - KEPT_FOR)
    proposals = list(old.select_for_update(skip_locked=True))
    mail.forget(proposals)
    RoleProposal.objects.filter(pk__in=[one.pk for one in proposals]).delete()
    return len(proposals)


def _record(verb: str, proposal: RoleProposal, *, by: Actor, at: datetime) -> None:
    # Who it is for is read from its row, which is erased in its time: the journal never is.
    answer = {"answer": proposal.answer} if proposal.answer else {}
    after = {**inviting.said_of(proposal), "reason": proposal.reason, **answer}
    inviting.record(verb, [proposal], by=by, on=proposal, at=at, after=after)


def _tell(proposal: RoleProposal, *, by: Actor, at: datetime) -> None:
    """Write to whoever proposed it what became of it, if they still work here."""
    user = asking.author_here(proposal.proposed_by_id, at=at)
    if user is not None:
        mail.write(
            "role_decided",
            to=user.email,
            at=at,
            key=f"role:{proposal.pk}:{proposal.state}",
            about=proposal,
            urgent=True,
            is_given=proposal.state == ProposalState.GIVEN,
            who=by.name,
            link=_link(proposal),
            **_in_words(proposal, at=at),
        )


def _link(proposal: RoleProposal) -> str:
    return link_to("office:proposed_role", proposal.pk)
