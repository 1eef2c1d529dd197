"""Publish, or propose to a second person, who approves or sends back (I5)."""

from collections import defaultdict
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from sporades.accounts import asking
from sporades.accounts.models import Membership, User
from sporades.accounts.permissions import Perimeter, Permission, Reach, reach
from sporades.core.actors import Actor
from sporades.core.french import local_day
from sporades.core.links import link_to
from sporades.core.refusals import NoLongerProposed, Refused
from sporades.core.transitions import Transition, move
from sporades.documents import operations as documents
from sporades.documents.models import DocumentVersion
from sporades.publications.locking import hold_all, locked, locked_unread
from sporades.publications.models import Publication, PublicationLine
from sporades.publications.operations import telling
from sporades.publications.operations.counting import are_many, queue
from sporades.publications.recording import record
from sporades.publications.refusals import (
    AlreadyMoved,
    AnotherWaits,
    BeyondPerimeter,
    DecisionUnsaid,
    InstantCome,
    InstantFar,
    InstantPast,
    NobodyApproves,
    NothingHolds,
    NothingToPublish,
    RefusalUnexplained,
    SameInstant,
    SamePerson,
    StillFilling,
)
from sporades.publications.standing import prepared_of, set_aside
from sporades.publications.states import (
    APPROVE,
    BEGIN_ANEW,
    BEGIN_APPROVED,
    BEGIN_TO_PUBLISH,
    PROPOSE,
    PROPOSE_ANEW,
    PUBLISH,
    PUBLISH_ANEW,
    REFUSE,
    UNREAD,
    LineOutcome,
)

FURTHEST = timedelta(days=2 * 366)
"""How far away an instant may be: beyond, it is a slip."""


def publish(
    *, publication: Publication, instant: datetime | None, user: User, by: Actor, at: datetime
) -> None:
    """Publish what is prepared, or propose it to a second person where its kind wants one.

    What has changed since it was prepared is set aside at its line, with its reason.

    Args:
        publication: in preparation.
        instant: from when the documents are read; nothing for at once.
        user: who publishes.
        by: the same, in the role that allows it.
        at: the instant of the act.

    Raises:
        InstantPast, InstantFar, NothingToPublish, StillFilling, NobodyApproves, DecisionUnsaid: see
            each.
        NothingHolds: nothing is left of it; the lines that were set aside stay so. Of many, a job
            finds it out, and tells.
        AlreadyMoved: it is no longer in preparation.
    """
    _check_instant(instant, at=at)
    with transaction.atomic():
        found = _locked_for(PUBLISH, publication)
        if found.is_filling:
            raise StillFilling
        if found.lacks_its_author:
            raise DecisionUnsaid
        if not prepared_of(found).exists():
            raise NothingToPublish
        within = _reach_of(user, Permission.PREPARE_DOCUMENTS, at)
        if found.publishes.needs_approval:
            # Nobody waits for it: whatever changes from here on is judged at the approval.
            set_aside(found, prepared_of(found), within=within)
            holds = prepared_of(found).exists()
            if holds:
                _propose(publication, instant, user=user, by=by, at=at)
        else:
            ways = (PUBLISH, BEGIN_TO_PUBLISH)
            holds = _judge_and_publish(
                publication, ways, instant or at, within=within, user=user, by=by, at=at
            )
    if not holds:
        raise NothingHolds


def reschedule(
    *, publication: Publication, instant: datetime | None, user: User, by: Actor, at: datetime
) -> None:
    """Change from when on documents will be read that nobody has read yet; all is judged again.

    What one person publishes, one moves. What a second one approved is proposed to them again,
    later or earlier: they agreed to the instant that they saw, and nothing is read at the former
    one meanwhile.

    Args:
        publication: decided, its instant to come.
        instant: from when on its documents are read; nothing for at once.
        user: who changes it.
        by: the same, in the role that allows it.
        at: the instant of the act.

    Raises:
        InstantPast, InstantFar, SameInstant, NobodyApproves, AnotherWaits: see each.
        InstantCome: its instant has come, or somebody has seen one of its documents.
        NothingHolds: nothing is left of it; the lines that were set aside stay so.
        AlreadyMoved: it is not decided, or no longer.
    """
    _check_instant(instant, at=at)
    with transaction.atomic():
        found = locked_unread(publication)
        if found.state not in PUBLISH_ANEW.sources:
            raise AlreadyMoved
        # Whoever was waited for may have held it beyond its instant.
        if not found.is_scheduled(max(at, timezone.now())):
            raise InstantCome
        if found.publish_at == instant:
            raise SameInstant
        lines = found.lines.filter(outcome=LineOutcome.PUBLISHED)
        are_judged_later = are_many(lines)
        within = _reach_of(user, Permission.PREPARE_DOCUMENTS, at)
        if are_judged_later:
            refuse_seen(found, InstantCome)
        else:
            hold_all(lines)
            take_out_of_sight(found, InstantCome, at=at)
            set_aside(found, lines, within=within)
        holds = lines.exists()
        if holds:
            lines.update(outcome=LineOutcome.PREPARED)
            _decide_anew(
                publication,
                found,
                instant,
                are_judged_later=are_judged_later,
                within=within,
                user=user,
                by=by,
                at=at,
            )
    if not holds:
        raise NothingHolds


def take_out_of_sight(
    publication: Publication, seen: type[Refused], *, at: datetime
) -> QuerySet[DocumentVersion]:
    """Hold back every document of a locked publication before its instant; return them.

    An act counts from the arrival of its request; its instant may have come since, and somebody
    may have been told, or have read.

    Args:
        publication: whose.
        seen: what is raised where somebody was told, or has read.
        at: the instant of the act.
    """
    unseen = publication.lines.filter(outcome__in=UNREAD)
    list(unseen.select_for_update().values_list("pk"))
    versions = DocumentVersion.objects.filter(publication_line__in=unseen)
    documents.keep_from_sight(versions, at=at)
    refuse_seen(publication, seen)
    return versions


def refuse_seen(publication: Publication, seen: type[Refused]) -> None:
    """Refuse a locked publication of which somebody was told, or which somebody has read.

    Args:
        publication: which.
        seen: what is raised then.
    """
    unseen = publication.lines.filter(outcome__in=UNREAD)
    is_read = DocumentVersion.objects.filter(publication_line__in=unseen, opened_at__isnull=False)
    if unseen.filter(told_at__isnull=False).exists() or is_read.exists():
        raise seen


def approve(
    *, publication: Publication, seen: str | None = None, user: User, by: Actor, at: datetime
) -> None:
    """Approve what somebody else proposes; it is published at its instant, or at once.

    Args:
        publication: proposed.
        seen: the mark of the proposal that was read (`Publication.proposal_mark`); nothing where
            none was.
        user: who approves.
        by: the same, in the role that allows it.
        at: the instant of the act.

    Raises:
        SamePerson: whoever approves began it, proposed it, or prepared one of its documents.
        BeyondPerimeter: they may not approve all that it concerns.
        NoLongerProposed: whoever proposed it may not any more.
        InstantPast: the instant that was chosen has passed meanwhile.
        NothingHolds: see `publish`.
        AlreadyMoved: it is no longer proposed, or proposed otherwise than was read.
    """
    with transaction.atomic():
        found = _locked_for(APPROVE, publication, seen=seen)
        _judge(found, user, at=at)
        _check_proposer(found, at=at)
        if found.publish_at is not None and found.publish_at <= at:
            raise InstantPast(
                "L'instant choisi est passé : refusez la proposition, son auteur en choisira un "
                "autre."
            )
        within = _reach_of(user, Permission.APPROVE_PUBLICATIONS, at)
        ways, instant = (APPROVE, BEGIN_APPROVED), found.publish_at or at
        holds = _judge_and_publish(
            publication, ways, instant, within=within, user=user, by=by, at=at
        )
        if holds:
            found.state, found.publish_at = publication.state, publication.publish_at
            _tell_proposer(found, "approved", by=by, at=at)
    if not holds:
        raise NothingHolds


@transaction.atomic
def refuse(
    *,
    publication: Publication,
    reason: str,
    seen: str | None = None,
    user: User,
    by: Actor,
    at: datetime,
) -> None:
    """Send a proposal back, with a reason, to whoever proposed it.

    Args:
        publication: proposed.
        reason: why, as whoever proposed it reads.
        seen: as in `approve`.
        user: who refuses.
        by: the same, in the role that allows it.
        at: the instant of the act.

    Raises:
        RefusalUnexplained: nothing is said.
        SamePerson, BeyondPerimeter, AlreadyMoved: see `approve`.
    """
    if not reason:
        raise RefusalUnexplained
    found = _locked_for(REFUSE, publication, seen=seen)
    _judge(found, user, at=at)
    said = {"refusal": reason, "refused_name": by.name, "refused_at": at}
    nobody = {"proposed_by": None, "proposed_name": "", "concerns": None}
    move(publication, REFUSE, publish_at=None, moved_at=at, **said, **nobody)
    record("publication refused", publication, reason=reason, by=by, at=at)
    found.refusal = reason
    _tell_proposer(found, "refused", by=by, at=at)


def approvers_of(publication: Publication, *, at: datetime) -> list[Membership]:
    """Return who may approve a publication: others, allowed wherever its documents are."""
    allowed = asking.approvers_of(
        publication.concerned,
        permission=Permission.APPROVE_PUBLICATIONS,
        author=publication.asked_by_id,
        at=at,
    )
    return [member for member in allowed if not publication.is_of(member.user)]


def _check_instant(instant: datetime | None, *, at: datetime) -> None:
    """Refuse an instant that nobody means. Raises InstantPast, InstantFar."""
    if instant is not None and instant <= at:
        raise InstantPast
    if instant is not None and instant > at + FURTHEST:
        raise InstantFar


def _locked_for(
    transition: Transition, publication: Publication, *, seen: str | None = None
) -> Publication:
    """Return a publication, kept as it is, which a transition may move.

    Raises:
        AlreadyMoved: it may not, or what is proposed is not what was read.
    """
    found = locked(publication)
    is_another = seen is not None and seen != found.proposal_mark
    if found.state not in transition.sources or is_another:
        raise AlreadyMoved
    return found


def _judge(publication: Publication, user: User, *, at: datetime) -> None:
    """Refuse whoever may not decide of a proposal. Raises SamePerson, BeyondPerimeter."""
    if publication.is_of(user):
        raise SamePerson
    if not _reach_of(user, Permission.APPROVE_PUBLICATIONS, at).includes(publication.concerned):
        raise BeyondPerimeter


def _check_proposer(publication: Publication, *, at: datetime) -> None:
    """Refuse what nobody may propose any more who did. Raises NoLongerProposed."""
    places = [
        (academy, domain)
        for one in publication.concerned.perimeters
        for academy in one.academies or ()
        for domain in one.domains or ()
    ]
    permission = Permission.PREPARE_DOCUMENTS
    proposer = publication.proposed_by.identifier if publication.proposed_by else ""
    if not asking.still_proposes(proposer, permission=permission, places=places, at=at):
        raise NoLongerProposed


def _reach_of(user: User, permission: Permission, at: datetime) -> Reach:
    day = local_day(at, settings.TIME_ZONE)
    return reach(user.memberships_on(day) if user.is_active else [], permission)


def _decide_anew(
    publication: Publication,
    before: Publication,
    instant: datetime | None,
    *,
    are_judged_later: bool,
    within: Reach,
    user: User,
    by: Actor,
    at: datetime,
) -> None:
    """Publish or propose what was decided for another instant, whose documents nobody reads.

    Args:
        publication: which.
        before: the same, as it was decided.
        instant: the new one; nothing for at once.
        are_judged_later: whether there are many: they keep the former instant, which the state of
            their publication hides, until they are gone through.
        within: where whoever changes it may.
        user: who changes it.
        by: the same, in the role that allows it.
        at: the instant of the act.
    """
    if before.publishes.needs_approval:
        if not are_judged_later:
            wait_again(publication)
        nobody = {"decided_at": None, "decided_by": None, "decided_name": ""}
        _propose(publication, instant, PROPOSE_ANEW, user=user, by=by, at=at, **nobody)
        if are_judged_later:
            queue(publication)
    elif are_judged_later:
        _begin(publication, BEGIN_ANEW, instant or at, within=within, user=user, by=by, at=at)
    else:
        _publish(publication, PUBLISH_ANEW, instant or at, user=user, by=by, at=at)
    was = before.publish_at.isoformat() if before.publish_at else ""
    record("publication rescheduled", publication, before=was, by=by, at=at)
    _tell_rescheduled(publication, before, by=by, at=at)


def wait_again(publication: Publication) -> None:
    """Have the documents of a publication wait for their instant to be said.

    Args:
        publication: locked, its lines prepared.

    Raises:
        AnotherWaits: another document of the kind waits for one of the registrations.
    """
    waiting = DocumentVersion.objects.filter(publication_line__in=prepared_of(publication))
    try:
        with transaction.atomic():
            waiting.update(published_at=None, withdrawn_at=None)
    except IntegrityError as trouble:
        if "a_document_has_one_version_to_publish" in str(trouble):
            raise AnotherWaits from trouble
        raise


def _propose(
    publication: Publication,
    instant: datetime | None,
    transition: Transition = PROPOSE,
    *,
    user: User,
    by: Actor,
    at: datetime,
    **more: Any,
) -> None:
    move(
        publication,
        transition,
        publish_at=instant,
        proposed_by=user,
        proposed_name=by.name,
        concerns=least_reach(prepared_of(publication), by).as_json(),
        refusal="",
        refused_name="",
        refused_at=None,
        moved_at=at,
        **more,
    )
    record("publication proposed", publication, by=by, at=at)
    _ask_approval(publication, at=at)


def least_reach(lines: QuerySet[PublicationLine], by: Actor) -> Reach:
    """Return the least perimeter that holds every registration of some lines."""
    places = lines.exclude(registration=None).values_list(
        "registration__exam__domain__code", "registration__academy"
    )
    academies: dict[str, set[str]] = defaultdict(set)
    for domain, academy in places.distinct().order_by():
        academies[domain].add(academy)
    return Reach(
        tuple(
            Perimeter(frozenset(codes), frozenset({domain}), by)
            for domain, codes in sorted(academies.items())
        )
    )


def _judge_and_publish(
    publication: Publication,
    ways: tuple[Transition, Transition],
    instant: datetime,
    *,
    within: Reach,
    user: User,
    by: Actor,
    at: datetime,
) -> bool:
    """Publish what still holds, or begin to where it is much; return whether anything holds.

    Args:
        publication: locked.
        ways: how its state moves: at once, or where jobs go through its lines.
        instant: from when on the documents are read.
        within: where whoever decides may.
        user: who decides.
        by: the same, in the role that allows it.
        at: the instant of the act.
    """
    if are_many(prepared_of(publication)):
        _begin(publication, ways[1], instant, within=within, user=user, by=by, at=at)
        return True
    hold_all(prepared_of(publication))
    set_aside(publication, prepared_of(publication), within=within)
    if not prepared_of(publication).exists():
        return False
    _publish(publication, ways[0], instant, user=user, by=by, at=at)
    return True


def _publish(
    publication: Publication,
    transition: Transition,
    instant: datetime,
    *,
    user: User,
    by: Actor,
    at: datetime,
) -> None:
    """Let every document that is prepared be read from one instant on, in one statement."""
    give_their_instant(prepared_of(publication), instant)
    _decide(publication, transition, instant, user=user, by=by, at=at)
    telling.queue(publication, instant)


def _begin(
    publication: Publication,
    transition: Transition,
    instant: datetime,
    *,
    within: Reach,
    user: User,
    by: Actor,
    at: datetime,
) -> None:
    """Let jobs go through the documents, within what whoever decides reaches at this instant."""
    _decide(publication, transition, instant, user=user, by=by, at=at, within=within.as_json())
    queue(publication)


def _decide(
    publication: Publication,
    transition: Transition,
    instant: datetime,
    *,
    user: User,
    by: Actor,
    at: datetime,
    **more: Any,
) -> None:
    """Keep who decided, and from when on the documents are read."""
    decided = {"decided_at": at, "decided_by": user, "decided_name": by.name}
    move(publication, transition, publish_at=instant, moved_at=at, **decided, **more)
    record("publication published", publication, by=by, at=at)


def give_their_instant(lines: QuerySet[PublicationLine], instant: datetime | None) -> None:
    """Give documents that still hold the instant from which they are read, under their locks.

    Args:
        lines: theirs, prepared.
        instant: the one that was decided.
    """
    DocumentVersion.objects.filter(publication_line__in=lines).update(
        published_at=instant, withdrawn_at=None
    )
    lines.update(outcome=LineOutcome.PUBLISHED)


def _ask_approval(publication: Publication, *, at: datetime) -> None:
    approvers = approvers_of(publication, at=at)
    if not approvers:
        raise NobodyApproves
    asking.ask_to_approve(
        "publication_to_approve",
        approvers,
        about=publication,
        key=f"publication:{publication.pk}:approve:{at.isoformat()}",
        link=link_to("office:publication", publication.pk),
        at=at,
        publication=publication,
        count=publication.counts()[LineOutcome.PREPARED],
    )


def _tell_proposer(publication: Publication, what: str, *, by: Actor, at: datetime) -> None:
    authors = {publication.proposed_by: publication.proposed_name}
    telling.tell_authors(publication, what, authors, by=by, at=at)


def _tell_rescheduled(
    publication: Publication, before: Publication, *, by: Actor, at: datetime
) -> None:
    """Tell who prepared, proposed or decided a publication that somebody else has changed its instant.

    Whoever may approve it is asked to, which says the same.
    """
    authors = {before.asked_by: before.asked_name, before.proposed_by: before.proposed_name}
    if not publication.is_proposed:
        authors |= {before.decided_by: before.decided_name}
    what = "proposed anew" if publication.is_proposed else "rescheduled"
    telling.tell_authors(publication, what, authors, by=by, at=at)
