"""Likely doubles are looked at: a merge is proposed, or they are told apart for good (I12)."""

from datetime import datetime

from django.db import transaction

from sporades import journal, mail
from sporades.accounts import asking
from sporades.accounts.models import Membership, User
from sporades.accounts.permissions import Perimeter, Permission, Reach
from sporades.candidates.models import Candidate
from sporades.core.actors import Actor
from sporades.core.digests import digest
from sporades.core.links import link_to
from sporades.core.refusals import NobodyApproves, ReasonMissing, Refused
from sporades.core.transitions import Transition, move
from sporades.doubles.hindrances import Hindered, hindrances
from sporades.doubles.models import LikelyDouble
from sporades.doubles.states import COMPARE_AGAIN, PROPOSE, REFUSE, TAKE_BACK, TELL_APART
from sporades.registrations.models import Registration


class Overtaken(Refused):
    """One of the two files is no more what was read."""

    message = (
        "L'un des deux dossiers a changé depuis que vous avez ouvert cette page : relisez-les, puis "
        "recommencez."
    )


class WhyMissing(ReasonMissing):
    """Somebody else must know why."""

    message = "Dites pourquoi : la personne qui approuve, et le journal, le liront."


NOBODY_SEES_BOTH = (
    "L'un des deux dossiers n'a plus d'inscription qu'archivée : seul un administrateur de toutes les "
    "académies et de tous les domaines le voit, et personne d'autre que vous ne l'est. Demandez au "
    "service technique d'en désigner un second."
)


def both(double: LikelyDouble) -> tuple[Candidate, Candidate]:
    """Return the two candidates, the older first, with their identity and account."""
    keys = (double.first_id, double.second_id)
    found = Candidate.objects.select_related("identity", "user").in_bulk(keys)
    return found[keys[0]], found[keys[1]]


def mark_of(double: LikelyDouble) -> str:
    """Return what tells two files, as they are, from what they were when they were read."""
    keys = (double.first_id, double.second_id)
    persons = Candidate.objects.filter(pk__in=keys).order_by("pk")
    filed = Registration.objects.filter(candidate__in=keys).order_by("pk")
    return digest(
        {
            "persons": [
                list(one) for one in persons.values_list("pk", "identity", "user", "email")
            ],
            "filed": [
                list(one) for one in filed.values_list("pk", "candidate", "version", "state")
            ],
            "double": [double.state, double.kept_id, double.reason, double.proposed_by_id],
        }
    )


@transaction.atomic
def propose(
    *, double: LikelyDouble, kept: Candidate, reason: str, seen: str, by: Actor, at: datetime
) -> None:
    """Propose that two candidates are one; whoever may approve it is told by mail.

    Args:
        double: the two.
        kept: the one of them whose account, civil data and number stay.
        reason: why they are one person.
        seen: what `mark_of` said when they were read.
        by: who proposes.
        at: the instant.

    Raises:
        WhyMissing: no reason is said.
        Overtaken: they are no more what was read.
        Hindered: something must be settled before.
        NobodyApproves: no second person sees both.
        Refused: somebody else has decided meanwhile.
    """
    if not reason:
        raise WhyMissing
    one, other = both(double)
    if mark_of(double) != seen:
        raise Overtaken
    left = other if kept.pk == one.pk else one
    if found := hindrances(kept=kept, left=left, at=at):
        raise Hindered(found)
    approvers = approvers_of(double, author=by, at=at)
    if not approvers:
        raise NobodyApproves if _are_registered(double) else NobodyApproves(NOBODY_SEES_BOTH)
    move(
        double,
        PROPOSE,
        kept=kept,
        reason=reason,
        answer="",
        proposed_at=at,
        proposed_by=by.name,
        proposed_by_id=by.identifier,
    )
    record("merge proposed", double, by=by, at=at, reason=reason, kept=kept.number)
    asking.ask_to_approve(
        "merge_to_approve",
        approvers,
        about=double,
        key=f"double:{double.pk}:approve:{at.isoformat()}",
        link=link_to("office:double", double.pk),
        at=at,
        urgent=True,
        double=double,
    )


def approvers_of(double: LikelyDouble, *, author: Actor, at: datetime) -> list[Membership]:
    """Return who may approve a merge: whoever sees both (`LikelyDouble.within`), but for its author."""
    everywhere = (Perimeter(None, None, author),)
    theirs = tuple(
        Perimeter(frozenset({academy}), frozenset({domain}), author)
        for academy, domain in sorted(places_of(double))
    )
    asked = Reach(theirs if _are_registered(double) else everywhere)
    found = asking.approvers_of(asked, permission=Permission.APPROVE_MERGES, author=None, at=at)
    return [one for one in found if one.as_actor().identifier != author.identifier]


@transaction.atomic
def refuse(*, double: LikelyDouble, answer: str, by: Actor, at: datetime) -> None:
    """Refuse a merge, with the reason: the two are to be compared again.

    Raises:
        WhyMissing: no reason is said.
        Refused: it is not proposed any more.
    """
    if not answer:
        raise WhyMissing
    proposer = asking.author_here(double.proposed_by_id, at=at)
    _let_go(double, REFUSE, answer=answer)
    if proposer is not None:
        _tell_refused(double, proposer, by=by, at=at)
    record("merge refused", double, by=by, at=at, reason=answer)


@transaction.atomic
def take_back(*, double: LikelyDouble, by: Actor, at: datetime) -> None:
    """Take a proposal back, one's own or a colleague's who is away. Raises Refused."""
    _let_go(double, TAKE_BACK, answer="")
    record("merge taken back", double, by=by, at=at)


@transaction.atomic
def tell_apart(*, double: LikelyDouble, reason: str, by: Actor, at: datetime) -> None:
    """Say that they are two persons: they are never offered again, even if they are found anew.

    Raises:
        WhyMissing: no reason is said.
        Refused: a merge is proposed, or somebody else has decided meanwhile.
    """
    if not reason:
        raise WhyMissing
    move(
        double,
        TELL_APART,
        reason=reason,
        answer="",
        decided_at=at,
        decided_by=by.name,
        decided_by_id=by.identifier,
    )
    record("candidates told apart", double, by=by, at=at, reason=reason)


@transaction.atomic
def compare_again(*, double: LikelyDouble, by: Actor, at: datetime) -> None:
    """Undo what was said of two persons by mistake. Raises Refused."""
    move(double, COMPARE_AGAIN, reason="", decided_at=None, decided_by="", decided_by_id="")
    record("candidates compared again", double, by=by, at=at)


def record(verb: str, double: LikelyDouble, *, by: Actor, at: datetime, **said: str | None) -> None:
    """Add an act on both candidates to the journal, in the academy where all they have is."""
    academies = {academy for academy, _ in places_of(double)}
    academy = academies.pop() if len(academies) == 1 else ""
    for candidate in (double.first, double.second):
        journal.record(
            verb, by=by, on=candidate, at=at, academy=academy, after={"double": double.pk, **said}
        )


def _tell_refused(double: LikelyDouble, proposer: User, *, by: Actor, at: datetime) -> None:
    mail.write(
        "merge_refused",
        to=proposer.email,
        at=at,
        key=f"double:{double.pk}:refused:{at.isoformat()}",
        about=double,
        by=by.name,
        answer=double.answer,
        link=link_to("office:double", double.pk),
    )


def _let_go(double: LikelyDouble, transition: Transition, *, answer: str) -> None:
    move(double, transition, kept=None, answer=answer)


def places_of(double: LikelyDouble) -> set[tuple[str, str]]:
    """Return the academies and the domains of all that both have."""
    filed = Registration.objects.filter(candidate__in=(double.first_id, double.second_id))
    return set(filed.values_list("academy", "exam__domain__code"))


def _are_registered(double: LikelyDouble) -> bool:
    """Return whether each has a registration: who has none left is seen by who reaches everything."""
    keys = {double.first_id, double.second_id}
    filed = Registration.objects.filter(candidate__in=keys)
    return set(filed.values_list("candidate", flat=True)) == keys
