"""Who works in the office, from the office: a role is proposed by one person and given by another (I10).

Whoever approves what others propose (exports, extensions, publications) would otherwise make the
second person themselves.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from sporades import journal, mail
from sporades.accounts import asking
from sporades.accounts.models import Membership, RoleProposal, User
from sporades.accounts.permissions import Permission, Reach, reach_of
from sporades.accounts.states import DROP_ROLE, GIVE, REFUSE_ROLE, ProposalState
from sporades.acts import inviting
from sporades.core.actors import Actor
from sporades.core.french import instant_in_words, local_day
from sporades.core.links import absolute
from sporades.core.refusals import Refused
from sporades.core.transitions import Transition, move

Role = Membership.Role
GIVEN = (Role.MANAGER, Role.HEAD, Role.AUDITOR, Role.DOCTOR)
"""The roles that the office gives: an administrator is invited by command alone."""
_BY_ADMINISTRATORS = {Role.HEAD}
KEPT_FOR = timedelta(days=365)
"""How long it is kept who was proposed, and what became of it."""


class SamePerson(Refused):
    """Who gives a role proposed it, or would have it."""

    message = "Vous ne pouvez pas approuver ce que vous proposez, ni votre propre rôle."


class NotHighEnough(Refused):
    """Who gives a role that approves what others propose is no administrator."""

    message = "Seul un administrateur approuve le rôle de chef de service."


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


@transaction.atomic
def propose(
    *,
    wanted: Wanted,
    user: User | None = None,
    reason: str,
    sending: UUID,
    by: Actor,
    at: datetime,
) -> RoleProposal:
    """Propose a role; whoever may give it is told by mail. What is pressed twice is proposed once.

    Args:
        wanted: which role.
        user: whose role it would replace; nothing for somebody who is invited.
        reason: why, for whoever decides and for the journal.
        sending: names the press.
        by: who proposes.
        at: the instant.

    Raises:
        NotInvited: it could not be given as it stands, or changes nothing.
        Refused: another proposal waits for the same person.
    """
    made = RoleProposal.objects.filter(sending=sending).first()
    if made is not None:
        return made
    _check(wanted, user, at=at)
    try:
        with transaction.atomic():
            made = RoleProposal.objects.create(
                user=user,
                email=wanted.email,
                full_name=wanted.full_name,
                role=wanted.role,
                academies=sorted(wanted.academies),
                domains=sorted(wanted.domains),
                ends_on=wanted.ends_on,
                reason=reason,
                sending=sending,
                state=ProposalState.PROPOSED,
                proposed_at=at,
                proposed_by=by.name,
                proposed_by_id=by.identifier,
            )
    except IntegrityError:
        return _beside(wanted.email, sending)
    _record("role proposed", made, by=by, at=at)
    for approver in approvers_of(made, at=at):
        mail.write(
            "role_to_approve",
            to=approver.user.email,
            at=at,
            key=f"role:{made.pk}:approve",
            about=made,
            urgent=True,
            proposal=made,
            approver=approver,
            is_change=user is not None,
            link=_link(made),
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


def _beside(email: str, sending: UUID) -> RoleProposal:
    """Return what the same press has made in this instant. Raises Refused: another proposal waits."""
    pressed = RoleProposal.objects.filter(sending=sending).first()
    if pressed is not None:
        return pressed
    waiting = RoleProposal.objects.proposed().get(email=email)
    raise Refused(
        f"Un accès attend déjà une décision pour {email} : {waiting.get_role_display().lower()}, "
        f"proposé le {instant_in_words(waiting.proposed_at, settings.TIME_ZONE)} par "
        f"{waiting.proposed_by}. Qu'il soit d'abord approuvé, refusé ou retiré."
    )


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


def may_give(proposal: RoleProposal, by: Actor) -> bool:
    """Return whether somebody, in a role that reaches it, may give what is proposed."""
    holders = {proposal.proposed_by_id, f"user:{proposal.user_id}"}
    is_high_enough = proposal.role not in _BY_ADMINISTRATORS or by.kind == Role.ADMINISTRATOR
    return is_high_enough and by.identifier not in holders


def _refusal(proposal: RoleProposal, by: Actor) -> Refused:
    is_theirs = by.identifier in {proposal.proposed_by_id, f"user:{proposal.user_id}"}
    return SamePerson() if is_theirs else NotHighEnough()


@transaction.atomic
def give(*, proposal: RoleProposal, reach: Reach, by: Actor, at: datetime) -> None:
    """Give the role that somebody else proposed: the invitation leaves, or the role is changed.

    Args:
        proposal: what was proposed.
        reach: where whoever gives it may.
        by: who gives it.
        at: the instant.

    Raises:
        SamePerson, NotHighEnough: who gives it may not.
        OutOfReach: the role that it replaces has grown meanwhile.
        NotInvited: it cannot be given any more.
        Refused: it has been decided already.
    """
    if not may_give(proposal, by):
        raise _refusal(proposal, by)
    _decide(proposal, GIVE, by=by, at=at)
    if not reach.includes(touched_by([proposal], at=at)[proposal.pk]):
        raise OutOfReach
    said: dict[str, Any] = {
        "email": proposal.email,
        "role": proposal.role,
        "academies": proposal.academies,
        "domains": proposal.domains,
        "ends_on": proposal.ends_on,
    }
    if proposal.user is None:
        inviting.invite(**said, full_name=proposal.full_name, by=by, at=at)
    else:
        said["email"] = proposal.user.email  # the one that is theirs by now
        inviting.change(**said, by=by, at=at)
    _tell(proposal, by=by, at=at)


@transaction.atomic
def refuse(*, proposal: RoleProposal, answer: str, by: Actor, at: datetime) -> None:
    """Refuse a proposed role: who proposed it reads why. Raises Refused: it has been decided."""
    _decide(proposal, REFUSE_ROLE, by=by, at=at, answer=answer)
    _record("role refused", proposal, by=by, at=at)
    _tell(proposal, by=by, at=at)


@transaction.atomic
def drop(*, proposal: RoleProposal, by: Actor, at: datetime) -> None:
    """Take back one's own proposal. Raises Refused: it has been decided."""
    _decide(proposal, DROP_ROLE, by=by, at=at)
    _record("role taken back", proposal, by=by, at=at)


@transaction.atomic
def forget_old(*, at: datetime) -> int:
    """Erase the proposals of a year ago, decided or not, and their mails; return how many there were."""
    old = RoleProposal.objects.filter(proposed_at__lt=at - KEPT_FOR)
    proposals = list(old.select_for_update(skip_locked=True))
    mail.forget(proposals)
    RoleProposal.objects.filter(pk__in=[one.pk for one in proposals]).delete()
    return len(proposals)


def _decide(
    proposal: RoleProposal, transition: Transition, *, by: Actor, at: datetime, **said: str
) -> None:
    who = {"decided_by": by.name, "decided_by_id": by.identifier}
    move(proposal, transition, decided_at=at, **who, **said)


def _record(verb: str, proposal: RoleProposal, *, by: Actor, at: datetime) -> None:
    said = {"role": proposal.role, "academies": proposal.academies, "domains": proposal.domains}
    until = {"until": proposal.ends_on.isoformat()} if proposal.ends_on else {}
    answer = {"answer": proposal.answer} if proposal.answer else {}
    first, *others = proposal.academies
    # Who it is for is read from its row, which is erased in its time: the journal never is.
    after = {**said, **until, "reason": proposal.reason, **answer}
    entry = journal.record(verb, by=by, on=proposal, at=at, academy=first, after=after)
    for academy in others:
        journal.also_for(entry, academy=academy)


def _tell(proposal: RoleProposal, *, by: Actor, at: datetime) -> None:
    """Write to whoever proposed it what became of it, if they still have an account."""
    user = User.objects.who_acted(proposal.proposed_by_id)
    if user is not None:
        mail.write(
            "role_decided",
            to=user.email,
            at=at,
            key=f"role:{proposal.pk}:{proposal.state}",
            about=proposal,
            urgent=True,
            proposal=proposal,
            is_given=proposal.state == ProposalState.GIVEN,
            is_change=proposal.user is not None,
            who=by.name,
            link=_link(proposal),
        )


def _link(proposal: RoleProposal) -> str:
    return absolute(reverse("office:proposed_role", args=[proposal.pk]))
